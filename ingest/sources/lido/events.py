"""LIDO's events: who made the object, when and where, how it was acquired, who held it."""

import re
from functools import partial
from typing import Literal

from explorer.types import DateSpan, Field, Maker
from ingest.attribution import is_maker_role, maker
from ingest.sources.lido.draft import (
    ABOUT,
    SKOS,
    Draft,
    Element,
    add_concept,
    add_materials,
    add_place,
    first,
    is_url,
    means,
    preferred,
    terms,
    text_of,
)

_YEAR = re.compile(r"(-[0-9]{1,10}|[0-9]{1,5})(?:-[0-9]{2}(?:-[0-9]{2}.*)?)?")
_TOLD: tuple[Literal["acquisition"], Literal["provenance"]] = ("acquisition", "provenance")


def add_events(draft: Draft, part: Element) -> None:
    """Nothing; without a creation event, the only one with actors is it if it says no type."""
    sets = draft.at(part, "eventWrap/eventSet")
    kinds = [_event_kind(draft, s) for s in sets]
    acted = [i for i, s in enumerate(sets) if draft.at(s, "event/eventActor/actorInRole")]
    if "creation" not in kinds and len(acted) == 1 and not kinds[acted[0]]:
        kinds[acted[0]] = "creation"
    for event_set, kind in zip(sets, kinds, strict=True):
        if kind == "creation":
            for event in draft.at(event_set, "event"):
                _creation(draft, event)
        elif kind in _TOLD:
            happened = ("displayEvent", "event/eventName/appellationValue",
                        "event/eventDescriptionSet/descriptiveNoteValue")  # fmt: skip
            draft.add_all(kind, event_set, *happened)
            for date in draft.at(event_set, "event/eventDate"):
                _date(draft, date, kind, kind)


def _event_kind(draft: Draft, event_set: Element) -> str:
    """What kind of event it says it is: "other" where not one of ours, "" where it says nothing."""
    typed = False
    for element in draft.at(event_set, "event/eventType"):
        for said in (*element.iter(), *element.iter(SKOS + "Concept")):
            text = text_of(said) or said.get(ABOUT, "")
            typed = typed or bool(text)
            for kind in ("creation", *_TOLD):
                if text and means(text.rpartition("/")[2], kind):
                    return kind
    return "other" if typed else ""


def _creation(draft: Draft, event: Element) -> None:
    for actor in draft.at(event, "eventActor"):
        _actors(draft, actor)
    for date in draft.at(event, "eventDate"):
        _date(draft, date, "creation", "date")
    for period in draft.at(event, "periodName"):
        add_concept(draft, "period", period)
    for place in draft.at(event, "eventPlace"):
        add_place(draft, place, "place", "creation")
    for element in draft.at(event, "eventMaterialsTech"):
        add_materials(draft, element)


def _actors(draft: Draft, event_actor: Element) -> None:
    """Nothing; a displayed line says more of its only actor, and stands for one without a name."""
    shown = [e for e in draft.at(event_actor, "displayActorInRole") if text_of(e)]
    in_role = draft.at(event_actor, "actorInRole")
    named = [e for e in in_role if _names(draft, e)]
    for element in named:
        _actor(draft, element, _names(draft, element)[0], shown if len(in_role) == 1 else [])
    if not named:
        role = in_role[0] if in_role else event_actor
        for line in shown:
            if draft.lang(line) == draft.lang(shown[0]):  # the others say it in another language
                _actor(draft, role, line, [])


def _names(draft: Draft, in_role: Element) -> list[Element]:
    return preferred(draft.at(in_role, "actor/nameActorSet/appellationValue"))


def _actor(draft: Draft, in_role: Element, name: Element, shown: list[Element]) -> None:
    roles = [t for role in draft.at(in_role, "roleActor") for t in terms(role)]
    qualifiers = [
        t
        for q in draft.at(in_role, "attributionQualifierActor")
        for t in ([q] if text_of(q) else terms(q))
    ]
    if roles and not any(is_maker_role(text_of(role)) for role in roles):
        draft.add("person", name, "actorInRole")
        return
    ids = (text_of(e) for e in preferred(draft.at(in_role, "actor/actorID")))
    uri = next(filter(is_url, ids), "")
    gender = first(e for g in draft.at(in_role, "actor/genderActor") for e in g.iter())
    made = partial(
        maker,
        text_of(name),
        _in_one_language(draft, roles),
        gender=gender,
        uri=uri,
        lang=draft.lang(name),
    )
    qualifier = _in_one_language(draft, qualifiers)
    plain = made(qualifier)
    told = made(qualifier, display="; ".join(map(text_of, shown)))
    _maker(draft, told, name, roles, qualifiers if told == plain else [*qualifiers, *shown])


def _date(draft: Draft, date: Element, kind: str, name: str) -> None:
    display: dict[str, str] = {}
    for element in draft.at(date, "displayDate"):
        if text := draft.add(name, element):
            display.setdefault(draft.lang(element), text)
    ends = [first(draft.at(date, f"date/{end}")) for end in ("earliestDate", "latestDate")]
    matches = [_YEAR.fullmatch(end) for end in ends]
    earliest, latest = (int(match.group(1)) if match else None for match in matches)
    if earliest is not None and latest is not None and earliest > latest:
        draft.warnings[f"date begins after its end: {ends[0]}, {ends[1]}"] = None
        earliest = latest = None
    text = "–".join(dict.fromkeys(end for end in ends if end))
    if not display and text:
        draft.fields[name, text, "", ""] = Field(name, text, source="date")
        display[""] = text
    if display:
        draft.dates.append(DateSpan(kind, display, earliest, latest))


def _maker(
    draft: Draft, made: Maker, name: Element, roles: list[Element], qualifiers: list[Element]
) -> None:
    """Nothing; the maker and its Fields are in the draft, once per name, role and qualifiers."""
    said = [e for e in qualifiers if draft.lang(e) == draft.lang(qualifiers[0])]
    actor = (text_of(name), made.role, *map(text_of, said))
    if actor in draft.actors:
        return
    draft.actors.add(actor)
    index = f"maker[{len(draft.makers)}]"
    draft.add("maker", name)
    for element in roles:
        draft.add("maker.role", element, index)
    for element in qualifiers:
        draft.add("maker.qualifier", element, index)
    draft.makers.append(made)


def _in_one_language(draft: Draft, elements: list[Element]) -> str:
    lang = draft.lang(elements[0]) if elements else ""
    said = dict.fromkeys(text_of(e) for e in elements if draft.lang(e) == lang)
    return "; ".join(said)
