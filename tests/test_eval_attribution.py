from pathlib import Path

import pytest
from lxml import etree

from eval.attribution import (
    ANSWER,
    CARD,
    DROPPED,
    LABEL,
    LOST,
    STATED,
    Actor,
    Work,
    actor_of,
    judge,
    on_card,
    questions,
    told,
    words,
    work_of,
    works,
)
from explorer.errors import ExplorerError
from explorer.phrases import languages_spoken, phrase, phrases
from explorer.render.cards import card
from explorer.render.lines import lines, maker_lines
from explorer.types import DateSpan, Field, Maker, Record
from ingest.attribution import FURTHEST_FIRST
from ingest.sourcelist import read
from ingest.sourcespec import SourceSpec
from tests.conftest import DELIVERIES

SWEDISH = DELIVERIES / "nationalmuseum_se_lido"
NAME = "Elsa Lind"
LANGUAGES = languages_spoken()
TEN = ("en", "de", "fr", "es", "it", "pl", "sv", "fi", "el", "hu")

FILE = """
<lido:lidoWrap xmlns:lido="http://www.lido-schema.org"><lido:lido>
 <lido:repositorySet><lido:workID>NM 1</lido:workID></lido:repositorySet>
 <lido:event><lido:eventType><lido:term>Creation</lido:term></lido:eventType>{actors}</lido:event>
 <lido:event><lido:eventType><lido:term>Acquisition</lido:term></lido:eventType>
  <lido:eventActor><lido:actorInRole><lido:actor><lido:nameActorSet>
   <lido:appellationValue>Greta Dal</lido:appellationValue></lido:nameActorSet></lido:actor>
  </lido:actorInRole></lido:eventActor></lido:event>
 <lido:administrativeMetadata><lido:recordWrap><lido:recordID>7</lido:recordID></lido:recordWrap>
 </lido:administrativeMetadata>
</lido:lido></lido:lidoWrap>
"""
ACTOR = """
<lido:eventActor><lido:actorInRole>
 <lido:actor><lido:nameActorSet><lido:appellationValue>{}</lido:appellationValue></lido:nameActorSet>
 </lido:actor><lido:roleActor><lido:term>{}</lido:term></lido:roleActor>
 <lido:attributionQualifierActor>{}</lido:attributionQualifierActor>
</lido:actorInRole></lido:eventActor>
"""


def _record(*makers: Maker) -> Record:
    names = [Field("maker", maker.name or "Okänd", "sv") for maker in makers]
    return Record("swedish:7", fields=tuple(names), makers=makers)


def _work(*actors: Actor) -> Work:
    return Work("swedish:7", "NM 1", actors)


def _wrong(work: Work, said: list[str], lang: str = "en", place: str = LABEL) -> list[str]:
    return [judged.wrong for judged in judge(work, said, lang, place)]


FORMER = Actor(NAME, frozenset(("formerly-attributed-to",)))
COPIED = Actor(NAME, frozenset(("copy-after",)))


# --- what the source says


def test_actors_are_read_from_the_file_with_all_that_is_said_of_them() -> None:
    rows = [
        ("Okänd", "Konstnär", ""),
        ("Elsa Lind (Earlier attributed to)", "Tidigare attribution", ""),
        ("Nils Berg", "Kopia efter", "Tillskriven"),
        ("Karin Ek (född Dal) (Workshop of)", "Konstnär", ""),
        ("Per Ros. Tillskriven", "Utförd av", ""),
        ("Greta Dal", "Beställare", ""),
        ("Ida Kahn", "Dansare", ""),
    ]
    actors = "".join(ACTOR.format(*row) for row in rows)
    work = work_of(etree.fromstring(FILE.format(actors=actors)))
    assert (work.id, work.number, work.unknown_terms) == ("swedish:7", "NM 1", ("Dansare",))
    assert [(a.name, sorted(a.codes)) for a in work.actors] == [
        ("", []),
        ("Elsa Lind", ["formerly-attributed-to"]),
        ("Nils Berg", ["attributed-to", "copy-after"]),
        ("Karin Ek (född Dal)", ["workshop-of"]),
        ("Per Ros", ["attributed-to"]),
        ("Ida Kahn", []),
    ]


def test_a_former_attribution_needs_not_be_called_an_attribution_as_well() -> None:
    assert actor_of(NAME, ["Tidigare attribution", "Tillskriven"]) == FORMER


