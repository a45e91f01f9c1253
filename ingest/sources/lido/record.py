"""One lido element -> one Record: every public word as a Field, the rest as what it means.

Store locations, and all else of a repository that is not the current one, are never read.
"""

import re
from collections.abc import Iterable

from explorer.text import words
from explorer.types import Identifier, Image, Measurement, Record, Rights
from ingest.sources.lido.draft import (
    ABOUT,
    LIDO,
    Draft,
    Element,
    add_concept,
    add_materials,
    add_place,
    attribute,
    first,
    is_url,
    kind_of,
    means,
    preferred,
    text_of,
)
from ingest.sources.lido.events import add_events

_CURRENT = ("current", "current_repository_or_location", "lido01018")
_NO_ID = re.compile(
    r"\W*(?:none|null|n/?a|unknown|not assigned)?\W*|0+|/?\w+:0{3,}|.*[:/]\(?not assigned\)?",
    re.IGNORECASE,
)
_SHOWN = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".svg", ".avif")
_SIZES = {"image_master": 0, "": 1, "image_overview": 2, "image_thumb": 3}


def lido_record(lido: Element, language: str) -> tuple[Record, tuple[str, str, str]]:
    """The Record, still without id and source, and its recordID, lidoRecID and workID.

    `language` holds where none is declared.
    """
    draft = Draft(language)
    for part in draft.at(lido, "descriptiveMetadata"):
        _classification(draft, part)
        _identification(draft, part)
        _repository(draft, part)
        add_events(draft, part)
        _subjects(draft, part)
    object_rights = record_rights = url = ""
    for part in draft.at(lido, "administrativeMetadata"):
        draft.add_all("credit_line", part, "rightsWorkWrap/rightsWorkSet/creditLine")
        object_rights = object_rights or _rights(
            draft, draft.at(part, "rightsWorkWrap/rightsWorkSet")
        )
        record_rights = record_rights or _rights(draft, draft.at(part, "recordWrap/recordRights"))
        keepers = draft.at(part, "recordWrap/recordSource/legalBodyName/appellationValue")
        draft.institution = draft.institution or first(keepers)
        for link in draft.at(part, "recordWrap/recordInfoSet/recordInfoLink"):
            url = url or _web_address(draft, link)
        _resources(draft, part)
    _published(draft, lido)
    images = tuple(draft.images.values())
    record = Record(
        "",
        institution=draft.institution,
        identifiers=tuple(draft.identifiers),
        fields=tuple(draft.fields.values()),
        makers=tuple(draft.makers),
        dates=tuple(draft.dates),
        places=tuple(draft.places),
        concepts=tuple(draft.concepts),
        measurements=tuple(draft.measurements),
        images=images,
        rights=Rights(record_rights, object_rights, image=images[0].rights if images else ""),
        room=draft.room,
        url=url,
        warnings=tuple(draft.warnings),
    )
    return record, (*_local_id(draft, lido), draft.work_id)


def _local_id(draft: Draft, lido: Element) -> tuple[str, str]:
    """The recordID, its local one first, and the lidoRecID; "" where it only fills a place."""
    record_ids = draft.at(lido, "administrativeMetadata/recordWrap/recordID")
    record_ids.sort(key=lambda e: kind_of(e) != "local")
    lido_ids = draft.at(lido, "lidoRecID")
    lido_ids.sort(key=lambda e: attribute(e, "pref") == "alternate")
    return identifying(map(text_of, record_ids)), identifying(map(text_of, lido_ids))


def identifying(texts: Iterable[str]) -> str:
    """The first text that identifies something: not one that only fills the place of a number."""
    return next((t for t in texts if t and not _NO_ID.fullmatch(t)), "")


def _classification(draft: Draft, part: Element) -> None:
    wrap = "objectClassificationWrap/"
    said = [
        add_concept(draft, "type", element)
        for element in draft.at(part, wrap + "objectWorkTypeWrap/objectWorkType")
    ]
    if not any(said):
        for element in draft.at(part, wrap + "classificationWrap/classification"):
            if kind_of(element) != "europeana:type":
                add_concept(draft, "type", element)


def _identification(draft: Draft, part: Element) -> None:
    wrap = "objectIdentificationWrap/"
    draft.add_all("title", part, wrap + "titleWrap/titleSet/appellationValue")
    draft.add_all(
        "inscription",
        part,
        wrap + "inscriptionsWrap/inscriptions/inscriptionTranscription",
        wrap + "inscriptionsWrap/inscriptions/inscriptionDescription/descriptiveNoteValue",
    )
    for note in draft.at(part, wrap + "objectDescriptionWrap/objectDescriptionSet"):
        name = "provenance" if means(kind_of(note), "provenance") else "description"
        draft.add_all(name, note, "descriptiveNoteValue")
    for element in draft.at(part, wrap + "objectMaterialsTechWrap/objectMaterialsTechSet"):
        add_materials(draft, element)
    for element in draft.at(part, wrap + "objectMeasurementsWrap/objectMeasurementsSet"):
        draft.add_all("measurement", element, "displayObjectMeasurements")
        for measured in draft.at(element, "objectMeasurements/measurementsSet"):
            _measurement(draft, measured)


