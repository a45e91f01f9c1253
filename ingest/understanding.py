"""Understanding: a staged record becomes the rows that the catalogue holds of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from explorer.catalogue.writing import Entry, entry
from explorer.wire import load_record
from ingest.accepted import Accepted, apply_accepted
from ingest.clean import clean
from ingest.split import split_record

_BATCH = 100


@dataclass(frozen=True, slots=True)
class Unread:
    """A record's JSON on its way to being understood; `clean` where that was done already.

    `about` are the ids of the records that its object numbers lead to; None where it has none.
    """

    body: bytes
    about: tuple[str, ...] | None = None
    clean: bool = False


def understood(task: tuple[list[Unread], Accepted]) -> list[tuple[Entry, tuple[str, ...]]]:
    """The rows of each record, with what staff accepted, and what was noticed on it."""
    batch, accepted = task
    return [_understood(one, accepted) for one in batch]


def _understood(one: Unread, accepted: Accepted) -> tuple[Entry, tuple[str, ...]]:
    record = load_record(one.body)
    if one.about is not None:
        record = replace(record, about=one.about)
    if one.clean:
        return entry(record, list(split_record(record))), ()
    record = apply_accepted(clean(record), accepted)
    return entry(record, list(split_record(record))), record.warnings


def batches(
    records: Iterable[Unread], accepted: Accepted
) -> Iterator[tuple[list[Unread], Accepted]]:
    """The records in tasks of a size that is worth handing to another process."""
    following = iter(records)
    while batch := list(islice(following, _BATCH)):
        yield batch, accepted
