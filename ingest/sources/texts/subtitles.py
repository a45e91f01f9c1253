"""Transcripts of audio guides, SRT and WebVTT: what is said, and when."""

import html
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from explorer.errors import ExplorerError
from explorer.text import sentences
from ingest.deliveries import Member
from ingest.sources.texts.front import KEYS, front_matter
from ingest.sources.texts.written import Part, Written, letters, tidied

_TIMES = re.compile(
    r"\s*(?P<start>(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})\s*-->\s*(?P<end>(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})"
)
_TAG = re.compile(
    r"</?(?:v|c|i|b|u|s|em|strong|ruby|rt|lang|font|span)(?:[.\s][^<>]*)?>|<[\d:.]+>"
    r"|\{\\[^{}]*\}",
    re.IGNORECASE,
)
_SPEAKER = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>", re.IGNORECASE)
_BETWEEN = re.compile(r"\n[^\S\n]*\n|\n(?=\d+[^\S\n]*\n[\d:]+[.,]\d+\s*-->)")
_NOT_SAID = ("WEBVTT", "NOTE", "STYLE", "REGION")
_PAUSE = 2.0  # seconds of silence after which a new passage begins
_ENOUGH = 400  # characters after which the next sentence begins a passage
_TOO_LONG = 1_500  # a passage of words without a full stop


@dataclass(frozen=True, slots=True)
class _Cue:
    """What is said from `start` to `end`, in seconds."""

    start: float
    end: float
    text: str
    speaker: str


def written(member: Member, languages: Collection[str]) -> Written:
    """What a transcript says, in passages with the time at which each begins."""
    found = letters(member, languages)
    blocks = [block for block in _BETWEEN.split(found.text) if block.strip()]
    cues = list(_cues(blocks))
    if not cues:
        raise ExplorerError(
            "The transcript has no lines with a time.",
            "Write the times as 00:00:01.000 --> 00:00:04.000 above the words.",
        )
    return Written(
        tuple(_passages(cues)), front=_front(blocks), guessed=found.encoding * found.guessed
    )


def _front(blocks: list[str]) -> Mapping[str, Any]:
    """The keys in a NOTE before the first words; other notes are not read."""
    for block in blocks:
        lines = block.strip("\n").split("\n")
        if any(_TIMES.match(line) for line in lines):
            break
        if lines[0].split(maxsplit=1)[:1] == ["NOTE"]:
            told = "\n".join([lines[0].removeprefix("NOTE").strip(), *lines[1:]])
            if any(line.partition(":")[0].strip() in KEYS for line in told.split("\n")):
                return front_matter(told)
    return {}


def _cues(blocks: list[str]) -> Iterator[_Cue]:
    """The cues in their order; what an empty line cut off belongs to the cue before it."""
    times: re.Match[str] | None = None
    said: list[str] = []
    for block in blocks:
        lines = block.strip("\n").split("\n")
        place = next((i for i, line in enumerate(lines[:2]) if _TIMES.match(line)), None)
        if place is not None:
            if times:
                yield _cue(times, said)
            times, said = _TIMES.match(lines[place]), lines[place + 1 :]
        elif not lines[0].startswith(_NOT_SAID) and not block.strip().isdigit():
            said += lines
    if times:
        yield _cue(times, said)


def _cue(times: re.Match[str], lines: list[str]) -> _Cue:
    text = " ".join(lines)
    speaker = _SPEAKER.search(text)
    words = tidied(" ".join(html.unescape(_TAG.sub("", text)).split()))
    voice = speaker[1].strip() if speaker else ""
    return _Cue(_seconds(times["start"]), _seconds(times["end"]), words, voice)


def _seconds(written: str) -> float:
    hours, minutes, seconds = ["0", *written.replace(",", ".").split(":")][-3:]
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def _passages(cues: list[_Cue]) -> Iterator[Part]:
    """Whole sentences said without a long pause, by one voice."""
    said: list[str] = []
    began = 0.0
    for cue, after in zip(cues, [*cues[1:], None], strict=True):
        if not cue.text:
            continue
        began = began if said else cue.start
        said.append(cue.text)
        text = " ".join(said)
        if after is None or _ends(text, cue, after):
            yield Part(text, _clock(began))
            said = []
    if said:
        yield Part(" ".join(said), _clock(began))


def _ends(text: str, cue: _Cue, after: _Cue) -> bool:
    if after.speaker and after.speaker != cue.speaker:
        return True
    if len(text) > _TOO_LONG:
        return True
    pause = after.start - cue.end >= _PAUSE
    return (pause or len(text) >= _ENOUGH) and _is_whole(text)


def _is_whole(text: str) -> bool:
    """Whether the text ends with a sentence's end."""
    return len(list(sentences(text[-300:] + " Aa."))) > len(list(sentences(text[-300:])))


def _clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"
