"""The records each kind of question is answered from: counted, followed, alike, or found."""

from collections.abc import Sequence

import numpy as np

from explorer.backends.protocols import Embedder, VectorIndex
from explorer.catalogue.generation import Generation
from explorer.catalogue.reading import Keys
from explorer.retrieve.alike import alike
from explorer.retrieve.hits import retrieve
from explorer.retrieve.ranking import rank
from explorer.retrieve.visits import visit_texts
from explorer.types import COUNTED, Hit, Passage, Plan, Record, Tally

_TEXTS = 2  # about a record that a follow-up is about
_IN_A_ROOM = 3  # objects shown of each room
_LOOKED_AT = 12  # objects of a room of which it is asked whether a text tells
_ROOMS = 12


def hits_for(
    plan: Plan,
    generation: Generation,
    embedder: Embedder,
    index: VectorIndex | None,
    counted: Tally | None,
    *,
    limit: int,
) -> list[Hit]:
    """The hits that a question of this kind is answered from, at most `limit` of them."""
    catalogue = generation.catalogue
    if plan.kind in ("out_of_scope", "smalltalk") or plan.elsewhere:
        return []
    if plan.kind in COUNTED and not plan.unknown:
        keys: Sequence[int] = counted.keys if counted else ()
        if plan.kind == "list":
            keys = _by_rank(plan, generation, embedder)
        found = catalogue.records(keys[: limit + len(plan.shown)])
        return _given([record for record in found if record.id not in plan.shown][:limit])
    if plan.kind == "visit":
        if plan.topic == "route":
            return _given(_on_view(generation))
        return _given(visit_texts(plan, catalogue, embedder))
    if plan.about:
        records = catalogue.records(catalogue.keys(plan.about))
        if plan.topic == "similar":
            return alike(records[0], generation, limit) if records else []
        texts = catalogue.records(catalogue.texts_about(records[0].id)[:_TEXTS]) if records else []
        return _given([*records, *texts])
    shown = set(plan.shown)
    hits = retrieve(plan, generation, embedder, index, limit=limit + len(shown))
    hits = [hit for hit in hits if hit.record.id not in shown][:limit]
    objects = [hit for hit in hits if hit.record.kind == "object"]
    return objects if plan.kind == "compare" and len(objects) > 1 else hits


def _by_rank(plan: Plan, generation: Generation, embedder: Embedder) -> Sequence[int]:
    """The keys of a list: those that hold most of the question first, or are nearest in time."""
    keys = generation.catalogue.matching(plan.filters)
    if plan.around is not None:
        return _by_time(keys, plan.around, generation)
    ranked = rank(plan, generation, embedder).keys
    first = ranked[np.isin(ranked, keys)]
    found: list[int] = [*first.tolist(), *keys[~np.isin(keys, first)].tolist()]
    return found


def _by_time(keys: Keys, year: int, generation: Generation) -> Sequence[int]:
    """The keys, those made nearest to a year first."""
    records, first, last = generation.catalogue.made
    away = np.maximum(0, np.maximum(first - year, year - last))
    order = np.lexsort((last - first, away))
    dated = dict.fromkeys(records[order[np.isin(records[order], keys)]].tolist())
    return [*dated, *keys[~np.isin(keys, list(dated))].tolist()]


def _given(records: Sequence[Record]) -> list[Hit]:
    """Records that need not be found: they are what is asked about."""
    return [
        Hit(record, Passage(record.id, ""), place, 1.0, support=1.0, named=True)
        for place, record in enumerate(records, 1)
    ]


def _on_view(generation: Generation) -> list[Record]:
    """Objects to be seen, a few of each room: those with a picture, and told of in a text, first.

    What has a room and is not said to be off view is in that room.
    """
    catalogue = generation.catalogue
    rooms = catalogue.counted("room")
    if rooms is None:
        return []
    away = catalogue.matching({"on_view": False})
    seen = np.setdiff1d(catalogue.matching({"kind": "object"}), away)
    pictured = catalogue.matching({"has_image": True})
    chosen: list[int] = []
    order = sorted(range(len(rooms.values)), key=lambda i: _by_number(rooms.values[i]))
    for place in order[:_ROOMS]:
        keys = np.intersect1d(rooms.of({rooms.values[place]}), seen)
        first = keys[np.argsort(~np.isin(keys, pictured), kind="stable")][:_LOOKED_AT]
        records = catalogue.records(first.tolist())
        told = [bool(catalogue.texts_about(record.id)) for record in records]
        best = sorted(zip(told, first.tolist(), strict=True), key=lambda pair: not pair[0])
        chosen += [key for _, key in best[:_IN_A_ROOM]]
    return catalogue.records(chosen)


def _by_number(room: str) -> tuple[int, str]:
    digits = "".join(filter(str.isdigit, room))
    return int(digits) if digits else 0, room
