import csv
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.gazetteer import LANGUAGES
from explorer.types import Place
from ingest.places import located

TABLE = Path(__file__).parents[1] / "explorer" / "vocabulary" / "places.tsv"
EU = (
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV",
    "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
)  # fmt: skip
# south, north, west, east of each country that has places, rounded outwards
BOXES = """
AF 29 39 60 75|AL 39 43 19 22|AM 38 42 43 47|AR -56 -21 -74 -53|AT 46 50 9 18|AU -44 -10 112 154
BA 42 46 15 20|BE 49 52 2 7|BG 41 45 22 29|BO -23 -9 -70 -57|BR -34 6 -74 -34|BY 51 57 23 33
CH 45 48 5 11|CL -56 -17 -110 -66|CN 18 54 73 135|CU 19 24 -85 -74|CW 11 13 -70 -68|CY 34 36 32 35
CZ 48 52 12 19|DE 47 56 5 16|DK 54 58 8 16|DZ 18 38 -9 12|EE 57 60 21 29|EG 21 32 24 37
ES 27 44 -19 5|ET 3 15 32 48|FI 59 71 19 32|FR 41 52 -6 10|GB 49 61 -9 2|GE 41 44 39 47
GH 4 12 -4 2|GR 34 42 19 30|HR 42 47 13 20|HU 45 49 16 23|ID -11 6 95 142|IE 51 56 -11 -5
IL 29 34 34 36|IN 6 36 68 98|IQ 29 38 38 49|IR 25 40 44 64|IS 63 67 -25 -13|IT 35 48 6 19
JO 29 34 34 40|JP 24 46 122 146|KH 10 15 102 108|KR 33 39 124 132|LB 33 35 35 37|LK 5 10 79 82
LT 53 57 20 27|LU 49 51 5 7|LV 55 59 20 29|MA 27 36 -14 -1|MC 43 44 7 8|MD 45 49 26 31
ME 41 44 18 21|MK 40 43 20 24|ML 10 25 -13 5|MT 35 37 14 15|MX 14 33 -119 -86|NG 4 14 2 15
NI 10 16 -88 -82|NL 50 54 3 8|NO 57 72 4 32|NP 26 31 80 89|NZ -48 -34 166 179|PE -19 0 -82 -68
PF -28 -7 -155 -134|PK 23 38 60 78|PL 49 55 14 25|PS 31 33 34 36|PT 30 43 -32 -6|RO 43 49 20 30
RS 42 47 18 24|RU 41 82 19 180|SA 16 33 34 56|SE 55 70 10 25|SI 45 47 13 17|SK 47 50 16 23
SR 1 7 -59 -53|SY 32 38 35 43|TH 5 21 97 106|TN 30 38 7 12|TR 35 43 25 45|UA 44 53 22 41
BJ 6 13 0 4|CA 41 84 -142 -52|CD -14 6 12 32|CO -5 13 -82 -66|EC -6 2 -93 -75|GF 2 6 -55 -51
GL 59 84 -74 -10|GT 13 18 -93 -88|GY 1 9 -62 -56|HN 12 17 -90 -82|HT 18 21 -75 -71|KE -5 6 33 42
MG -26 -11 43 51|MM 9 29 92 102|MZ -27 -10 30 41|PG -12 0 140 160|PH 4 22 116 127
SL 6 11 -14 -10|SM 43 44 12 13|SN 12 17 -18 -11|TZ -12 0 29 41|UG -2 5 29 36|UY -36 -30 -59 -53
ZW -23 -15 25 34|US 18 72 -180 -66|UZ 37 46 55 74|VE 0 13 -74 -59|VN 8 24 102 110|XK 41 44 20 22
ZA -35 -22 16 33
"""


def _rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


def _at(name: str, *langs: str) -> tuple[float | None, float | None]:
    place = located(Place(name), langs)
    return place.lat, place.lon


