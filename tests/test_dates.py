import csv
import tarfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from explorer.dates import LANGUAGES, Span, read_date
from explorer.dates.words import items_of, plain, tokens_of
from explorer.plan.periods import periods
from explorer.plan.reading import read


def table(path: str) -> list[list[str]]:
    root = Path(__file__).parent.parent
    return [row.split("\t") for row in (root / path).read_text(encoding="utf-8").splitlines()[1:]]


def year(written: str) -> int | None:
    return int(written) if written else None


EXAMPLES = table("tests/dates.tsv")
READABLE = [row for row in EXAMPLES if row[4]]
FORMS = table("tests/date_forms.tsv")
QUESTIONS = table("tests/question_times.tsv")


@pytest.mark.parametrize(("text", "lang", "earliest", "latest", "certainty"), EXAMPLES)
def test_a_date_is_read_as_museums_write_it_or_not_at_all(
    text: str, lang: str, earliest: str, latest: str, certainty: str
) -> None:
    expected = Span(year(earliest), year(latest), certainty) if certainty else None  # type: ignore[arg-type]
    assert read_date(text, lang) == expected


@pytest.mark.parametrize("lang", sorted({row[0] for row in FORMS}))
def test_words_of_one_language_are_never_other_years_in_another(lang: str) -> None:
    strays = []
    for _, words, earliest, latest, certainty in (row for row in FORMS if row[0] == lang):
        expected = (year(earliest), year(latest)) if certainty else None
        spans = [(other, read_date(words, other)) for other in ("", *LANGUAGES, "zxx", "xx")]
        read = [(other, (span.earliest, span.latest)) for other, span in spans if span]
        strays += [(words, other, years) for other, years in read if years != expected]
    assert strays == []


@pytest.mark.parametrize(("lang", "words", "earliest", "latest", "certainty"), FORMS)
def test_the_ways_of_each_official_language_are_read_or_left_as_words(
    lang: str, words: str, earliest: str, latest: str, certainty: str
) -> None:
    expected = Span(year(earliest), year(latest), certainty) if certainty else None  # type: ignore[arg-type]
    assert read_date(words, lang) == expected


def asked(question: str, lang: str) -> list[tuple[str, Span]]:
    """The words of each time in a question, and its years."""
    reading = read(question, lang)
    told = periods(reading)
    return [(" ".join(reading.word(i) for i in sorted(at)), span) for at, span in told]


@pytest.mark.parametrize(("lang", "question", "times"), QUESTIONS)
def test_times_are_understood_as_visitors_say_them_or_left_as_words(
    lang: str, question: str, times: str
) -> None:
    spans = [span for _, span in asked(question, lang) if span.certainty != "circa"]
    ends = ((span.earliest, span.latest) for span in spans)
    told = ("..".join("" if year is None else str(year) for year in end) for end in ends)
    assert " ".join(told) == times


@pytest.mark.parametrize(
    ("question", "lang", "words"),
    [
        ("målningar från 1600-talet är utställda", "sv", "från 1600 talet"),
        ("porträtt från 1800-talet av kvinnor", "sv", "från 1800 talet"),
        ("billeder fra 1600-tallet af kvinder", "da", "fra 1600 tallet"),
        ("foto's uit 1920", "nl", "uit 1920"),
        ("картини по-стари от 1700 г.", "bg", "по стари от 1700 г"),
        ("quadri più antichi del 1600", "it", "più antichi del 1600"),
    ],
)
def test_a_time_takes_no_word_that_is_of_something_else(
    question: str, lang: str, words: str
) -> None:
    assert [told for told, _ in asked(question, lang)] == [words]


def test_two_times_joined_are_one_only_where_no_year_is_between_them() -> None:
    assert asked("prints of 1650 and 1700", "en") == []
    assert asked("obrazy z V i VII wieku", "pl") == []  # nor is one of them taken for both
    assert read_date("17th and 19th centuries", "en") == Span(1601, 1900)


def test_a_decade_without_a_century_is_a_time_in_a_question_only() -> None:
    for text, lang in (("années trente", "fr"), ("the thirties", "en"), ("30-talet", "sv")):
        assert read_date(text, lang) is None
        assert [span for _, span in asked(text, lang)] == [Span(1930, 1939)]
    assert read_date("the thirties of the 19th century", "en") == Span(1830, 1839)


