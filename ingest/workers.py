"""Processes that read and understand records while this one writes them down.

They end when this process does, however it ends: their input closes with it.
"""

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from explorer.errors import ExplorerError

Task = TypeVar("Task")
Made = TypeVar("Made")

_ALONE = 8  # tasks done here before other processes are started: little work needs none


class Workers:
    """As many processes as there are processors, started once there is enough to do."""

    def __init__(self, count: int | None = None) -> None:
        self.count = count if count is not None else _processors()
        self._given = 0
        self._threads: ThreadPoolExecutor | None = None
        self._own = threading.local()
        self._processes: list[subprocess.Popen[bytes]] = []

    def submit(self, work: Callable[[Task], Made], task: Task) -> Future[Made]:
        """What `work`, a function of a module, will have made of the task."""
        self._given += 1
        if self.count < 2 or self._given <= _ALONE:
            done: Future[Made] = Future()
            done.set_result(work(task))
            return done
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self.count)
        return self._threads.submit(self._asked, work, task)

    def map(self, work: Callable[[Task], Made], tasks: Iterable[Task]) -> Iterator[Made]:
        """What `work` makes of each task, in their order; a few are taken ahead, never all."""
        waiting: deque[Future[Made]] = deque()
        for task in tasks:
            waiting.append(self.submit(work, task))
            if len(waiting) > 2 * self.count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def _asked(self, work: Callable[[Task], Made], task: Task) -> Made:
        process = getattr(self._own, "process", None)
        if process is None:
            process = self._own.process = subprocess.Popen(
                [sys.executable, "-m", "ingest.workers"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment(),
            )
            self._processes.append(process)
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            pickle.dump((work, task), process.stdin, pickle.HIGHEST_PROTOCOL)
            process.stdin.flush()
            # What comes back was made by our own code, a line above.
            refusal, made = pickle.load(process.stdout)  # noqa: S301
        except (OSError, EOFError, pickle.UnpicklingError) as broken:
            raise ExplorerError(
                "A part of the reading ended without a word, perhaps for want of memory.",
                "What was served before is untouched. Close other programs and run this again.",
            ) from broken
        if refusal is not None:
            kind, problem, remedy = refusal
            raise kind(problem, remedy)
        result: Made = made
        return result

    def close(self) -> None:
        """Nothing; the processes have ended."""
        for process in self._processes:
            process.kill()
        if self._threads is not None:
            self._threads.shutdown(wait=True, cancel_futures=True)
        for process in self._processes:
            process.communicate()
        self._processes.clear()


def environment() -> dict[str, str]:
    """The environment in which another process finds the same packages as this one."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def _processors() -> int:
    known = getattr(os, "sched_getaffinity", None)  # not everywhere
    return len(known(0)) if known else os.cpu_count() or 1


def serve(asked: Any, answers: Any) -> None:
    """Nothing; tasks were done until no more came."""
    while True:
        try:
            work, task = pickle.load(asked)  # noqa: S301
        except EOFError:
            return
        try:
            answer: tuple[Any, Any] = (None, work(task))
        except ExplorerError as error:
            answer = ((type(error), error.problem, error.remedy), None)
        pickle.dump(answer, answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    speaking, sys.stdout = sys.stdout.buffer, sys.stderr
    serve(sys.stdin.buffer, speaking)
