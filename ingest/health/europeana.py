"""Europeana's tiers and problem patterns, as far as a record of ours can tell them.

Rules: the Europeana Publishing Framework (metadata and content tiers) and the problem patterns of
Europeana's Data Quality Committee, with the limits its ingestion Metis applies.
"""

import re
from collections import Counter
from collections.abc import Iterator

from explorer.types import Record
from ingest.health.checks import is_statement, is_web
from ingest.health.tally import Found

METADATA_TIERS = ("0", "A", "B", "C")
CONTENT_TIERS = ("0", "2", "3", "4")

# Fields -> the EDM property that carries them; those that Europeana counts for languages.
_PROPERTIES = {
    "title": "dc:title", "type": "dc:type", "description": "dc:description",
    "text": "dc:description", "material": "dcterms:medium", "technique": "dc:format",
    "subject": "dc:subject", "place": "dcterms:spatial", "period": "dcterms:temporal",
    "provenance": "dcterms:provenance", "acquisition": "dcterms:provenance",
}  # fmt: skip
# Fields -> the discovery scenario that an enabling element belongs to.
_SCENARIOS = {
    "date": "date", "period": "date", "type": "subject", "material": "subject",
    "technique": "subject", "place": "place", "room": "place",
}  # fmt: skip
_LANGUAGE = (0.25, 0.5, 0.75)
_ENABLING = ((1, 1), (3, 2), (4, 2))  # elements, scenarios
_OPEN = re.compile(
    r"creativecommons\.org/(?:publicdomain/(?:zero|mark)|licenses/by(?:-sa)?)/", re.IGNORECASE
)
_RESTRICTED = re.compile(
    r"creativecommons\.org/licenses/by-(?:nc|nd|nc-sa|nc-nd)/|"
    r"rightsstatements\.org/(?:vocab|page)/(?:NoC-NC|NoC-OKLR|InC-EDU)/",
    re.IGNORECASE,
)

_SHORT_TITLE, _LONG_TITLE = 2, 70
_SHORT_DESCRIPTION = 50
_SIGNS = re.compile(r"[^\w ]|_")
_MANY_SIGNS = 5
_NEARLY, _LENGTHS_APART = 0.9, 20
_COMPARED = 500  # letters; a title as long as that is a fault of its own
_SHORTEST_NUMBER = 4
_CAPITALS = 4


def metadata_tier(record: Record) -> str:
    """Metadata tier 0, A, B or C: the lowest of its three criteria.

    Source: Europeana Publishing Framework, metadata tiers (Europeana Knowledge Base,
    europeana.atlassian.net/wiki/spaces/EF, "Tier A-C requirements"; the numbers of enabling
    elements as in metis-framework, EnablingElementsClassifier). Languages: 25, 50, 75 % of the
    properties hold a value with a language, or a link to a concept with such a label. Enabling
    elements: 1; 3 of 2 discovery scenarios; 4 of 2. Contextual classes: none; 1; 2 of concept,
    agent, place and time span that are complete or link to a vocabulary.
    """
    share = _language_share(record)
    language = sum(share >= limit for limit in _LANGUAGE)
    elements, scenarios = _enabling(record)
    enabling = sum(elements >= many and scenarios >= of for many, of in _ENABLING)
    contextual = 1 + min(2, _contextual(record))
    return METADATA_TIERS[min(language, enabling, contextual)]


def _language_share(record: Record) -> float:
    tagged: dict[str, bool] = {}
    for field in record.fields:
        if (name := _PROPERTIES.get(field.name)) is not None:
            tagged[name] = tagged.get(name, False) or bool(field.lang)
    for concept in record.concepts:
        if concept.uri and (name := _PROPERTIES.get(concept.facet)) is not None:
            tagged[name] = tagged.get(name, False) or any(concept.labels)
    return sum(tagged.values()) / len(tagged) if tagged else 0.0


