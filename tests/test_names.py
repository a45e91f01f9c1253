"""Makers who are asked for in the visitor's own script, or as a language writes what it hears."""

from collections.abc import Callable

import numpy as np
import pytest

from explorer.catalogue.facets import Counted
from explorer.catalogue.naming import Naming, naming
from explorer.plan import plan
from explorer.plan.claims import claims
from explorer.plan.reading import read
from explorer.text import fold
from explorer.types import Question
from explorer.wiring import Explorer

Makers = Callable[[str], list[str]]
NOBODY = np.empty(0, np.int64)
ELSEWHERE = (
    "vincent van gogh", "francisco de goya", "claude monet", "pierre-auguste renoir",
    "pablo picasso", "peter paul rubens", "paul cezanne", "wolfgang amadeus mozart",
    "toulouse-lautrec", "hieronymus bosch", "jean-baptiste debret", "gustave courbet",
)  # fmt: skip


@pytest.fixture
def makers(explorer: Explorer) -> Makers:
    """The makers a question names."""
    catalogue = explorer.serving().generation.catalogue

    def named(text: str) -> list[str]:
        heard = plan(Question(text), catalogue, default_lang="en").heard
        found = claims(read(text, heard), catalogue)
        return [str(value) for claim in found if claim.name == "maker" for value in claim.values]

    return named


@pytest.fixture(scope="module")
def famous() -> Naming:
    return naming(Counted(ELSEWHERE, ELSEWHERE, NOBODY, NOBODY))


@pytest.mark.parametrize(
    ("text", "maker"),
    [
        ("Πόσα έργα της Αρτεμισίας Τζεντιλέσκι υπάρχουν;", "artemisia gentileschi"),
        ("Έχετε κάτι του Καραβάτζο;", "michelangelo merisi da caravaggio"),
        ("Έχετε κάτι του Ρέμπραντ;", "rembrandt harmensz. van rijn"),
        ("Ποιος ήταν ο Βερμέερ;", "johannes vermeer"),
        ("έργα του ντύρερ", "albrecht durer"),
        ("Ποιος ήταν ο Λέουενχουκ;", "antoni van leeuwenhoek"),
        ("Колко произведения на Мери Касат имате?", "mary cassatt"),
        ("Имате ли нещо от Дюрер?", "albrecht durer"),
        ("Колко картини на Джентилески имате?", "artemisia gentileschi"),
        ("Имате ли нещо от Леонардо да Винчи?", "leonardo da vinci"),
        ("Имате ли нещо от Хокусай?", "katsushika hokusai"),
        ("Скільки творів Дюрера?", "albrecht durer"),
        ("Cik Mērijas Kasatas darbu jums ir?", "mary cassatt"),
        ("Cik Vermēra gleznu ir muzejā?", "johannes vermeer"),
        ("kas bija lēvenhuks?", "antoni van leeuwenhoek"),
        ("Cik Dīrera gravīru jums ir?", "albrecht durer"),
        ("Kas bija Elizabete Vižē-Lebrena?", "elisabeth louise vigee le brun"),
        ("Kiek Vermerio paveikslų turite?", "johannes vermeer"),
        ("Kas buvo Levenhukas?", "antoni van leeuwenhoek"),
        ("Kas buvo Karavadžas?", "michelangelo merisi da caravaggio"),
        ("Kiek Hokusajaus darbų turite?", "katsushika hokusai"),
        ("Ar turite ką nors Meri Kasat?", "mary cassatt"),
    ],
)
def test_a_maker_is_known_by_the_sound_of_the_name(makers: Makers, text: str, maker: str) -> None:
    assert makers(text) == [maker]


@pytest.mark.parametrize(
    ("text", "maker"),
    [
        ("Koľko Hokusaiovej diel máte?", "katsushika hokusai"),
        ("Koliko Hokusaijevih del imate?", "katsushika hokusai"),
        ("Imate kaj Rembrandtovega?", "rembrandt harmensz. van rijn"),
        ("Kolik Vermeerových obrazů máte?", "johannes vermeer"),
        ("Kuinka monta Rembrandtin teosta teillä on?", "rembrandt harmensz. van rijn"),
        ("Do you have anything by Vigée-Lebrun?", "elisabeth louise vigee le brun"),
        ("Do you have something by Copernicus?", "mikolaj kopernik (nicolaus copernicus)"),
        ("Máte něco od Koperníka?", "mikolaj kopernik (nicolaus copernicus)"),
    ],
)
def test_a_maker_is_known_in_the_endings_of_a_language(
    makers: Makers, text: str, maker: str
) -> None:
    assert makers(text) == [maker]


