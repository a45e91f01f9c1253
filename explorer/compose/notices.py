"""What a visitor must be told beside the statements of an answer."""

from collections.abc import Sequence

from explorer.language import languages
from explorer.phrases import language_name, phrase
from explorer.types import Message, Plan, Statement


def notices(plan: Plan, said: Sequence[Statement]) -> tuple[Message, ...]:
    """The notices of an answer that said these statements, in its language."""
    told: dict[str, dict[str, str]] = {}
    known = languages().get(plan.heard)
    if plan.heard != plan.lang and not (known and known.answered):
        told["notice.other_language"] = {"language": language_name(plan.heard, plan.lang)}
    if any(statement.citations for statement in said):
        told["notice.quoted"] = {}
    return tuple(Message(c, phrase(c, plan.lang, **names)) for c, names in told.items())
