"""What crosses a door when somebody asks: questions, plans, hits, statements, answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from explorer.types.records import Passage, Record

FilterValue = str | int | bool | list[str] | list[int]
Filters = Mapping[str, FilterValue]

FILTERS = (
    "maker", "type", "material", "technique", "place", "period", "from", "to", "subject",
    "gender", "room", "on_view", "has_image", "rights", "source", "institution", "number", "kind",
)  # fmt: skip


Naming = Literal["maker", "place"]
NAMINGS: tuple[Naming, ...] = ("maker", "place")
"""Facets whose values are called by names, in whatever language and script."""
Way = Literal["concept", "maker", "place", "translation", "part", "form", "spelling", "likeness"]


@dataclass(frozen=True, slots=True)
class Meeting:
    """A word of the question, the word of the collection that stands for it, how, and how far."""

    word: str
    met: str
    way: Way
    share: float


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
    evidence: float = 0.0
    """How many words of the question it holds, or has what means them, and how rare they are."""
    detail: float = 1.0
    """The share of what is asked beyond the record's name that it holds; 1 where nothing is."""
    naming: bool = False
    """Whether a word of the question stands in the record's title, maker, person or place."""
    named: bool = False
    words: tuple[str, ...] = ()
    """The question's words that the record or a text about it holds."""
    reach: float = 0.0
    """The coverage when what stands for a word counts, too."""
    met: tuple[Meeting, ...] = ()
    """What they hold instead of the question's other words."""


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
    token: str = ""
    """Made up by a loaded page for itself, and kept nowhere: one page has one answer at a time."""


Kind = Literal["known_item", "attribute", "explore", "compare", "list", "count", "group",
               "superlative", "visit", "smalltalk", "out_of_scope"]  # fmt: skip
COUNTED = frozenset(("list", "count", "group", "superlative"))
"""Kinds that are answered from the whole collection by filters, exactly."""

SPANS: Mapping[str, int] = {"century": 100, "decade": 10, "year": 1}
"""What is grouped by in time -> its years."""

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
    named: Mapping[str, tuple[Naming, tuple[str, ...]]] = field(default_factory=dict)
    """The question's words that name makers or places of the catalogue, in whatever script."""
    works: tuple[str, ...] = ()
    """Ids of the records that are the famous work the question names, in whatever language."""
    fields: tuple[str, ...] = ()
    """Names of the Fields the question asks for."""
    filters: Filters = field(default_factory=dict)
    """What is counted by: out of the question's words, and as given."""
    given: Filters = field(default_factory=dict)
    """The filters a person set beside the question: what is found keeps to them."""
    by: str = ""
    """What a group is made by: century, maker, material..."""
    order: str = ""
    """What a superlative goes by: oldest, largest, acquired-last..."""
    around: int | None = None
    """The year a list goes by, the nearest first: "more from that time"."""
    topic: str = ""
    """What a visit, small talk, or a question out of scope is about: hours, thanks, price..."""
    unknown: tuple[str, ...] = ()
    """Words of a question to be counted that no filter stands for: nothing is counted."""
    about: tuple[str, ...] = ()
    """Ids of the records that the conversation or the page leads to."""
    shown: tuple[str, ...] = ()
    """Ids of the records of a list that were shown before, where more of it is asked for."""
    elsewhere: str = ""
    """The id of a famous work that is asked for and not in this collection."""
    level: str = "general"
    generate: bool = True


@dataclass(frozen=True, slots=True)
class Circumstances:
    """When and where a question is answered: an ISO day, whom to ask else, whom in distress."""

    today: str
    contact: str = ""
    emergency: str = ""


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
    notice: str = ""
    """What a visitor is told before the record, and before its picture is shown."""


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
    reach: float = 0.0
    met: tuple[Meeting, ...] = ()


@dataclass(frozen=True, slots=True)
class Searched:
    """A page of a search; `total` is exact where only filters were given."""

    total: int
    hits: tuple[Found, ...]
    facets: Mapping[str, list[dict[str, Any]]]
    plan: Plan


@dataclass(frozen=True, slots=True)
class Group:
    """A label and how many records bear it; `value` is what a filter takes for it."""

    label: str
    count: int
    value: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """Of how many objects that meet the other filters a field is not recorded."""

    name: str
    count: int
    of: int


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted over the whole collection: the objects that meet the filters, exactly.

    `keys` are theirs, in the order asked for; of a superlative the first `ties` share the first
    place. `outside` of them may lie outside the years asked for as well as inside.
    """

    total: int
    keys: tuple[int, ...] = ()
    missing: tuple[Missing, ...] = ()
    outside: int = 0
    groups: tuple[Group, ...] = ()
    ties: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)
    """What values of the filters are called in the records."""


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
    by: str = ""
    order: str = ""
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
