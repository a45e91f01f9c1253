import csv
from collections import defaultdict
from pathlib import Path

import pytest

from explorer.catalogue.facets import facet_values
from explorer.text import fold, words
from explorer.types import Record
from ingest.attribution import FURTHEST_FIRST, is_maker_role, is_unknown, maker

INGEST = Path(__file__).parents[1] / "ingest"
PHRASES = Path(__file__).parents[1] / "explorer" / "locales" / "en.po"


def _rows(name: str) -> list[dict[str, str]]:
    with (INGEST / name).open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table, delimiter="\t"))


@pytest.mark.parametrize(
    ("name", "role", "qualifier"),
    [
        ("Elsa Lind", "Tidigare attribution", ""),
        ("Elsa Lind (Earlier attributed to)", "Konstnär", ""),
        ("Elsa Lind", "Konstnär", "Tidigare attribution"),
        ("formerly attributed to Elsa Lind", "", ""),
        ("Elsa Lind, früher zugeschrieben", "Maler", ""),
        ("anciennement attribué à Elsa Lind", "", ""),
        ("già attribuito a Elsa Lind", "", ""),
        ("dawniej przypisywany Elsa Lind", "", ""),
        ("voorheen toegeschreven aan Elsa Lind", "", ""),
        ("Elsa Lind (Copy after)", "Tidigare attribution", ""),
        ("Elsa Lind", "", "zugeschrieben, früher"),
        ("Elsa Lind", "", "Zuschreibung (früher)"),
        ("Elsa Lind", "", "attributed formerly to"),
        ("Elsa Lind", "", "attribué à, anciennement"),
        ("Elsa Lind", "", "attribuito a (già)"),
        ("Elsa Lind", "", "tillskriven tidigare"),
        ("Elsa Lind", "", "toegeschreven, voorheen"),
        ("Elsa Lind (zugeschrieben, früher)", "", ""),
        ("Elsa Lind", "", "nicht von"),
        ("not by Elsa Lind", "", ""),
        ("Elsa Lind", "", "niet door"),
        ("inte av Elsa Lind", "", ""),
        ("Elsa Lind", "", "non di"),
    ],
)
def test_a_former_attribution_is_never_the_maker(name: str, role: str, qualifier: str) -> None:
    found = maker(name, role, qualifier)
    assert (found.name, found.status) == ("Elsa Lind", "former")
    assert found.qualifier.split()[0] == "formerly-attributed-to"
    assert "attributed-to" not in found.qualifier.split()


@pytest.mark.parametrize(
    ("name", "role", "qualifier"),
    [
        ("Elsa Lind", "Kopia efter", "Tillskriven"),
        ("Elsa Lind (Copy after)", "Konstnär", ""),
        ("Elsa Lind", "Fri kopia efter", ""),
        ("Elsa Lind", "Efter", ""),
        ("nach Elsa Lind", "", ""),
        ("Kopie nach Elsa Lind", "", ""),
        ("d’après Elsa Lind", "", ""),
        ("Elsa Lind", "", "da"),
        ("kopia według Elsa Lind", "", ""),
        ("after Elsa Lind", "", ""),
        ("Elsa Lind", "", "Fälschung nach"),
        ("Elsa Lind", "", "forgery"),
        ("vervalsing naar Elsa Lind", "", ""),
        ("Elsa Lind", "", "förfalskning"),
    ],
)
def test_a_copy_is_never_by_the_one_it_was_copied_from(
    name: str, role: str, qualifier: str
) -> None:
    found = maker(name, role, qualifier)
    assert (found.name, found.status) == ("Elsa Lind", "copy-after")
    assert found.qualifier.split()[0] == "copy-after"


