"""A model's sentence leaves only where the sources it cites hold it."""

from collections.abc import Callable, Mapping, Sequence

import pytest

from explorer.backends.hashed import HashedEmbedder
from explorer.backends.protocols import Vectors
from explorer.compose.extracts import extracts_of
from explorer.types import (
    DateSpan,
    Field,
    Hit,
    Identifier,
    Maker,
    Measurement,
    Passage,
    Place,
    Plan,
    Record,
)
from explorer.types.writing import Extract
from explorer.verify import holds
from explorer.verify.figures import figures, object_numbers, times
from explorer.verify.hedges import hedges
from explorer.verify.numerals import numerals
from explorer.verify.reading import sound
from explorer.verify.written import Checked, checked


def _field(name: str, text: str, source: str = "") -> Field:
    return Field(name, text, "nl", source=source)


GIRL = Record(
    id="paintings:1",
    identifiers=(Identifier("object_number", "MOS 1003"),),
    fields=(
        _field("title", "Meisje met de parel"),
        _field("object_number", "MOS 1003"),
        _field("maker", "Johannes Vermeer"),
        _field("date", "circa 1665"),
        _field("material", "olieverf"),
        _field("material", "doek"),
        _field("measurement", "44,5 × 39 cm"),
        _field("place", "Delft"),
        _field("acquisition", "Verworven 1902"),
        _field(
            "description",
            "Een meisje kijkt over haar schouder. Het is geen portret. In 1881 kocht Arnoldus des"
            " Tombe het doek voor twee gulden. De parel is misschien van glas.",
        ),
    ),
    makers=(Maker("Johannes Vermeer"),),
    dates=(DateSpan("creation", {"nl": "circa 1665"}, 1663, 1667, "circa"),),
    places=(Place("Delft", country="NL", known="Delft"),),
    measurements=(Measurement("height", 44.5, "cm"), Measurement("width", 39.0, "cm")),
)
WALK = Record(
    id="paintings:2",
    fields=(
        _field("title", "Wandeling"),
        _field("maker", "Jan Steen"),
        _field("maker.qualifier", "toegeschreven aan", "maker[0]"),
        _field("date", "17e eeuw"),
        _field("material", "marmer"),
        _field("place", "Firenze"),
        _field("description", "Twaalf mensen wandelen door een park."),
    ),
    makers=(Maker("Jan Steen", qualifier="attributed-to"),),
    dates=(DateSpan("creation", {"nl": "17e eeuw"}, 1601, 1700),),
    places=(Place("Firenze", country="IT", known="Firenze"),),
)


def _sources(lang: str, *records: Record) -> Mapping[int, Extract]:
    hits = [Hit(r, Passage(r.id, ""), n, 1.0) for n, r in enumerate(records or (GIRL, WALK), 1)]
    return {source.marker: source for source in extracts_of(Plan("", lang), hits)}


def _names(word: str) -> bool:
    return word in ("vermeer", "steen", "rembrandt", "delft")


def _check(
    text: str,
    lang: str,
    *markers: int,
    question: str = "",
    known: Callable[[str], bool] = _names,
) -> Checked:
    return checked(text, lang, markers, _sources(lang), question, HashedEmbedder(), known)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Johannes Vermeer painted the girl around 1665 in Delft."),
        ("pl", "Obraz Johannesa Vermeera powstał około 1665 roku w Delfcie."),
        ("fi", "Johannes Vermeerin maalaus on noin vuodelta 1665."),
        ("el", "Τον πίνακα τον ζωγράφισε ο Βερμέερ γύρω στο 1665 στο Ντελφτ."),
        ("hu", "A képet Johannes Vermeer festette 1665 körül, Delftben."),
        ("lt", "Paveikslą apie 1665 metus Delfte nutapė Johannesas Vermeeris."),
        ("de", "Das Gemälde misst 445 × 390 mm und hat die Nummer MOS 1003."),
        ("fr", "Le tableau de Vermeer date du XVIIe siècle."),
    ],
)
def test_what_the_source_holds_stands_in_every_language(lang: str, text: str) -> None:
    told = _check(text, lang, 1)
    assert told.statement is not None, told.reason
    cited = told.statement.citations
    assert 1 <= len(cited) <= 3
    assert all(holds(one, {GIRL.id: GIRL}) and one.marker == 1 for one in cited)
    assert (told.statement.kind, told.statement.text) == ("written", text)
    assert told.statement.supported


