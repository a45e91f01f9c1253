"""The report of one ingest run: what was read, what it changed, what was turned away and why."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from explorer.types import Record
from ingest.deliveries import Rejection

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, how many are done, and of how many where that is known."""


@dataclass(frozen=True, slots=True)
class Intake:
    """One run's report, as `collection-ingest run --json` prints it."""

    generation: str
    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    rejected: int = 0
    passages: int = 0
    embedded: int = 0
    seconds: float = 0.0
    sources: list[Mapping[str, Any]] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    warnings: Mapping[str, int] = field(default_factory=dict)


def warning_kinds(record: Record) -> Counter[str]:
    """How often each kind of warning stands on a record; the kind is what precedes the colon."""
    return Counter(warning.partition(":")[0] for warning in record.warnings)


def told(intake: Intake) -> list[str]:
    """The report in a few lines for a person."""
    lines = [
        f"{intake.read} records read: {intake.new} new, {intake.changed} changed,"
        f" {intake.unchanged} unchanged, {intake.removed} removed, {intake.rejected} rejected.",
        f"{intake.passages} passages, {intake.embedded} of them embedded now,"
        f" in {intake.seconds:.1f} s.",
    ]
    lines += [
        f"Rejected: {r.where} {r.record_id} {r.field}: {r.reason}".replace("  ", " ")
        for r in intake.rejections[:20]
    ]
    if len(intake.rejections) > 20:
        lines.append(f"... and {len(intake.rejections) - 20} more; --json lists them all.")
    lines += [f"Noticed {n} times: {kind}" for kind, n in sorted(intake.warnings.items())]
    lines.append(f"Generation {intake.generation} serves.")
    return lines