@pytest.mark.parametrize(
    ("name", "qualifier", "code"),
    [
        ("Elsa Lind", "Tillskriven", "attributed-to"),
        ("Elsa Lind (Attributed to)", "", "attributed-to"),
        ("attribué à Elsa Lind", "", "attributed-to"),
        ("przypisywany: Elsa Lind", "", "attributed-to"),
        ("Elsa Lind", "Osäker", "possibly-by"),
        ("Elsa.Tillskriven. Lind", "", "attributed-to"),
        ("Elsa Lind. Tillskriven", "", "attributed-to"),
        ("Elsa Lind (?)", "", "possibly-by"),
        ("Elsa Lind", "Hans ateljé", "workshop-of"),
        ("Elsa Lind, Werkstatt", "", "workshop-of"),
        ("bottega di Elsa Lind", "", "workshop-of"),
        ("atelier d'Elsa Lind", "", "workshop-of"),
        ("warsztat Elsa Lind", "", "workshop-of"),
        ("Elsa Lind (Circle of)", "", "circle-of"),
        ("Elsa Lind", "Umkreis", "circle-of"),
        ("follower of Elsa Lind", "", "follower-of"),
        ("Elsa Lind", "Hans skola", "school-of"),
        ("Art des Elsa Lind", "", "manner-of"),
        ("Elsa Lind", "Hennes art", "manner-of"),
        ("nach Entwurf von Elsa Lind", "", "after-design-by"),
    ],
)
def test_a_qualifier_is_understood_wherever_it_stands(name: str, qualifier: str, code: str) -> None:
    found = maker(name, "", qualifier)
    assert (found.name, found.qualifier, found.status) == ("Elsa Lind", code, "current")


@pytest.mark.parametrize(
    ("name", "role", "qualifier", "codes"),
    [
        ("Elsa Lind", "Kopia efter", "Tillskriven", "copy-after attributed-to"),
        ("Elsa Lind", "Kopia efter", "Hans ateljé", "copy-after workshop-of"),
        ("Elsa Lind", "Kopia efter", "Osäker", "copy-after possibly-by"),
        ("Elsa Lind (Copy after)", "Tidigare attribution", "", "formerly-attributed-to copy-after"),
        ("Elsa Lind", "Attribuerad till", "Hans ateljé", "attributed-to workshop-of"),
        ("attributed to workshop of Elsa Lind", "", "", "attributed-to workshop-of"),
        ("Elsa Lind", "Maler", "zugeschrieben, Umkreis", "attributed-to circle-of"),
        ("Elsa Lind (Attributed to)", "Attribuerad till", "Tillskriven", "attributed-to"),
        ("Elsa Lind?", "", "attributed to", "possibly-by"),
        ("Elsa Lind", "", "Hans skola; Hans ateljé", "school-of"),
    ],
)
def test_what_is_said_besides_is_not_lost(name: str, role: str, qualifier: str, codes: str) -> None:
    found = maker(name, role, qualifier)
    assert (found.name, found.qualifier) == ("Elsa Lind", codes)


def test_nobody_unknown_loses_a_qualifier() -> None:
    assert maker("Okänd (Manner of)", "Konstnär", "").qualifier == "manner-of"


def test_a_qualifier_that_no_table_knows_keeps_the_words_of_the_source() -> None:
    assert maker("Elsa Lind", "Konstnär", "som av Elsa Lind").qualifier == "som av Elsa Lind"


@pytest.mark.parametrize(
    ("display", "name", "role", "code"),
    [
        ("Kopie nach Rembrandt", "Rembrandt", "", "copy-after"),
        ("Kopie nach Rembrandt van Rijn", "Rijn, Rembrandt van", "Maler", "copy-after"),
        ("Copy after Rijn, Rembrandt van", "Rijn, Rembrandt van", "", "copy-after"),
        ("Formerly attributed to Rembrandt", "Rembrandt", "", "formerly-attributed-to"),
        ("früher Rembrandt (1606–1669) zugeschrieben", "Rembrandt", "", "formerly-attributed-to"),
        ("Workshop of Rembrandt (1606-1669)", "Rembrandt", "painter", "workshop-of"),
        ("Maler: Werkstatt des Rembrandt Harmensz.", "Rembrandt", "Maler", "workshop-of"),
        ("Rembrandt (Umkreis), Maler", "Rembrandt", "Maler", "circle-of"),
        ("Rembrandt?", "Rembrandt", "", "possibly-by"),
        ("Rembrandt van Rijn (1606–1669), Maler", "Rembrandt van Rijn", "Maler", ""),
        ("Jan Lievens, Schüler von Rembrandt", "Jan Lievens", "", ""),
        ("Jan Lievens, früher zugeschrieben an Rembrandt", "Jan Lievens", "", ""),
        ("Kahn & Co. (Werkstatt)", "Kahn & Co.", "Werkstatt", ""),
        ("Ponte, Jacopo da", "Jacopo Ponte", "", ""),
        ("Jan After", "After, Jan", "", ""),
    ],
)
def test_a_displayed_line_says_what_it_adds_to_the_name(
    display: str, name: str, role: str, code: str
) -> None:
    assert maker(name, role, "", display=display).qualifier == code


