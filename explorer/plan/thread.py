"""The thread of a conversation: what "it", "the second one" or "from there" point back to.

Everything comes from what the client sends back; a question with a subject of its own drops it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from explorer.catalogue.facets import facets_of
from explorer.catalogue.reading import Catalogue
from explorer.concepts import is_token
from explorer.countries import country_of
from explorer.cues import cues_of
from explorer.plan.attributes import FIELDS_BY_CUE
from explorer.plan.claim import Claim
from explorer.plan.kinds import SMALL_TALK, SUPERLATIVES, Understood
from explorer.plan.reading import Reading, read
from explorer.types import FilterValue, Question, Record

_SHOWN = 20  # records of an answer that may be pointed back to
_ORDINALS = 6
_FEW = 6  # words of a request for another language
_GENERIC = (
    "filler", "list", "please", "follow-on", "tell-more", "this", "else", "similar", "all", "and",
    "person-before", "place-before", "time-before", "room-before", "answer-in", "made-by",
    "made-in", "depicting", "made-of", "on-view", "count", "dim.", "easy", "room", "ordinal.",
    "which-ones",
)  # fmt: skip
_SAID = 2  # words of a question about "it" that say more: "what was it used for"
_CENTURY, _DECADE = 100, 10


@dataclass(frozen=True, slots=True)
class Thread:
    """What a question takes over: the records it is about, or filters."""

    about: tuple[str, ...] = ()
    filters: dict[str, FilterValue] = field(default_factory=dict)
    similar: bool = False
    around: int | None = None
    """The year that the nearest come before the others to."""


def language_asked(reading: Reading, claims: Sequence[Claim]) -> str:
    """The language that a short message asks to be answered in; "" where it asks something else."""
    given = reading.given("language.")
    only = reading.gives("follow-on") and not reading.gives("answer-in")  # "only the Dutch ones"
    counted = reading.gives("count", "most", "per", *SUPERLATIVES)
    if not given or only or counted or len(reading) > _FEW:
        return ""
    own = max(given, key=lambda c: len(c.at))
    rest = set(range(len(reading))) - own.at - reading.small()
    rest -= reading.at("answer-in", "please", "follow-on", "filler", "list", "tell-more", "this")
    others = [claim for claim in claims if not claim.at <= own.at]
    before = {own.start - 1}
    if before & reading.at("made-in") - reading.at("answer-in"):
        return ""  # Polish "z Polski" is from Poland
    return own.cue.partition(".")[2] if not rest and not others else ""


def in_focus(question: Question, lang: str, catalogue: Catalogue) -> list[Record]:
    """The records the talk is about, best first: that of the page, before which the visitor
    stands now, and those shown last. What was not found leaves nothing to point to; thanks do.
    """
    page = catalogue.records(on_page(question.page, catalogue)) if question.page else []
    shown: Sequence[str] = ()
    for said, turn in zip(
        ["", *(t.text for t in question.history)], question.history, strict=False
    ):
        if turn.role == "explorer" and (turn.records or not _is_talk(said, lang)):
            shown = turn.records[:_SHOWN]
    return [*page, *catalogue.records(catalogue.keys(shown))]


def _is_talk(text: str, lang: str) -> bool:
    """Whether a message was only thanks, a greeting, or the like."""
    reading = read(text, lang)
    return reading.gives(*SMALL_TALK) and len(reading) <= _FEW


def on_page(page: str, catalogue: Catalogue) -> list[int]:
    """Keys of the records a page stands for: by id, object number, audio guide stop, or address."""
    if keys := catalogue.keys([page]) or catalogue.numbered(page) or catalogue.at_stop(page):
        return keys
    try:
        address = urlsplit(page)
    except ValueError:
        return []
    if address.scheme not in ("http", "https"):
        return []
    if keys := catalogue.at_address(page):
        return keys
    for part in reversed(unquote(address.path).split("/")):
        if part and (keys := catalogue.numbered(part)):
            return keys
    return []


def followed(
    reading: Reading,
    claims: Sequence[Claim],
    told: Understood,
    focus: Sequence[Record],
    *,
    on_page: bool,
) -> Thread | None:
    """What the question takes over from the records in focus; None where it stands by itself.

    `on_page` says that the first of them is that of the page.
    """
    if not focus or told.kind in ("visit", "smalltalk", "out_of_scope", "compare"):
        return None
    left = told.left - reading.at(*_GENERIC)
    points = reading.gives("this", "person-before", "tell-more")
    asked = reading.at(*FIELDS_BY_CUE) if told.kind == "attribute" else frozenset()
    own = [c for c in claims if not _describes(c, focus[0]) and not c.at <= asked]
    few = len(left) <= _SAID and not any(map(reading.is_name, left))
    said_of_it = points and few and told.kind != "attribute"
    if left and (not said_of_it or own):
        return None
    shown = focus[1:] if on_page and len(focus) > 1 else focus
    if not own and (record := _ordinal(reading, shown)):
        return Thread((record.id,))
    first = focus[0]
    if not own and reading.gives("similar"):
        return Thread((first.id,), similar=True)
    more = reading.gives("else", "list", "count", "made-by", "made-in", "all")
    if told.kind != "attribute" and more and (filters := _shared(reading, first)):
        return Thread(filters=filters, around=_made(first) if "from" in filters else None)
    if own or told.kind in ("group", "superlative", "count"):
        return None
    asks = told.kind == "attribute"
    if points or asks or (on_page and not claims):
        return Thread((first.id,))
    return None


def asks_for_more(reading: Reading, claims: Sequence[Claim], told: Understood) -> bool:
    """Whether only more of what was shown is asked for: "show me more"."""
    points = reading.gives("this", "person-before", "place-before", "time-before", "similar")
    told_of = told.kind in ("explore", "list", "known_item")
    only = not claims and not told.left - reading.at(
        "else", "tell-more", "list", "filler", "please"
    )
    return told_of and only and not points and reading.gives("else")


def only_points(reading: Reading, claims: Sequence[Claim], told: Understood) -> bool:
    """Whether a message has no subject of its own: "why?", "the first one"."""
    return told.kind in ("explore", "list") and not claims and not told.left - reading.at(*_GENERIC)


def narrows(reading: Reading, claims: Sequence[Claim], told: Understood) -> bool:
    """Whether a question goes on from a list or count before it: "and how many are paintings?"."""
    if told.left - reading.at(*_GENERIC) or told.kind not in (
        "explore", "list", "count", "group", "superlative",
    ):  # fmt: skip
        return False
    opens = any(cue.start == 0 for cue in reading.given("follow-on", "and"))
    points = reading.gives("this", "person-before")
    counts = told.kind == "count" and not reading.gives("filler")  # "how many are there?"
    alone = (told.order or told.by or counts) and not claims  # "which is the oldest?"
    things = any(claim.name == "type" for claim in claims) or reading.gives("filler")
    those = reading.gives("which-ones") and not things  # "which are by women?"
    asked = claims or told.by or told.order or told.kind == "count"
    return bool(asked and (opens or points or alone or those))


def _says(reading: Reading, before: str, dim: str) -> bool:
    """Whether words that point back say to what: "that city", "that year"."""
    said = (cues_of((reading.folded[place],), reading.lang) for place in reading.at(before, dim))
    return any(cue.cue == dim for cues in said for cue in cues)


def _made(record: Record) -> int | None:
    """The year in the middle of when a record's thing was made."""
    spans = [(d.earliest, d.latest) for d in record.dates if d.kind == "creation"]
    told = [(start + end) // 2 for start, end in spans if start is not None and end is not None]
    return told[0] if told else None


def _ordinal(reading: Reading, focus: Sequence[Record]) -> Record | None:
    if reading.gives("ordinal.last"):
        return focus[-1]
    for number in range(1, _ORDINALS + 1):
        if reading.gives(f"ordinal.{number}") and number <= len(focus):
            return focus[number - 1]
    return None


def _describes(claim: Claim, record: Record) -> bool:
    """Whether words only call the record what it is: "this painting"."""
    held = {(facet.name, facet.value) for facet in facets_of(record)}
    return any((claim.name, str(value)) in held for value in claim.values) or (
        claim.name == "type" and not any(name == "type" for name, _ in held)
    )


def _shared(reading: Reading, record: Record) -> dict[str, FilterValue]:
    """What other records have to share with this one, by the words that point to it."""
    held: dict[str, list[str]] = {}
    for facet in facets_of(record):
        held.setdefault(facet.name, []).append(facet.value)
    if reading.gives("person-before") and "maker" in held:
        return {"maker": held["maker"][:1]}
    if reading.gives("room-before") and "room" in held:
        return {"room": list(held["room"])}
    if reading.gives("place-before") and "place" in held:
        country = [value for value in held["place"] if country_of(value)]
        town = [value for value in held["place"] if not is_token(value)]
        if _says(reading, "place-before", "dim.place"):
            return {"place": (town or country or held["place"])[:1]}  # "from that city"
        return {"place": (country or held["place"])[:1]}
    spans = [d for d in record.dates if d.kind == "creation" and d.earliest is not None]
    if reading.gives("time-before") and spans and spans[0].latest is not None:
        start, end = spans[0].earliest or 0, spans[0].latest
        if _says(reading, "time-before", "dim.year"):
            return {"from": start, "to": end}
        if _says(reading, "time-before", "dim.decade"):
            return {"from": start // _DECADE * _DECADE, "to": end // _DECADE * _DECADE + 9}
        return {
            "from": (start - 1) // _CENTURY * _CENTURY + 1,
            "to": (end - 1) // _CENTURY * _CENTURY + _CENTURY,
        }
    return {}


def said_before(question: Question) -> tuple[str, int] | None:
    """The visitor's last message and its place in the history; None where there is none."""
    for place in range(len(question.history) - 1, -1, -1):
        if question.history[place].role == "visitor":
            return question.history[place].text, place
    return None
