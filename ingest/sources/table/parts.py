"""The structured parts of a row's record: makers, dates, places, terms and measurements."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import zip_longest

from explorer.dates import LAST_YEAR, Span, read_date
from explorer.types import Concept, DateSpan, Field, Maker, Measurement, Place
from ingest import attribution
from ingest.columns import FAMILIES, MEASURED, PLACES, Column, Group
from ingest.concepts.labelling import in_vocabulary
from ingest.concepts.store import Vocabulary
from ingest.sources.table.rows import Values

_WEB = ("http://", "https://")
_YEAR = re.compile(r"\A([+-]?\d{1,6})(?:\.0+|-\d{2}(?:-\d{2})?)?\Z")
_NUMBER = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\W\d_]{0,12}\.?|[\"″'′])")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
_STRUCTURED = frozenset(FAMILIES) - {"maker", "place", "measurement"}

_Values = Mapping[Column, Values]
_ENDS = ("date.earliest", "date.latest")
_NEUTRAL = ("BCE", "CE")
_NO_YEARS = range(10_000, 100_000)


def makers(
    groups: Iterable[Group], values: _Values, lang: str, warnings: list[str]
) -> tuple[list[Maker], list[Field]]:
    """The makers of all columns in order, and their Fields; who only owned or gave is a person."""
    told: dict[tuple[str, ...], Column] = {}
    for group in groups:
        if group.family == "maker" and group.head:
            for cells in _side_by_side(group, values, warnings):
                told.setdefault(cells, group.head)
    found: list[Maker] = []
    fields: list[Field] = []
    for (name, role, qualifier, gender, uri), column in told.items():
        spoken = column.lang or lang
        if not name or not attribution.is_maker_role(role):
            fields += [Field("person", name, spoken, source=column.name)] if name else []
            continue
        for part, text in (("role", role), ("qualifier", qualifier)):
            if text:
                fields.append(Field(f"maker.{part}", text, spoken, source=f"maker[{len(found)}]"))
        fields.append(Field("maker", name, spoken, source=column.name))
        address = web_address(uri, warnings)
        made = attribution.maker(name, role, qualifier, gender=gender, uri=address, lang=spoken)
        found.append(Maker("", status="unknown") if name in column.unknown else made)
    return found, fields


def _side_by_side(group: Group, values: _Values, warnings: list[str]) -> Iterator[tuple[str, ...]]:
    """What each value of the group's column is told with; its warnings say what belongs to none."""
    if group.head is None:
        return
    heads = values.get(group.head, ())
    columns = [group.of.get(field) for field in FAMILIES[group.family].of]
    cells = [values.get(column, ()) if column else () for column in columns]
    for column, found in zip(columns, cells, strict=True):
        if column and any(found[len(heads) :]):
            warnings.append(f"more values than in '{group.head.name}': {column.name}")
    for head, *rest in zip_longest(heads, *cells, fillvalue=""):
        if head:
            yield (head, *rest)


def places(groups: Iterable[Group], values: _Values, warnings: list[str]) -> Iterator[Place]:
    """The places of all columns, each in its role."""
    for group in groups:
        if group.family == "place" and group.head:
            role = PLACES[group.head.field]
            for name, uri, north, east in _side_by_side(group, values, warnings):
                lat, lon = _coordinates(north, east, warnings)
                yield Place(name, role, web_address(uri, warnings), lat, lon)


def _coordinates(north: str, east: str, warnings: list[str]) -> tuple[float | None, float | None]:
    if not north and not east:
        return None, None
    try:
        lat, lon = (float(cell.replace(",", ".")) for cell in (north, east))
    except ValueError:
        lat = lon = float("nan")
    if abs(lat) <= 90 and abs(lon) <= 180 and (lat or lon):
        return lat, lon
    warnings.append(f"coordinates not understood: {north}, {east}")
    return None, None


def concepts(
    groups: Iterable[Group], values: _Values, lang: str, warnings: list[str]
) -> Iterator[Concept]:
    """The terms that come with their address in a vocabulary."""
    for group in groups:
        if group.family in _STRUCTURED and group.of and group.head:
            for label, uri in _side_by_side(group, values, warnings):
                if address := web_address(uri, warnings):
                    yield Concept(group.family, address, {group.head.lang or lang: label})


def looked_up(
    values: _Values, vocabularies: Mapping[str, Vocabulary], lang: str, warnings: list[str]
) -> tuple[_Values, list[Concept]]:
    """The values without those that are codes of a vocabulary, and the concepts of all it knows."""
    words = dict(values)
    found: dict[tuple[str, str], Concept] = {}
    for column, cells in values.items():
        if column.vocabulary:
            shown = []
            for value in cells:
                vocabulary, spoken = vocabularies[column.vocabulary], column.lang or lang
                known, is_words = in_vocabulary(value, spoken, vocabulary, warnings)
                shown.append(value if is_words else "")  # empty: others stand beside it
                if known:
                    concept = Concept(column.field, known.uri, known.labels)
                    found.setdefault((column.field, known.uri or value), concept)
            words[column] = tuple(shown)
    return words, list(found.values())