@pytest.mark.parametrize(
    "name",
    [
        "Leonardo da Vinci", "Ponte, Jacopo da", "Ponte, da", "Nachmann, A.", "After, Jan",
        "Smith, Art", "WG Smith", "St. George", "Mästaren till Armisénaltaret", "Meister",
        "J.A.G. Acke (eg. Johan Axel Gustaf Andersson)", "Taller de Gráfica Popular",
    ],
)  # fmt: skip
def test_a_name_is_not_mistaken_for_a_qualifier(name: str) -> None:
    found = maker(name, "", "")
    assert (found.name, found.qualifier, found.status) == (name, "", "current")


@pytest.mark.parametrize(
    "name",
    [
        "Okänd", "okänd svensk konstnär", "Okänd fabrik", "anoniem", "Unbekannt",
        "Unbekannter deutscher Meister", "N.N.", "anonyme français", "Maestro ignoto",
        "nieznany malarz polski", "Anonymous Dutch artist, 17th century", "anónimo",
        "desconocido", "tuntematon", "ukendt", "Άγνωστος", "неизвестный художник", "Unknown ",
    ],
)  # fmt: skip
def test_an_unknown_maker_has_no_name(name: str) -> None:
    found = maker(name, "Konstnär", "")
    assert (found.name, found.status) == ("", "unknown")


@pytest.mark.parametrize("name", ["Okänd (Earlier attributed to)", "Kopia efter okänd mästare"])
def test_an_unknown_maker_who_is_not_the_maker_stays_so(name: str) -> None:
    found = maker(name, "", "")
    assert found.name == "" and found.status in ("former", "copy-after")


@pytest.mark.parametrize("name", ["Anonymus Bosch", "Ignoto Rossi", "Mäster Hillebrandt", ""])
def test_a_name_with_more_in_it_is_not_unknown(name: str) -> None:
    assert not is_unknown(name)


def test_a_pupil_or_workshop_by_role_is_the_maker() -> None:
    assert maker("Elsa Lind", "Elev", "").qualifier == ""
    assert maker("Elsa Lind", "Werkstatt", "").qualifier == ""
    assert maker("Elsa Lind", "Werkstatt von", "").qualifier == "workshop-of"


@pytest.mark.parametrize(
    "role",
    [
        "Beställare", "Auftraggeber", "sitter", "Donator (person)", "Finder", "Ausgräber",
        "excavator", "curator", "Kurator", "exhibitor", "restorer", "Restaurator", "user", "owner",
        "auction house", "Auktionshaus", "maison de vente", "casa d'aste", "auktionshus",
        "dom aukcyjny", "veilinghuis", "casa de subastas", "casa de leilões", "auksjonshus",
        "huutokauppa", "darczyńca", "vinder", "löytäjä", "znalazca",
    ],
)  # fmt: skip
def test_those_who_ordered_gave_or_are_shown_did_not_make_it(role: str) -> None:
    assert not is_maker_role(role)


@pytest.mark.parametrize("role", ["Konstnär", "publisher", "Drucker", "designer", ""])
def test_publishers_printers_and_designers_are_makers(role: str) -> None:
    assert is_maker_role(role)


@pytest.mark.parametrize(
    ("qualifier", "counts"),
    [
        ("", True), ("zugeschrieben", True), ("?", True), ("Werkstatt", True),
        ("nach Entwurf", True), ("Umkreis", False), ("Nachfolge", False), ("Schule", False),
        ("in der Art", False), ("Kopie", False), ("früher zugeschrieben", False),
        ("nicht von", False), ("Fälschung nach", False), ("angeblich keineswegs", False),
    ],
)  # fmt: skip
def test_only_those_whose_hand_workshop_or_design_it_is_are_counted_as_makers(
    qualifier: str, counts: bool
) -> None:
    made = maker("Elsa Lind", "", qualifier, gender="female")
    record = Record("s:1", makers=(made, maker("Bo Ek", "", "")))
    values = [label for name, label in facet_values(record) if name in ("maker", "gender")]
    assert values == [*(["Elsa Lind", "female"] if counts else []), "Bo Ek"]


