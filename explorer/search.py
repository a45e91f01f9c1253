"""Searching: hits with facets and a total, for people who want the list, not an answer."""

from dataclasses import replace

import numpy as np

from explorer.errors import WrongUse
from explorer.plan import plan
from explorer.render.cards import card
from explorer.retrieve import hits_of, rank
from explorer.types import Filters, Found, Hit, Plan, Question, Searched
from explorer.wiring import Explorer, Serving

_FARTHEST = 1_000_000_000


def search(
    explorer: Explorer,
    q: str = "",
    *,
    lang: str = "",
    filters: Filters | None = None,
    limit: int = 20,
    offset: int = 0,
    sort: str = "score",
) -> Searched:
    """One page of the records that meet the words and the filters, and facets of all of them."""
    settings = explorer.settings
    if len(q) > settings.question_limit:
        raise WrongUse(
            f"The search is longer than {settings.question_limit} characters.",
            "Search with fewer words.",
            field="q",
        )
    if limit < 1 or not 0 <= offset <= _FARTHEST:
        raise WrongUse(
            "The page asked for does not exist.", "Give a limit from 1 and an offset from 0."
        )
    serving = explorer.serving()
    catalogue = serving.generation.catalogue
    question = Question(q, lang=lang, filters=dict(filters or {}))
    planned = plan(question, catalogue, default_lang=settings.default_lang)
    if q.strip():
        return _ranked(planned, serving, explorer, limit, offset, sort)
    keys = catalogue.matching(planned.filters)
    chosen = catalogue.ordered(keys, "number" if sort == "score" else sort, limit, offset)
    cards = tuple(Found(card(record, planned.lang)) for record in catalogue.records(chosen))
    return Searched(len(keys), cards, catalogue.facets(keys, lang=planned.lang), planned)


def _ranked(
    planned: Plan, serving: Serving, explorer: Explorer, limit: int, offset: int, sort: str
) -> Searched:
    generation = serving.generation
    catalogue = generation.catalogue
    least = generation.manifest.calibration.found
    # Without the index: every page of a list is of the same list, however far one turns.
    ranking = rank(planned, generation, explorer.embedder, least=least)
    facets = catalogue.facets(ranking.keys, lang=planned.lang)
    if sort == "score":
        hits = hits_of(ranking, generation, offset, offset + limit)
    else:
        chosen = catalogue.ordered(np.sort(ranking.keys), sort, limit, offset)
        at = {int(key): i for i, key in enumerate(ranking.keys)}
        order = np.array([at[key] for key in chosen], np.int64)
        page = replace(ranking, keys=ranking.keys[order], places=ranking.places[order])
        hits = hits_of(page, generation, 0, limit)
    found = tuple(_found(hit, planned.lang) for hit in hits)
    return Searched(len(ranking.keys), found, facets, planned)


def _found(hit: Hit, lang: str) -> Found:
    return Found(
        card(hit.record, lang), hit.passage, round(hit.score, 4), round(hit.cosine, 4),
        round(hit.coverage, 4), hit.words, round(hit.likeness, 4), round(hit.reach, 4), hit.met,
    )  # fmt: skip
