"""The records each kind of question is answered from: counted, followed, alike, or found."""

from collections.abc import Sequence

import numpy as np

from explorer.backends.protocols import Embedder, VectorIndex
from explorer.catalogue.generation import Generation
from explorer.retrieve.hits import retrieve
from explorer.retrieve.ranking import rank
from explorer.retrieve.visits import visit_texts
from explorer.types import COUNTED, Hit, Passage, Plan, Record, Tally

_TEXTS = 2  # about a record that a follow-up is about
_IN_A_ROOM = 3  # objects shown of each room
_ROOMS = 8


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
    if plan.kind in ("out_of_scope", "smalltalk"):
        return []
    if plan.kind in COUNTED and not plan.unknown:
        keys: Sequence[int] = counted.keys if counted else ()
        if plan.kind == "list":
            keys = _by_rank(plan, generation, embedder)
        return _given(catalogue.records(keys[:limit]))
    if plan.kind == "visit":
        if plan.topic == "route":
            return _given(_on_view(generation))
        return _given(visit_texts(plan, catalogue, embedder))
    if plan.about:
        records = catalogue.records(catalogue.keys(plan.about))
        if plan.topic == "similar":
            return _alike(records[:1], generation, limit)
        texts = catalogue.records(catalogue.texts_about(records[0].id)[:_TEXTS]) if records else []
        return _given([*records, *texts])
    hits = retrieve(plan, generation, embedder, index, limit=limit)
    objects = [hit for hit in hits if hit.record.kind == "object"]
    return objects if plan.kind == "compare" and len(objects) > 1 else hits


def _by_rank(plan: Plan, generation: Generation, embedder: Embedder) -> Sequence[int]:
    """The keys of a list: those that hold most of the question first."""
    keys = generation.catalogue.matching(plan.filters)
    ranked = rank(plan, generation, embedder).keys
    first = ranked[np.isin(ranked, keys)]
    found: list[int] = [*first.tolist(), *keys[~np.isin(keys, first)].tolist()]
    return found


def _given(records: Sequence[Record]) -> list[Hit]:
    """Records that need not be found: they are what is asked about."""
    return [
        Hit(record, Passage(record.id, ""), place, 1.0, support=1.0, named=True)
        for place, record in enumerate(records, 1)
    ]


def _alike(records: Sequence[Record], generation: Generation, limit: int) -> list[Hit]:
    """The objects nearest to a record, by the vectors of their composed lines."""
    catalogue = generation.catalogue
    key = catalogue.key(records[0].id) if records else None
    if key is None:
        return []
    own = generation.rows_of(key)
    cosines = generation.vectors @ generation.vectors[own.start]
    starts = generation.record_starts
    objects = set(catalogue.matching({"kind": "object"}).tolist())
    order = starts[np.argsort(-cosines[starts], kind="stable")]
    kept = [
        row
        for row in order[: 10 * limit].tolist()
        if int(generation.row_records[row]) in objects and row not in own
    ]
    keys = [int(generation.row_records[row]) for row in kept[:limit]]
    return [
        Hit(record, Passage(record.id, ""), place, float(cosines[row]), float(cosines[row]))
        for place, (record, row) in enumerate(zip(catalogue.records(keys), kept, strict=False), 1)
    ]


def _on_view(generation: Generation) -> list[Record]:
    """Objects on view, a few of each room, those with a picture and a text to read first."""
    catalogue = generation.catalogue
    seen = catalogue.records(catalogue.matching({"kind": "object", "on_view": True}).tolist())

    def worth(record: Record) -> tuple[bool, bool]:
        return not record.images, not catalogue.texts_about(record.id)

    rooms: dict[str, list[Record]] = {}
    for record in sorted(seen, key=worth):
        if record.room and len(rooms.setdefault(record.room, [])) < _IN_A_ROOM:
            rooms[record.room].append(record)
    return [record for room in sorted(rooms, key=_by_number)[:_ROOMS] for record in rooms[room]]


def _by_number(room: str) -> tuple[int, str]:
    digits = "".join(filter(str.isdigit, room))
    return int(digits) if digits else 0, room