def test_without_the_deliveries_the_remedy_is_told(tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match="deliveries"):
        works(tmp_path)


# --- what is wrong


@pytest.mark.parametrize("actor", [FORMER, COPIED])
@pytest.mark.parametrize("place", [LABEL, CARD, ANSWER])
def test_a_former_or_copied_maker_called_the_maker_is_noticed(actor: Actor, place: str) -> None:
    assert _wrong(_work(actor), [f"Maker: {NAME}"], place=place) == [STATED]
    both = [f"Maker: {NAME}", f"Formerly attributed to, copy after: {NAME}"]
    assert _wrong(_work(actor), both, place=place) == [STATED]


def test_whoever_made_it_may_be_a_former_maker_besides() -> None:
    said = [f"Maker: workshop of {NAME}", f"Formerly attributed to: {NAME}"]
    work = _work(Actor(NAME, frozenset(("workshop-of",))), FORMER)
    assert _wrong(work, said) == ["", ""]
    assert _wrong(work, said[:1]) == ["", LOST]


def test_a_qualifier_that_is_not_said_in_the_language_is_lost() -> None:
    work = _work(Actor(NAME, frozenset(("attributed-to",))))
    assert _wrong(work, [f"Maker: attributed to {NAME}"]) == [""]
    assert _wrong(work, [f"Maker: {NAME}"]) == [LOST]
    assert _wrong(work, [f"Urheber: attributed to {NAME}"], "de") == [LOST]
    assert _wrong(work, [f"Formerly attributed to: {NAME}"]) == [LOST]


def test_one_of_two_qualifiers_is_not_enough() -> None:
    work = _work(Actor(NAME, frozenset(("copy-after", "attributed-to"))))
    assert _wrong(work, [f"Copy after: attributed to {NAME}"]) == [""]
    assert _wrong(work, [f"Copy after: {NAME}"]) == [LOST]


def test_a_plain_maker_is_not_doubted() -> None:
    assert _wrong(_work(Actor(NAME)), [f"Maker: possibly by {NAME}"]) == [LOST]


def test_a_maker_nobody_speaks_of_is_left_out_but_of_a_card() -> None:
    work = _work(Actor("Jan Ek d.y."), Actor("Jan Ek"), FORMER)
    said = ["Maker: Jan Ek d.y."]
    assert _wrong(work, said) == ["", DROPPED, DROPPED]
    assert _wrong(work, said, place=CARD) == ["", "", ""]


def test_a_label_on_a_card_holds_for_all_that_follow_it() -> None:
    work = _work(FORMER, Actor("Nils Berg", FORMER.codes), Actor("Per Ros", COPIED.codes))
    line = f"Formerly attributed to: {NAME}; Nils Berg; Copy after: Per Ros"
    assert _wrong(work, on_card(work, line, "en"), place=CARD) == ["", "", ""]
    german = "Früher zugeschrieben an: Unbekannt; Kopie nach Nils Berg; Elsa Lind"
    assert on_card(_work(FORMER), german, "de")[1:] == [
        "Früher zugeschrieben an: Kopie nach Nils Berg", "Früher zugeschrieben an: Elsa Lind",
    ]  # fmt: skip
    plain = _work(Actor("Jan Ek"), FORMER)
    assert on_card(plain, f"Jan Ek; {NAME}", "en") == ["Jan Ek", NAME]


# --- what is told


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", FURTHEST_FIRST)
def test_every_qualifier_is_told_in_every_language_with_the_name(lang: str, code: str) -> None:
    assert f"qualifier.{code}" in phrases(lang)
    (line,) = maker_lines(_record(Maker(NAME, "", code)), lang)
    assert NAME in line.text
    assert line.text != NAME


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_two_qualifiers_are_told_alike(lang: str) -> None:
    said = [phrase(f"qualifier.{code}", lang, name=NAME) for code in FURTHEST_FIRST]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_former_and_copied_makers_stand_under_labels_of_their_own(lang: str) -> None:
    record = _record(
        Maker("Jan Ek"),
        Maker(NAME, "", "formerly-attributed-to", "former"),
        Maker("Per Ros", "", "copy-after attributed-to", "copy-after"),
        Maker("", "", "copy-after", "copy-after"),
    )
    said = {line.key: line.text for line in maker_lines(record, lang)}
    assert said == {
        "field.maker": "Jan Ek",
        "field.former_maker": NAME,
        "field.copied_maker": "; ".join(
            (phrase("qualifier.attributed-to", lang, name="Per Ros"), phrase("maker.unknown", lang))
        ),
    }
    assert len({phrase(key, lang) for key in said}) == 3


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_card_calls_no_former_or_copied_maker_the_maker(lang: str) -> None:
    record = _record(
        Maker(NAME, "", "formerly-attributed-to", "former"),
        Maker("Per Ros", "", "copy-after", "copy-after"),
    )
    first, second = card(record, lang).maker_line.split("; ")
    assert first.startswith(phrase("field.former_maker", lang)) and first.endswith(NAME)
    assert second.startswith(phrase("field.copied_maker", lang)) and second.endswith("Per Ros")


