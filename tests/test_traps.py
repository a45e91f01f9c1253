"""The traps of the real LIDO deliveries, each named: what they hold, and what must come of it."""

import tarfile
from pathlib import Path

import pytest
from lxml import etree

from explorer.types import Record
from ingest.clean import clean
from ingest.deliveries import members
from ingest.sourcelist import read
from ingest.sourcespec import SourceSpec
from tests.conftest import DELIVERIES

SWEDISH = DELIVERIES / "nationalmuseum_se_lido"
FLEMISH = DELIVERIES / "flemish_lido_nl"
ARCHIVES = [SWEDISH / f"valid_items_transform_{name}.tgz" for name in ("1618", "1677", "1821")]
pytestmark = pytest.mark.deliveries


def delivered(path: Path) -> list[Record]:
    return [item for item in read(SourceSpec("s", "lido", path)) if isinstance(item, Record)]


@pytest.fixture(scope="module")
def first() -> list[Record]:
    return delivered(ARCHIVES[0])


@pytest.fixture(scope="module")
def last() -> list[Record]:
    return delivered(ARCHIVES[2])


@pytest.fixture(scope="module")
def flemish() -> dict[str, Record]:
    return {record.id: record for record in delivered(FLEMISH)}


def test_a_lido_rec_id_that_is_constant_never_collapses_records(first: list[Record]) -> None:
    assert len({record.id for record in first}) == len(first) == 5_309
    assert not any("Museu" in record.id for record in first)


def test_the_same_object_under_new_item_numbers_is_one_record(
    first: list[Record], last: list[Record]
) -> None:
    assert len({record.id for record in first} & {record.id for record in last}) > 3_200


def test_rights_that_changed_are_those_of_the_later_delivery(
    first: list[Record], last: list[Record]
) -> None:
    def rights(records: list[Record]) -> set[str]:
        return {image.rights for record in records for image in record.images}

    assert any("by-sa" in right for right in rights(first))
    assert not any("by-sa" in right for right in rights(last))


def test_the_first_actor_is_not_always_the_maker(first: list[Record]) -> None:
    several = [record for record in first if len(record.makers) > 1]
    assert len(several) > 900
    assert any(record.makers[0].status != "current" for record in several)


def test_okand_is_nobodys_name(first: list[Record]) -> None:
    said = sum(field.text == "Okänd" for record in first for _, field in record.named("maker"))
    assert said > 1_000
    assert not any(maker.name == "Okänd" for record in first for maker in record.makers)


def test_swedish_words_tagged_as_english_are_read_and_said(first: list[Record]) -> None:
    dates = [
        (field.text, record)
        for record in first
        for _, field in record.named("date")
        if field.lang == "en" and "talet" in field.text
    ]
    assert len(dates) > 50
    for text, record in dates[:50]:
        years = [d for d in clean(record).dates if text in d.display.values()]
        assert all(d.earliest is not None for d in years), text


def test_a_year_of_acquisition_is_not_when_the_work_was_made(first: list[Record]) -> None:
    acquired = [r for r in first if any("Förvärvsår" in f.text for f in r.fields)]
    assert acquired
    for record in acquired:
        made = [text for d in record.dates if d.kind == "creation" for text in d.display.values()]
        assert not any("Förvärvsår" in text for text in made)


def test_empty_elements_become_no_empty_words(first: list[Record]) -> None:
    assert all(field.text.strip() for record in first for field in record.fields)


def test_a_tif_file_name_beside_addresses_is_no_picture(first: list[Record]) -> None:
    assert not any(image.url.endswith(".tif") for record in first for image in record.images)
    warned = [r for r in first if any(".tif" in warning for warning in r.warnings)]
    assert len(warned) > 1_000


def test_a_web_address_without_scheme_is_no_link(first: list[Record]) -> None:
    """All name www.nationalmuseum.se as the museum's own, which no visitor could open."""
    links = [link for r in first for link in (r.url, *(image.url for image in r.images)) if link]
    assert links and all(link.startswith(("http://", "https://")) for link in links)


def test_colons_in_folder_names_of_an_archive_do_no_harm() -> None:
    with tarfile.open(ARCHIVES[0]) as archive:
        assert any(":" in name for name in archive.getnames())
    names = [member.name for member in members(ARCHIVES[0], (".xml",))]
    assert len(names) == 5_309


def test_an_identifier_not_assigned_is_none(flemish: dict[str, Record]) -> None:
    assert len(flemish) == 5
    assert not any("assigned" in record_id for record_id in flemish)


def test_an_empty_work_type_is_no_type(flemish: dict[str, Record]) -> None:
    types = [field.text for record in flemish.values() for _, field in record.named("type")]
    assert types and all(types)


def test_a_body_called_exhibitions_is_kept_as_delivered(flemish: dict[str, Record]) -> None:
    files = [m.read() for m in members(FLEMISH, (".xml", ".lido"))]
    assert any(b"Tentoonstellingen" in content for content in files)
    assert {record.institution for record in flemish.values()} - {""}


def test_a_french_title_tagged_as_dutch_is_heard_as_french(flemish: dict[str, Record]) -> None:
    titles = [f for record in flemish.values() for _, f in clean(record).named("title")]
    assert any(f.lang in ("nl", "en") and f.lang_detected == "fr" for f in titles)


def test_an_actor_named_twice_is_one_maker(flemish: dict[str, Record]) -> None:
    assert all(len(record.makers) == 1 for record in flemish.values())


def test_prefixes_of_any_name_are_the_same_lido(flemish: dict[str, Record]) -> None:
    roots = [etree.fromstring(m.read()) for m in members(FLEMISH, (".xml", ".lido"))]
    prefixes = {e.prefix for root in roots for e in root.iter("{http://www.lido-schema.org}lido")}
    assert prefixes - {"lido", None}
    assert all(record.fields for record in flemish.values())
