"""The catalogues of words: complete in every language, and what phrases.py gives from them."""

import re
from functools import cache
from importlib.resources import files
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from explorer.phrases import DEFAULT, language_name, languages_spoken, phrase, phrases

OFFICIAL_EU = "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv"
ALSO_SPOKEN = "ca nb uk"
SPOKEN = sorted(f"{OFFICIAL_EU} {ALSO_SPOKEN}".split())
TRANSLATED = [code for code in SPOKEN if code != DEFAULT]


@cache
def source(lang: str) -> str:
    return files("explorer").joinpath("locales", f"{lang}.po").read_text(encoding="utf-8")


@cache
def catalogue(lang: str) -> Catalog:
    # No locale is passed: it must come from the file's own header.
    return read_po(source(lang).encode().splitlines(keepends=True), abort_invalid=True)


def words(lang: str) -> dict[str, str]:
    return {str(message.id): str(message.string) for message in catalogue(lang) if message.id}


def placeholders(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def test_every_official_language_of_the_union_has_a_catalogue() -> None:
    assert list(languages_spoken()) == SPOKEN


@pytest.mark.parametrize("lang", SPOKEN)
def test_a_catalogue_has_each_english_key_exactly_once(lang: str) -> None:
    written = re.findall(r'^msgid "(.+)"$', source(lang), re.MULTILINE)
    assert written == list(words(DEFAULT))


@pytest.mark.parametrize("lang", SPOKEN)
def test_no_phrase_is_empty_or_framed_by_spaces(lang: str) -> None:
    assert [key for key, text in words(lang).items() if not text or text != text.strip()] == []


@pytest.mark.parametrize("lang", TRANSLATED)
def test_a_phrase_has_the_placeholders_of_the_english_one(lang: str) -> None:
    expected = {key: placeholders(text) for key, text in words(DEFAULT).items()}
    assert {key: placeholders(text) for key, text in words(lang).items()} == expected


@pytest.mark.parametrize("lang", SPOKEN)
def test_nothing_in_a_catalogue_is_fuzzy_or_obsolete(lang: str) -> None:
    assert [m.id for m in catalogue(lang) if m.fuzzy] == []
    assert not catalogue(lang).fuzzy  # the header
    assert not catalogue(lang).obsolete


@pytest.mark.parametrize("lang", SPOKEN)
def test_a_catalogue_is_headed_with_its_language_in_utf_8(lang: str) -> None:
    headers = dict(catalogue(lang).mime_headers)
    assert catalogue(lang).locale_identifier == lang
    assert headers["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("lang", TRANSLATED)
def test_a_catalogue_written_by_machine_says_so_in_its_first_line(lang: str) -> None:
    assert source(lang).startswith("# Written by machine")


@pytest.mark.parametrize("lang", SPOKEN)
def test_no_two_labels_or_qualifiers_share_their_words(lang: str) -> None:
    for kind in ("field.", "qualifier."):
        shown = [text.casefold() for key, text in words(lang).items() if key.startswith(kind)]
        assert len(set(shown)) == len(shown)


@pytest.mark.parametrize("lang", SPOKEN)
def test_a_sentence_in_english_is_a_sentence_in_every_language(lang: str) -> None:
    ends = {".": ".", ":": ":", "?": "?;"}
    for key, text in words(DEFAULT).items():
        if text[-1] in ends:
            assert words(lang)[key][-1] in ends[text[-1]], key


def test_names_are_filled_in() -> None:
    assert phrase("qualifier.workshop-of", "de", name="Tilman") == "Werkstatt von Tilman"


def test_a_language_without_a_catalogue_is_answered_in_english() -> None:
    assert phrases("is") == phrases("en")
    assert phrase("field.maker", "is") == "Maker"


def test_a_regional_language_is_answered_in_its_main_language() -> None:
    assert phrase("field.maker", "de-AT") == phrase("field.maker", "de") != "Maker"


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        phrase("field.unheard_of", "en")


def test_a_language_has_its_name_in_the_visitors_language() -> None:
    assert language_name("sv", "pl") == "szwedzki"
    assert language_name("pl", "pt") == "polaco"
    named = phrase("notice.original_language", "pl", language=language_name("sv", "pl"))
    assert named == "Język cytatu, jak w rekordzie: szwedzki."


def test_a_code_that_is_no_language_is_its_own_name() -> None:
    assert language_name("not a language", "en") == "not a language"
