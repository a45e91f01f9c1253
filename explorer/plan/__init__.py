"""Understanding: what a question asks, by which filters, and what it points back to; no model."""

from collections.abc import Sequence
from dataclasses import replace

from explorer.catalogue.reading import Catalogue
from explorer.catalogue.tallies import OBJECTS, whole_years
from explorer.errors import WrongUse
from explorer.phrases import error_words
from explorer.plan.attributes import FIELDS_BY_CUE
from explorer.plan.claim import Claim
from explorer.plan.claims import claims, filters_of, names_told
from explorer.plan.elsewhere import elsewhere, here
from explorer.plan.kinds import Understood, either_gender, understood
from explorer.plan.reading import Reading, read
from explorer.plan.refusals import contradicting, pointing, qualified, single_years
from explorer.plan.slips import mended
from explorer.plan.thread import (
    Thread,
    asks_for_more,
    followed,
    in_focus,
    language_asked,
    narrows,
    only_points,
    said_before,
)
from explorer.plan.titles import names_title
from explorer.plan.words import (
    asked_fields,
    content_words,
    heard_language,
    known_language,
    numbers_in,
    spoken_language,
)
from explorer.text import fold, nfc
from explorer.types import COUNTED, Kind, Plan, Question

__all__ = ["asked_fields", "check_question", "content_words", "known_language", "plan"]

_SEARCHED = frozenset(("explore", "known_item"))
_OF_ONE = frozenset(("known_item", "attribute", "explore"))
_SEVERAL = 2  # records of an answer of which there may be more
_TURNS = 6  # of a conversation that are looked back to
_MOST_WORDS = 64  # that say what is asked for; a question has no more


def check_question(question: Question, limit: int) -> None:
    """Nothing; WrongUse in the visitor's language where the question is empty or too long."""
    if not question.text.strip():
        raise WrongUse(*error_words("empty", question.lang), field="text")
    if len(question.text) > limit:
        raise WrongUse(*error_words("too_long", question.lang, limit=limit), field="text")


def plan(question: Question, catalogue: Catalogue, *, default_lang: str) -> Plan:
    """The question as understood without a model, with what went before.

    Where that counts nothing, slips of the typist are mended, if what they were to be is counted.
    """
    planned, reading = _planned(question, catalogue, default_lang)
    if not planned.unknown and planned.kind not in _SEARCHED:
        return planned
    text = mended(reading, catalogue, things=bool(planned.unknown))
    other = _planned(replace(question, text=text), catalogue, default_lang)[0] if text else planned
    counted = other.kind in COUNTED and not other.unknown and other.heard == planned.heard
    return other if counted else planned


def _planned(question: Question, catalogue: Catalogue, default_lang: str) -> tuple[Plan, Reading]:
    question = replace(question, history=question.history[-_TURNS:])
    text = nfc(question.text)
    prior = known_language(question.lang) or _spoken_before(question, default_lang)
    numbers = tuple(numbers_in(text, catalogue))
    rest = _without(text, numbers)
    heard = heard_language(rest, prior, default_lang)
    reading = read(rest, heard)
    found = claims(reading, catalogue, threaded=bool(question.history or question.page))
    if asked := language_asked(reading, found):
        return _again(question, catalogue, asked, default_lang), reading
    lang = spoken_language(heard, prior, default_lang)
    title = bool(numbers) or names_title(reading, catalogue)
    held = catalogue.counted("institution")
    told = understood(reading, found, held.values if held else (), named=title)
    given = whole_years(question.filters)
    base = Plan(
        text=text, lang=lang, heard=heard, kind=told.kind, numbers=numbers, topic=told.topic,
        filters=given, given=given, level="easy" if reading.gives("easy") else question.level,
        generate=question.generate,
    )  # fmt: skip
    if threaded := _threaded(base, question, reading, found, told, catalogue, default_lang):
        return threaded, reading
    if told.kind in COUNTED:
        counting = _counting(base, reading, found, told)
        if not found and (question.history or question.page) and reading.gives("this"):
            # "How many of these?" is not of the whole collection.
            these = tuple(reading.word(i) for i in sorted(reading.at("this")))
            counting = replace(counting, unknown=(*counting.unknown, *these))
        vain = counting.unknown or (_describing(found, catalogue) and _none(counting, catalogue))
        if told.kind != "list" or not vain:
            return counting, reading
        told, base = replace(told, kind="explore"), replace(base, kind="explore")
    works, name = here(reading, catalogue) if told.kind in _OF_ONE else ((), frozenset())
    fields, kept = asked_fields(content_words(rest, heard), lang)
    kept = [w for w in _beyond_cues(kept, reading, told) if not (works and fold(w) in name)]
    if question.history and not numbers and only_points(reading, found, told):
        kept = []  # and there is nothing that it points to
    told_of = replace(
        base,
        kind="known_item" if (numbers or works) and told.kind == "explore" else told.kind,
        works=works,
        words=tuple(kept[:_MOST_WORDS]),
        named=names_told(reading, found),
        fields=tuple(dict.fromkeys((*told.fields, *fields))),
        elsewhere="" if title or works else elsewhere(reading, catalogue),
    )
    return told_of, reading


