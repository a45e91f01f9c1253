"""What looks wrong in one record: its makers, rights, links and object number."""

import re
from collections import Counter
from collections.abc import Iterator

from explorer.text import fold
from explorer.types import Record
from ingest.health.tally import Found

_WEB = re.compile(r"https?://[^\s/.]+\.[^\s]+", re.IGNORECASE)
_NOT_A_LINK, _INCOMPLETE = "image is not a link: ", "web address is incomplete: "
_MASTER = re.compile(r"\.tiff?$", re.IGNORECASE)
_KNOWN_RIGHTS = re.compile(
    r"https?://(?:www\.)?(?:creativecommons\.org/(?:licenses|publicdomain)|"
    r"rightsstatements\.org/(?:vocab|page))/[\w.+-]+",
    re.IGNORECASE,
)
_LONGEST_NUMBER = 60


def is_web(address: str) -> bool:
    """Whether this is a complete web address."""
    return bool(_WEB.fullmatch(address.strip()))


def is_statement(rights: str) -> bool:
    """Whether rights are a Creative Commons licence or a statement of rightsstatements.org."""
    return bool(_KNOWN_RIGHTS.match(rights.strip()))


def makers(record: Record) -> Iterator[Found]:
    """A record that has no maker, an unknown one, or one person in two parts."""
    if not record.makers:
        yield "maker_none", ""
        return
    if not any(maker.name for maker in record.makers):
        yield "maker_unknown", ""
        return
    named = [(fold(maker.name), maker) for maker in record.makers if maker.name]
    current = Counter((key, m.role, m.qualifier) for key, m in named if m.status == "current")
    makes = {key for key, _, qualifier in current if not qualifier}
    for key, maker in named:
        if maker.status == "former" and key in makes:
            yield "maker_former_and_current", maker.name
    for (key, _, _), times in current.items():
        if times > 1:
            yield "maker_twice", next(m.name for k, m in named if k == key)


def rights(record: Record) -> Iterator[Found]:
    """Rights that are words rather than a web address, or no statement others know."""
    of_pictures = [image.rights or record.rights.image for image in record.images]
    if not any((*of_pictures, *_four(record))):
        yield "rights_none", ""
    elif any(not right for right in of_pictures):
        yield "rights_picture_none", ""
    for right in dict.fromkeys((*_four(record), *of_pictures)):
        if right and not is_web(right):
            yield "rights_words", right
        elif right and not is_statement(right):
            yield "rights_other_address", right


def _four(record: Record) -> tuple[str, str, str, str]:
    rights = record.rights
    return rights.record, rights.object, rights.text, rights.image


def links(record: Record) -> Iterator[Found]:
    """Addresses that lead nowhere, for they are none."""
    for warning in record.warnings:
        if warning.startswith(_NOT_A_LINK):
            yield from _picture(warning.removeprefix(_NOT_A_LINK))
        elif warning.startswith(_INCOMPLETE):
            yield "link_page", warning.removeprefix(_INCOMPLETE)
    for image in record.images:
        if not image.thumbnail:
            yield from _picture(image.url)
    if record.url and not is_web(record.url):
        yield "link_page", record.url
    uris = [concept.uri for concept in record.concepts]
    uris += [maker.uri for maker in record.makers] + [place.uri for place in record.places]
    for uri in uris:
        if uri and not is_web(uri):
            yield "link_vocabulary", uri


def _picture(address: str) -> Iterator[Found]:
    if _MASTER.search(address.partition("?")[0]):
        yield "link_tif", address
    elif not is_web(address):
        yield "link_picture", address


def number(record: Record, delivered: str) -> Iterator[Found]:
    """An object number that is missing, or that tells no object from another."""
    if not delivered.strip():
        yield "number_none", ""
    elif len(delivered) > _LONGEST_NUMBER or not any(
        c.isdigit() and c not in "0" for c in delivered
    ):
        yield "number_malformed", delivered
