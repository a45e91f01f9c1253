"""The report of one ingest run: what was read, what it changed, what was turned away and why."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ingest.gate import Passed
from ingest.sourcespec import Rejection

_SHOWN = 20

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, how many are done, and of how many where that is known."""


@dataclass(frozen=True, slots=True)
class Intake:
    """One run's report, as `collection-ingest run --json` prints it."""

    generation: str
    published: bool = True
    """Whether the generation serves; one that is held back waits to be published."""
    gate: Passed | None = None
    waiting: str = ""
    """The generation that was built and waits to be published; "" where there is none."""
    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    repeated: int = 0
    """Delivered more than once in this run; the last delivery holds."""
    removed: int = 0
    rejected: int = 0
    passages: int = 0
    embedded: int = 0
    seconds: float = 0.0
    sources: list[Mapping[str, Any]] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    warnings: Mapping[str, int] = field(default_factory=dict)
    """Per kind how often it was noticed on records that are new or changed."""
    examples: Mapping[str, str] = field(default_factory=dict)
    """Per kind of warning one record and what was noticed on it."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """Warnings gathered over a run, by kind: the words before the first colon."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, warning: str, where: str) -> None:
        """Nothing; the warning is counted, and the first of its kind kept as the example."""
        kind = warning.partition(":")[0]
        self.counts[kind] += 1
        self.examples.setdefault(kind, f"{where}: {warning}")


def told(intake: Intake) -> list[str]:
    """The report in a few lines for a person."""
    lines = [
        f"Read: {intake.read}. New: {intake.new}. Changed: {intake.changed}."
        f" Unchanged: {intake.unchanged}. Delivered more than once: {intake.repeated}."
        f" Removed: {intake.removed}. Rejected: {intake.rejected}.",
        f"Passages: {intake.passages}, embedded now: {intake.embedded}."
        f" Seconds: {intake.seconds:.1f}.",
    ]
    known = [source for source in intake.sources if "concepts" in source]
    lines += [f"Concepts of {source['name']}: {source['concepts']}." for source in known]
    lines += [
        f"Rejected: {' '.join(filter(None, (r.where, r.record_id, r.field)))}: {r.reason}"
        for r in intake.rejections[:_SHOWN]
    ]
    if len(intake.rejections) > _SHOWN:
        lines.append(f"... and {len(intake.rejections) - _SHOWN} more; --json lists them all.")
    lines += [
        f"Noticed: {kind} ({n}), such as {intake.examples[kind]}"
        for kind, n in sorted(intake.warnings.items(), key=lambda pair: -pair[1])
    ]
    lines += told_gate(intake.gate) if intake.gate else ()
    if intake.published:
        lines.append(f"Generation {intake.generation} serves.")
    if intake.waiting:
        lines.append(f"Generation {intake.waiting} is built and waits: collection-ingest publish")
    return lines


def told_gate(passed: Passed) -> list[str]:
    """What a gate said, in lines for a person."""
    verdict = "The gate is passed" if passed.passed else "The gate is not passed"
    lines = [f"{verdict}: {passed.met} of {passed.asked} questions."]
    return lines + [f"Failed: {failure}" for failure in passed.failures]
