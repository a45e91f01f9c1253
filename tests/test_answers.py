"""What is answered, how far, and in whose words: a table of questions over the sample."""

from collections.abc import Callable

import pytest

from explorer.ask import answer
from explorer.catalogue.inventory import groups
from explorer.plan import _without
from explorer.search import search
from explorer.types import Answer, Identifier, Question, Record
from explorer.wiring import Explorer
from ingest.split import split_record

Ask = Callable[..., Answer]


@pytest.fixture
def asked(explorer: Explorer) -> Ask:
    return lambda text, lang="en", **more: answer(Question(text, lang=lang, **more), explorer)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("Who painted the girl with the pearl earring?", "answered"),
        ("Who painted MOS 1010?", "answered"),
        ("Which blue did Hokusai use for the Great Wave?", "answered"),
        ("What is the provenance of the Bartmannskrug?", "answered"),
        ("What is the provenance of the Great Wave?", "partly"),
        ("How much is the Cannocchiale di Galileo worth in euros today?", "out_of_scope"),
        ("When does the museum open?", "answered"),
        ("Who painted the Mona Lisa?", "not_found"),
        ("When did Picasso paint Guernica?", "not_found"),
        ("And who made it?", "not_found"),
        ("the", "not_found"),
        ("Do you have a submarine?", "not_found"),
    ],
)
def test_an_answer_says_how_far_it_goes(asked: Ask, text: str, outcome: str) -> None:
    assert asked(text).outcome == outcome


@pytest.mark.parametrize(
    ("number", "maker"),
    [
        ("MOS 1003", "Johannes Vermeer"),
        ("MOS 1012", "workshop of Thutmosis"),
        ("MOS-K 212", "attributed to Charles Edenshaw (Da.axiigang)"),
        ("MOS-K 237", "Unknown"),
        ("MOS 1001", "Katsushika Hokusai (designer); Nishimuraya Yohachi (publisher);"
         " Unknown (block cutter); Unknown (printer)"),
    ],
)  # fmt: skip
def test_the_maker_line_is_exactly_what_the_record_knows(
    asked: Ask, number: str, maker: str
) -> None:
    facts = {s.label: s.value for s in asked(number).statements if s.kind == "fact"}
    assert facts["Maker"] == maker


def test_a_copy_names_whom_it_was_copied_after_and_not_as_its_maker(asked: Ask) -> None:
    facts = {s.label: s.value for s in asked("MOS 1006").statements if s.kind == "fact"}
    assert facts["Maker"] == "Unknown"
    assert "Holbein" in facts["Copy after"]


def test_a_field_asked_for_by_its_label_is_given(asked: Ask) -> None:
    for text, lang, label in (
        ("What is the provenance of the Bartmannskrug?", "en", "Provenance"),
        ("Welche Provenienz hat der Bartmannskrug?", "de", "Provenienz"),
        ("In which room is The Monk by the Sea?", "en", "Room"),
    ):
        given = asked(text, lang)
        assert label in {s.label for s in given.statements}
        assert len({c.record_id for s in given.statements for c in s.citations}) == 1


def test_provenance_and_inscriptions_are_quoted_only_for_words_asked_for(asked: Ask) -> None:
    for number in ("MOS 1003", "MOS 1031", "MOS 1010"):
        quoted = {c.field for s in asked(number).statements if s.kind == "quote"
                  for c in s.citations}  # fmt: skip
        assert not any(f.startswith(("provenance", "inscription")) for f in quoted)


def test_quotes_are_in_the_visitors_language_where_there_are_any(asked: Ask) -> None:
    for lang, text in (("en", "MOS 1001"), ("de", "MOS 1001"), ("fr", "MOS 1001")):
        quotes = [s for s in asked(text, lang).statements if s.kind == "quote"]
        assert quotes
        assert {s.lang for s in quotes} == {lang}


def test_a_quote_in_another_language_is_announced_by_its_name(asked: Ask) -> None:
    statements = asked("MOS 1013", "es").statements
    kinds = [s.kind for s in statements]
    before = statements[kinds.index("quote") - 1]
    assert before.kind == "notice"
    assert "alemán" in before.text


def test_a_language_without_words_of_ours_is_said_so(asked: Ask) -> None:
    given = asked("Bu resmi kim yaptı, Vermeer mi?", "")
    assert given.lang == "en"
    assert any("Turkish" in notice.text for notice in given.notices)


def test_a_number_within_a_longer_number_leaves_it_whole() -> None:
    assert not _without("MOS 1 and MOS 1001", ["MOS 1", "MOS 1001"]).replace("and", "").strip()


def test_the_counts_of_a_collection_leave_out_what_is_not_in_force(explorer: Explorer) -> None:
    catalogue = explorer.serving().generation.catalogue
    total = search(explorer, limit=1).total
    assert sum(catalogue.kinds().values()) == total
    assert sum(group.count for group in groups(catalogue, "institution")) == total
    assert total < catalogue.counts()[0]


