"""What is said without records: small talk, what is out of scope, and kindness in distress."""

from collections.abc import Iterator

from explorer.compose.statements import notice
from explorer.types import Circumstances, Plan, Statement

_CODES = {"who-are-you": "who", "how-are-you": "greeting"}


def talk(plan: Plan, circumstances: Circumstances) -> Iterator[Statement]:
    """One sentence, and whom to ask where the museum may know more."""
    if plan.topic == "distress":
        yield notice("answer.distress", plan.lang, number=circumstances.emergency)
        return
    yield notice(f"answer.{_CODES.get(plan.topic, plan.topic)}", plan.lang)
    if plan.kind == "out_of_scope" and plan.topic not in ("medical", "computing"):
        yield from contact(plan, circumstances)


def contact(plan: Plan, circumstances: Circumstances) -> Iterator[Statement]:
    """Whom a visitor may ask, where the settings say it."""
    if circumstances.contact:
        yield notice("answer.contact", plan.lang, contact=circumstances.contact)