def _without(text: str, numbers: Sequence[str]) -> str:
    """The text beside the object numbers in it: they are of no language."""
    for number in sorted(numbers, key=len, reverse=True):
        text = text.replace(number, " ")
    return text


def _spoken_before(question: Question, default_lang: str) -> str:
    """The language of what the visitor said before, where the page does not tell theirs."""
    said = [turn.text for turn in question.history if turn.role == "visitor"]
    return heard_language(" ".join(said), "", default_lang) if said else ""


def _again(question: Question, catalogue: Catalogue, lang: str, default_lang: str) -> Plan:
    """What was asked before, to be answered in another language."""
    before = said_before(question)
    if before is None:
        return Plan(nfc(question.text), lang, lang, kind="smalltalk", topic="greeting")
    text, place = before
    earlier = replace(question, text=text, history=question.history[:place])
    again = replace(plan(earlier, catalogue, default_lang=default_lang), lang=lang)
    shown = [turn.records for turn in question.history[place:] if turn.records]
    if not shown or again.kind in COUNTED or again.about or again.kind == "visit":
        return again
    return replace(again, about=tuple(shown[0][:1]))


def _counting(base: Plan, reading: Reading, found: Sequence[Claim], told: Understood) -> Plan:
    """A plan that is counted by, or the words for which it cannot be."""
    halves = either_gender(reading, found) if told.by == "gender" else ()
    found = [claim for claim in found if claim not in halves]
    left = told.left | _denied(reading, found)
    left |= contradicting(reading, found, grouped=bool(halves))
    left |= pointing(reading, found, grouped=bool(told.by))
    left |= qualified(reading, found)
    if told.order:
        left |= single_years(found)
    order = sorted(left)
    return replace(
        base,
        filters={**filters_of(found), **base.filters, **OBJECTS},
        by=told.by,
        order=told.order,
        words=tuple(content_words(base.text, base.heard)),
        unknown=tuple(reading.word(i) for i in order),
    )


def _denied(reading: Reading, found: Sequence[Claim]) -> frozenset[int]:
    """The places of words that deny or restrict as no filter does; "before 1500" is a time."""
    return reading.at("not") - {place for claim in found for place in claim.at}


def _threaded(
    base: Plan,
    question: Question,
    reading: Reading,
    found: Sequence[Claim],
    told: Understood,
    catalogue: Catalogue,
    default_lang: str,
) -> Plan | None:
    """The plan of a question that goes on from what was said or from the page."""
    if base.numbers or not (question.history or question.page):
        return None
    if asks_for_more(reading, found, told) and (more := _more(question, catalogue, default_lang)):
        return more
    focus = in_focus(question, reading.lang, catalogue)
    thread = followed(reading, found, told, focus, on_page=bool(question.page))
    if thread and thread.filters:
        kind: Kind = told.kind if told.kind in COUNTED else "list"
        filters = {**filters_of(found), **thread.filters, **base.filters, **OBJECTS}
        return replace(
            base, kind=kind, filters=filters, by=told.by, order=told.order, around=thread.around,
            shown=(focus[0].id,) if reading.gives("else") else (),
        )  # fmt: skip
    if narrows(reading, found, told) and not (thread and _before_it(question, reading)):
        last = _listed_before(question, catalogue, default_lang)
        if last is not None:
            return _narrowed(last, _counting(base, reading, found, told), told)
    return _about(base, thread, told) if thread else None


