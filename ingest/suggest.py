"""Proposals for staff to accept line by line, from what other records of the collection say."""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files

from explorer.catalogue.generation import Generation
from explorer.text import fold
from explorer.types import Record
from ingest.accepted import BETWEEN_IDS, FACETS, TRANSLATED, Proposal
from ingest.health.duplicates import Duplicates
from ingest.health.spread import alike
from ingest.health.tally import number_of

_MOST_RECORDS = 20
_MAJORITY, _TWICE = 2 / 3, 2
_Word = tuple[str, str, str]  # field, language, as written


def suggest(
    generation: Generation, progress: Callable[[str, int, int | None], None] | None = None
) -> Iterator[Proposal]:
    """What could be linked, joined or translated; nothing of it is applied."""
    gathered = _Gathered()
    total = generation.manifest.records
    for done, record in enumerate(generation.catalogue.all_records(), 1):
        if record.kind == "object":
            gathered.add(record)
        if progress is not None and done % 500 == 0:
            progress("Looking at the records", done, total)
    yield from gathered.concepts()
    yield from gathered.makers()
    yield from gathered.translations()
    yield from gathered.duplicates()


class _Gathered:
    """The words of all records: which are linked, which have a counterpart, which have neither."""

    def __init__(self) -> None:
        self._seen: list[tuple[str, str]] = []
        self._duplicates = Duplicates()
        self._linked: dict[_Word, Counter[str]] = defaultdict(Counter)
        self._unlinked: Counter[_Word] = Counter()
        self._makers: Counter[str] = Counter()
        self._pairs: dict[tuple[_Word, str], Counter[str]] = defaultdict(Counter)
        self._single: Counter[_Word] = Counter()

    def add(self, record: Record) -> None:
        """Nothing; the record has been seen."""
        number = number_of(record)
        self._duplicates.add(len(self._seen), record, number)
        self._seen.append((record.id, number))
        self._makers.update({m.name for m in record.makers if m.name})
        self._add_concepts(record)
        for name in TRANSLATED:
            self._add_languages(name, record)

    def _add_concepts(self, record: Record) -> None:
        linked: set[_Word] = set()
        for concept in record.concepts:
            for lang, label in concept.labels.items() if concept.uri else ():
                word = (concept.facet, lang, fold(label))
                self._linked[word][concept.uri] += 1
                linked.add(word)
        for field in record.fields:
            if field.name in FACETS and (field.name, field.lang, fold(field.text)) not in linked:
                self._unlinked[field.name, field.lang, field.text] += 1

    def _add_languages(self, name: str, record: Record) -> None:
        texts: dict[str, set[str]] = defaultdict(set)
        for field in record.fields:
            if field.name == name and field.lang:
                texts[field.lang].add(field.text)
        if len(texts) == 1:
            for lang, several in texts.items():
                self._single.update((name, lang, text) for text in several)
            return
        alone = {lang: next(iter(several)) for lang, several in texts.items() if len(several) == 1}
        for here, text in alone.items():
            for there, other in alone.items():
                if here != there:
                    self._pairs[(name, here, text), there][other] += 1

    def concepts(self) -> Iterator[Proposal]:
        """Words that have an address elsewhere in the collection, the most frequent first."""
        for (facet, lang, text), count in _frequent(self._unlinked):
            known = self._linked.get((facet, lang, fold(text)))
            if not known:
                continue
            (uri, times), *others = known.most_common()
            reason = _reason("concept_several" if others else "concept", count=times)
            yield Proposal("concept", "", facet, lang, text, uri, reason, count)

    def makers(self) -> Iterator[Proposal]:
        """Names written in several ways: the most frequent way is proposed."""
        for usual, *others in alike(self._makers, "maker", ""):
            for name in others:
                count = self._makers[name]
                reason = _reason("maker", found=count, proposal=self._makers[usual])
                yield Proposal("maker", "", "maker", "", name, usual, reason, count)

    def translations(self) -> Iterator[Proposal]:
        """Words in one language that have a counterpart in another elsewhere in the collection."""
        others: dict[_Word, list[str]] = defaultdict(list)
        for word, there in self._pairs:
            others[word].append(there)
        for word, count in _frequent(self._single):
            for there in sorted(others.get(word, ())):
                known = self._pairs[word, there]
                text, times = min(known.items(), key=lambda pair: (-pair[1], pair[0]))
                if times < max(_TWICE, _MAJORITY * known.total()):
                    continue
                field, here, found = word
                reason = _reason("translation", count=times)
                langs = f"{here}>{there}"
                yield Proposal("translation", "", field, langs, found, text, reason, count)

    def duplicates(self) -> Iterator[Proposal]:
        """Records that may be the same, each group once."""
        told: set[tuple[int, ...]] = set()
        kinds = (self._duplicates.numbered, self._duplicates.twins, self._duplicates.described)
        for groups in kinds:
            for group in groups():
                if group.members in told:
                    continue
                told.add(group.members)
                several = [self._seen[member] for member in group.members[:_MOST_RECORDS]]
                ids = BETWEEN_IDS.join(record_id for record_id, _ in several)
                numbers = BETWEEN_IDS.join(number for _, number in several)
                reason = _reason(group.code)
                yield Proposal("duplicate", ids, "", "", numbers, "", reason, len(group.members))


def _frequent(words: Counter[_Word]) -> list[tuple[_Word, int]]:
    return sorted(words.items(), key=lambda pair: (-pair[1], pair[0]))


def _reason(code: str, **values: int) -> str:
    return _reasons()[code].format(**values)


@cache
def _reasons() -> Mapping[str, str]:
    text = files("ingest").joinpath("suggest.toml").read_text("utf-8")
    reasons: dict[str, str] = tomllib.loads(text)["reason"]
    return reasons