def test_every_code_has_a_phrase_and_every_term_one_meaning_in_its_language() -> None:
    rows = _rows("qualifiers.tsv")
    phrases = PHRASES.read_text(encoding="utf-8")
    assert {row["code"] for row in rows} == set(FURTHEST_FIRST)
    assert all(f'"qualifier.{code}"' in phrases for code in FURTHEST_FIRST)
    meanings = defaultdict(set)
    for row in rows:
        meanings[row["lang"], " ".join(words(fold(row["term"])))].add(row["code"])
    assert [key for key, codes in meanings.items() if len(codes) > 1] == []
    for row in rows:
        assert maker("X", "", row["term"].strip("~ "), lang=row["lang"]).qualifier == row["code"]


def test_every_way_of_saying_unknown_is_recognised() -> None:
    unknown = [row["term"] for row in _rows("unknown_makers.tsv") if row["kind"] == "unknown"]
    assert [term for term in unknown if not is_unknown(term)] == []


OFFICIAL = [
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv",
    "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv",
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "qualifier", "lang", "code"),
    [
        ("приписва се на Elsa Lind", "", "bg", "attributed-to"),
        ("Elsa Lind", "кръг", "bg", "circle-of"),
        ("připisováno Elsa Lind", "", "cs", "attributed-to"),
        ("dílna Elsa Lind", "", "cs", "workshop-of"),
        ("Elsa Lind", "tilskrevet", "da", "attributed-to"),
        ("Werkstatt von Elsa Lind", "", "de", "workshop-of"),
        ("αποδίδεται σε Elsa Lind", "", "el", "attributed-to"),
        ("Elsa Lind", "εργαστήριο", "el", "workshop-of"),
        ("follower of Elsa Lind", "", "en", "follower-of"),
        ("atribuido a Elsa Lind", "", "es", "attributed-to"),
        ("Elsa Lind", "omistatud", "et", "attributed-to"),
        ("Elsa Lind", "ringkond", "et", "circle-of"),
        ("Elsa Lind", "attribuoitu", "fi", "attributed-to"),
        ("atelier d'Elsa Lind", "", "fr", "workshop-of"),
        ("curtha i leith Elsa Lind", "", "ga", "attributed-to"),
        ("ceardlann Elsa Lind", "", "ga", "workshop-of"),
        ("pripisuje se Elsa Lind", "", "hr", "attributed-to"),
        ("sljedbenik Elsa Lind", "", "hr", "follower-of"),
        ("Elsa Lind", "tulajdonított", "hu", "attributed-to"),
        ("Elsa Lind, műhelye", "", "hu", "workshop-of"),
        ("attribuita a Elsa Lind", "", "it", "attributed-to"),
        ("priskiriama Elsa Lind", "", "lt", "attributed-to"),
        ("Elsa Lind", "dirbtuvė", "lt", "workshop-of"),
        ("piedēvēts Elsa Lind", "", "lv", "attributed-to"),
        ("Elsa Lind", "sekotājs", "lv", "follower-of"),
        ("attribwit lil Elsa Lind", "", "mt", "attributed-to"),
        ("ħanut ta' Elsa Lind", "", "mt", "workshop-of"),
        ("kring van Elsa Lind", "", "nl", "circle-of"),
        ("warsztat Elsa Lind", "", "pl", "workshop-of"),
        ("atribuído a Elsa Lind", "", "pt", "attributed-to"),
        ("atribuit lui Elsa Lind", "", "ro", "attributed-to"),
        ("cercul lui Elsa Lind", "", "ro", "circle-of"),
        ("pripísané Elsa Lind", "", "sk", "attributed-to"),
        ("okruh Elsa Lind", "", "sk", "circle-of"),
        ("pripisano Elsa Lind", "", "sl", "attributed-to"),
        ("v slogu Elsa Lind", "", "sl", "manner-of"),
        ("tillskriven Elsa Lind", "", "sv", "attributed-to"),
    ],
)
def test_a_qualifier_is_understood_in_every_official_language(
    name: str, qualifier: str, lang: str, code: str
) -> None:
    found = maker(name, "", qualifier, lang=lang)
    assert (found.name, found.qualifier, found.status) == ("Elsa Lind", code, "current")


