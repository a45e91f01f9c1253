"""The Dublin Core elements, which EDM and Europeana share: what each says of a record.

An element's values are words in a language, or things by their address and their names.
"""

import mimetypes
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from explorer.dates import read_date
from explorer.text import fold
from explorer.types import Concept, DateSpan, Field, Identifier, Maker, Place, Record, Rights
from ingest import attribution
from ingest.deliveries import Member
from ingest.sources.maker_names import is_maker_role, name_and_role
from ingest.sourcespec import Remark, SourceSpec

_TEXTS = {
    "dc:title": "title", "dcterms:alternative": "title", "dc:description": "description",
    "dcterms:abstract": "description", "dcterms:tableOfContents": "description",
    "dcterms:extent": "measurement", "dcterms:provenance": "provenance",
}  # fmt: skip
_CONCEPTS = {
    "dc:type": "type", "edm:hasType": "type", "dcterms:medium": "material",
    "dc:subject": "subject", "dcterms:temporal": "period",
}  # fmt: skip
_MAKERS = ("dc:creator", "dc:contributor")
_PLACES = ("dcterms:spatial", "dc:coverage")
_DATES = {"dcterms:created": "creation", "dc:date": "date", "dcterms:issued": "publication"}
TAKEN = frozenset((
    *_TEXTS, *_CONCEPTS, *_MAKERS, *_PLACES, *_DATES, "dc:identifier", "dc:format", "dc:rights",
    "dcterms:rights", "dcterms:license", "dcterms:isPartOf", "year",
))  # fmt: skip
"""The elements that are read into a record."""

