import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.types import Measurement
from ingest.measures import kind_of, read_measures


def read(text: str, lang: str = "") -> list[tuple[str, float, str]]:
    return [(m.kind, m.value, m.unit) for m in read_measures(text, lang)]


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("H 72,5 cm; B 60 cm", "sv", [("height", 72.5, "cm"), ("width", 60, "cm")]),
        ("H 72,5 cm; B 60 cm", "", [("height", 72.5, "cm"), ("width", 60, "cm")]),
        ("Höhe: 12 cm, Gewicht 1,2 kg", "de", [("height", 12, "cm"), ("weight", 1.2, "kg")]),
        ("H x B: 72,5 x 60 cm", "de", [("height", 72.5, "cm"), ("width", 60, "cm")]),
        ("72.5 x 60 cm (H x W)", "en", [("height", 72.5, "cm"), ("width", 60, "cm")]),
        ("30 cm high x 20 cm wide", "en", [("height", 30, "cm"), ("width", 20, "cm")]),
        ("H. 30, B. 20 cm", "de", [("height", 30, "cm"), ("width", 20, "cm")]),
        ("Ø 12 cm", "", [("diameter", 12, "cm")]),
        ("height 5 1/2 in", "en", [("height", 5.5, "in")]),
        ("5 ft 3 in", "en", [("", 63, "in")]),
        ("5' 3\"", "en", [("", 63, "in")]),
        ("5 tum", "sv", [("", 5, "tum")]),
        ("12 Zoll", "de", [("", 12, "Zoll")]),
        ("вис. 20 см, шир. 15 см", "bg", [("height", 20, "cm"), ("width", 15, "cm")]),
        ("v. 20 cm, š. 15 cm", "cs", [("height", 20, "cm"), ("width", 15, "cm")]),
        ("ύψος 20 εκ.", "el", [("height", 20, "cm")]),
        ("højde 20 cm", "da", [("height", 20, "cm")]),
        ("altura 20 cm; ancho 15 cm", "es", [("height", 20, "cm"), ("width", 15, "cm")]),
        ("kõrgus 20 cm", "et", [("height", 20, "cm")]),
        ("korkeus 20 cm", "fi", [("height", 20, "cm")]),
        ("hauteur 12 cm", "fr", [("height", 12, "cm")]),
        ("airde 20 cm", "ga", [("height", 20, "cm")]),
        ("visina 20 cm", "hr", [("height", 20, "cm")]),
        ("magasság: 20 cm", "hu", [("height", 20, "cm")]),
        ("altezza cm 20", "it", [("height", 20, "cm")]),
        ("cm 72 x 60", "it", [("", 72, "cm"), ("", 60, "cm")]),
        ("K 20 cm, L 15 cm", "fi", [("height", 20, "cm"), ("width", 15, "cm")]),
        ("diametro 12 cm", "it", [("diameter", 12, "cm")]),
        ("aukštis 20 cm", "lt", [("height", 20, "cm")]),
        ("augstums 20 cm", "lv", [("height", 20, "cm")]),
        ("dijametru 20 cm", "mt", [("diameter", 20, "cm")]),
        ("hoogte 20 cm x breedte 15 cm", "nl", [("height", 20, "cm"), ("width", 15, "cm")]),
        ("wys. 20 cm, szer. 15 cm", "pl", [("height", 20, "cm"), ("width", 15, "cm")]),
        ("largura 15 cm", "pt", [("width", 15, "cm")]),
        ("înălțime 20 cm", "ro", [("height", 20, "cm")]),
        ("výška 20 mm", "sk", [("height", 20, "mm")]),
        ("višina 20 cm", "sl", [("height", 20, "cm")]),
    ],
)
def test_measures_are_read_as_museums_write_them(
    text: str, lang: str, expected: list[tuple[str, float, str]]
) -> None:
    assert read(text, lang) == expected


def test_the_order_of_two_numbers_names_no_height() -> None:
    assert read("25 × 30 × 10 cm") == [("", 25, "cm"), ("", 30, "cm"), ("", 10, "cm")]


@pytest.mark.parametrize(
    ("text", "lang", "value"),
    [
        ("1,250 mm", "en", 1250), ("1.250 mm", "de", 1250), ("1,250 m", "de", 1.25),
        ("1 250 mm", "pl", 1250), ("0,125 m", "", 0.125), ("1.250,5 mm", "", 1250.5),
    ],
)  # fmt: skip
def test_points_and_commas_are_those_of_the_language(text: str, lang: str, value: float) -> None:
    assert [m.value for m in read_measures(text, lang)] == [value]


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("1,250 mm", ""), ("10–12 cm", "en"), ("1650", "en"),
        ("Inv. 1650 cm", "en"), ("Height 12 kg", "en"), ("30 x 20", "en"), ("H 72 cm", ""),
        ("L 20 cm", ""),
        ("12 cm (lådan)", "sv"), ("Lådan: H 12 cm; B 10 cm", "sv"), ("0 cm", "en"),
        ("99999999 cm", "en"), ("H x B x D: 12 x 10 cm", "de"), ("Painted in 1888", "en"),
    ],
)  # fmt: skip
def test_what_is_not_certain_stays_words(text: str, lang: str) -> None:
    assert read(text, lang) == []


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("72.5 x 60 cm (ram 90 x 80 cm)", "sv"), ("72.5 x 60 cm; frame: 90 x 80 cm", "en"),
        ("72,5 x 60 cm, Rahmen 90 x 80 cm", "de"), ("72,5 x 60 cm (cadre : 90 x 80 cm)", "fr"),
    ],
)  # fmt: skip
def test_a_frame_is_not_the_object(text: str, lang: str) -> None:
    assert read(text, lang) == [("", 72.5, "cm"), ("", 60, "cm")]
    assert read("Ram 115 x 83 x 5 cm", "sv") == []
    assert read("Frame: H 90 cm; W 80 cm", "en") == []


def test_a_source_own_name_of_a_dimension_is_known() -> None:
    assert [kind_of(name) for name in ("Höjd", "Width", "ύψος", "färg", "L")] == [
        "height", "width", "height", "", "",
    ]  # fmt: skip


@given(
    st.text("0123456789 ,.;:x×()HBcmkgøин'\"½/-\n", max_size=60), st.sampled_from(["", "de", "en"])
)
@settings(max_examples=200, deadline=None)
def test_no_text_breaks_the_reader(text: str, lang: str) -> None:
    for measure in read_measures(text, lang):
        assert isinstance(measure, Measurement)
        assert 0 < measure.value < 1_000_000 and measure.unit


@pytest.mark.parametrize(
    ("text", "lang"), [("ca 12 cm", "sv"), ("env. 12 cm", "fr"), ("około 12 cm", "pl")]
)
def test_a_rough_measure_is_said_to_be_rough(text: str, lang: str) -> None:
    assert read_measures(text, lang) == (Measurement("", 12.0, "cm", about=True),)
