"""How many tokens a text is for a language model: an estimate, corrected by what models tell."""

import os
import threading
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_ENCODING = "o200k_base"
_CAUTION = 1.35  # tokens of a model not measured yet, per token of tiktoken's
_WEIGHT = 0.3  # of the newest measurement
_LONGER = 1.25  # than what was read whole: a window does not end right behind it
_TRUNCATED = 0.7  # of the tokens expected: with fewer the model did not read all


class Gauge:
    """What one model counts for a token of tiktoken's, learnt from the prompts it has read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rate = 0.0
        self._read = 0

    def tokens(self, text: str) -> int:
        """The tokens a text will be, rather too many than too few."""
        return round(estimate(text) * (self._rate * 1.1 if self._rate else _CAUTION)) + 1

    def learn(self, text: str, counted: int) -> None:
        """Nothing; `counted` is what the model says it read of this prompt, 0 where it does not."""
        told = estimate(text)
        if not told or self.truncated(text, counted):
            return
        with self._lock:
            self._read = max(self._read, told)
            if not counted:
                return
            rate = counted / told
            self._rate = rate if not self._rate else self._rate + _WEIGHT * (rate - self._rate)

    def has_read(self, text: str) -> bool:
        """Whether the model is known to have read a prompt as long as this one to its end."""
        return estimate(text) <= self._read * _LONGER

    def truncated(self, text: str, counted: int) -> bool:
        """Whether the model read clearly less than was sent; where it tells nothing, no."""
        rate = self._rate or 1.0
        return bool(counted) and counted < _TRUNCATED * rate * estimate(text)


def estimate(text: str) -> int:
    """What tiktoken counts; control tokens written in a text are counted as letters."""
    return len(encoding(_ENCODING).encode_ordinary(text))


@cache
def encoding(name: str) -> Any:
    """An encoding of tiktoken's, from the file that llama-index brings: nothing is fetched."""
    brought = find_spec("llama_index.core")  # found, not imported: that would take seconds
    assert brought is not None
    assert brought.origin is not None
    held = Path(brought.origin).parent / "_static" / "tiktoken_cache"
    os.environ["TIKTOKEN_CACHE_DIR"] = str(held)
    import tiktoken

    return tiktoken.get_encoding(name)