def _before_it(question: Question, reading: Reading) -> bool:
    """Whether "this one" is what the page is of, and not one of those that were listed."""
    return bool(question.page) and reading.gives("this") and not reading.gives(*COUNTED, "all")


def _more(question: Question, catalogue: Catalogue, default_lang: str) -> Plan | None:
    """The last list or search again, without what was shown of it; None where one was told of."""
    shown = [i for turn in question.history for i in turn.records]
    last = question.history[-1].records if question.history else []
    for place in range(len(question.history) - 1, -1, -1):
        turn = question.history[place]
        if turn.role != "visitor" or len(last) < _SEVERAL:
            continue
        earlier = replace(question, text=turn.text, history=question.history[:place])
        before = plan(earlier, catalogue, default_lang=default_lang)
        if before.kind in ("list", "explore"):
            return replace(before, shown=tuple(dict.fromkeys((*before.shown, *shown))))
        break
    return None


def _listed_before(question: Question, catalogue: Catalogue, default_lang: str) -> Plan | None:
    """The list or count that was asked for last; None where it was something else."""
    before = said_before(question)
    if before is None:
        return None
    text, place = before
    earlier = replace(question, text=text, history=question.history[:place])
    last = plan(earlier, catalogue, default_lang=default_lang)
    if last.kind == "explore":
        listed = filters_of(claims(read(text, last.heard), catalogue))
        last = replace(last, kind="list", filters=listed) if listed else last
    if last.about:  # what was asked between of one of them: "from where?"
        return _listed_before(earlier, catalogue, default_lang)
    return last if last.kind in COUNTED and not last.unknown else None


def _narrowed(last: Plan, new: Plan, told: Understood) -> Plan:
    """What was counted before, by the new filters as well; of one thing the new one holds."""
    kind = told.kind if told.kind != "explore" else last.kind
    years = {"from", "to"}
    gone = set(new.filters) | (years if years & set(new.filters) else set())
    kept = {name: value for name, value in last.filters.items() if name not in gone}
    return replace(
        new,
        kind=kind,
        filters={**kept, **new.filters},
        by=told.by or (last.by if kind == "group" else ""),
        order=told.order or (last.order if kind == "superlative" else ""),
        unknown=(),
    )


def _about(base: Plan, thread: Thread, told: Understood) -> Plan:
    """The plan of a question about records that were shown, or of more like them."""
    kind: Kind = "explore" if thread.similar else "known_item"
    said = content_words(base.text, base.heard)
    return replace(
        base,
        kind="attribute" if told.kind == "attribute" else kind,
        about=thread.about,
        words=tuple(said),
        fields=told.fields or tuple(asked_fields(said, base.lang)[0]),
        topic="similar" if thread.similar else "",
    )


def _describing(found: Sequence[Claim], catalogue: Catalogue) -> bool:
    """Whether a filter is of what a thing is like: a record may say so in other words."""
    return any(
        claim.name in ("subject", "material", "technique", "period")
        or (claim.name == "type" and len(found) > 1 and not _borne(claim, catalogue))
        for claim in found
    )


def _borne(claim: Claim, catalogue: Catalogue) -> bool:
    return any(catalogue.bears(claim.name, str(value)) for value in claim.values)


def _none(counting: Plan, catalogue: Catalogue) -> bool:
    return not len(catalogue.matching(counting.filters))


def _beyond_cues(kept: Sequence[str], reading: Reading, told: Understood) -> list[str]:
    """The content words that do not only say what is asked of a thing."""
    if told.kind != "attribute":
        return list(kept)
    said = {reading.word(place) for place in reading.at("please", *FIELDS_BY_CUE)}
    return [word for word in kept if word not in said] or list(kept)