def test_every_official_language_has_its_forms_and_its_traps() -> None:
    forms = Counter(row[0] for row in FORMS)
    traps = Counter(row[0] for row in FORMS if not row[4])
    assert forms.keys() == set(LANGUAGES) - {"nb"}
    assert min(forms.values()) >= 25
    assert all(0.15 <= traps[lang] / forms[lang] <= 0.4 for lang in forms)


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("do 1650", "pl", Span(None, 1650)),
        ("do 1650", "pt", None),
        ("do fim do século XIX", "pt", Span(1868, 1900)),
        ("no verão de 1650", "pt", Span(1650, 1650)),
        ("no 1650", "pt", None),
        ("no 1650", "lv", Span(1650, None)),
        ("no 1650", "", None),
        ("300 eKr", "fi", Span(-299, -299)),
        ("300 e.Kr.", "sv", Span(300, 300)),
        ("300 e.Kr.", "fi", None),
        ("300 e.Kr.", "", None),
        ("1650 bis", "de", None),
        ("1650-ig", "hu", Span(None, 1650)),
    ],
)
def test_a_word_that_two_languages_have_means_what_the_declared_one_says(
    text: str, lang: str, expected: Span | None
) -> None:
    assert read_date(text, lang) == expected


@pytest.mark.parametrize("text", ["99999", "1650-99999", "19999", "32nd century", "5000 AD"])
def test_years_that_no_museum_can_mean_are_refused(text: str) -> None:
    assert read_date(text, "en") is None


def test_what_was_read_is_kept_for_the_next_record_but_not_without_end() -> None:
    assert read_date.cache_info().maxsize


def test_every_language_of_the_table_is_tried_and_has_the_words_that_matter() -> None:
    meanings: dict[str, set[str]] = {}
    for lang, meaning, _ in table("explorer/dates/words.tsv"):
        meanings.setdefault(lang, set()).add(meaning.partition("=")[0])
    assert meanings.keys() == {"mul", *LANGUAGES}
    needed = {
        "circa", "doubt", "before", "until", "and", "bce", "ce", "century", "half", "early", "late",
        "quarter", "block",
    }  # fmt: skip
    missing = {lang: needed - meanings[lang] for lang in LANGUAGES}
    # Hungarian says "before" behind the year.
    assert {lang: words for lang, words in missing.items() if words} == {"hu": {"before"}}
    assert "prior" in meanings["hu"]


def test_no_word_has_two_meanings_in_one_language() -> None:
    rows = table("explorer/dates/words.tsv")
    words = Counter((lang, word) for lang, _, cell in rows for word in cell.split("|"))
    assert [word for word, count in words.items() if count > 1] == []


@pytest.mark.parametrize("row", READABLE, ids=lambda row: row[0])
def test_a_wrong_language_never_turns_a_date_into_another_one(row: list[str]) -> None:
    text, _, earliest, latest, certainty = row
    readings = {lang: read_date(text, lang) for lang in ("", *LANGUAGES, "zxx", "cs")}
    expected = (year(earliest), year(latest), certainty)
    strays = {
        lang: span
        for lang, span in readings.items()
        if span and (span.earliest, span.latest, span.certainty) != expected
    }
    assert strays == {}


@pytest.mark.parametrize("number", range(1, 13))
def test_months_of_every_language_come_with_their_days(number: int) -> None:
    from babel.dates import get_month_names

    for lang in LANGUAGES:
        for width in ("wide", "abbreviated"):
            name = get_month_names(width, locale=lang)[number]
            assert read_date(f"14. {name} 1802", lang) == Span(1802, 1802), (lang, name)


def test_a_month_in_a_data_field_is_not_a_range_but_in_a_sentence_it_may_be() -> None:
    assert read_date("1901-02") is None
    assert read_date("1901-02", "en") is None
    assert read_date("1901-02", "zxx") == Span(1901, 1901)
    assert read_date("1901–02") == Span(1901, 1902)
    assert read_date("1898-02") == Span(1898, 1898)
    assert read_date("1898–02") is None


def test_unknown_words_are_passed_over_only_in_a_language_we_know() -> None:
    assert read_date("painted in Rome 1888", "en") == Span(1888, 1888)
    assert read_date("ante diem 1650", "la") is None
    assert read_date("verschollen 1650", "de") is None
    assert read_date("Rom 1650", "xx") is None
    assert read_date("1650 etwasunbekanntes", "de") is None