def test_every_place_lies_within_its_country() -> None:
    boxes = {
        line.split()[0]: [float(edge) for edge in line.split()[1:]]
        for row in BOXES.strip().splitlines()
        for line in row.split("|")
    }
    far = []
    for row in _rows():
        lat, lon = float(row["lat"]), float(row["lon"])
        within = [boxes.get(code, (-90, 90, -180, 180)) for code in row["country"].split()]
        if not any(s <= lat <= n and w <= lon <= e for s, n, w, e in within):
            far.append(row["name"])
        if row["kind"] != "country" and row["country"].split()[0] not in boxes:
            far.append(f"no box: {row['name']}")
    assert far == []


def test_the_table_has_the_countries_of_the_world_and_the_places_museums_name() -> None:
    rows = _rows()
    countries = {row["country"] for row in rows if row["kind"] == "country"}
    places = [row for row in rows if row["kind"] != "country"]
    assert len(countries) >= 195
    assert {code for row in places for code in row["country"].split()} <= countries
    assert {row["kind"] for row in rows} == {"country", "region", "town", "island", "river"}
    assert len(places) >= 450
    assert [c for c in EU if sum(row["country"] == c for row in places) < 8] == []
    assert len({(row["country"], row["name"]) for row in places}) == len(places)


def test_places_of_many_names_have_them_in_at_least_eight_languages() -> None:
    names = {row["name"]: row["names"] for row in _rows()}
    for name in ("München", "Wien", "Praha", "Venezia", "Firenze", "İstanbul", "Lviv", "Gdańsk"):
        assert len({said.partition("=")[0] for said in names[name].split("|")}) >= 8, name
    known = {said.partition("=")[0] for cell in names.values() for said in cell.split("|") if said}
    assert set(LANGUAGES) - {"nb"} <= known


@pytest.mark.parametrize(
    ("name", "lang", "known", "country"),
    [
        ("Schlesien", "de", "Śląsk", ""), ("Wrocław, Śląsk", "pl", "Wrocław", "PL"),
        ("Congo", "nl", "Congo", ""), ("Silesia, Poland", "en", "Śląsk", "PL"),
        ("Γανδάρα", "el", "Gandhara", ""), ("Gandhara, Pakistan", "en", "Gandhara", "PK"),
    ],
)  # fmt: skip
def test_what_lies_in_several_countries_is_counted_to_none(
    name: str, lang: str, known: str, country: str
) -> None:
    place = located(Place(name), (lang,))
    assert (place.known, place.country) == (known, country)


@pytest.mark.parametrize(
    ("name", "lang"),
    [
        ("München", "de"), ("Munich", "en"), ("Monaco di Baviera", "it"), ("Mnichov", "cs"),
        ("Mníchov", "sk"), ("Monachium", "pl"), ("Μόναχο", "el"), ("Мюнхен", "bg"),
        ("MÜNCHEN", ""), ("Munich, Germany", "en"), ("München (Tyskland)", "sv"),
        ("Deutschland, Bayern, München", "de"), ("Munich", "sv"), ("Múnich, Alemania", "es"),
    ],
)  # fmt: skip
def test_a_town_is_found_under_its_names(name: str, lang: str) -> None:
    assert _at(name, *filter(None, [lang])) == (48.14, 11.58)


@pytest.mark.parametrize(
    ("name", "lang", "where"),
    [
        ("Delft, Nederland", "nl", (52.01, 4.36)),
        ("Delft, Zuid-Holland, Nederland", "nl", (52.01, 4.36)),
        ("Italien (Italien)", "sv", (42.8, 12.1)),
        ("Firenze, Toscana", "it", (43.77, 11.25)),
        ("Constantinople", "en", (41.01, 28.98)),
        ("Smyrna", "en", (38.42, 27.14)),
        ("Edo", "en", (35.68, 139.69)),
        ("Bohême", "fr", (49.9, 14.5)),
        ("Nederländerna", "sv", (52.2, 5.6)),
        ("Ísland", "", (65.0, -18.6)),
        ("Lietuva", "lt", (55.3, 23.9)),
        ("Ελλάδα", "el", (39.0, 22.6)),
    ],
)
def test_towns_regions_and_countries_get_a_point(
    name: str, lang: str, where: tuple[float | None, float | None]
) -> None:
    assert _at(name, *filter(None, [lang])) == where


