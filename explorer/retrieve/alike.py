"""More like this: the objects that share most with one, in what is recorded and in sense."""

from math import log

import numpy as np

from explorer.catalogue.facets import facets_of
from explorer.catalogue.generation import Generation
from explorer.types import Hit, Passage, Record

_SHARED = ("type", "subject", "maker")
_WEIGHT = 0.5  # of what is shared, beside the cosine: chosen on development questions


def alike(record: Record, generation: Generation, limit: int) -> list[Hit]:
    """The objects most like a record, at most `limit`, best first.

    Their score is the cosine of the composed lines and the share of the record's types, subjects
    and makers that they bear too, a rare one counting for more: by log(N/n), as words do.
    """
    catalogue = generation.catalogue
    key = catalogue.key(record.id)
    if key is None:
        return []
    own = generation.rows_of(key)
    starts = generation.record_starts
    keys = generation.row_records[starts]
    scores = (generation.vectors[starts] @ generation.vectors[own.start]).astype(float)
    shared, most = np.zeros(len(keys)), 0.0
    for name, value in dict.fromkeys((f.name, f.value) for f in facets_of(record)):
        counted = catalogue.counted(name) if name in _SHARED else None
        if counted is not None:
            bearing = counted.of({value})
            if len(bearing) > 1:
                weight = log(len(keys) / len(bearing))
                shared += weight * np.isin(keys, bearing)
                most += weight
    if most:
        scores += _WEIGHT * shared / most
    objects = np.isin(keys, catalogue.matching({"kind": "object"})) & (keys != key)
    order = np.argsort(-np.where(objects, scores, -np.inf), kind="stable")
    best = [place for place in order[:limit].tolist() if objects[place]]
    records = catalogue.records([int(keys[place]) for place in best])
    return [
        Hit(found, Passage(found.id, ""), rank, float(scores[place]), float(scores[place]))
        for rank, (found, place) in enumerate(zip(records, best, strict=True), 1)
    ]
