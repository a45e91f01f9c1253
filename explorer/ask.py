"""The corridor: a question's way through the rooms, each entered once; nothing else."""

from collections.abc import Iterator
from time import perf_counter

from explorer.catalogue.tallies import tally
from explorer.compose import compose
from explorer.compose.counting import with_labels
from explorer.compose.notices import notices
from explorer.plan import check_question, plan
from explorer.render.cards import card
from explorer.retrieve import hits_for, outcome, worth_showing
from explorer.types import COUNTED, Answer, Event, Question, Statement
from explorer.verify import verify
from explorer.wiring import Explorer


def ask(question: Question, explorer: Explorer) -> Iterator[Event]:
    """The events of an answer as they happen: plan, sources, statements, the answer.

    A statement that its sources do not hold never leaves; nothing shown is withdrawn.
    """
    began = perf_counter()
    settings = explorer.settings
    check_question(question, settings.question_limit)
    serving = explorer.serving()
    generation, index = serving.generation, serving.index
    planned = plan(question, generation.catalogue, default_lang=settings.default_lang)
    filters = dict(planned.filters)
    yield Event("plan", {"kind": planned.kind, "lang": planned.lang, "filters": filters,
                         "fields": planned.fields, "topic": planned.topic})  # fmt: skip

    counts = planned.kind in COUNTED and not planned.unknown
    counted = None
    if counts:
        told = tally(generation.catalogue, filters, planned.by, planned.order)
        counted = with_labels(planned, told)
    calibration = generation.manifest.calibration
    found = hits_for(
        planned, generation, explorer.embedder, index, counted, limit=settings.source_count
    )
    hits = worth_showing(found, calibration)
    reached = outcome(planned, hits, calibration)
    cards = tuple(card(hit.record, planned.lang) for hit in hits)
    yield Event("sources", {"records": cards, "total": counted.total if counted else len(cards)})

    said: list[Statement] = []
    composed = compose(planned, hits, counted, explorer.embedder, reached, explorer.circumstances())
    for statement in verify(composed, {hit.record.id: hit.record for hit in hits}, counted):
        if statement.supported:
            said.append(statement)
            yield Event("statement", statement)

    yield Event(
        "answer",
        Answer(
            text="\n".join(statement.text for statement in said),
            lang=planned.lang,
            kind=planned.kind,
            outcome=reached,
            statements=tuple(said),
            records=cards,
            total=counted.total if counted else None,
            groups=counted.groups if counted else (),
            by=planned.by,
            order=planned.order,
            filters=filters,
            notices=notices(planned, said),
            generation=generation.manifest.generation,
            took_ms=round((perf_counter() - began) * 1000, 1),
        ),
    )


def answer(question: Question, explorer: Explorer) -> Answer:
    """The whole answer at once."""
    *_, last = ask(question, explorer)
    assert isinstance(last.data, Answer)
    return last.data
