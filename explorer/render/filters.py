"""Filters and groups in words, so that a person sees what was counted."""

from collections.abc import Iterator, Mapping

from explorer.concepts import called
from explorer.phrases import phrase, phrases
from explorer.render.lines import measured_word, rights_label
from explorer.render.years import year_told, years_told
from explorer.types import SPANS, Filters, FilterValue

_YES_NO = {"True": "value.yes", "true": "value.yes", "False": "value.no", "false": "value.no",
           "female": "value.female", "male": "value.male"}  # fmt: skip
_BETWEEN = " · "


def filters_told(filters: Filters, labels: Mapping[str, str], lang: str) -> str:
    """Every filter with its values, "Object type: painting · Date: 1801–1900"; "" without any."""
    told = dict(_told(filters, labels, lang))
    return _BETWEEN.join(
        phrase("answer.fact", lang, label=name, value=value) for name, value in told.items()
    )


def _told(filters: Filters, labels: Mapping[str, str], lang: str) -> Iterator[tuple[str, str]]:
    for name, given in filters.items():
        if name in ("from", "to"):
            continue
        values = given if isinstance(given, list) else [given]
        words = dict.fromkeys(value_told(v, labels, lang) for v in values)
        yield name_told(name, lang), ", ".join(words)
    start, end = filters.get("from"), filters.get("to")
    if isinstance(start, int) and isinstance(end, int):
        yield name_told("date", lang), years_told(start, end, lang)
    elif isinstance(start, int):
        yield name_told("date", lang), phrase("years.from", lang, year=year_told(start, lang))
    elif isinstance(end, int):
        yield name_told("date", lang), phrase("years.until", lang, year=year_told(end, lang))


def name_told(name: str, lang: str) -> str:
    """What a filter, or what is grouped by, is called."""
    for kind in ("field", "filter", "dimension"):
        if (key := f"{kind}.{name}") in phrases(lang):
            return phrase(key, lang)
    if name == "weight":
        return measured_word(name, lang)
    return phrase("page.rights", lang) if name == "rights" else name


def value_told(value: FilterValue, labels: Mapping[str, str], lang: str) -> str:
    """One value in words: a concept as it is called in `lang`, else as the records call it."""
    text = str(value)
    if text in _YES_NO:
        return phrase(_YES_NO[text], lang)
    own = called(text, lang) or labels.get(text, text)
    return rights_label(own) if "://" in own else own


def group_told(value: str, label: str, by: str, lang: str) -> str:
    """What a group is called: its years, or its value in words."""
    if by in SPANS:
        start = int(value)
        return years_told(start, start + SPANS[by] - 1, lang)
    return value_told(value, {value: label}, lang)