@pytest.mark.parametrize(
    ("name", "qualifier", "lang", "status"),
    [
        ("копие по Elsa Lind", "", "bg", "copy-after"),
        ("podle Elsa Lind", "", "cs", "copy-after"),
        ("dříve připisováno Elsa Lind", "", "cs", "former"),
        ("αντίγραφο από Elsa Lind", "", "el", "copy-after"),
        ("Elsa Lind", "koopia järgi", "et", "copy-after"),
        ("cóip i ndiaidh Elsa Lind", "", "ga", "copy-after"),
        ("ranije pripisano Elsa Lind", "", "hr", "former"),
        ("Elsa Lind", "után", "hu", "copy-after"),
        ("pagal Elsa Lind", "", "lt", "copy-after"),
        ("agrāk piedēvēts Elsa Lind", "", "lv", "former"),
        ("kopja wara Elsa Lind", "", "mt", "copy-after"),
        ("copie după Elsa Lind", "", "ro", "copy-after"),
        ("kópia podľa Elsa Lind", "", "sk", "copy-after"),
        ("nekdaj pripisano Elsa Lind", "", "sl", "former"),
    ],
)
def test_copies_and_former_attributions_are_told_in_the_newer_languages(
    name: str, qualifier: str, lang: str, status: str
) -> None:
    found = maker(name, "", qualifier, lang=lang)
    assert (found.name, found.status) == ("Elsa Lind", status)


def test_every_official_language_says_each_qualifier_and_names_those_who_made_nothing() -> None:
    said = {(row["lang"], row["code"]) for row in _rows("qualifiers.tsv")}
    assert [(lang, c) for lang in OFFICIAL for c in FURTHEST_FIRST if (lang, c) not in said] == []
    kinds = {(row["lang"], row["kind"]) for row in _rows("unknown_makers.tsv")}
    wanted = ("unknown", "noun", "adjective", "other role")
    assert [(lang, kind) for lang in OFFICIAL for kind in wanted if (lang, kind) not in kinds] == []


@pytest.mark.parametrize(
    "name",
    [
        "neznámý český malíř", "nepoznati majstor", "ismeretlen magyar festő", "tundmatu kunstnik",
        "nezināms mākslinieks", "nežinomas lietuvių dailininkas", "neznan slikar",
        "άγνωστος ζωγράφος", "неизвестен български художник", "artist necunoscut",
        "neznámy maliar",
    ],
)  # fmt: skip
def test_an_unknown_maker_has_no_name_in_the_newer_languages(name: str) -> None:
    assert is_unknown(name)


@pytest.mark.parametrize(
    "role",
    [
        "majitel", "darca", "lastnik", "naručitelj", "собственик", "δωρητής", "adományozó",
        "annetaja", "dāvinātājs", "savininkas", "bailitheoir", "donatur", "proprietar",
    ],
)  # fmt: skip
def test_donors_and_owners_made_nothing_in_the_newer_languages(role: str) -> None:
    assert not is_maker_role(role)


@pytest.mark.parametrize(
    "name",
    ["Krug, Ludwig", "Poe, Edgar Allan", "Ring, Ludger tom", "Li Po", "По, Едгар Алан", "Prem, H."],
)
def test_a_name_is_not_mistaken_for_a_qualifier_of_another_language(name: str) -> None:
    found = maker(name, "", "")
    assert (found.name, found.qualifier, found.status) == (name, "", "current")


def test_a_question_mark_inside_life_dates_doubts_the_dates_and_not_the_maker() -> None:
    assert maker("Colombe, Jean (143.-1493?)", "", "").qualifier == ""
    assert maker("Rembrandt (?)", "", "").qualifier == "possibly-by"
