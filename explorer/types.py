"""The nouns: every shape that crosses a door, frozen, as it crosses HTTP.

Years are astronomical integers (1 BCE = 0); languages are BCP 47 codes, "" where none is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

FilterValue = str | int | bool | list[str] | list[int]
Filters = Mapping[str, FilterValue]
Labels = Mapping[str, str]  # the same words in several languages: language code -> text

FILTERS = (
    "maker", "type", "material", "technique", "place", "period", "from", "to", "subject",
    "gender", "room", "on_view", "has_image", "rights", "source", "institution", "number",
)  # fmt: skip

# The names a Field may have, in the order a record is read aloud.
FIELDS = (
    "title", "type", "object_number", "former_number", "maker", "maker.role", "maker.qualifier",
    "date", "material", "technique", "measurement", "place", "subject", "person", "period", "text",
    "description", "inscription", "provenance", "acquisition", "credit_line", "room", "author",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number a record is known by: object_number, former_number, pid, oai_identifier..."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Field:
    """Words as stored, on `page` of a document: the only thing a Citation may point into."""

    name: str
    text: str
    lang: str = ""
    lang_detected: str = ""
    source: str = ""
    page: int | None = None


MakerStatus = Literal["current", "former", "copy-after", "unknown"]


@dataclass(frozen=True, slots=True)
class Maker:
    """One actor of the making: makers[i] stands in the record's words in the Field `maker[i]`.

    `qualifier` is a code such as "workshop-of" (the source's own words where we have no code for
    them), "" for a plain attribution. `name` is "" where the maker is unknown.
    """

    name: str
    role: str = ""
    qualifier: str = ""
    status: MakerStatus = "current"
    gender: str = ""
    uri: str = ""


@dataclass(frozen=True, slots=True)
class DateSpan:
    """When something happened: words per language, and years where they could be read."""

    kind: str = "creation"
    display: Labels = field(default_factory=dict)
    earliest: int | None = None
    latest: int | None = None
    certainty: Literal["certain", "circa", "uncertain"] = "certain"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a role: creation, find, depicted, use."""

    name: str
    role: str = "creation"
    uri: str = ""
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class Concept:
    """A term of a vocabulary: facet is type, material, technique, subject, period."""

    facet: str
    uri: str = ""
    labels: Labels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measurement:
    """A measured dimension, value and unit as given."""

    kind: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of a record: where it is, what may be done with it, what it shows.

    `thumbnail` is a file in data/images/; "" where no picture of ours may stand for it.
    """

    url: str
    rights: str = ""
    alt: str = ""
    thumbnail: str = ""


@dataclass(frozen=True, slots=True)
class Rights:
    """The rights of four different things; URIs where the source gives them."""

    record: str = ""
    object: str = ""
    text: str = ""
    image: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """The feed a record came from, and a hash of what it delivered."""

    name: str
    format: str = ""
    delivered: str = ""
    hash: str = ""


RecordKind = Literal["object", "text", "visit", "person", "place", "event"]


@dataclass(frozen=True, slots=True)
class Record:
    """One catalogue entry or curatorial text, verbatim; `id` is source name + ":" + local id."""

    id: str
    kind: RecordKind = "object"
    institution: str = ""
    identifiers: tuple[Identifier, ...] = ()
    fields: tuple[Field, ...] = ()
    makers: tuple[Maker, ...] = ()
    dates: tuple[DateSpan, ...] = ()
    places: tuple[Place, ...] = ()
    concepts: tuple[Concept, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    about: tuple[str, ...] = ()
    about_numbers: tuple[str, ...] = ()
    """The object numbers a text gives for what it is about; `about` holds the ids they lead to."""
    part_of: str = ""
    images: tuple[Image, ...] = ()
    rights: Rights = Rights()
    room: str = ""
    on_view: bool | None = None
    level: str = ""
    valid_from: str = ""
    valid_until: str = ""
    author: str = ""
    url: str = ""
    source: Source = Source("")
    warnings: tuple[str, ...] = ()
    deleted: bool = False

    @property
    def speaks_for(self) -> tuple[str, ...]:
        """Ids of the records a text is about; none where it is about many, as a tour is."""
        return self.about if len(self.about) <= 2 else ()

    def numbered(self, reference: str) -> Field | None:
        """The Field that a reference such as `description[1]` names, or None."""
        name, _, index = reference.rstrip("]").partition("[")
        same = [f for f in self.fields if f.name == name]
        return same[int(index)] if index.isdigit() and int(index) < len(same) else None

    def named(self, name: str) -> list[tuple[str, Field]]:
        """The (reference, Field) pairs of one field name, in the source's order."""
        same = [f for f in self.fields if f.name == name]
        return [(f"{name}[{i}]", f) for i, f in enumerate(same)]


