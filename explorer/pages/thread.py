"""The thread of a conversation, which only the visitor's browser keeps: the page sends it along."""

from collections.abc import Sequence
from typing import Any

from explorer.types import Answer, Turn

_KEPT = 6  # turns: three questions and what they showed
_SHOWN = 20  # records a turn names


def turns_of(sent: Any, limit: int) -> list[Turn]:
    """The turns as a page sent them; what no page of ours sends is no turn.

    `limit` is that of a question's characters.
    """
    kept: list[Turn] = []
    for said in sent[-_KEPT:] if isinstance(sent, list) else ():
        match said:
            case {"role": "visitor", "text": str(text)}:
                kept.append(Turn("visitor", text[:limit]))
            case {"role": "explorer", "records": list(shown)}:
                records = [one for one in shown[:_SHOWN] if isinstance(one, str)]
                kept.append(Turn("explorer", "", records))
    return kept


def carried_on(before: Sequence[Turn], question: str, answer: Answer) -> list[dict[str, Any]]:
    """What the page sends with the next question: the last turns, with this one.

    The nearest records to what is not here are not what is talked about.
    """
    cited = (citation.record_id for s in answer.statements for citation in s.citations)
    shown = dict.fromkeys([*cited, *(card.id for card in answer.records)])
    told = list(shown)[:_SHOWN]
    if answer.outcome == "not_found":  # "the record does not say" is still about the record
        last = before[-1].records[:1] if before else []
        told = [one for one in told[:1] if answer.kind == "attribute" and one in last]
    turns = [*before, Turn("visitor", question), Turn("explorer", "", told)]
    return [
        {"role": turn.role, "text": turn.text, "records": turn.records} for turn in turns[-_KEPT:]
    ]