def test_several_records_that_answer_alike_are_all_told(asked: Ask) -> None:
    told = {c.record_id for s in asked("Self-Portrait").statements for c in s.citations}
    assert len(told) >= 2


def test_only_what_comes_near_the_answer_is_shown_beside_it(asked: Ask) -> None:
    given = asked("Vem målade Midsommardans?", "sv")
    assert [card.title for card in given.records] == ["Midsommardans"]


def test_a_tour_of_many_objects_does_not_speak_for_them(asked: Ask) -> None:
    given = asked("Salle 1 : la mer en neuf étapes", "fr")
    first = next(c for s in given.statements for c in s.citations)
    assert first.record_id == "texts:salle-1-parcours"


def test_filters_hold_for_everything_an_answer_shows(asked: Ask) -> None:
    for source in ("paintings", "texts"):
        given = asked("Die große Welle", "de", filters={"source": source})
        assert given.records
        assert all(card.id.startswith(f"{source}:") for card in given.records)


def test_pages_of_a_search_follow_one_another(explorer: Explorer) -> None:
    whole = search(explorer, "painting portrait woman", limit=9)
    pages = [search(explorer, "painting portrait woman", limit=3, offset=o) for o in (0, 3, 6)]
    assert [f.card.id for page in pages for f in page.hits] == [f.card.id for f in whole.hits]
    by_title = search(explorer, "painting portrait woman", limit=1_000, sort="title")
    assert {f.card.id for f in whole.hits} <= {f.card.id for f in by_title.hits}


@pytest.mark.parametrize(
    ("years", "inside"),
    [((1830, 1832), True), ((1832, 1900), True), ((1700, 1830), True), ((1831, 1831), True),
     ((1833, 1900), False), ((1700, 1829), False)],
)  # fmt: skip
def test_a_range_of_years_finds_what_may_be_of_it(
    explorer: Explorer, years: tuple[int, int], inside: bool
) -> None:
    filters = {"from": years[0], "to": years[1]}
    ids = {f.card.id for f in search(explorer, filters=filters, limit=200).hits}
    assert ("paintings:1001" in ids) is inside


def test_words_lead_and_nearness_only_helps(explorer: Explorer) -> None:
    weights = explorer.serving().generation.manifest.calibration
    found = search(explorer, "Nashorn", lang="de", limit=5).hits
    assert found[0].coverage > 0
    assert found[0].reach > 0
    for hit in found:
        told = hit.cosine + weights.coverage * hit.coverage + weights.bridge * hit.reach
        told += weights.likeness * hit.likeness
        assert hit.score == pytest.approx(told, abs=0.01)


def test_what_is_refused_is_not_a_list_of_weak_records(explorer: Explorer) -> None:
    found = explorer.serving().generation.manifest.calibration.found
    question = Question("Xyzzyq plughzz", lang="en")
    assert answer(question, explorer).outcome == "not_found"
    assert all(hit.words or hit.cosine >= found
               for hit in search(explorer, question.text, limit=50).hits)  # fmt: skip


def test_a_record_with_nothing_but_a_number_still_has_a_passage() -> None:
    (passage,) = split_record(Record("x:1", identifiers=(Identifier("object_number", "A 17"),)))
    assert passage.text == "A 17"


def test_a_facet_counts_what_its_filter_gives(explorer: Explorer) -> None:
    catalogue = explorer.serving().generation.catalogue
    here = catalogue.matching({})
    for name, values in catalogue.facets(here, limit=10_000).items():
        for one in values:
            found = catalogue.matching({name: one["value"]})
            assert len(found) == one["count"], (name, one)


def test_a_filter_is_understood_in_every_language(explorer: Explorer) -> None:
    catalogue = explorer.serving().generation.catalogue
    found = {
        len(catalogue.matching({"type": word}))
        for word in ("painting", "Gemälde", "peinture", "πίνακας", "obraz", "#painting")
    }
    assert len(found) == 1
    assert found.pop() >= 40
    prints = set(catalogue.matching({"type": "print"}).tolist())
    assert prints >= set(catalogue.matching({"type": "Radierung"}).tolist()) != set()


def test_a_visit_text_is_told_whole_and_in_one_language(asked: Ask) -> None:
    for text, lang in (
        ("Was kostet der Eintritt für Kinder?", "de"),
        ("Kada je muzej otvoren?", "hr"),
    ):
        given = asked(text, lang)
        quotes = [s for s in given.statements if s.kind == "quote"]
        assert len({s.citations[0].record_id for s in quotes}) == 1
        assert len(quotes) >= 3
    assert "19 Jahren" in asked("Was kostet der Eintritt für Kinder?", "de").text
