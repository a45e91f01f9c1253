"""What a visitor must be told beside the statements of an answer."""

from collections.abc import Sequence

from explorer.language import languages
from explorer.phrases import language_name, phrase
from explorer.types import Message, Plan, Statement

_UNSUPPORTED = "notice.model_unsupported"
_INSTEAD = {
    "none": "", "left": "", "full": "notice.model_full", "": _UNSUPPORTED,
    "language": _UNSUPPORTED, "endless": _UNSUPPORTED,
}  # fmt: skip
"""Why nothing of the model stands -> what is said of it; else that it does not answer."""


def notices(
    plan: Plan, said: Sequence[Statement], model: str = "", reason: str = "none"
) -> tuple[Message, ...]:
    """The notices of an answer that said these statements, in its language.

    `reason` is why the language model `model` did not write it.
    """
    told: dict[str, dict[str, str]] = {}
    known = languages().get(plan.heard)
    if plan.heard != plan.lang and not (known and known.answered):
        told["notice.other_language"] = {"language": language_name(plan.heard, plan.lang)}
    if any(statement.kind == "written" for statement in said):
        told["notice.generated"] = {"model": model.partition("@")[0]}
    elif instead := _INSTEAD.get(reason, "notice.model_down"):
        told[instead] = {}
    if any(one.citations for one in said if one.kind != "written"):
        told["notice.quoted"] = {}
    return tuple(Message(c, phrase(c, plan.lang, **names)) for c, names in told.items())