_PID = re.compile(r"(?:urn|doi|hdl|ark|info|oai|purl):\S+", re.IGNORECASE)
_MIME = re.compile(r"[a-z]+/[a-z0-9.+-]+")
_COORDINATES = re.compile(r"[-+]?\d+(?:\.\d+)?\s*[,; ]\s*[-+]?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Said:
    """One value of an element: `text` in `lang`, or the thing at `uri` with its `names`."""

    text: str = ""
    lang: str = ""
    uri: str = ""
    names: tuple[tuple[str, str], ...] = ()
    """(language, name), the first of each language."""
    lat: float | None = None
    lon: float | None = None
    begin: str = ""
    end: str = ""
    gender: str = ""

    def words(self) -> list[tuple[str, str]]:
        """(text, language) of what it is called."""
        return [(self.text, self.lang)] if self.text else [(n, lang) for lang, n in self.names]


Facts = Mapping[str, Sequence[Said]]
"""Element -> what is said in it, in the source's order: "dc:title" -> titles."""


@dataclass(slots=True)
class _Draft:
    facts: Facts
    languages: list[str]
    """The record's own, as its titles tell them: names are wanted in these first."""
    fields: dict[tuple[str, ...], Field] = field(default_factory=dict)
    makers: list[Maker] = field(default_factory=list)
    dates: list[DateSpan] = field(default_factory=list)
    concepts: dict[str, Concept] = field(default_factory=dict)
    places: dict[Place, None] = field(default_factory=dict)
    identifiers: dict[Identifier, None] = field(default_factory=dict)
    warnings: dict[str, None] = field(default_factory=dict)

    def add(self, name: str, text: str, lang: str, element: str) -> None:
        """Nothing; the words are a Field, once per text and language."""
        self.fields.setdefault((name, text, lang), Field(name, text, lang, source=element))

    def worded(self, said: Said, element: str) -> list[tuple[str, str]]:
        """(text, language) of all its words; a warning where it has none."""
        words = said.words()
        if said.uri and not words:
            self.warnings[f"an address without a name: {element} {said.uri}"] = None
        return words


def described(facts: Facts, *, language: str = "", date: str = "date") -> Record:
    """The Record that these facts describe, without id, source and pictures.

    `date` is the kind of what dc:date tells, `language` that of the source.
    """
    titles = [
        said.lang for name in ("dc:title", "dcterms:alternative") for said in _of(facts, name)
    ]
    draft = _Draft(facts, list(dict.fromkeys([*filter(None, titles), language, "", "en"])))
    for element, name in _TEXTS.items():
        for said in _of(facts, element):
            for text, lang in draft.worded(said, element):
                draft.add(name, text, lang, element)
    _makers(draft)
    for element, facet in _CONCEPTS.items():
        _concepts(draft, element, facet)
    _formats(draft)
    _places(draft)
    _dates(draft, date)
    url = _identifiers(draft)
    return Record(
        "",
        identifiers=tuple(draft.identifiers),
        fields=tuple(draft.fields.values()),
        makers=tuple(draft.makers),
        dates=tuple(draft.dates),
        places=tuple(draft.places),
        concepts=tuple(draft.concepts.values()),
        part_of=next((s.uri or s.text for s in _of(facts, "dcterms:isPartOf")), ""),
        rights=Rights(
            object=rights_of(_of(facts, "dc:rights", "dcterms:rights", "dcterms:license"))
        ),
        url=url,
        warnings=tuple(draft.warnings),
    )


def not_taken(elements: Counter[str], member: Member, spec: SourceSpec) -> Iterator[Remark]:
    """A remark on what stands in a file and has no place in a record, with how often it does."""
    left = ", ".join(f"{e} ({n})" for e, n in sorted(elements.items()) if e not in TAKEN)
    if left:
        yield Remark(spec.name, member.where, f"not taken in: {left}")


def rights_of(said: Iterable[Said]) -> str:
    """The first address of rights or licence, else the first words."""
    told = list(said)
    return next((s.uri for s in told if s.uri), next((s.text for s in told if s.text), ""))


def name_of(said: Said, languages: Iterable[str]) -> str:
    """Its one name: in the first of these languages that it has, else the first; or its words."""
    names = dict(said.names)
    wanted = (names[lang] for lang in languages if lang in names)
    return said.text or next(wanted, next(iter(names.values()), ""))


def is_web(text: str) -> bool:
    """Whether it is a complete web address, and nothing else."""
    return text.startswith(("http://", "https://")) and not any(map(str.isspace, text))


def _of(facts: Facts, *elements: str) -> list[Said]:
    return [said for element in elements for said in facts.get(element, ())]


def _makers(draft: _Draft) -> None:
    """Makers with a Field each; those whose role is not one of making are persons."""
    known: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for element in _MAKERS:
        for said in _of(draft.facts, element):
            names = draft.worded(said, element)
            if not names:
                continue
            text = name_of(said, draft.languages)
            lang = next(lang for name, lang in names if name == text)
            name, role = (text, "") if said.names else name_and_role(text)
            if not is_maker_role(role):
                draft.add("person", text, lang, element)
                continue
            made = attribution.maker(
                name, role, "", gender=said.gender, uri=said.uri, lang=lang.partition("-")[0]
            )
            said_before = known.setdefault((fold(made.name) or made.status, made.qualifier), [])
            if any(role == r or lang != la for r, la in said_before):
                continue  # the same person in another language or element
            said_before.append((role, lang))
            index = f"maker[{len(draft.makers)}]"
            draft.fields["maker", index] = Field("maker", text, lang, source=element)
            if role:
                draft.fields["maker.role", index] = Field("maker.role", role, lang, source=index)
            draft.makers.append(made)


def _concepts(draft: _Draft, element: str, facet: str) -> None:
    for said in _of(draft.facts, element):
        for text, lang in said.words() if is_web(said.uri) else draft.worded(said, element):
            draft.add(facet, text, lang, element)
        if is_web(said.uri):
            draft.concepts[f"{facet} {said.uri}"] = Concept(facet, said.uri, dict(said.names))


def _formats(draft: _Draft) -> None:
    """By the standard a file format (not taken), a physical medium, or dimensions."""
    for said in _of(draft.facts, "dc:format"):
        guessed = mimetypes.guess_type(f"x.{fold(said.text)}")[0]
        if said.text and not guessed and not _MIME.fullmatch(fold(said.text)):
            name = "measurement" if any(map(str.isdigit, said.text)) else "material"
            draft.add(name, said.text, said.lang, "dc:format")


def _places(draft: _Draft) -> None:
    """Places whose role is not told; coordinates alone are no name."""
    for element in _PLACES:
        for said in _of(draft.facts, element):
            if _COORDINATES.fullmatch(said.text):
                draft.warnings[f"place is only coordinates: {said.text}"] = None
                continue
            uri = said.uri if is_web(said.uri) else ""
            for text, lang in said.words() if uri else draft.worded(said, element):
                draft.add("place", text, lang, element)
            name = name_of(said, draft.languages)
            if name or uri:
                draft.places[Place(name, "", uri, said.lat, said.lon)] = None


def _dates(draft: _Draft, dc_date: str) -> None:
    """A span per element for words that say it in several languages, else one per value.

    Shown are the dates of creation, or else dc:date, or else those of publication.
    """
    shown = next((e for e in _DATES if any(s.text or s.names for s in _of(draft.facts, e))), "")
    for element, usual in _DATES.items():
        kind = dc_date if element == "dc:date" and shown == element else usual
        spans: list[tuple[dict[str, str], str, str]] = []
        for said in _of(draft.facts, element):
            display = {lang: text for text, lang in draft.worded(said, element)}
            if not display:
                continue
            if element in (shown, "dc:date"):
                for lang, text in display.items():
                    draft.add("date", text, lang, element)
            plain = not (said.begin or said.end)
            if (
                plain
                and spans
                and not spans[-1][0].keys() & display.keys()
                and not any(spans[-1][1:])
            ):
                spans[-1][0].update(display)
            else:
                spans.append((display, said.begin, said.end))
        told = [dict(span.display) for span in draft.dates]
        draft.dates += [_span(draft, kind, *span) for span in spans if span[0] not in told]
    for said in _of(draft.facts, "year"):
        draft.add("date", said.text, said.lang, "year")
        draft.dates.append(DateSpan("date", {"": said.text}))


def _span(draft: _Draft, kind: str, display: dict[str, str], begin: str, end: str) -> DateSpan:
    first, last = (read_date(text, "zxx") if text else None for text in (begin, end))
    earliest, latest = first.earliest if first else None, last.latest if last else None
    if earliest is not None and latest is not None and earliest > latest:
        draft.warnings[f"date begins after its end: {begin}, {end}"] = None
        earliest = latest = None
    return DateSpan(kind, display, earliest, latest)


def _identifiers(draft: _Draft) -> str:
    """The first web address among them; local references and persistent ids are no numbers."""
    url = ""
    for said in _of(draft.facts, "dc:identifier"):
        text = said.uri or said.text
        if is_web(text) or _PID.fullmatch(text):
            draft.identifiers[Identifier("pid", text)] = None
            url = url or (text if is_web(text) else "")
        elif text.startswith("#"):
            draft.identifiers[Identifier("record_id", text)] = None
        elif text:
            draft.identifiers[Identifier("object_number", text)] = None
            draft.add("object_number", text, "", "dc:identifier")
    return url
