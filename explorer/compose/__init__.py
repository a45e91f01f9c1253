"""Composing: the statements of an answer, by the kind of question; `verify` checks them."""

from collections.abc import Iterator, Sequence

from explorer.backends.protocols import Embedder
from explorer.compose.counting import told_count
from explorer.compose.quote import quote
from explorer.compose.statements import notice
from explorer.compose.talk import contact, talk
from explorer.compose.visiting import route, visit
from explorer.famous import famous
from explorer.types import Answer, Circumstances, Hit, Outcome, Plan, Statement, Tally


def compose(
    plan: Plan,
    hits: Sequence[Hit],
    tally: Tally | None,
    embedder: Embedder,
    outcome: Outcome,
    circumstances: Circumstances,
) -> Iterator[Statement]:
    """The statements of an answer without a model, in order; markers are the hits' places."""
    if plan.kind in ("smalltalk", "out_of_scope"):
        yield from talk(plan, circumstances)
    elif plan.kind == "visit" and plan.topic == "route":
        yield from route(plan, hits)
    elif plan.kind == "visit":
        yield from visit(plan, hits, outcome, circumstances)
    elif tally is not None:
        yield from told_count(plan, hits, tally)
    else:
        if plan.unknown:
            words = ", ".join(plan.unknown)
            yield notice("answer.not_understood", plan.lang, words=words)
        if plan.elsewhere:
            known = famous()[plan.elsewhere]
            yield notice("answer.elsewhere", plan.lang, work=known.title, museum=known.museum)
        yield from quote(plan, hits, embedder, outcome)
        if outcome == "not_found":
            yield from contact(plan, circumstances)


def finished(
    plan: Plan,
    said: Sequence[Statement],
    outcome: Outcome,
    tally: Tally | None,
    *,
    fell_short: bool,
) -> Answer:
    """The answer that these statements make; in part, where most of a model's did not stand."""
    return Answer(
        text="\n".join(statement.text for statement in said),
        lang=plan.lang,
        kind=plan.kind,
        outcome="partly" if fell_short and outcome == "answered" else outcome,
        generated=any(statement.kind == "written" for statement in said),
        statements=tuple(said),
        total=tally.total if tally else None,
        groups=tally.groups if tally else (),
        by=plan.by,
        order=plan.order,
    )