@dataclass(frozen=True, slots=True)
class Passage:
    """What is embedded: a composed line (field == "", never quoted) or an exact cut of a Field."""

    record_id: str
    text: str
    lang: str = ""
    field: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """A found record with the passage that found it, and how far it holds what is asked, 0..1:
    `coverage` in that passage's words, `likeness` in words like them, `support` in all that speaks
    for it with the texts about it. `named` is by its object number.
    """

    record: Record
    passage: Passage
    rank: int
    score: float
    cosine: float = 0.0
    coverage: float = 0.0
    likeness: float = 0.0
    support: float = 0.0
    detail: float = 1.0
    """The share of what is asked beyond the record's name that it holds; 1 where nothing is."""
    naming: bool = False
    """Whether a word of the question stands in the record's title, maker, person or place."""
    named: bool = False
    words: tuple[str, ...] = ()
    """The question's words that the record or a text about it holds."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of a conversation, as the client sends it back."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    role: Literal["visitor", "explorer"]
    text: str
    records: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asks, and from where."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    text: str
    lang: str = ""
    history: list[Turn] = field(default_factory=list)
    audience: Literal["visitor", "educator", "researcher"] = "visitor"
    level: Literal["easy", "general", "expert"] = "general"
    filters: dict[str, FilterValue] = field(default_factory=dict)
    page: str = ""
    generate: bool = True


Kind = Literal["known_item", "attribute", "explore", "compare", "list", "count", "group",
               "superlative", "visit", "smalltalk", "out_of_scope"]  # fmt: skip
Outcome = Literal["answered", "partly", "not_found", "out_of_scope"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to look for: understood from the question, before anything is found."""

    text: str
    lang: str
    heard: str = ""
    """The question's own language; `lang` is another where there are no words to answer in it."""
    kind: Kind = "explore"
    words: tuple[str, ...] = ()
    """The question's words that carry meaning, as written, in order."""
    numbers: tuple[str, ...] = ()
    """Object numbers of the catalogue that the question names, in the question's spelling."""
    fields: tuple[str, ...] = ()
    """Names of the Fields the question asks for by their label."""
    filters: Filters = field(default_factory=dict)
    page: str = ""
    generate: bool = True


@dataclass(frozen=True, slots=True)
class Citation:
    """A pointer into a Field: quote == text[start:end], always, in code points of NFC text."""

    marker: int
    record_id: str
    field: str
    lang: str
    quote: str
    start: int
    end: int
    support: float = 1.0
    page: int | None = None


StatementKind = Literal["quote", "fact", "written", "count", "notice"]


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence and what holds it up; only a notice may stand without citations.

    A fact's `label` and `value` are kept apart so that a page can set them apart; `text` is both.
    """

    index: int
    kind: StatementKind
    text: str
    supported: bool = False
    citations: tuple[Citation, ...] = ()
    label: str = ""
    value: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A record as shown in a list: rendered from the record, never from a model's words."""

    id: str
    title: str
    maker_line: str = ""
    date_line: str = ""
    type: str = ""
    object_number: str = ""
    credit_line: str = ""
    rights: str = ""
    image: str = ""
    alt: str = ""
    url: str = ""
    room: str = ""
    on_view: bool | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One record of a search: its card, the passage that found it, its score and why."""

    card: Card
    passage: Passage | None = None
    score: float = 0.0
    cosine: float = 0.0
    coverage: float = 0.0
    words: tuple[str, ...] = ()
    likeness: float = 0.0


@dataclass(frozen=True, slots=True)
class Searched:
    """A page of a search; `total` is exact where only filters were given."""

    total: int
    hits: tuple[Found, ...]
    facets: Mapping[str, list[dict[str, Any]]]
    plan: Plan


@dataclass(frozen=True, slots=True)
class Group:
    """A label and how many records bear it."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Message:
    """A notice that states no fact: a phrase's code and its words in the visitor's language."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """All that was said to one question, with everything that holds it up."""

    text: str
    lang: str
    kind: Kind
    outcome: Outcome
    generated: bool = False
    model: str = ""
    statements: tuple[Statement, ...] = ()
    records: tuple[Card, ...] = ()
    total: int | None = None
    groups: tuple[Group, ...] = ()
    filters: Filters = field(default_factory=dict)
    notices: tuple[Message, ...] = ()
    generation: str = ""
    took_ms: float = 0.0


EventName = Literal["plan", "sources", "queue", "statement", "answer", "error"]


@dataclass(frozen=True, slots=True)
class Event:
    """One step of an answer on its way: its name, and a JSON-ready noun or mapping."""

    name: EventName
    data: Any
