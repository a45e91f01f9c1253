"""What the collection holds: records, their Fields, and the passages they are found by.

Years are astronomical integers (1 BCE = 0); languages are BCP 47 codes, "" where none is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Labels = Mapping[str, str]  # the same words in several languages: language code -> text

# The names a Field may have, in the order a record is read aloud.
FIELDS = (
    "title", "type", "object_number", "former_number", "maker", "maker.role", "maker.qualifier",
    "date", "material", "technique", "measurement", "place", "subject", "person", "period", "text",
    "description", "inscription", "provenance", "acquisition", "credit_line", "room", "author",
    "notice", "community_label",
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
    them), "" for a plain attribution; several codes stand in a row, separated by a space:
    "copy-after attributed-to". `name` is "" where the maker is unknown.
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
    """A place in a role: creation, find, depicted, use; `country` is its ISO 3166 code, `known`
    its own name in the gazetteer, whatever the record calls it.
    """

    name: str
    role: str = "creation"
    uri: str = ""
    lat: float | None = None
    lon: float | None = None
    country: str = ""
    known: str = ""


@dataclass(frozen=True, slots=True)
class Concept:
    """A term of a vocabulary: facet is type, material, technique, subject, period."""

    facet: str
    uri: str = ""
    labels: Labels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measurement:
    """A measured dimension, value and unit as given; `about` where the record says roughly."""

    kind: str
    value: float
    unit: str
    about: bool = False


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
