"""What a catalogue holds, for those who make the next one, and at a glance."""

from explorer.catalogue.reading import Catalogue
from explorer.types import Group, Record
from explorer.wire import load_record


def about_numbers(catalogue: Catalogue) -> list[Record]:
    """The records that are about object numbers, in the order of the keys."""
    rows = catalogue.rows("SELECT body FROM record WHERE numbers ORDER BY key")
    return [load_record(body) for (body,) in rows]


def parts(catalogue: Catalogue) -> dict[str, str]:
    """Record id -> what the record says it is a part of, of those that say so."""
    rows = catalogue.rows("SELECT id, json_extract(CAST(body AS TEXT), '$.part_of') FROM record")
    return {record_id: part_of for record_id, part_of in rows if part_of}


def thumbnails(catalogue: Catalogue) -> set[str]:
    """The names of all thumbnails that records show."""
    rows = catalogue.rows(
        "SELECT json_extract(image.value, '$.thumbnail')"
        " FROM record, json_each(CAST(record.body AS TEXT), '$.images') AS image"
    )
    return {name for (name,) in rows if name}


def record_hashes(catalogue: Catalogue, source: str) -> dict[str, str]:
    """Record id -> hash of what was delivered, for one source."""
    return dict(catalogue.rows("SELECT id, hash FROM record WHERE source = ?", [source]))


def object_numbers(catalogue: Catalogue) -> list[tuple[str, str, int]]:
    """Each object number as compared, the id and the key of a record that bears it, by key."""
    return catalogue.rows(
        "SELECT i.value, r.id, r.key FROM identifier i JOIN record r ON r.key = i.record"
        " WHERE i.kind = 'object_number' ORDER BY r.key"
    )


def passage_rows(catalogue: Catalogue) -> list[tuple[bytes, int]]:
    """The hash of every passage's text, and its row."""
    return catalogue.rows("SELECT hash, row FROM passage ORDER BY row")


def groups(catalogue: Catalogue, name: str) -> list[Group]:
    """Every value of one facet with its count, most frequent first."""
    hidden = ",".join(str(key) for key in catalogue.hidden())
    rows = catalogue.rows(
        "SELECT min(label), count(*) AS n FROM facet"  # noqa: S608
        f" WHERE name = ? AND record NOT IN ({hidden}) GROUP BY value ORDER BY n DESC, value",
        [name],
    )
    return [Group(label, count) for label, count in rows]
