"""The lines of a model's streamed answer, in Ollama's protocol and in OpenAI's."""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class OllamaLines:
    """What Ollama streams: a line of JSON per piece."""

    name: str
    read: int
    type = "application/x-ndjson"

    def _line(self, **told: Any) -> bytes:
        base = {"model": self.name, "created_at": "2026-11-20T10:00:00.000000Z"}
        return json.dumps({**base, **told}, ensure_ascii=False).encode() + b"\n"

    def piece(self, word: str, *, thinking: bool) -> bytes:
        message = {"role": "assistant", "content": "" if thinking else word}
        if thinking:
            message["thinking"] = word
        return self._line(message=message, done=False)

    def end(self, reason: str, count: int) -> bytes:
        return self._line(
            message={"role": "assistant", "content": ""}, done=True, done_reason=reason,
            total_duration=5_000_000, load_duration=1_000_000, prompt_eval_count=self.read,
            prompt_eval_duration=2_000_000, eval_count=count, eval_duration=2_000_000,
        )  # fmt: skip

    def error(self, told: str) -> bytes:
        return json.dumps({"error": told}).encode() + b"\n"


@dataclass(frozen=True)
class OpenAILines:
    """What servers of OpenAI's protocol stream: an event per piece."""

    name: str
    read: int
    usage: bool
    type = "text/event-stream"

    def _event(self, content: Any) -> bytes:
        return b"data: " + json.dumps(content, ensure_ascii=False).encode() + b"\n\n"

    def _chunk(self, **choice: Any) -> bytes:
        choices = [{"index": 0, "delta": {}, "finish_reason": None, **choice}]
        told = {"id": "c1", "object": "chat.completion.chunk", "model": self.name}
        return self._event({**told, "choices": choices})

    def piece(self, word: str, *, thinking: bool) -> bytes:
        return self._chunk(delta={"reasoning_content" if thinking else "content": word})

    def end(self, reason: str, count: int) -> bytes:
        end = self._chunk(finish_reason="stop" if reason == "load" else reason)
        if self.usage:
            counts = {"prompt_tokens": self.read, "completion_tokens": count}
            end += self._event({"object": "chat.completion.chunk", "choices": [], "usage": counts})
        return end + b"data: [DONE]\n\n"

    def error(self, told: str) -> bytes:
        return self._event({"error": {"message": told, "type": "server_error"}})
