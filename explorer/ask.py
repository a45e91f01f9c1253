"""The corridor: a question's way through the rooms, each entered once; nothing else."""

from collections.abc import Iterator
from time import perf_counter

from explorer.compose.notices import notices
from explorer.compose.quote import quote
from explorer.plan import check_question, plan
from explorer.render.cards import card
from explorer.retrieve import outcome, retrieve, worth_showing
from explorer.types import Answer, Event, Question, Statement
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
    yield Event("plan", {"kind": planned.kind, "lang": planned.lang, "filters": filters})

    found = retrieve(planned, generation, explorer.embedder, index, limit=settings.source_count)
    calibration = generation.manifest.calibration
    hits = worth_showing(found, calibration)
    reached = outcome(planned, hits, calibration)
    cards = tuple(card(hit.record, planned.lang) for hit in hits)
    yield Event("sources", {"records": cards, "total": len(cards)})

    said: list[Statement] = []
    composed = quote(planned, hits, explorer.embedder, reached)
    for statement in verify(composed, {hit.record.id: hit.record for hit in hits}):
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
