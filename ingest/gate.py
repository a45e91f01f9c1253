"""A gate before publishing: questions that must find what they should, in the collection built."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from explorer.backends.protocols import Embedder
from explorer.catalogue import inventory
from explorer.catalogue.generation import Generation
from explorer.errors import WrongUse
from explorer.plan import plan
from explorer.retrieve import outcome, retrieve, worth_showing
from explorer.text import number_key
from explorer.types import Question

_KEYS = {"text": str, "lang": str, "finds": list, "within": int, "not_found": bool}
_COLLECTION = {"records": int, "lost": float}


@dataclass(frozen=True, slots=True)
class Demand:
    """One question of a gate: object numbers of which one must be found, or that none may be."""

    text: str
    lang: str = ""
    finds: tuple[str, ...] = ()
    within: int = 5
    not_found: bool = False


@dataclass(frozen=True, slots=True)
class Gate:
    """What a generation must show before it is published."""

    demands: tuple[Demand, ...] = ()
    least: float = 1.0
    """The share of the questions that must be met."""
    records: int = 0
    """How many records there must be at least."""
    lost: float = 1.0
    """The largest share of the records that serve which may be gone."""


@dataclass(frozen=True, slots=True)
class Passed:
    """Whether a generation may be published, how many questions it met, and what it failed."""

    passed: bool
    met: int = 0
    asked: int = 0
    failures: tuple[str, ...] = field(default_factory=tuple)


def load_gate(file: Path) -> Gate:
    """The gate a TOML file describes; WrongUse where it says something nobody understands."""
    try:
        data = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise WrongUse(
            f"The gate {file.name} cannot be opened.", "Check its name and folder."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongUse(
            f"The gate {file.name} is not valid TOML: {error}.", "Mend that line."
        ) from error
    _only(data, {"least": float, "question": list, "collection": dict}, file.name)
    collection = data.get("collection", {})
    _only(collection, _COLLECTION, f"[collection] of {file.name}")
    asked = data.get("question", ())
    if not all(isinstance(told, dict) for told in asked):
        raise WrongUse(
            f"The questions of {file.name} are not tables.", "Begin each with [[question]]."
        )
    demands = tuple(_demand(told, file.name) for told in asked)
    least = float(data.get("least", 1.0))
    if not 0 <= least <= 1:
        raise WrongUse(f"'least' in {file.name} is a share.", "Write it from 0 to 1, such as 0.9.")
    if not demands and not collection:
        raise WrongUse(
            f"The gate {file.name} asks nothing.",
            "Add a [[question]] with a text and the object numbers it finds.",
        )
    return Gate(
        demands, least, int(collection.get("records", 0)),
        float(collection.get("lost", 1.0)),
    )  # fmt: skip


def _demand(told: Mapping[str, Any], name: str) -> Demand:
    _only(told, _KEYS, f"a question of {name}")
    finds = tuple(map(str, told.get("finds", ())))
    if not told.get("text") or bool(finds) == bool(told.get("not_found")):
        raise WrongUse(
            f"A question of {name} does not say what is right.",
            'Give it a text, and either finds = ["object number"] or not_found = true.',
        )
    within = told.get("within", 5)
    if within < 1:
        raise WrongUse(f"'within' in {name} is too small.", "Write 1 or more.")
    return Demand(told["text"], told.get("lang", ""), finds, within, not finds)


def _only(told: Mapping[str, Any], known: Mapping[str, type], where: str) -> None:
    for key, value in told.items():
        wanted = known.get(key)
        if wanted is None:
            raise WrongUse(
                f"'{key}' in {where} is not understood.", f"Use only: {', '.join(known)}."
            )
        fits = isinstance(value, int | float) if wanted is float else isinstance(value, wanted)
        if not fits or (wanted is not bool and isinstance(value, bool)):
            raise WrongUse(f"'{key}' in {where} has a wrong value.", "Mend that line.")


def passes(
    gate: Gate, built: Generation, before: Generation | None, embedder: Embedder, lang: str
) -> Passed:
    """Whether the generation built meets the gate; `lang` is the default language of questions."""
    failures = list(_of_collection(gate, built, before))
    passed = not failures
    unmet = [said for demand in gate.demands if (said := _unmet(demand, built, embedder, lang))]
    met = len(gate.demands) - len(unmet)
    if met < gate.least * len(gate.demands):
        passed = False
    return Passed(passed, met, len(gate.demands), (*failures, *unmet))


def _of_collection(gate: Gate, built: Generation, before: Generation | None) -> Sequence[str]:
    failures = []
    if built.manifest.records < gate.records:
        failures.append(f"{built.manifest.records} records, where {gate.records} are asked for")
    if before is not None:
        held = {
            i
            for name in before.manifest.sources
            for i in inventory.record_hashes(before.catalogue, name)
        }
        kept = {
            i
            for name in built.manifest.sources
            for i in inventory.record_hashes(built.catalogue, name)
        }
        gone = len(held - kept)
        if gone > gate.lost * len(held):
            failures.append(f"{gone} of {len(held)} records are gone")
    return failures


def _unmet(demand: Demand, built: Generation, embedder: Embedder, default: str) -> str:
    """What is wrong with the answer to a question of the gate; "" where it is met."""
    asked = plan(Question(demand.text, demand.lang), built.catalogue, default_lang=default)
    hits = retrieve(asked, built, embedder, limit=max(demand.within, 1))
    shown = worth_showing(hits, built.manifest.calibration)
    reached = outcome(asked, shown, built.manifest.calibration)
    if demand.not_found:
        return "" if reached == "not_found" else f"{demand.text}: {reached}, though it is not here"
    wanted = {number_key(number) for number in demand.finds}
    found = [
        identifier.value
        for hit in (shown[: demand.within] if reached != "not_found" else ())
        for identifier in hit.record.identifiers
        if identifier.kind == "object_number"
    ]
    if wanted & {number_key(number) for number in found}:
        return ""
    return f"{demand.text}: found {', '.join(found) or 'nothing'}"