def measured(
    groups: Iterable[Group], values: _Values, lang: str, warnings: list[str]
) -> tuple[list[Measurement], list[Field]]:
    """The measurements of columns that hold one each, and Fields for those told in several cells.

    Words such as "12 x 8 cm" are read elsewhere, whatever the source.
    """
    found: list[Measurement] = []
    fields: list[Field] = []
    for group in groups:
        if group.family == "measurement" and group.head:
            for value, kind, unit in _side_by_side(group, values, warnings):
                said = with_unit(value, unit or group.head.unit)
                said = f"{kind} {said}" if kind else said
                fields.append(Field("measurement", said, lang, source=group.head.name))
                found += _measurement(kind, value, unit or group.head.unit, warnings)
    for column, cells in values.items():
        if column.field in MEASURED and column.field != "measurement.value":
            kind = column.field.removeprefix("measurement.")
            for value in cells:
                found += _measurement(kind, value, column.unit, warnings)
    return found, fields


def with_unit(words: str, unit: str) -> str:
    """A measured column's words, with its unit where they end in a number and so lack one."""
    return f"{words} {unit}" if unit and words[-1:].isdigit() else words


def _measurement(kind: str, value: str, unit: str, warnings: list[str]) -> Iterator[Measurement]:
    match = _NUMBER.fullmatch(value)
    # 1.250 is a thousand and more in some languages, and one and a quarter in others.
    if match is None or _THOUSANDS.fullmatch(match.group(1)):
        warnings.append(f"measurement is not a number: {kind} {value}".replace("  ", " "))
        return
    number = float(match.group(1).replace(",", "."))
    if number:
        yield Measurement(kind, number, match.group(2) or unit)
    else:
        warnings.append(f"measurement is zero: {kind}")


def dates(
    values: _Values, fields: Sequence[Field], lang: str, warnings: list[str]
) -> tuple[tuple[DateSpan, ...], list[Field]]:
    """The creation's date, and a Field for it where the source has years but no words.

    One year alone is both ends, unless the words say where the other one is.
    """
    told = {
        c.field: (found[0], c.name) for c, found in values.items() if c.field in _ENDS and found
    }
    cells = [told.get(end, ("", ""))[0] for end in _ENDS]
    first, last = (_span(cell) for cell in cells)
    read = [(cell, span) for cell, span in zip(cells, (first, last), strict=True) if span]
    known = [cell for cell, _ in read]
    warnings += [f"date not understood: {cell}" for cell in cells if cell and cell not in known]
    shown = {f.lang: f.text for f in fields if f.name == "date"}
    said = next((s for lang, text in shown.items() if (s := read_date(text, lang))), None)
    earliest = first.earliest if first else None
    latest = last.latest if last else None
    if first and not cells[1]:
        latest = (said or first).latest
    if last and not cells[0]:
        earliest = (said or last).earliest
    if earliest is not None and latest is not None and earliest > latest:
        warnings.append(f"date begins after its end: {earliest}, {latest}")
        earliest = latest = None
        known = []
    made: list[Field] = []
    if any(cells) and not shown:
        text, spoken = _in_words([cell for cell in cells if cell], known, lang)
        source = ", ".join(told[end][1] for end in _ENDS if end in told)
        made = [Field("date", text, spoken, source=source)]
        shown = {spoken: text}
    unsure = (span.certainty for _, span in read if span.certainty != "certain")
    span = DateSpan("creation", shown, earliest, latest, next(unsure, "certain"))
    return ((span,) if shown else ()), made


def _span(cell: str) -> Span | None:
    """The years of a cell that should hold one, astronomical where it is a bare number."""
    if not cell:
        return None
    if match := _YEAR.fullmatch(cell):
        year = int(match.group(1))
        # 9999 stands for an end that is not known, 202401 for a month; 99999 is refused later.
        return Span(year, year) if year <= LAST_YEAR or year in _NO_YEARS else None
    return read_date(cell, "zxx")


def _in_words(cells: Sequence[str], known: Sequence[str], lang: str) -> tuple[str, str]:
    """What a visitor reads of a date's cells, and its language; as they stand if not understood."""
    if len(known) < len(cells):
        return " / ".join(dict.fromkeys(cells)), ""
    matches = [_YEAR.fullmatch(cell) for cell in cells]
    years = [int(match.group(1)) for match in matches if match]
    if len(years) == len(cells) and min(years) < 1:
        # In the row's language, if the words are understood there as the years they stand for.
        text = _years(years, *_eras(lang))
        read = read_date(text, lang)
        if read and (read.earliest, read.latest) == (years[0], years[-1]):
            return text, lang
        return _years(years, *_NEUTRAL), ""
    return "–".join(dict.fromkeys(_YEAR.sub(_year, cell) for cell in cells)), ""


def _years(years: Sequence[int], before: str, after: str) -> str:
    """Years of which the first lies before our era: 1345–1336 BCE, 5 BCE–20 CE."""
    if years[-1] > 0:
        return f"{1 - years[0]} {before}–{years[-1]} {after}"
    return "–".join(dict.fromkeys(str(1 - year) for year in years)) + f" {before}"


@cache
def _eras(lang: str) -> tuple[str, str]:
    """What stands behind years before and of our era (CLDR)."""
    from babel import Locale, UnknownLocaleError

    if lang.partition("-")[0] == "en":
        return _NEUTRAL
    try:
        eras = Locale.parse(lang, sep="-").eras["abbreviated"]
    except (UnknownLocaleError, ValueError):
        return _NEUTRAL
    return eras[0], eras[1]


def _year(match: re.Match[str]) -> str:
    year = int(match.group(1))
    return str(year) if year > 0 else _years([year], *_NEUTRAL)


def web_address(given: str, warnings: list[str]) -> str:
    """An address of the web as given; "" and a warning where it is none."""
    if given and not given.startswith(_WEB):
        warnings.append(f"web address is incomplete: {given}")
        return ""
    return given