@pytest.mark.parametrize(
    ("name", "lang"),
    [
        ("Nürnberg (?)", "de"), ("probably Paris", "en"), ("Paris, London", "en"), ("", ""),
        ("Moskva (Ryssland), Kina (Kina)", "sv"), ("Breslau, Deutschland", "de"), ("Atlantis", ""),
        ("Kleinkleckersdorf, Deutschland", "de"), ("near Delft", "en"), ("Delft?", ""),
    ],
)  # fmt: skip
def test_an_uncertain_or_unknown_place_gets_no_point(name: str, lang: str) -> None:
    assert _at(name, *filter(None, [lang])) == (None, None)


@pytest.mark.parametrize(
    ("name", "lang", "where"),
    [
        ("Monaco", "it", (None, None)), ("Monaco", "fr", (43.74, 7.41)),
        ("Georgia", "en", (None, None)), ("Tbilisi, Georgia", "en", (41.72, 44.79)),
        ("Georgia, USA", "en", (32.7, -83.4)), ("Granada", "es", (None, None)),
        ("Granada, España", "es", (37.18, -3.6)), ("Granada", "de", (37.18, -3.6)),
        ("Cambridge", "en", (None, None)), ("Cambridge, UK", "en", (52.2, 0.12)),
        ("Lincoln", "en", (None, None)), ("Bergen", "nl", (None, None)),
        ("Bergen", "nb", (60.39, 5.32)), ("Mexico", "fr", (19.43, -99.13)),
        ("Mexico", "en", (23.9, -102.5)), ("Paris", "", (48.86, 2.35)),
    ],
)  # fmt: skip
def test_a_name_of_two_places_needs_words_that_decide(
    name: str, lang: str, where: tuple[float | None, float | None]
) -> None:
    assert _at(name, *filter(None, [lang])) == where


@pytest.mark.parametrize(
    ("name", "lang", "country"),
    [
        ("Andes, Pérou", "fr", "PE"), ("północne wybrzeże Peru", "pl", "PE"),
        ("probably Trondheim", "en", "NO"), ("near Delft", "en", "NL"),
        ("Trondheim (?)", "en", ""), ("Paris and London", "en", ""),
        ("Berlijn (Suriname)", "nl", ""), ("den Haag", "nl", "NL"),
        ("Congo", "nl", ""), ("Congo-Kinshasa", "nl", "CD"),
    ],
)  # fmt: skip
def test_a_country_is_told_where_only_a_part_of_the_name_is_known(
    name: str, lang: str, country: str
) -> None:
    assert located(Place(name), (lang,)).country == country


@pytest.mark.parametrize(
    ("names", "own"),
    [
        ({"fr": "Tell el-Amarna", "de": "Achet-Aton"}, "Amarna"),
        ({"pl": "Paryż", "it": "Parigi", "lt": "Paryžius"}, "Paris"),
        ({"es": "Florencia", "de": "Florenz", "pl": "Florencja"}, "Firenze"),
        ({"es": "Cantón", "pt": "Cantão", "sv": "Kanton"}, "Guangzhou"),
        ({"nl": "Celebes", "fr": "Célèbes"}, "Sulawesi"),
    ],
)
def test_a_place_is_one_however_it_is_called(names: dict[str, str], own: str) -> None:
    assert {located(Place(said), (lang,)).known for lang, said in names.items()} == {own}


def test_delivered_coordinates_stand_and_nothing_else_is_changed() -> None:
    place = Place("Delft", "find", "http://example.org/1", 10.0, 20.0)
    assert located(place) == replace(place, country="NL", known="Delft")
    named = located(Place("Delft", "find", "http://example.org/1"))
    assert (named.name, named.role, named.uri) == ("Delft", "find", "http://example.org/1")


@pytest.mark.parametrize(
    ("lat", "lon"), [(91.0, 4.0), (0.0, 0.0), (52.0, None), (None, 4.0), (float("nan"), 4.0),
                     (52.0, 181.0)]
)  # fmt: skip
def test_impossible_coordinates_are_dropped(lat: float | None, lon: float | None) -> None:
    place = located(Place("Atlantis", lat=lat, lon=lon))
    assert (place.lat, place.lon) == (None, None)
    assert located(Place("Delft", lat=lat, lon=lon)).lat == 52.01
