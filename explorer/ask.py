"""The corridor: a question's way through the rooms, each entered once; nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from time import perf_counter

from explorer.backends.protocols import stays
from explorer.catalogue.tallies import tally
from explorer.compose import compose, finished
from explorer.compose.counting import with_labels
from explorer.compose.notices import notices
from explorer.plan import check_question, plan
from explorer.render.cards import card
from explorer.retrieve import hits_for, outcome, worth_showing
from explorer.types import COUNTED, Answer, Event, Question, Statement
from explorer.verify import verify
from explorer.verify.written import names_known
from explorer.wiring import Explorer
from explorer.writing import Ended, mixed, numbered


def ask(
    question: Question, explorer: Explorer, left: Callable[[], bool] = stays
) -> Iterator[Event]:
    """The events of an answer as they happen: plan, sources, queue, statements, the answer.

    A statement that its sources do not hold never leaves; nothing shown is withdrawn. `left` says
    whether the visitor has gone.
    """
    began, settings = perf_counter(), explorer.settings
    check_question(question, settings.question_limit)
    serving = explorer.serving()
    generation, catalogue = serving.generation, serving.generation.catalogue
    planned = plan(question, catalogue, default_lang=settings.default_lang)
    filters = dict(planned.filters)
    yield Event("plan", {"kind": planned.kind, "lang": planned.lang, "filters": filters,
                         "fields": planned.fields, "topic": planned.topic})  # fmt: skip

    counts = planned.kind in COUNTED and not planned.unknown
    told = tally(catalogue, filters, planned.by, planned.order) if counts else None
    counted = with_labels(planned, told) if told else None
    found = hits_for(
        planned, generation, explorer.embedder, serving.index, counted, limit=settings.source_count
    )
    hits = worth_showing(found, generation.manifest.calibration)
    reached = outcome(planned, hits, generation.manifest.calibration)
    cards = tuple(card(hit.record, planned.lang) for hit in hits)
    yield Event("sources", {"records": cards, "total": counted.total if counted else len(cards)})

    composed = compose(planned, hits, counted, explorer.embedder, reached, explorer.circumstances())
    checked = verify(composed, {hit.record.id: hit.record for hit in hits}, counted)
    said: list[Statement] = []
    ended = Ended()
    known = names_known(catalogue)
    for one in mixed(explorer.writer, planned, question, hits, reached, checked, known, left):
        if isinstance(one, Statement):
            said.append(numbered(one, len(said)))
            yield Event("statement", said[-1])
        elif isinstance(one, Event):
            yield one
        else:
            ended = one
    made = replace(
        finished(planned, said, reached, counted, fell_short=ended.fell_short),
        model=ended.model if ended.kept else "",
        records=cards, filters=filters,
        notices=notices(planned, said, ended.model, ended.reason),
        generation=generation.manifest.generation,
    )  # fmt: skip
    took = round((perf_counter() - began) * 1000, 1)
    yield Event("answer", replace(made, took_ms=took))


def answer(question: Question, explorer: Explorer, left: Callable[[], bool] = stays) -> Answer:
    """The whole answer at once."""
    *_, last = ask(question, explorer, left)
    assert isinstance(last.data, Answer)
    return last.data
