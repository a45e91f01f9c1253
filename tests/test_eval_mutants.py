"""The suite mutants: statements that stand, and what becomes of them when they are changed."""

from eval.changing import Around, Span, Written, changes, denials, load
from eval.mutants import CAUGHT, run
from explorer.types import Field, Maker, Place, Record
from explorer.wiring import Explorer

ONE = Written(
    "wri-x-001.en", "en", "When?", "Vermeer painted it about 1665 in Delft.", ("a",),
    [Span("maker", "Vermeer"), Span("year", "1665"), Span("place", "Delft"),
     Span("hedge", "about")],
    "", ("In 1999?", "Yes, in 1999."),
)  # fmt: skip
TWO = Written(
    "wri-x-002.en", "en", "Who?", "Hals lived in Haarlem.", ("b",),
    [Span("maker", "Hals"), Span("place", "Haarlem")], "", None,
)  # fmt: skip
OWN = Record("a", fields=(Field("date", "1665"), Field("acquisition", "1902")))
NEAR = Record(
    "c", fields=(Field("date", "1701"),), makers=(Maker("Judith Leyster"),),
    places=(Place("Rome", country="IT", known="Roma"),),
)  # fmt: skip
AROUND = Around([ONE, TWO], [OWN], NEAR, Record("d"), "It is not true that {text}")


def test_each_span_is_changed_in_every_way_there_is_a_wrong_value_for() -> None:
    made = {(one.kind, one.draw): one.text for one in changes(ONE, AROUND)}
    assert made["year", "same source"] == "Vermeer painted it about 1902 in Delft."
    assert made["year", "neighbour"] == "Vermeer painted it about 1701 in Delft."
    assert made["maker", "at random"] == "Hals painted it about 1665 in Delft."
    assert made["maker", "neighbour"] == "Judith Leyster painted it about 1665 in Delft."
    assert made["place", "at random"] == "Vermeer painted it about 1665 in Haarlem."
    assert made["hedge", "left out"] == "Vermeer painted it 1665 in Delft."
    assert made["echo", "at random"] == "Yes, in 1999."
    assert made["negation", "at random"].startswith("It is not true that vermeer")
    cited = {one.draw: one.cites for one in changes(ONE, AROUND) if one.kind == "citation"}
    assert cited == {"at random": ["d"], "neighbour": ["c"]}


def test_the_same_changes_are_made_every_time() -> None:
    assert list(changes(ONE, AROUND)) == list(changes(ONE, AROUND))


def test_the_statements_bear_their_spans_and_every_language_can_be_denied() -> None:
    statements = load()
    assert len(statements) >= 500
    assert len({one.lang for one in statements}) >= 8
    assert len({one.id for one in statements}) == len(statements)
    assert {one.lang for one in statements} <= denials().keys()
    assert all(span.text in one.text for one in statements for span in one.spans)
    assert sum(one.echo is not None for one in statements) >= 100


def test_supported_statements_stand_and_changed_ones_fall(explorer: Explorer) -> None:
    measured = run(load()[::8], explorer, "development")
    changed, supported, _ = measured.tables
    year = changed.rows["year"]["at random"]
    citation = changed.rows["citation"][CAUGHT]
    assert year and citation
    assert year.value >= 0.95
    assert citation.value >= 0.95
    fallen = supported.rows["all"]["originals fall"]
    assert fallen
    assert fallen.value <= 0.15
