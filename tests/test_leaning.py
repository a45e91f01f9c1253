"""Which sentences cannot stand alone, because they point back to the one before."""

from functools import cache
from importlib.resources import files

import pytest

from explorer.phrases import languages_spoken
from explorer.verify.leaning import leans_back

LEANING = {
    "en": ("He painted it in 1640.", "It hangs in Dresden.", "Its frame is older.", "“This is oil.",
           "And in his workshop others painted.", "However, no date is recorded.",
           "The latter is lost.", "Both are signed.", "It’s signed.", "THEY were sold."),
    "de": ("Dieser wurde 1640 verkauft.", "Das ist Öl auf Leinwand.", "Das war 1640.",
           "Sie zeigt einen Hafen.", "„Er malte in Delft.", "Aber ihre Herkunft ist unbekannt.",
           "In seinem Atelier arbeiteten Gehilfen.", "Später kam das Bild nach Wien.",
           "Ihm gehörte ein Haus.", "Das heißt: Öl."),
    "fr": ("Il est né à Paris.", "C’est une huile.", "Cette toile est signée.", "Sa date manque.",
           "Mais elles sont perdues.", "L’autre est à Rome.", "Ça se voit."),
    "es": ("Él pintó el retablo.", "Su fecha no consta.", "Este cuadro es de 1640.",
           "Fue pintado en 1640.", "Allí murió."),
    "pl": ("Ona urodziła się w Krakowie.", "Jego ojciec był złotnikiem.", "Ten obraz jest olejny.",
           "Została namalowana w 1640 roku.", "W tym roku zmarł.", "Również data jest znana."),
    "fi": ("Hän maalasi sen.", "Tämä teos on öljyä.", "Niiden tekijä on tuntematon.",
           "Myös päiväys puuttuu.", "Mutta siinä on nimi."),
    "el": ("Αυτός γεννήθηκε στην Κρήτη.", "Εκεί ζωγράφισε.", "Ωστόσο λείπει η χρονολογία.",
           "Σε αυτό το έργο υπάρχει υπογραφή.", "Ο ίδιος πέθανε στο Τολέδο."),
    "hu": ("Ő festette a képet.", "Ez olajfestmény.", "Később eladták.", "Az utóbbi elveszett."),
    "lt": ("Jis gimė Vilniuje.", "Šis paveikslas pasirašytas.", "Jos data nežinoma.",
           "Taip pat žinoma data."),
    "lv": ("Viņš dzimis Rīgā.", "Šī glezna ir parakstīta.", "Tajā ir paraksts."),
    "sv": ("Han målade den.", "Den målades 1640.", "Detta är olja.", "Det är signerat.",
           "Men hennes ateljé brann."),
    "uk": ("Вона народилася в Києві.", "Її батько був ювеліром.", "Цей твір підписано."),
    "bg": ("Той е роден в София.", "Тази картина е подписана.", "По-късно е продадена."),
    "ga": ("Rugadh é i mBaile Átha Cliath.", "Tá sé sínithe.", "Tá an pictiúr seo sínithe.",
           "An pictiúr seo a cheannaigh an músaem."),
    "et": ("Ta sündis Tartus.", "Selle autor on teadmata."),
    "it": ("Egli nacque a Roma.", "È un olio su tela.", "Quest’opera è firmata."),
}  # fmt: skip
STANDING = {
    "en": ("The painter lived in Delft.", "There are two versions.", "Italy bought the vase.",
           "Thistles are shown.", "In 1640 Hals painted a banquet.", "Hera is shown."),
    "de": ("Der Maler lebte in Delft.", "Das Gemälde zeigt einen Hafen.", "Die Vase ist blau.",
           "Erasmus ist dargestellt.", "In Delft entstand das Bild.", "Den Rahmen schuf Hals.",
           "„Esther“ heißt das Bild."),
    "fr": ("La toile est signée.", "L’huile est de 1640.", "Césanne est né à Aix.",
           "Dans le port, deux bateaux."),
    "es": ("El pintor nació en Sevilla.", "La fecha no consta.", "Esteban pintó el retablo."),
    "pl": ("Obraz przedstawia port.", "Tomasz malował w Krakowie.", "W Krakowie powstał szkic."),
    "fi": ("Maalaus on öljyä.", "Helene Schjerfbeck maalasi sen.", "Tämänkin vaasin teki Arabia."),
    "el": ("Ο ζωγράφος γεννήθηκε στην Κρήτη.", "Το έργο είναι υπογεγραμμένο.", "Η εικόνα λείπει."),
    "hu": ("A festő Budán élt.", "Az olajfestmény aláírt.", "A képet Munkácsy festette."),
    "lt": ("Dailininkas gimė Vilniuje.", "Paveikslas pasirašytas.", "Jonas tapė."),
    "lv": ("Gleznotājs dzimis Rīgā.", "Glezna ir parakstīta.", "Rīgā glezna tapa."),
    "sv": ("Målningen är signerad.", "Den svenska konstnären målade.", "Hansson målade tavlan."),
    "uk": ("Картина підписана.", "Шевченко народився в Моринцях."),
    "bg": ("Художникът е роден в София.", "Картината е подписана."),
    "ga": ("Tá an pictiúr sínithe.", "Jack Yeats a phéinteáil an pictiúr."),
    "et": ("Maalija sündis Tartus.", "Taevas on sinine."),
    "it": ("La mostra presenta vasi.", "Il pittore nacque a Roma.", "Gli angeli cantano."),
}  # fmt: skip


@cache
def rows() -> list[list[str]]:
    table = files("explorer").joinpath("vocabulary", "leaning.tsv").read_text("utf-8")
    return [line.split("\t") for line in table.splitlines()[1:]]


@pytest.mark.parametrize(("lang", "text"), [(lang, t) for lang, ts in LEANING.items() for t in ts])
def test_a_sentence_that_points_back_leans(lang: str, text: str) -> None:
    assert leans_back(text, lang)


@pytest.mark.parametrize(("lang", "text"), [(lang, t) for lang, ts in STANDING.items() for t in ts])
def test_a_sentence_that_names_what_it_is_about_stands_alone(lang: str, text: str) -> None:
    assert not leans_back(text, lang)


def test_a_regional_language_leans_as_its_main_language() -> None:
    assert leans_back("Dieser wurde verkauft.", "de-AT")
    assert leans_back("Hun malte.", "no")


def test_without_a_list_nothing_leans_and_without_words_neither() -> None:
    assert not leans_back("He painted it.", "xx")
    assert not leans_back("", "en")
    assert not leans_back("“…”", "en")


def test_letters_and_their_accents_may_be_written_apart() -> None:
    assert leans_back("E\u0301l pintó.", "es")
    assert not leans_back("El pintor.", "es")


def test_every_language_of_the_answers_has_both_lists_without_a_word_twice() -> None:
    kinds = {(lang, kind) for lang, kind, _ in rows()}
    assert kinds == {(c, kind) for c in languages_spoken() for kind in ("before", "leaning")}
    assert len(rows()) == len(kinds)
    for _, _, words in rows():
        told = words.split("|")
        assert len(set(told)) == len(told)
        assert all(word == word.strip() == word.lower() for word in told)
