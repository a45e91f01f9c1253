"""No model at all: the chat model that leaves every answer to quotations."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from explorer.backends.protocols import Done, Pace


class Quoting:
    """A chat model that says nothing, so that answers are quoted."""

    name = "quote:"
    slots = 0
    window = 0

    def stream(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        context: int,
        limit: int,
        pace: Pace,
        schema: Mapping[str, Any] | None = None,
        stop: Sequence[str] = (),
    ) -> Iterator[str | Done]:
        """Only the end mark."""
        yield Done("stop")

    def check(self) -> str:
        """One sentence on whether it can work."""
        return "Answers are quoted from the records; no language model is set."


def open_quoting(rest: str, slots: int = 0, window: int = 0) -> Quoting:
    """The chat model that is none; nothing it is opened with is used."""
    return Quoting()