def _measurement(draft: Draft, measured: Element) -> None:
    said: dict[str, str] = {}
    for child in measured:
        said.setdefault(child.tag.rpartition("}measurement")[2], first(child.iter()))
    kind, unit, value = (said.get(part, "") for part in ("Type", "Unit", "Value"))
    try:
        number = float(value.replace(",", "."))
    except ValueError:
        if value:
            draft.warnings[f"measurement is not a number: {kind} {value}"] = None
        return
    if number > 0:
        draft.measurements[Measurement(kind, number, unit)] = None
    else:
        draft.warnings[f"measurement is zero: {kind}"] = None


def _repository(draft: Draft, part: Element) -> None:
    """The current repository, or one of no type where none is called current."""
    sets = draft.at(part, "objectIdentificationWrap/repositoryWrap/repositorySet")
    current = [e for e in sets if kind_of(e) in _CURRENT]
    for repository in current or [e for e in sets if not kind_of(e)]:
        names = draft.at(repository, "repositoryName/legalBodyName/appellationValue")
        draft.institution = draft.institution or first(names)
        for element in draft.at(repository, "workID"):
            former = any(means(word, "former") for word in words(kind_of(element)))
            kind = "former_number" if former else "object_number"
            number = draft.add(kind, element)
            if number and not _NO_ID.fullmatch(number):
                draft.identifiers[Identifier(kind, number)] = None
                draft.work_id = draft.work_id or ("" if former else number)
    for repository in current:
        for location in draft.at(repository, "repositoryLocation"):
            for element in location.iter(LIDO + "appellationValue"):
                if attribute(element, "label") == "room":
                    draft.room = draft.room or draft.add("room", element, "repositoryLocation")


def _published(draft: Draft, lido: Element) -> None:
    known = {identifier.kind for identifier in draft.identifiers}
    for element in draft.at(lido, "objectPublishedID"):
        text = text_of(element)
        if is_url(text):
            draft.identifiers[Identifier("pid", text)] = None
        elif "object_number" not in known and kind_of(element) == "local" and text:
            number = draft.add("object_number", element)
            draft.identifiers[Identifier("object_number", number)] = None
    for element in draft.at(lido, "administrativeMetadata/recordWrap/recordID"):
        if kind_of(element) == "local" and (text := identifying([text_of(element)])):
            draft.identifiers[Identifier("record_id", text)] = None


def _subjects(draft: Draft, part: Element) -> None:
    for subject_set in draft.at(part, "objectRelationWrap/subjectWrap/subjectSet"):
        draft.add_all("subject", subject_set, "displaySubject")
        for subject in draft.at(subject_set, "subject"):
            for concept in draft.at(subject, "subjectConcept"):
                add_concept(draft, "subject", concept)
            for place in draft.at(subject, "subjectPlace"):
                add_place(draft, place, "subject", "depicted")
            for person in draft.at(subject, "subjectActor"):
                names = preferred(draft.at(person, "actor/nameActorSet/appellationValue"))
                for element in names[:1] or draft.at(person, "displayActor"):
                    draft.add("person", element, "subjectActor")


def _resources(draft: Draft, part: Element) -> None:
    """One Image for each resourceSet: the largest picture of those that show the same."""
    links: list[tuple[Element, list[Element]]] = []
    for resource in draft.at(part, "resourceWrap/resourceSet"):
        shown = draft.at(resource, "resourceRepresentation")
        shown.sort(key=lambda e: _SIZES.get(kind_of(e), len(_SIZES)))
        links.append((resource, [link for e in shown for link in draft.at(e, "linkResource")]))
    online = any(is_url(text_of(link)) for _, found in links for link in found)
    for resource, found in links:
        usable = [t for link in found if (t := text_of(link)) and _is_picture(t, online)]
        for link in found:
            if (text := text_of(link)) and text not in usable:
                draft.warnings[f"image is not a link: {text}"] = None
        if usable:
            alt = first(draft.at(resource, "resourceDescription"))
            rights = _rights(draft, draft.at(resource, "rightsResource"))
            draft.images.setdefault(usable[0], Image(usable[0], rights, alt))


def _is_picture(link: str, online: bool) -> bool:
    if is_url(link):
        return True
    steps = link.split("/")
    inside = bool(steps[0]) and ".." not in steps and ":" not in link and "\\" not in link
    return inside and link.lower().endswith(_SHOWN) and (len(steps) > 1 or not online)


def _rights(draft: Draft, elements: list[Element]) -> str:
    """The address of the first rights that have one, or else their words."""
    said = [
        e
        for parent in elements
        for kind in draft.at(parent, "rightsType")
        for e in (kind, *kind.iter())
    ]
    texts = [t for e in said if (t := text_of(e) or e.get(ABOUT, ""))]
    return next(filter(is_url, texts), texts[0] if texts else "")


def _web_address(draft: Draft, element: Element) -> str:
    text = text_of(element)
    if text and not is_url(text):
        draft.warnings[f"web address is incomplete: {text}"] = None
        return ""
    return text
