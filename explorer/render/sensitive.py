"""Notices of sensitive records, to be read before them, and labels of communities, as given."""

from collections.abc import Iterator

from explorer.phrases import phrase, phrases
from explorer.render.lines import in_language
from explorer.types import Record


def notices_of(record: Record, lang: str) -> Iterator[str]:
    """What a visitor is told before a record: a known code in their words, else the museum's."""
    for _, field in record.named("notice"):
        code = "-".join(field.text.casefold().split())
        if f"sensitive.{code}" in phrases(lang) and code != "other":
            yield phrase(f"sensitive.{code}", lang)
    own = [pair for pair in record.named("notice") if not _coded(pair[1].text, lang)]
    for _, field in in_language(own, lang)[:1]:
        yield phrase("sensitive.other", lang, notice=field.text)


def _coded(text: str, lang: str) -> bool:
    return f"sensitive.{'-'.join(text.casefold().split())}" in phrases(lang)