def _enabling(record: Record) -> tuple[int, int]:
    """How many enabling elements there are, and of how many discovery scenarios."""
    found = {f.name: _SCENARIOS[f.name] for f in record.fields if f.name in _SCENARIOS}
    if any(d.kind == "creation" for d in record.dates):
        found["date"] = "date"
    if record.places:
        found["place"] = "place"
    if any(maker.name for maker in record.makers):
        found["maker"] = "agent"
    if any(c.facet == "subject" and c.uri for c in record.concepts):
        found["subject"] = "subject"
    return len(found), len(set(found.values()))


def _contextual(record: Record) -> int:
    """How many kinds of contextual class are complete, or link to a vocabulary."""
    return sum((
        any(is_web(concept.uri) for concept in record.concepts),
        any(is_web(maker.uri) for maker in record.makers),
        any(is_web(p.uri) or (p.name and p.lat is not None) for p in record.places),
        any(d.earliest is not None and d.latest is not None for d in record.dates),
    ))  # fmt: skip


def content_tier(record: Record) -> str:
    """The content tier a record can reach by its picture's rights, were the picture large enough.

    Source: Europeana Publishing Framework, content tiers for images (Europeana Knowledge Base,
    "ContentTier 1: Image type" and "ContentTier 2-4: Image type"). Tier 0: no address of a picture,
    or no rights statement. 2: any statement (0.42 million pixels; 1 where there are fewer, from 0.1
    million). 3: one that allows some re-use (0.95 million pixels). 4: free re-use. Records do not
    tell how large a picture is.
    """
    reached = "0"
    for image in record.images:
        right = image.rights or record.rights.image
        if not is_web(image.url) or not is_statement(right):
            continue
        tier = "4" if _OPEN.search(right) else "3" if _RESTRICTED.search(right) else "2"
        reached = max(reached, tier)
    return reached


def patterns(record: Record, number: str) -> Iterator[Found]:
    """Problem patterns P2 to P12, and titles in capitals; P1 needs all records.

    Source: problem patterns of Europeana's Data Quality Committee, with the limits of Metis
    (metis-framework, ProblemPatternAnalyzer): P2 equal title and description, P3 nearly equal
    (longest common subsequence at least 0.9 of the shorter, at most 20 characters apart), P5 more
    than 5 signs in a title or its identifier (here: the object number, from 4 characters on), P6 a
    title of at most 2 characters, P7 no description, P9 one of at most 50 characters, P12 a title
    of more than 70.
    """
    titles = [f.text for f in record.fields if f.name == "title"]
    described = [f.text for f in record.fields if f.name in ("description", "text")]
    if not described:
        yield "p7", ""
    for text in described:
        if len(text) <= _SHORT_DESCRIPTION:
            yield "p9", text
    for title in titles:
        yield from _title(title, number)
        lowered = title.lower()
        for text in described:
            if lowered == text.lower():
                yield "p2", title
            elif _nearly(title, text):
                yield "p3", f"{title} / {text}"


def _title(title: str, number: str) -> Iterator[Found]:
    if len(title) <= _SHORT_TITLE:
        yield "p6", title
    elif len(title) > _LONG_TITLE:
        yield "p12", title
    numbered = len(number) >= _SHORTEST_NUMBER and number in title
    if numbered or len(_SIGNS.findall(title)) > _MANY_SIGNS:
        yield "p5", title
    if title.isupper() and sum(c.isalpha() for c in title) >= _CAPITALS:
        yield "title_capitals", title


def _nearly(title: str, text: str) -> bool:
    if abs(len(title) - len(text)) > _LENGTHS_APART or len(title) > _COMPARED:
        return False
    needed = _NEARLY * min(len(title), len(text))
    if (Counter(title) & Counter(text)).total() < needed:
        return False
    return _common_subsequence(title, text) >= needed


def _common_subsequence(one: str, other: str) -> int:
    """The length of the longest common subsequence."""
    before = [0] * (len(other) + 1)
    for letter in one:
        row = [0]
        for j, known in enumerate(other):
            row.append(before[j] + 1 if letter == known else max(row[j], before[j + 1]))
        before = row
    return before[-1]
