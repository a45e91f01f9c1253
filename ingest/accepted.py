"""Proposals that staff accepted line by line: read, kept in data/accepted.csv, and applied.

What a source delivered stays as it is; what was accepted stands beside it.
"""

import csv
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

from explorer.errors import ExplorerError, WrongUse
from explorer.text import nfc
from explorer.types import Concept, Record
from ingest.health.cells import row, rows

FILE = "accepted.csv"
KINDS = ("concept", "maker", "translation", "duplicate")
FACETS = ("type", "material", "technique", "subject", "period", "place")
TRANSLATED = ("title", *FACETS)
BETWEEN_IDS = " | "
_WEB = re.compile(r"https?://[^\s/.]+\.[^\s]+", re.IGNORECASE)
_LANG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_PAIR = re.compile(rf"({_LANG.pattern})>({_LANG.pattern})")
_ANSWERS = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Proposal:
    """One line: what was found, what is proposed, and why.

    `lang` is that of `found`; for a translation it is the two languages, as sv>en. `record_ids` is
    empty where the line is about a word wherever it stands.
    """

    kind: str
    record_ids: str = ""
    field: str = ""
    lang: str = ""
    found: str = ""
    proposal: str = ""
    reason: str = ""
    count: int = 0

    @property
    def about(self) -> tuple[str, ...]:
        """What the line is about: another line about the same replaces it."""
        return (self.kind, self.record_ids, self.field, self.lang, self.found)


COLUMNS = ("accept", *(f.name for f in fields(Proposal)))