def test_a_language_we_do_not_know_is_as_none() -> None:
    tokens = list(tokens_of(plain("XIX век")))
    assert items_of(tokens, "mk") == items_of(tokens, "")
    assert read_date("XIX век", "mk") == read_date("XIX век")


def test_from_a_century_is_of_it_and_from_a_year_on_is_since() -> None:
    assert read_date("от XVI век", "bg") == Span(1501, 1600)
    assert read_date("от XVI век насам", "bg") == Span(1501, None)
    assert read_date("no 1650", "lv") == Span(1650, None)
    assert read_date("from 1650 onwards", "en") == Span(1650, None)


def test_a_long_text_is_no_date() -> None:
    assert read_date("Painted in 1888. " + "He returned to the village every summer. " * 10) is None


@given(st.text(max_size=60), st.sampled_from(["", *LANGUAGES, "zxx"]))
@settings(max_examples=150, deadline=None)
def test_no_text_breaks_the_reader_or_yields_years_out_of_order(text: str, lang: str) -> None:
    span = read_date(text, lang)
    if span and span.earliest is not None and span.latest is not None:
        assert -99_999 <= span.earliest <= span.latest <= 2100


@given(st.integers(1000, 2100), st.integers(1000, 2100))
@settings(max_examples=100, deadline=None)
def test_a_range_is_read_only_in_the_order_of_time(first: int, second: int) -> None:
    expected = Span(first, second) if first <= second else None
    assert read_date(f"{first}–{second}") == expected


_WORDS = sorted({w for _, _, cell in table("explorer/dates/words.tsv") for w in cell.split("|")})


@given(st.lists(st.sampled_from([*_WORDS, "1650", "1700", "19", "XVII", "80"]), max_size=6))
@settings(max_examples=300, deadline=None)
def test_no_sequence_of_date_words_breaks_the_reader(words: list[str]) -> None:
    span = read_date(" ".join(words).replace("~", "").replace("#", ""), "de")
    assert span is None or (span.earliest, span.latest) != (None, None)


DELIVERIES = Path(__file__).parents[2] / "shared" / "data"
deliveries = pytest.mark.skipif(not DELIVERIES.is_dir(), reason="the deliveries are not here")


@pytest.mark.deliveries
@deliveries
def test_the_swedish_delivery_is_read_as_its_own_years_say() -> None:
    archive = DELIVERIES / "nationalmuseum_se_lido" / "valid_items_transform_1618.tgz"
    lido = "{http://www.lido-schema.org}"
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    outcomes: Counter[str] = Counter()
    with tarfile.open(archive) as tar:
        contents = (tar.extractfile(member) for member in tar if member.isfile())
        trees = (etree.parse(content) for content in contents if content)
        dates = (date for tree in trees for date in tree.iter(f"{lido}eventDate"))
        for date in dates:
            years = [date.findtext(f"{lido}date/{lido}{end}Date") for end in ("earliest", "latest")]
            for shown in date.iterfind(f"{lido}displayDate"):
                if shown.text:
                    span = read_date(shown.text, shown.get(lang, ""))
                    outcomes["read" if span else "unread"] += 1
                    if span and all(years) and span.certainty != "circa":
                        same = [str(span.earliest), str(span.latest)] == years
                        outcomes["same" if same else "other"] += 1
    # Not read: years cut to three digits, and years that may be months. Other: centuries counted
    # from 1600 in English, wider beginnings, open ends that the museum closes after 100 years.
    assert outcomes["unread"] <= 11
    assert outcomes["read"] >= 9323
    assert outcomes["other"] <= 60 < 3900 <= outcomes["same"]


@pytest.mark.deliveries
@deliveries
def test_the_dutch_data_fields_are_read() -> None:
    path = DELIVERIES / "rijks_suriname_nl" / "data" / "Suriname_objecten_export.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    ends = [row[f"datering.datum.{end}"] for row in rows for end in ("start", "eind")]
    single = [end for end in ends if end and "$" not in end]
    assert len(single) == 7306
    assert [
        end for end in single if read_date(end, "zxx") != Span(int(end[:4]), int(end[:4]))
    ] == []
