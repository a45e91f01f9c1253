"""Passages: a composed line per language that finds, and exact cuts of prose."""

from pathlib import Path

from explorer.catalogue.generation import open_current
from explorer.types import Field, Identifier, Maker, Record
from ingest.split import TOKENS, cuts, split_record, token_counter

REPEATED = "The wave is blue. The wave is high. " * 120
LONG = "\n\n".join(f"Paragraph {i}. " + "It tells of the sea and of ships. " * 30 for i in range(6))
ENDLESS = "ohnepunktundkomma " * 900
JAPANESE = "波は青い。舟は小さい。" * 200


def test_cuts_are_exact_in_order_and_leave_no_word_out() -> None:
    for text in (REPEATED, LONG, ENDLESS, JAPANESE, "Short.", ""):
        text = text.strip()
        end = 0
        for start, stop in cuts(text):
            assert start >= end
            assert not text[end:start].strip(), "words between two passages"
            end = stop
        assert not text[end:].strip()


def test_no_cut_is_longer_than_the_embedder_reads() -> None:
    count = token_counter()
    for text in (REPEATED, LONG, ENDLESS):
        pieces = [text[start:stop] for start, stop in cuts(text)]
        assert len(pieces) > 1
        assert max(len(count(piece)) for piece in pieces) <= TOKENS


def test_cuts_fall_between_sentences() -> None:
    for start, stop in cuts(LONG.strip()):
        assert LONG.strip()[start:stop].endswith(".")
        assert LONG.strip()[start].isupper()


def test_a_record_has_a_composed_line_per_title_language() -> None:
    record = Record(
        "x:1",
        identifiers=(Identifier("object_number", "N 1"),),
        fields=(
            Field("title", "Vågen", "sv"), Field("title", "The Wave", "en"),
            Field("type", "målning", "sv"), Field("maker", "Anna Berg", ""),
            Field("description", "En våg.", "sv"),
        ),
        makers=(Maker("Anna Berg"),),
    )  # fmt: skip
    passages = list(split_record(record))
    assert [(p.lang, p.text) for p in passages if not p.field] == [
        ("sv", "Vågen; målning; Anna Berg"),
        ("en", "The Wave; målning; Anna Berg"),
    ]
    assert [(p.field, p.start, p.end) for p in passages if p.field] == [("description[0]", 0, 7)]


def test_every_stored_passage_stands_in_its_field(sample_data: Path) -> None:
    generation = open_current(sample_data)
    catalogue = generation.catalogue
    records = {record.id: record for record in catalogue.all_records()}
    for passage in catalogue.passages(range(generation.manifest.passages)):
        record = records[passage.record_id]
        if passage.field:
            field = record.numbered(passage.field)
            assert field is not None
            assert 0 <= passage.start < passage.end <= len(field.text)
        else:
            assert passage.text