@dataclass(frozen=True)
class Accepted:
    """The proposals in force, ready to be applied to records."""

    proposals: tuple[Proposal, ...] = ()
    _by_word: Mapping[tuple[str, str, str], tuple[Proposal, ...]] = field(init=False, repr=False)
    _makers: Mapping[str, Proposal] = field(init=False, repr=False)
    _alike: Mapping[str, tuple[Proposal, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        by_word: dict[tuple[str, str, str], list[Proposal]] = defaultdict(list)
        alike: dict[str, list[Proposal]] = defaultdict(list)
        for line in self.proposals:
            if line.kind in ("concept", "translation"):
                by_word[line.field, line.lang.partition(">")[0], line.found].append(line)
            elif line.kind == "duplicate":
                for record_id in line.record_ids.split(BETWEEN_IDS):
                    alike[record_id].append(line)
        makers = {line.found: line for line in self.proposals if line.kind == "maker"}
        object.__setattr__(self, "_by_word", {k: tuple(v) for k, v in by_word.items()})
        object.__setattr__(self, "_makers", makers)
        object.__setattr__(self, "_alike", {k: tuple(v) for k, v in alike.items()})

    @cached_property
    def digest(self) -> str:
        """What stands for all lines: the same lines in any order have the same digest."""
        return _digest(self.proposals)

    def touching(self, record: Record) -> tuple[Proposal, ...]:
        """The lines that change this record."""
        found = [p for f in record.fields for p in self._by_word.get((f.name, f.lang, f.text), ())]
        found += (self._makers[m.name] for m in record.makers if m.name in self._makers)
        found += self._alike.get(record.id, ())
        return tuple(dict.fromkeys(found))

    def digest_of(self, record: Record) -> str:
        """What stands for the lines that change this record; "" where none does."""
        return _digest(touching) if (touching := self.touching(record)) else ""


def _digest(lines: Iterable[Proposal]) -> str:
    content = "\n".join(sorted(repr((*line.about, line.proposal)) for line in lines))
    return blake2b(content.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


# --- applied


def apply_accepted(record: Record, accepted: Accepted) -> Record:
    """The record with what was accepted for it; its Fields stay as they were delivered.

    A maker's variant becomes the accepted name, so that it counts as one; concepts and
    translations stand among the concepts; a duplicate is only warned of.
    """
    makers, concepts = list(record.makers), list(record.concepts)
    warnings = list(record.warnings)
    for line in accepted.touching(record):
        if line.kind == "maker":
            makers = [replace(m, name=line.proposal) if m.name == line.found else m for m in makers]
        elif line.kind == "concept":
            concepts = _linked(concepts, line)
        elif line.kind == "translation":
            concepts = _translated(concepts, line)
        else:
            others = (i for i in line.record_ids.split(BETWEEN_IDS) if i != record.id)
            warnings.append(f"the same object as: {BETWEEN_IDS.join(others)}")
    return replace(record, makers=tuple(makers), concepts=tuple(concepts), warnings=tuple(warnings))


def _linked(concepts: list[Concept], line: Proposal) -> list[Concept]:
    """The concepts with the accepted address, given to the concept of the same word if any."""
    own = {line.lang: line.found}
    for at, concept in enumerate(concepts):
        if concept.facet != line.field:
            continue
        if concept.uri == line.proposal:
            labels = {**own, **concept.labels}
        elif not concept.uri and concept.labels.get(line.lang) == line.found:
            labels = dict(concept.labels)
        else:
            continue
        known = Concept(line.field, line.proposal, labels)
        return [*concepts[:at], known, *concepts[at + 1 :]]
    return [*concepts, Concept(line.field, line.proposal, own)]


def _translated(concepts: list[Concept], line: Proposal) -> list[Concept]:
    """The concepts with a label more; a label that the source delivered is never replaced."""
    here, _, there = line.lang.partition(">")
    for at, concept in enumerate(concepts):
        if concept.facet == line.field and concept.labels.get(here) == line.found:
            labels = {there: line.proposal, **concept.labels}
            return [*concepts[:at], replace(concept, labels=labels), *concepts[at + 1 :]]
    return [*concepts, Concept(line.field, "", {here: line.found, there: line.proposal})]


# --- kept


def load_accepted(data_dir: Path) -> Accepted:
    """What was accepted so far in this data folder; nothing where there is no such file."""
    file = data_dir / FILE
    return Accepted(tuple(line for line, _ in _read(file))) if file.exists() else Accepted()


def accept(file: Path, data_dir: Path) -> tuple[int, int, Accepted]:
    """(lines accepted, lines withdrawn, all that is accepted now), kept in the data folder.

    `yes` accepts a line, `no` takes back what was accepted before, and an empty cell leaves it
    open. A table with a line that is not understood is refused whole.
    """
    kept = {line.about: line for line in load_accepted(data_dir).proposals}
    before = set(kept)
    answered = [(line, yes) for line, yes in _read(file) if yes is not None]
    for line, yes in answered:
        if yes:
            kept[line.about] = line
        else:
            kept.pop(line.about, None)
    accepted = Accepted(tuple(kept[about] for about in sorted(kept)))
    _keep(data_dir / FILE, accepted.proposals)
    return sum(yes for _, yes in answered), len(before - set(kept)), accepted


def write_proposals(file: Path, lines: Iterable[Proposal], answer: str = "") -> int:
    """How many lines were written; the table is on disk, whole, or as it was before."""
    return _keep(file, tuple(lines), answer)


def _keep(file: Path, lines: tuple[Proposal, ...], answer: str = "yes") -> int:
    new = file.with_name(f"{file.name}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        # The mark at the beginning tells spreadsheets that this is UTF-8.
        with new.open("w", encoding="utf-8-sig", newline="") as out:
            out.write(row(COLUMNS))
            for line in lines:
                out.write(row((answer, *(getattr(line, name) for name in COLUMNS[1:]))))
            out.flush()
            os.fsync(out.fileno())
        new.replace(file)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise ExplorerError(
            f"The table {file} cannot be written: {error.strerror}.",
            "Give another place with --output, or make room on the disk.",
        ) from error
    return len(lines)


def _read(file: Path) -> list[tuple[Proposal, bool | None]]:
    """Each line and its answer: True for yes, False for no, None where it is left open."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise WrongUse(
            f"The proposals {file} cannot be read: {error.strerror}.",
            "Write them first with: collection-ingest suggest",
        ) from error
    except UnicodeDecodeError as error:
        raise WrongUse(
            f"The proposals {file} are not written in UTF-8.", "Save them as CSV UTF-8."
        ) from error
    try:
        return [_line(file, number, cells) for number, cells in rows(text, COLUMNS)]
    except ValueError as error:
        raise WrongUse(
            f"The proposals {file} lack the columns: {error}.",
            "Keep the header line as collection-ingest suggest wrote it.",
        ) from error
    except csv.Error as error:
        raise WrongUse(
            f"The proposals {file} are not understood: {error}.", "Save them as CSV UTF-8."
        ) from error


def _line(file: Path, number: int, cells: Mapping[str, str]) -> tuple[Proposal, bool | None]:
    said = {name: cell.replace("\r\n", "\n") for name, cell in cells.items()}
    answer = said["accept"].strip().casefold()
    count = said["count"].strip()
    line = Proposal(
        kind=said["kind"].strip(), record_ids=said["record_ids"].strip(),
        field=said["field"].strip(), lang=said["lang"].strip(), found=nfc(said["found"]),
        proposal=nfc(said["proposal"]), reason=said["reason"].strip(),
        count=int(count) if count.isdecimal() else 0,
    )  # fmt: skip
    if not answer:
        return line, None
    wrong = f"“{said['accept']}” is no answer" if answer not in _ANSWERS else _wrong(line)
    if wrong:
        raise WrongUse(
            f"Line {number} of {file.name} cannot be accepted: {wrong}.",
            "Mend that line, or leave its first cell empty; nothing was accepted. Answers are yes"
            " and no.",
            field="accept",
        )
    return line, _ANSWERS[answer]


def _wrong(line: Proposal) -> str:
    """What a line lacks to be applied, "" for nothing."""
    if line.kind not in KINDS:
        return f"“{line.kind}” is none of {', '.join(KINDS)}"
    if line.kind == "duplicate":
        several = len([i for i in line.record_ids.split(BETWEEN_IDS) if i]) > 1
        return "" if several else "it names fewer than two records"
    if not line.found or not line.proposal:
        return "it does not say what was found and what is proposed"
    if line.kind == "maker":
        return "" if line.field == "maker" else "its field is not maker"
    if line.kind == "concept":
        if line.field not in FACETS:
            return f"“{line.field}” is none of {', '.join(FACETS)}"
        return "" if _WEB.fullmatch(line.proposal) else "the proposal is no web address"
    if line.field not in TRANSLATED:
        return f"“{line.field}” is none of {', '.join(TRANSLATED)}"
    pair = _PAIR.fullmatch(line.lang)
    if pair is None or pair[1] == pair[2]:
        return "its language is not a pair such as sv>en"
    return ""
