"""The concept vocabulary: whole in every language of the Union, and found in sentences."""

import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.catalogue.facets import facets_of
from explorer.catalogue.wordforms import index_forms, parts_of_the_world, passage_forms
from explorer.concepts import FACETS, concepts, continents, labelled, lineage, named, of_value
from explorer.text import fold, stem, words
from explorer.types import Field, Passage, Place, Record

UNION = (
    "bg", "hr", "cs", "da", "nl", "en", "et", "fi", "fr", "de", "el", "hu", "ga", "it", "lv", "lt",
    "mt", "pl", "pt", "ro", "sk", "sl", "es", "sv",
)  # fmt: skip


VOCABULARY = Path(__file__).parents[1] / "explorer" / "vocabulary"


def _inflections() -> dict[tuple[str, str], set[str]]:
    """(language, folded form) -> the concepts that it names."""
    found: dict[tuple[str, str], set[str]] = {}
    with (VOCABULARY / "inflections.tsv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE):
            concept = row.pop("id")
            for lang, told in row.items():
                for form in filter(None, told.split("|")):
                    found.setdefault((lang, fold(form)), set()).add(concept)
    return found


def _ids(text: str, lang: str) -> set[str]:
    stems = [stem(word, lang) for word in words(text)]
    return {concept for found in named(stems, lang) for concept in found.ids}


def test_there_are_at_least_250_concepts_in_every_facet_a_visitor_asks_by() -> None:
    assert len(concepts()) >= 250
    assert {concept.facet for concept in concepts().values()} == set(FACETS)


@pytest.mark.parametrize("lang", UNION)
def test_every_concept_has_words_in_every_language_of_the_union(lang: str) -> None:
    for concept in concepts().values():
        labels = concept.labels[lang]
        assert labels, (concept.id, lang)
        assert all(label == label.strip() and label for label in labels), (concept.id, lang)


@pytest.mark.parametrize("lang", UNION)
def test_no_word_stands_at_two_concepts_of_one_facet(lang: str) -> None:
    bearers = Counter(
        (concept.facet, label.casefold())
        for concept in concepts().values()
        for label in set(concept.labels[lang])
    )
    assert [label for label, n in bearers.items() if n > 1] == []


def test_identifiers_look_like_identifiers_and_broader_ones_exist() -> None:
    for concept in concepts().values():
        assert not concept.aat or (concept.aat.isdigit() and concept.aat.startswith("300"))
        assert (
            not concept.wikidata
            or concept.wikidata[0] + concept.wikidata[1:].lstrip("0123456789") == "Q"
        )
        assert not concept.broader or concepts()[concept.broader].facet == concept.facet
        assert concept.id == fold(concept.id)


def test_a_sentence_names_concepts_in_its_language() -> None:
    assert "still-life" in _ids("Een stilleven met bloemen", "nl")
    assert {"still-life", "flower"} <= _ids("une nature morte aux fleurs", "fr")
    assert "oil-paint" in _ids("painted with oil paint", "en")


def test_a_longer_name_wins_over_the_words_in_it() -> None:
    (found,) = [f for f in named(["still", "life"], "en") if "still-life" in f.ids]
    assert (found.start, found.stop) == (0, 2)


def test_a_question_names_a_concept_without_its_small_words() -> None:
    assert "woodcut" in _ids("gravure bois", "fr")
    assert "musical-instrument" in _ids("instrument musique", "fr")
    assert "lost-wax-casting" in _ids("fonte à la cire perdue", "fr")


def test_a_word_every_sentence_has_names_nothing() -> None:
    assert "summer" not in _ids("il a été peint", "fr")
    assert "wax" not in _ids("hij was schilder", "nl")
    assert of_value("was", "nl", "material") is not None  # as a value it can mean nothing else


def test_a_narrower_concept_is_found_by_the_broader_one() -> None:
    assert lineage("etching") == ("etching", "print")
    assert {"#etching", "#print"} <= set(index_forms("Radierung", "de"))


def test_what_comes_from_a_country_comes_from_its_continent() -> None:
    fields = (Field("title", "Mbira", "de"),)
    record = Record("x:1", fields=fields, places=(Place("Simbabwe", country="ZW"),))
    (told,) = passage_forms(record, [Passage("x:1", "Mbira", "de")])
    assert "#africa" in told.split()
    assert ("place", "#africa") in {(facet.name, facet.value) for facet in facets_of(record)}
    chile = replace(record, places=(Place("Chile", country="CL"),))
    assert parts_of_the_world(chile) == ["america", "south-america"]
    painted = replace(record, places=(Place("Simbabwe", role="depicted", country="ZW"),))
    assert parts_of_the_world(painted) == []
    assert set(continents().values()) <= concepts().keys()


def test_a_value_names_one_concept_of_its_facet_in_any_language() -> None:
    names = {"de": "Gemälde", "fr": "peinture", "pl": "obraz", "el": "πίνακας", "mt": "pittura"}
    for lang, value in names.items():
        concept = of_value(value, lang, "type")
        assert concept is not None, lang
        assert concept.id == "painting"
    assert of_value("", "de", "type") is None
    assert of_value("ein sehr langes Wort für ein Gemälde", "de", "type") is None


def test_a_word_of_an_unknown_language_names_what_bears_it_anywhere() -> None:
    assert "still-life" in labelled("Stillleben")
    assert labelled("xyzzy") == ()


def test_a_form_in_a_case_is_no_label_and_names_one_concept_of_a_facet() -> None:
    named_by = _inflections()
    assert {concept for ids in named_by.values() for concept in ids} <= concepts().keys()
    labels = {
        (lang, fold(label))
        for concept in concepts().values()
        for lang, several in concept.labels.items()
        for label in several
    }
    assert sorted(named_by.keys() & labels) == []
    for form, ids in named_by.items():
        facets = Counter(concepts()[one].facet for one in ids)
        assert max(facets.values()) == 1, form


@pytest.mark.parametrize(
    ("lang", "form", "concept"),
    [
        ("lv", "gleznu", "painting"), ("hr", "slikama", "painting"), ("sk", "obrazov", "painting"),
        ("sl", "kovancev", "coin"), ("bg", "картините", "painting"), ("lv", "koka", "wood"),
        ("sk", "dreva", "wood"), ("sl", "lesa", "wood"), ("hr", "srebra", "silver"),
        ("fi", "puusta", "wood"), ("lt", "paveikslų", "painting"), ("pl", "złota", "gold"),
    ],
)  # fmt: skip
def test_what_a_question_counts_is_known_in_its_case(lang: str, form: str, concept: str) -> None:
    by_stem = {one for found in named([stem(form, lang)], lang) for one in found.ids}
    assert concept in by_stem | _inflections().get((lang, fold(form)), set())


def test_a_kind_of_instrument_is_a_musical_instrument() -> None:
    assert lineage("guitar") == ("guitar", "stringed-instrument", "musical-instrument")
    for lang, value in {"pt": "xilofone", "nl": "lamellofoon", "el": "έγχορδο"}.items():
        concept = of_value(value, lang, "type")
        assert concept is not None and "musical-instrument" in lineage(concept.id), value


@pytest.mark.parametrize(
    ("lang", "said", "narrower", "broader"),
    [
        ("en", "chess", "chess", "game-subject"), ("it", "scacchi", "chess", "game-subject"),
        ("de", "Käfer", "beetle", "insect-subject"), ("pl", "apteka", "pharmacy", "medicine"),
        ("it", "tarda antichità", "late-antiquity", "antiquity"),
        ("de", "Spätantike", "late-antiquity", "antiquity"),
        ("fr", "cathédrale", "cathedral", "church"), ("nl", "dolk", "dagger", "knife"),
        ("de", "Gusseisen", "cast-iron", "iron"), ("en", "gold thread", "gold-thread", "gold"),
        ("el", "φανάρι", "lantern", "lamp"), ("hu", "triptichon", "triptych", "polyptych"),
    ],
)  # fmt: skip
def test_a_narrower_word_is_never_counted_as_its_broader_one(
    lang: str, said: str, narrower: str, broader: str
) -> None:
    ids = _ids(said, lang)
    assert narrower in ids
    assert broader not in ids
    assert broader in lineage(narrower)


@pytest.mark.parametrize(
    ("lang", "said", "other"),
    [
        ("it", "tornitura", "wheel-throwing"), ("en", "merchant", "trade"),
        ("nl", "arts", "medicine"), ("de", "Lehrer", "school"),
        ("en", "skeleton", "skull"), ("sk", "kniha", "reading"), ("en", "palace", "castle"),
        ("en", "albumen print", "print"), ("de", "gedrechselt", "wheel-throwing"),
    ],
)  # fmt: skip
def test_a_word_beside_a_concept_does_not_name_it(lang: str, said: str, other: str) -> None:
    assert other not in _ids(said, lang)


def test_what_was_made_or_invented_by_somebody_is_no_craft() -> None:
    assert "craft" not in _ids("crafted by hand", "en")
    assert "turning" not in _ids("from the turn of the century", "en")
    assert "turning" in _ids("wood turning", "en")


@pytest.mark.parametrize(
    ("lang", "form", "concept"),
    [
        ("pl", "łyżek", "spoon"), ("sl", "ključev", "key"), ("et", "võtit", "key"),
        ("sk", "vidličiek", "fork"), ("lv", "karošu", "spoon"), ("hr", "čizama", "boot"),
        ("bg", "лъжици", "spoon"), ("sk", "kníh", "book-subject"),
    ],
)  # fmt: skip
def test_narrower_things_are_known_in_their_case(lang: str, form: str, concept: str) -> None:
    by_stem = {one for found in named([stem(form, lang)], lang) for one in found.ids}
    assert concept in by_stem | _inflections().get((lang, fold(form)), set())