@pytest.mark.parametrize(
    ("lang", "text", "reason"),
    [
        ("en", "Johannes Vermeer painted the girl around 1675 in Delft.", "number"),
        ("pl", "Obraz Johannesa Vermeera powstał około 1656 roku w Delfcie.", "number"),
        ("fr", "Le tableau de Vermeer date du XVIe siècle.", "time"),
        ("de", "Das Gemälde von Vermeer misst 445 × 390 cm.", "number"),
        ("de", "Das Gemälde von Vermeer hat die Nummer MOS 1004.", "object_number"),
        ("en", "The girl was painted by Rembrandt around 1665 in Delft.", "name"),
        ("hu", "A képet Johannes Vermeer festette 1665 körül, Rómában.", "name"),
        ("en", "Johannes Vermeer painted the girl in 1665 in Delft.", "hedge"),
        ("pl", "Obraz Johannesa Vermeera powstał w 1665 roku w Delfcie.", "hedge"),
        ("en", "The girl with the pearl is made of bronze.", "concept"),
        ("en", "Arnoldus des Tombe bought the canvas for three guilders in 1881.", "number"),
    ],
)
def test_what_the_source_does_not_hold_falls(lang: str, text: str, reason: str) -> None:
    told = _check(text, lang, 1)
    assert told.statement is None
    assert told.reason == reason


def test_a_citation_of_another_record_holds_nothing() -> None:
    assert _check("Johannes Vermeer painted it around 1665.", "en", 2).statement is None
    assert _check("Johannes Vermeer painted it around 1665.", "en", 9).statement is not None


def test_an_attribution_is_kept() -> None:
    assert _check("The walk is by Jan Steen.", "en", 2).reason == "hedge"
    assert _check("The walk is attributed to Jan Steen.", "en", 2).statement


def test_numbers_in_words_and_places_in_other_languages_are_the_same() -> None:
    assert _check("Auf dem Bild aus Florenz spazieren zwölf Menschen.", "de", 2).statement
    assert _check("Auf dem Bild aus Florenz spazieren elf Menschen.", "de", 2).reason == "number"


def test_a_statement_without_markers_is_given_those_of_the_source_that_holds_it() -> None:
    told = _check("The girl was painted by Johannes Vermeer around 1665 in Delft.", "en")
    assert told.statement
    assert {one.record_id for one in told.statement.citations} == {GIRL.id}


def test_what_only_the_question_says_is_not_affirmed() -> None:
    question = "Was it painted in 1999?"
    assert _check("Yes, it was painted in 1999.", "en", 1, question=question).reason == "number"
    question = "Is the girl laughing at a soldier?"
    told = _check("Yes, the girl is laughing at a soldier.", "en", 1, question=question)
    assert told.statement is None


def test_a_denial_that_no_source_makes_falls() -> None:
    assert _check("Twelve people do not walk in a park.", "en", 2).reason == "negation"
    assert _check("The girl is not a portrait.", "en", 1).statement


def test_a_denial_is_looked_for_where_the_denied_is_told() -> None:
    text = "Johannes Vermeer painted the pearl around 1665 in Delft, but it is not a portrait."
    assert _check(text, "en", 1).statement


def test_what_a_source_doubts_is_told_with_a_doubt() -> None:
    assert _check("The pearl of the girl is perhaps of glass.", "en", 1).statement
    assert _check("The pearl of the girl is of glass.", "en", 1).reason == "hedge"
    assert _check("La perle de la jeune fille serait en verre.", "fr", 1).reason != "hedge"
    assert _check("La perle de la jeune fille est en verre.", "fr", 1).reason == "hedge"


def test_years_from_one_told_year_to_another_may_be_counted() -> None:
    stands = "Arnoldus des Tombe bought the canvas in 1881, 216 years after it was painted."
    assert _check(stands, "en", 1).reason != "number"
    falls = "Arnoldus des Tombe bought the canvas in 1881, 214 years after it was painted."
    assert _check(falls, "en", 1).reason == "number"


def test_a_common_word_is_no_place_that_it_looks_like() -> None:
    assert _check("Die Namen: Zwölf Menschen gehen durch den Park.", "de", 2).reason != "name"
    assert _check("Zwölf Menschen gehen durch Namur.", "de", 2).reason == "name"


def test_an_era_is_no_name() -> None:
    assert _check("The girl by Vermeer is not of 1665 BCE.", "en", 1).reason != "name"