def test_a_qualifier_without_a_code_is_told_in_the_words_of_the_source() -> None:
    (line,) = maker_lines(_record(Maker(NAME, "", "som av henne")), "de")
    assert line.text == f"{NAME} (som av henne)"


def test_an_unknown_maker_keeps_the_qualifier() -> None:
    (line,) = maker_lines(_record(Maker("", "", "manner-of", "unknown")), "en")
    assert line.text == "manner of Unknown"


ACTORS = [
    (Maker("Jan Ek"), Actor("Jan Ek")),
    (Maker("", status="unknown"), Actor("")),
    (Maker("", "", "workshop-of", "unknown"), Actor("", frozenset(("workshop-of",)))),
    (Maker(NAME, "", "formerly-attributed-to", "former"), FORMER),
    (Maker("Per Ros", "", "copy-after", "copy-after"), Actor("Per Ros", COPIED.codes)),
    (
        Maker("Ida Kahn", "", "attributed-to workshop-of"),
        Actor("Ida Kahn", frozenset(("attributed-to", "workshop-of"))),
    ),
    *((Maker(f"Bo {c}", "", c), Actor(f"Bo {c}", frozenset((c,)))) for c in FURTHEST_FIRST[2:]),
]


@pytest.mark.parametrize("lang", TEN)
def test_labels_and_cards_do_every_actor_justice(lang: str) -> None:
    record = _record(*(maker for maker, _ in ACTORS))
    judged = list(told(record, _work(*(actor for _, actor in ACTORS)), lang))
    assert [(j.actor, j.place, j.wrong) for j in judged if j.wrong] == []
    assert len(judged) == 2 * len(ACTORS)


def test_the_tables_know_ten_languages_and_every_code() -> None:
    assert set(words()) == set(questions()) == set(TEN)
    assert all(set(said) == {*FURTHEST_FIRST, "unknown"} for said in words().values())
    assert all("{number}" in text for text in questions().values())


@pytest.mark.deliveries
@pytest.mark.skipif(not SWEDISH.exists(), reason=f"no real deliveries at {SWEDISH.name}")
def test_labels_and_cards_of_the_swedish_records_lose_nothing_in_ten_languages() -> None:
    records = {
        r.id: r for r in read(SourceSpec("swedish", "lido", SWEDISH)) if isinstance(r, Record)
    }
    telling = [work for work in works(DELIVERIES.parent) if work.telling]
    assert len(telling) == 2_316
    assert {term for work in telling for term in work.unknown_terms} == set()
    wrong = [
        (j.work.id, lang, j.place, j.actor, j.wrong)
        for place, work in enumerate(telling)
        for lang in TEN[place % 2 :: 2]
        for j in told(records[work.id], work, lang)
        if j.wrong
    ]
    assert wrong == []


# --- dates


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_date_with_one_end_is_not_told_as_a_year(lang: str) -> None:
    for key, span in (
        ("years.from", DateSpan("creation", {"": "1650"}, 1650, None)),
        ("years.until", DateSpan("creation", {"": "1650"}, None, 1650)),
    ):
        record = Record("s:1", fields=(Field("date", "1650"),), dates=(span,))
        (line,) = lines(record, lang)
        assert line.text == phrase(key, lang, year="1650") != "1650"
        assert [part.quote for part in line.parts] == ["1650"]


@pytest.mark.parametrize("words", ["ca 1650", "1650–1660", "1600-talet", "300 f.Kr.", "efter 1650"])
def test_the_words_of_a_date_stay_as_they_are(words: str) -> None:
    span = DateSpan("creation", {"sv": words}, 1650, None, "circa")
    record = Record("s:1", fields=(Field("date", words, "sv"),), dates=(span,))
    assert [[line.text for line in lines(record, lang)] for lang in TEN] == [[words]] * len(TEN)
