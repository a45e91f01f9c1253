"""Cards: a record in a list, rendered from the record alone."""

from urllib.parse import quote, unquote

from explorer.phrases import phrase
from explorer.render.lines import in_language, lines, maker_lines, rights_label
from explorer.render.sensitive import notices_of
from explorer.types import Card, Record

_LONGEST = 60


def title_of(record: Record, lang: str) -> str:
    """The record's title in `lang` where it has one, else in its own; else what it is known by,
    or, of a text, its first words.
    """
    titles = in_language(record.named("title"), lang)
    if titles:
        return titles[0][1].text
    if record.kind in ("text", "visit") and (written := in_language(record.named("text"), lang)):
        return _opening(written[0][1].text)
    return object_number(record) or unquote(record.id.partition(":")[2]) or record.id


def _opening(text: str) -> str:
    """The first words of a text, as many as make a title."""
    flat = " ".join(text[: 5 * _LONGEST].split())
    if len(flat) <= _LONGEST:
        return flat
    return (flat[:_LONGEST].rpartition(" ")[0] or flat[:_LONGEST]).rstrip(" ,;:") + "…"


def object_number(record: Record) -> str:
    """The record's object number as its words give it, else as it is identified by; "" for none."""
    fields = (field.text for _, field in record.named("object_number"))
    identifiers = (i.value for i in record.identifiers if i.kind == "object_number")
    return next(fields, "") or next(identifiers, "")


def image_address(record: Record) -> str:
    """Where our own server has the record's thumbnail; "" where it has none."""
    shown = any(image.thumbnail for image in record.images)
    return f"/images/{quote(record.id, safe='')}" if shown else ""


def _maker_line(record: Record, lang: str) -> str:
    """The makers; where the record names none, former and copied ones with their labels."""
    told = list(maker_lines(record, lang))
    if told and told[0].key == "field.maker":
        return told[0].text
    labelled = (
        phrase("answer.fact", lang, label=phrase(line.key, lang), value=line.text) for line in told
    )
    return "; ".join(labelled) or record.author


def card(record: Record, lang: str) -> Card:
    """The record as a card in `lang`."""
    told = {line.key.removeprefix("field."): line.text for line in lines(
        record, lang, ("date", "type", "object_number", "credit_line"))}  # fmt: skip
    rights = record.rights
    return Card(
        id=record.id,
        title=title_of(record, lang),
        maker_line=_maker_line(record, lang),
        date_line=told.get("date", ""),
        type=told.get("type", ""),
        object_number=told.get("object_number") or object_number(record),
        credit_line=told.get("credit_line", ""),
        rights=rights_label(rights.image if record.images else rights.object or rights.record),
        image=image_address(record),
        alt=next((i.alt for i in record.images), ""),
        url=record.url,
        room=record.room,
        on_view=record.on_view,
        notice=" ".join(notices_of(record, lang)),
    )
