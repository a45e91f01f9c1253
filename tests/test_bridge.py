"""The word bridge: a question's words reach the collection's in other languages and forms."""

from pathlib import Path

import pytest

from explorer.bridge import MOST, Expansion, dice, distance, expansions
from explorer.catalogue.reading import Catalogue
from explorer.catalogue.writing import CatalogueWriter, entry
from explorer.compounds import LINKS, parts
from explorer.lexicon import kindred, pivots
from explorer.text import fold, stem
from explorer.types import Field, Passage, Record, Source

TEXTS = {
    "en": "A ship on the sea, painted with a violin and a wardrobe",
    "sv": "Ett skepp i silver och ett självporträtt",
    "de": "Ein Kleiderschrank aus Eichenholz",
    "sk": "Obraz s kráľovnou a jablkami",
}


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    folder: Path = tmp_path_factory.mktemp("bridge")
    writer = CatalogueWriter(folder)
    for i, (lang, text) in enumerate(TEXTS.items()):
        maker = Field("maker", "Vincent van Gogh" if lang == "en" else "Élisabeth Vigée", lang)
        record = Record(f"x:{i}", fields=(Field("text", text, lang), maker), source=Source("x"))
        writer.put(
            entry(record, [Passage(record.id, f"{text} {maker.text}", lang, "", 0, len(text))])
        )
    writer.seal()
    return Catalogue(folder)


def _met(word: str, lang: str, catalogue: Catalogue) -> dict[str, Expansion]:
    (found,) = expansions([word], lang, catalogue)
    return {one.form: one for one in found}


@pytest.mark.parametrize(
    ("word", "lang", "form", "of"),
    [("Schiff", "de", "skepp", "sv"), ("statek", "pl", "ship", "en"),
     ("καράβι", "el", "ship", "en"), ("skepp", "sv", "ship", "en"), ("laiva", "fi", "ship", "en"),
     ("queen", "en", "kralovnou", "sk"), ("violon", "fr", "violin", "en"),
     ("apples", "en", "jablkami", "sk")],
)  # fmt: skip
def test_a_word_reaches_the_words_of_this_collection_that_mean_the_same(
    word: str, lang: str, form: str, of: str, catalogue: Catalogue
) -> None:
    met = _met(word, lang, catalogue)
    assert form in met, met
    assert met[form].lang in (of, "")
    assert met[form].way in ("translation", "form")


def test_only_words_this_collection_has_are_reached(catalogue: Catalogue) -> None:
    for found in expansions(["Schiff", "Geige", "Königin", "Krone"], "de", catalogue):
        assert all(catalogue.frequency(one.form) for one in found)
    assert expansions(["Nashorn"], "de", catalogue) == [()]


def test_a_question_has_at_most_so_many_expansions(catalogue: Catalogue) -> None:
    every = [word for text in TEXTS.values() for word in text.split()] * 2
    assert sum(map(len, expansions(every, "en", catalogue))) <= MOST
    assert sum(map(len, expansions(every, "en", catalogue, most=3))) == 3


def test_a_part_of_a_compound_reaches_the_whole_and_the_whole_its_parts(
    catalogue: Catalogue,
) -> None:
    assert catalogue.frequency("schrank")  # in Kleiderschrank
    assert catalogue.frequency(stem("porträtt", "sv"))  # in självporträtt
    assert "silv" in _met("Silberschiff", "de", catalogue)


def test_norwegian_is_norwegian_however_it_is_tagged() -> None:
    assert parts("oljemaleri", "no") == parts("oljemaleri", "nn-NO") == ("olje", "maleri")


def test_compounds_are_split_where_both_parts_are_words() -> None:
    assert parts("goldhelm", "de") == ("gold", "helm")
    assert parts("altarbild", "de") == ("altar", "bild")
    assert parts("vrouwenportret", "nl") == ("vrouw", "portret")
    assert parts(fold("självporträtt"), "sv") == ("sjalv", "portratt")
    assert parts("guldsmed", "da") == ("guld", "smed")
    assert parts("oljemaleri", "nb") == ("olje", "maleri")
    assert parts("maisemamaalaus", "fi") == ("maisema", "maalaus")
    for lang, whole in {"de": "gesellschaft", "nl": "landschap", "sv": "drottning"}.items():
        assert parts(whole, lang) == ()
    assert parts("goldhelm", "fr") == ()
    assert "s" in LINKS["de"]


@pytest.mark.parametrize("written", ["Goch", "Гог", "Gogg", "Γκογκ"])
def test_a_name_is_reached_in_the_visitors_spelling(written: str, catalogue: Catalogue) -> None:
    assert _met(written, "en", catalogue)["gogh"].way == "spelling"


def test_a_name_far_from_every_name_here_reaches_none(catalogue: Catalogue) -> None:
    assert not [e for e in _met("Vermeer", "en", catalogue).values() if e.way == "spelling"]


def test_languages_without_a_stemmer_meet_their_inflected_words(catalogue: Catalogue) -> None:
    met = _met("kráľovná", "sk", catalogue)
    assert met["kralovnou"].way == "form"


@pytest.mark.parametrize("word", ["ьь", "ﾞﾟ", "x", "ъ", '"', "^$"])
def test_letters_without_a_sound_reach_nothing_and_harm_nothing(
    word: str, catalogue: Catalogue
) -> None:
    assert not [e for e in _met(word, "ru", catalogue).values() if e.way == "spelling"]


def test_the_distance_counts_letters_added_dropped_changed_and_swapped() -> None:
    assert distance("goch", "gogh", 2) == 1
    assert distance("vermer", "vermeer", 2) == 1
    assert distance("vremeer", "vermeer", 2) == 1
    assert distance("monet", "rembrandt", 2) == 3
    assert dice("kralovna", "kralovnou") > 0.6 > dice("kralovna", "krava")


def test_translations_stand_in_english_stems_with_their_share() -> None:
    assert pivots("ship", "en") == [("ship", 1.0)]
    assert pivots(stem("Schiff", "de"), "de")[0][0] == "ship"
    assert pivots("nosuchword", "de") == []
    assert pivots("x" * 100, "de") == []
    assert pivots("ship", "tlh") == []
    assert kindred("x", "en") == kindred("x", "tlh") == []
    assert pivots("skip", "nn") == pivots("skip", "nb") != []
    for lang in ("bg", "el", "fi", "fr", "hu", "mt", "pl", "sv"):
        shares = [share for _, share in pivots(stem({"bg": "кораб", "el": "πλοίο", "fi": "laiva",
            "fr": "navire", "hu": "hajó", "mt": "vapur", "pl": "statek", "sv": "skepp"}[lang],
            lang), lang)]  # fmt: skip
        assert 0.9 < sum(shares) < 1.1, lang