@pytest.mark.parametrize(
    "text",
    [
        "Имате ли нещо от Моне?", "Имате ли нещо от Клод Моне?", "Колко картини на Пикасо имате?",
        "Имате ли нещо от Винсент ван Гог?", "Имате ли нещо от Гоя?", "Кой беше Моцарт?",
        "Имате ли нещо от Мери Шели?", "Скільки картин Пікассо?", "Чи є у вас Малевич?",
        "Έχετε κάτι του Κλοντ Μονέ;", "Έχετε κάτι του Γκόγια;", "Έχετε κάτι του Μάνες;",
        "Έχετε κάτι του Βίνσεντ βαν Γκογκ;", "Ποιος ήταν ο Μότσαρτ;", "Έχετε κάτι του Νταλί;",
        "Cik Kloda Monē gleznu jums ir?", "Vai jums ir van Goga darbi?", "Kas bija Bēthovens?",
        "Kiek Pikaso paveikslų turite?", "Ar turite Gojos darbų?", "Kas buvo Mocartas?",
    ],
)  # fmt: skip
def test_a_maker_who_is_not_here_is_taken_for_nobody_else(makers: Makers, text: str) -> None:
    assert makers(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Колко картини има в музея?", "Скільки картин у музеї?", "Πόσους πίνακες έχετε;",
        "Cik gleznu ir muzejā?", "paziņojiet par vārtiem", "Kiek paveikslų turite?",
    ],
)  # fmt: skip
def test_an_ordinary_word_is_no_name(makers: Makers, text: str) -> None:
    assert makers(text) == []


@pytest.mark.parametrize(
    ("word", "lang", "name"),
    [
        ("Γκόγια", "el", "goya"), ("Гоя", "bg", "goya"), ("Gojas", "lv", "goya"),
        ("Γκογκ", "el", "gogh"), ("Гог", "bg", "gogh"), ("Μονέ", "el", "monet"),
        ("Моне", "bg", "monet"), ("Monē", "lv", "monet"), ("Реноар", "bg", "renoir"),
        ("Renuāra", "lv", "renoir"), ("Πικάσο", "el", "picasso"), ("Pikaso", "lt", "picasso"),
        ("Рубенс", "bg", "rubens"), ("Сезан", "bg", "cezanne"), ("Моцарт", "bg", "mozart"),
        ("Mocarto", "lt", "mozart"), ("Лотрек", "bg", "lautrec"), ("Бош", "bg", "bosch"),
        ("Κουρμπέ", "el", "courbet"), ("Kurbē", "lv", "courbet"),
    ],
)  # fmt: skip
def test_famous_names_sound_like_themselves_alone(
    famous: Naming, word: str, lang: str, name: str
) -> None:
    assert famous.sounding(fold(word), lang, name=True) == [name]


@pytest.mark.parametrize(
    ("word", "lang"),
    [
        ("Мане", "bg"),
        ("Μανέ", "el"),
        ("Manē", "lv"),
        ("Робин", "bg"),
        ("Кабре", "bg"),
        ("Гага", "bg"),
    ],
)
def test_a_name_that_sounds_otherwise_is_another(famous: Naming, word: str, lang: str) -> None:
    assert famous.sounding(fold(word), lang, name=True) == []


def test_a_language_that_keeps_foreign_names_as_they_are_is_not_listened_to(
    famous: Naming,
) -> None:
    assert famous.sounding("pikaso", "lt", name=True) == ["picasso"]
    assert famous.sounding("pikaso", "sv", name=True) == []


def test_two_names_that_sound_the_same_are_both_meant() -> None:
    held = ("anna sorn", "carl zorn")
    both = naming(Counted(held, held, NOBODY, NOBODY))
    assert sorted(both.sounding(fold("Цорн"), "bg", name=True)) == ["sorn", "zorn"]