def test_a_quotation_is_exact() -> None:
    right = "The catalogue says: “Een meisje kijkt over haar schouder.”"
    assert _check(right, "nl", 1).reason != "quotation"
    wrong = "De catalogus zegt: “Een meisje kijkt over haar linker schouder.”"
    assert _check(wrong, "nl", 1).reason == "quotation"


@pytest.mark.parametrize(
    ("lang", "text", "stands"),
    [
        ("en", "Vermeer's canvas is 44.5 cm high and about 1665.", True),
        ("en", "Vermeer's canvas is 39 cm high, from about 1665.", False),
        ("de", "Vermeer malte das Mädchen um 1003 in Delft.", False),
        ("de", "Vermeer malte das Mädchen um 1665–1665 in Delft.", False),
        ("en", "The girl by Vermeer has the number 1003.", True),
    ],
)
def test_a_number_is_of_what_it_is_told_of(lang: str, text: str, stands: bool) -> None:
    told = _check(text, lang, 1)
    assert (told.statement is not None) == stands, told.reason


def test_small_words_are_no_materials_and_labels_no_names() -> None:
    assert _check(
        "Johannes Vermeer a pictat tabloul în Delft, în jurul anului 1665.", "ro", 1
    ).statement
    assert _check("Number painted the girl around 1665.", "en", 1, known=lambda w: True).reason


class _Asked(HashedEmbedder):
    """An embedder that keeps which texts it was given as passages."""

    def __init__(self) -> None:
        super().__init__()
        self.passages: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.passages += texts
        return super().embed_passages(texts)


def test_what_a_model_says_is_no_passage_that_an_embedder_remembers() -> None:
    embedder, text = _Asked(), "Johannes Vermeer painted it around 1665."
    assert checked(text, "en", (1,), _sources("en"), "", embedder, _names).statement
    assert text not in embedder.passages


def test_nothing_stands_without_sources() -> None:
    assert checked("A painting.", "en", (), {}, "", HashedEmbedder()).reason == "citation"
    assert _check("...", "en", 1).statement is None


def test_figures_are_read_in_other_scripts_units_and_groups() -> None:
    (one,) = figures("١٦٦٥", "ar")
    assert one.values == {1665.0}
    wide, high = figures("44,5 × 39 cm", "nl")
    (same,) = figures("445 millimètres", "fr")
    assert wide.equals(same)
    assert not high.equals(same)
    assert figures("29 500", "de")[0].values == {29500.0}
    assert 1668.0 in figures("1665–68", "en")[1].values


def test_centuries_are_read_with_their_parts() -> None:
    (one,) = times("w drugiej połowie XVII wieku", "pl")
    assert (one.earliest, one.latest) == (1651, 1700)
    (one,) = times("på 1600-talet", "sv")
    assert (one.earliest, one.latest) == (1600, 1699)
    assert times("in 1665", "en") == ()


@pytest.mark.parametrize(
    ("lang", "word", "value"),
    [
        ("hu", "hetvenhat", 76), ("de", "zweiundfünfzig", 52), ("fi", "seitsemänkymmentäkuusi", 76),
        ("fr", "quatre-vingt-dix", 90), ("it", "trentaquattro", 34), ("nl", "tweeënvijftig", 52),
        ("pl", "trzydzieści cztery", 34), ("el", "εκατόν πενήντα", 150), ("en", "two hundred", 200),
        ("lt", "trisdešimt tūkstančių", 30_000), ("fr", "dix-neuf", 19), ("de", "fünfzehn", 15),
        ("en", "twenty-one", 21), ("sv", "tjugoett", 21), ("cs", "pětadvacet", 25),
        ("lv", "četri simti", 400), ("it", "ventuno", 21), ("sl", "enaindvajset", 21),
    ],
)  # fmt: skip
def test_numbers_are_read_in_words(lang: str, word: str, value: int) -> None:
    from explorer.text import fold, words

    folded = [fold(one) for one in words(word)]
    assert numerals(folded, lang) == ((0, len(folded), value),)


def test_a_word_that_only_begins_with_a_number_is_none() -> None:
    assert numerals(("entre",), "sv") == ()


def test_hedges_and_object_numbers_are_found_where_they_stand() -> None:
    assert hedges(("painted", "probably", "about", "1665"), "en")[0] == ("doubt", 1)
    assert [key for *_, key in object_numbers("MOS-K 216 and XVII, Room 7")] == ["mosk216"]


def test_a_name_sounds_the_same_however_it_is_spelt() -> None:
    assert sound("Szessú") == sound("Sesshū")
    assert sound("Μοντιλιάνι") == sound("Modiliani")
