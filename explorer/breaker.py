"""Whether the language model is worth asking: after three failures only now and then."""

import logging
import threading
import time
from collections.abc import Callable

from explorer.errors import Failing

log = logging.getLogger("explorer")
_FAILURES = 3  # in a row, until nobody is sent to the model
_PROBE = 10.0  # seconds from the opening to the first probe, and from probe to probe


class Breaker:
    """What is known of one model's health, from how its last answers ended.

    `allows` is asked before the queue, and may send the one probe. Who had to wait in the queue
    looks at `opened` when the slot is held, for the model may have failed meanwhile.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._probe = 0.0

    def allows(self) -> bool:
        """Whether this question may go to the model; while open, one in ten seconds may."""
        with self._lock:
            if self._failures < _FAILURES:
                return True
            due = self._clock() >= self._probe
            if due:
                self._probe = self._clock() + _PROBE
            return due

    def opened(self) -> bool:
        """Whether the model is held to be ill; asking this sends no probe."""
        with self._lock:
            return self._failures >= _FAILURES

    def succeeded(self) -> None:
        """Nothing; the model is held to be well."""
        with self._lock:
            was_open = self._failures >= _FAILURES
            self._failures = 0
        if was_open:
            log.info("The language model answers again.")

    def failed(self, reason: Failing) -> None:
        """Nothing; the failure is counted, unless the visitor left, which says nothing of it.

        A model that is not there counts like one that is down: no question finds it before
        somebody fetches it, and then the next probe does.
        """
        if reason == "left":
            return
        with self._lock:
            self._failures += 1
            opens = self._failures == _FAILURES
            if opens:
                self._probe = self._clock() + _PROBE
        if opens:
            log.warning("The language model failed three times (%s); records are quoted.", reason)
