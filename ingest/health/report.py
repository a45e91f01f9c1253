"""One passage over a generation's records, and the report that comes of it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from explorer.catalogue.generation import Generation
from explorer.catalogue.reading import Catalogue
from explorer.errors import ExplorerError
from explorer.text import fold, words
from explorer.types import Record
from explorer.wire import dump
from ingest.health import checks, chronology, europeana
from ingest.health.completeness import MEASURED, lacking
from ingest.health.duplicates import Duplicates
from ingest.health.page import page
from ingest.health.parents import Parents
from ingest.health.shapes import (
    Alike,
    Completeness,
    Example,
    Finding,
    Health,
    Mend,
    Spread,
    Valued,
)
from ingest.health.spread import Spellings
from ingest.health.tally import Found, Lists, Tally, number_of, shortened
from ingest.health.terms import Term, Terms
from ingest.health.tongues import Languages
from ingest.health.wording import texts

_MENDED_FIRST = 10
_GROUPS = 25
_FREQUENT = 12
_VALUES = 12
_LACKING = "lacking_"


def report(
    generation: Generation,
    terms: Sequence[Term] | None = None,
    *,
    lists: Path | None = None,
    today: date | None = None,
    progress: Callable[[str, int, int | None], None] | None = None,
) -> Health:
    """What is well and what is not with the records of a generation.

    Into the folder `lists` goes a table per finding with every record that bears it.
    """
    codes = {"spread", *texts()["finding"], *(_LACKING + measured for measured in MEASURED)}
    survey = _Survey(terms or (), Lists(lists, codes), (today or date.today()).year)
    total = generation.manifest.records
    for done, record in enumerate(generation.catalogue.all_records(), 1):
        survey.add(record)
        if progress is not None and done % 500 == 0:
            progress("Looking at the records", done, total)
    return survey.report(generation)


class _Survey:
    """Everything that is kept of the records seen: numbers, hashes, a few examples."""

    def __init__(self, terms: Sequence[Term], lists: Lists, this_year: int) -> None:
        self._lists, self._this_year = lists, this_year
        self._tally = Tally(lists)
        self._seen: list[tuple[str, str, str]] = []  # id, object number, source
        self._objects: Counter[str] = Counter()
        self._languages, self._spellings, self._terms = Languages(), Spellings(), Terms(terms)
        self._duplicates, self._parents = Duplicates(), Parents()
        self._centuries: Counter[str] = Counter()
        self._rights: dict[str, Counter[str]] = defaultdict(Counter)
        self._unread: Counter[str] = Counter()
        self._metadata: Counter[str] = Counter()
        self._content: Counter[str] = Counter()

    def add(self, record: Record) -> None:
        """Nothing; the record has been looked at."""
        number, ordinal = number_of(record), len(self._seen)
        self._seen.append((record.id, number, record.source.name))
        found: list[Found] = [*self._languages.add(record), *self._terms.add(record, number)]
        found += checks.links(record)
        self._parents.add(ordinal, record, number)
        if record.kind == "object":
            found += self._object(ordinal, record, number)
        elif record.about_numbers and not record.about:
            found.append(("about_nowhere", ", ".join(record.about_numbers)))
        self._tally.add(found, record, number)

    def _object(self, ordinal: int, record: Record, number: str) -> Iterator[Found]:
        self._objects[record.source.name] += 1
        self._spellings.add(record)
        self._duplicates.add(ordinal, record, number)
        self._centuries[chronology.century(record)] += 1
        self._metadata[europeana.metadata_tier(record)] += 1
        self._content[europeana.content_tier(record)] += 1
        rights = record.rights
        pictured = rights.image or next((i.rights for i in record.images if i.rights), "")
        kinds = {"record": rights.record, "object": rights.object, "text": rights.text}
        for kind, value in (*kinds.items(), ("image", pictured)):
            self._rights[kind][value] += 1
        yield from ((_LACKING + measured, "") for measured in lacking(record))
        for code, said in chronology.dates(record, self._this_year):
            if code == "date_unread":
                self._unread.update(w for w in set(words(fold(said))) if not w.isdigit())
            yield code, said
        yield from checks.makers(record)
        yield from checks.rights(record)
        yield from checks.number(record, number)
        yield from europeana.patterns(record, number)

    # --- what only all records together tell

    def report(self, generation: Generation) -> Health:
        """The report on all records that were added."""
        alike = self._alike()
        self._titled(generation.catalogue)
        spread = sorted(
            self._spellings.groups(), key=lambda s: (-_rarer(s), s.facet, s.spellings[0].text)
        )
        self._across(spread)
        self._lists.close()
        findings = self._findings()
        manifest = generation.manifest
        return Health(
            generation=manifest.generation,
            created=manifest.created,
            records=len(self._seen),
            objects=self._objects.total(),
            sources=dict(self._objects.most_common()),
            mend_first=mend_first(self._tally.counts),
            completeness=tuple(self._completeness()),
            languages=self._languages.spoken(),
            centuries=dict(sorted(self._centuries.items(), key=_by_year)),
            unread_words=_frequent(self._unread, _FREQUENT),
            rights={kind: _frequent(c, _VALUES) for kind, c in self._rights.items()},
            metadata_tiers={t: self._metadata[t] for t in europeana.METADATA_TIERS},
            content_tiers={t: self._content[t] for t in europeana.CONTENT_TIERS},
            findings=findings,
            alike=tuple(alike),
            spread=tuple(spread[:_GROUPS]),
            spread_groups=dict(sorted(Counter(s.facet for s in spread).items())),
            terms=self._terms.flagged(),
        )

    def _example(self, ordinal: int) -> Example:
        record_id, number, _ = self._seen[ordinal]
        return Example(record_id, number)

    def _note(self, code: str, ordinal: int, said: str) -> None:
        self._tally.note(code, *self._seen[ordinal], said)

    def _alike(self) -> list[Alike]:
        """The first groups of probable duplicates; all of them are counted and listed."""
        shown: list[Alike] = []
        known: set[tuple[int, ...]] = set()
        kinds = (self._duplicates.numbered, self._duplicates.twins, self._duplicates.described)
        for groups in kinds:
            noted: set[int] = set()
            for group in groups():
                for member in group.members:
                    if member not in noted:
                        noted.add(member)
                        others = [self._seen[o][0] for o in group.members if o != member]
                        self._note(group.code, member, shortened("; ".join(others)))
                if len(noted) and group.members not in known and len(shown) < _GROUPS:
                    known.add(group.members)
                    few = tuple(map(self._example, group.members[:6]))
                    shown.append(Alike(group.code, few, len(group.members)))
        return shown

    def _titled(self, catalogue: Catalogue) -> None:
        """Pattern P1, with the title that several records share."""
        for members in self._duplicates.titled():
            first = catalogue.record(self._seen[members[0]][0])
            title = next((f.text for f in first.fields if f.name == "title"), "") if first else ""
            for member in members:
                self._note("p1", member, f"{title} ({len(members)})")

    def _across(self, spread: Sequence[Spread]) -> None:
        for code, members in self._duplicates.contradicting():
            for member in members:
                others = [self._seen[o][0] for o in members if o != member]
                self._note(code, member, shortened("; ".join(others)))
        for code, ordinal, reference in self._parents.lost():
            self._note(code, ordinal, reference)
        for group in spread:
            written = " | ".join(f"{s.text} ({s.count})" for s in group.spellings)
            self._lists.add("spread", (group.facet, group.lang, written))
            self._tally.counts[f"spread_{group.facet}"] += _rarer(group)

    def _completeness(self) -> Iterator[Completeness]:
        for measured in MEASURED:
            code, of = _LACKING + measured, self._objects.total()
            missing = self._tally.sources.get(code, Counter())
            yield Completeness(
                field=measured,
                have=of - self._tally.counts[code],
                of=of,
                sources={s: n - missing[s] for s, n in self._objects.most_common()},
                examples=tuple(self._tally.examples.get(code, ())),
                source_examples={
                    source: tuple(self._tally.source_examples.get((code, source), ()))
                    for source in self._objects
                    if missing[source]
                },
            )

    def _findings(self) -> tuple[Finding, ...]:
        """What was found, in the order of words.toml."""
        return tuple(
            Finding(
                code=code,
                section=said["section"],
                title=said["title"],
                meaning=said["meaning"],
                records=self._tally.counts[code],
                sources=dict(self._tally.sources.get(code, {})),
                examples=tuple(self._tally.examples.get(code, ())),
            )
            for code, said in texts()["finding"].items()
            if self._tally.counts[code]
        )


def mend_first(counts: Mapping[str, int]) -> tuple[Mend, ...]:
    """At most ten things to do: those that keep most records from those who look for them."""
    told = texts()["mend"]
    helped = {code: sum(counts.get(c, 0) for c in said["counts"]) for code, said in told.items()}
    ranked = sorted(told, key=lambda code: (-helped[code] * told[code]["weight"], code))
    return tuple(
        Mend(code, told[code]["action"], told[code]["why"], helped[code])
        for code in ranked[:_MENDED_FIRST]
        if helped[code]
    )


def _rarer(spread: Spread) -> int:
    """How many times the word is not written as it mostly is."""
    return sum(spelling.count for spelling in spread.spellings[1:])


def _by_year(pair: tuple[str, int]) -> tuple[bool, int]:
    return (not pair[0], int(pair[0] or 0))


def _frequent(counts: Counter[str], most: int) -> tuple[Valued, ...]:
    return tuple(
        Valued(value, n) for value, n in sorted(counts.items(), key=lambda p: (-p[1], p[0]))[:most]
    )


def write(health: Health, data_dir: Path) -> Path:
    """Where the page is: reports/health.html in the data folder, with health.json beside it."""
    folder = data_dir / "reports"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in (
            ("health.json", dump(health).decode() + "\n"),
            ("health.html", page(health)),
        ):
            new = folder / f"{name}.new"
            new.write_text(text, "utf-8")
            new.replace(folder / name)
    except OSError as error:
        raise ExplorerError(
            f"The report cannot be written to {folder}: {error.strerror}.",
            "Make room on the disk, or let the folder be written to.",
        ) from error
    return folder / "health.html"


def told(health: Health, written: Path) -> list[str]:
    """The report in a few lines for a person, and where all of it is."""
    lines = [f"{health.records} records, {health.objects} of them objects."]
    if not health.mend_first:
        return [*lines, texts()["page"]["first_none"], f"The report: {written}"]
    lines.append(f"{texts()['page']['first']}:")
    lines += [f"{mend.records:>8}  {mend.action}" for mend in health.mend_first]
    return [*lines, f"The report: {written}"]
