"""The one kind of error a person meets: what is wrong, and what to do about it."""

from typing import Literal


class ExplorerError(Exception):
    """A problem and its remedy, a sentence each, in words a museum's staff or visitor knows."""

    def __init__(self, problem: str, remedy: str, *, field: str = "", code: int = 1) -> None:
        super().__init__(f"{problem} {remedy}")
        self.problem = problem
        self.remedy = remedy
        self.field = field
        self.code = code


class WrongUse(ExplorerError):
    """An error of the person's own call: exit code 2, HTTP status 422."""

    def __init__(self, problem: str, remedy: str, *, field: str = "") -> None:
        super().__init__(problem, remedy, field=field, code=2)


class NotReady(ExplorerError):
    """Nothing serves yet: no generation, or none that opens. HTTP status 503."""


Failing = Literal[
    "unreachable", "unknown_model", "busy", "refused", "slow", "cut", "empty", "garbled",
    "truncated", "left",
]  # fmt: skip


class ModelFailed(ExplorerError):
    """A language model that did not answer as it should; the records are quoted instead."""

    def __init__(self, reason: Failing, problem: str, remedy: str) -> None:
        super().__init__(problem, remedy)
        self.reason = reason
