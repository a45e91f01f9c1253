from explorer.types import DateSpan, Field, Measurement, Place, Record
from ingest.clean import clean


def test_words_are_never_changed_and_years_places_and_measures_stand_beside_them() -> None:
    record = Record(
        "s:1",
        fields=(
            Field("title", "Vas med lock, tillverkad i Delft för hovet", "sv"),
            Field("measurement", "H 72,5 cm; B 60 cm", "sv"),
            Field("place", "Delft (Nederländerna)", "sv"),
        ),
        dates=(DateSpan(display={"lt": "XIX a. pradžia"}),),
        places=(Place("Delft (Nederländerna)"),),
    )
    cleaned = clean(record)
    assert [f.text for f in cleaned.fields] == [f.text for f in record.fields]
    assert cleaned.measurements == (
        Measurement("height", 72.5, "cm"),
        Measurement("width", 60.0, "cm"),
    )
    assert (cleaned.dates[0].earliest, cleaned.dates[0].latest) == (1801, 1833)
    assert (cleaned.places[0].lat, cleaned.places[0].lon) == (52.01, 4.36)
    assert cleaned.warnings == ()


def test_delivered_measurements_stand_and_only_other_kinds_are_added() -> None:
    delivered = (Measurement("Höjd", 72.5, "cm"),)
    words = Field("measurement", "H 70 cm, vikt 3 kg", "sv")
    cleaned = clean(Record("s:1", fields=(words,), measurements=delivered))
    assert cleaned.measurements == (*delivered, Measurement("weight", 3.0, "kg"))


def test_measurements_of_an_unknown_kind_may_be_any_and_are_left_alone() -> None:
    delivered = (Measurement("Mått A", 72.5, "cm"),)
    words = Field("measurement", "H 70 cm", "sv")
    cleaned = clean(Record("s:1", fields=(words,), measurements=delivered))
    assert cleaned.measurements == delivered


def test_the_same_dimensions_in_two_languages_are_one_set() -> None:
    fields = (Field("measurement", "H 5 cm, B 5 cm", "sv"), Field("measurement", "H 5 cm", "en"))
    cleaned = clean(Record("s:1", fields=fields))
    assert [m.kind for m in cleaned.measurements] == ["height", "width"]


def test_impossible_coordinates_are_warned_of() -> None:
    cleaned = clean(Record("s:1", places=(Place("Atlantis", lat=91.0, lon=4.0),)))
    assert cleaned.places == (Place("Atlantis"),)
    assert cleaned.warnings == ("impossible coordinates of Atlantis",)
