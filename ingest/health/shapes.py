"""The nouns of the report on a collection's records, frozen, as they are written to JSON."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """A record that bears a finding, and the words that are the reason."""

    record_id: str
    object_number: str = ""
    found: str = ""


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many of the objects have something, whole and per source; examples lack it."""

    field: str
    have: int
    of: int
    sources: Mapping[str, int] = dataclasses.field(default_factory=dict)
    examples: tuple[Example, ...] = ()
    source_examples: Mapping[str, tuple[Example, ...]] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spoken:
    """How often words of a field are declared as one language and read as another or the same."""

    field: str
    declared: str
    detected: str
    count: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Something staff may want to mend, and in how many records it was found."""

    code: str
    section: str
    title: str
    meaning: str
    records: int
    sources: Mapping[str, int] = dataclasses.field(default_factory=dict)
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Alike:
    """Records that may be one and the same, and why."""

    why: str
    records: tuple[Example, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way a word is written, and in how many records."""

    text: str
    count: int


@dataclass(frozen=True, slots=True)
class Spread:
    """One word of a facet that is written in several ways, the most frequent first."""

    facet: str
    lang: str
    spellings: tuple[Spelling, ...]


@dataclass(frozen=True, slots=True)
class Valued:
    """A value and how many records or words bear it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Flagged:
    """A term of the museum's own list, its note and other word, and the records that hold it."""

    term: str
    lang: str
    note: str
    alternative: str
    records: int
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Mend:
    """One thing to do, how many records it helps, and why it matters to those who search."""

    code: str
    action: str
    why: str
    records: int


@dataclass(frozen=True, slots=True)
class Health:
    """All that was noticed about the records of one generation."""

    generation: str
    created: str
    records: int
    objects: int
    sources: Mapping[str, int]
    """How many objects there are of each source."""
    mend_first: tuple[Mend, ...]
    completeness: tuple[Completeness, ...]
    languages: tuple[Spoken, ...]
    centuries: Mapping[str, int]
    """The year a century begins with -> how many objects begin in it; "" where none is known."""
    unread_words: tuple[Valued, ...]
    """The words that stand most often in dates that were not understood."""
    rights: Mapping[str, tuple[Valued, ...]]
    metadata_tiers: Mapping[str, int]
    content_tiers: Mapping[str, int]
    findings: tuple[Finding, ...]
    alike: tuple[Alike, ...]
    """The first groups of probable duplicates."""
    spread: tuple[Spread, ...]
    """The largest groups of words written in several ways."""
    spread_groups: Mapping[str, int]
    """How many such groups there are, per facet."""
    terms: tuple[Flagged, ...] = ()
