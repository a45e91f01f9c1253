"""No model at all: the chat model that leaves every answer to quotations."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from explorer.backends.protocols import Done


class Quoting:
    """A chat model that says nothing, so that answers are quoted."""

    name = "quote:"

    def stream(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        context: int,
        limit: int,
        schema: Mapping[str, Any] | None = None,
        stop: Sequence[str] = (),
    ) -> Iterator[str | Done]:
        """Only the end mark."""
        yield Done("stop")

    def check(self) -> str:
        """One sentence on whether it can work."""
        return "Answers are quoted from the records; no language model is set."


def open_quoting(rest: str) -> Quoting:
    """The chat model that is none; `rest` is not used."""
    return Quoting()
