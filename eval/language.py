"""The suite `language`: is the language of a question told, from three words on and from fewer?"""

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.figures import Asked, Figure, Measured, Table, mean, median
from eval.queries import FOLDER, Query, in_half
from explorer.language import detect_language, languages
from explorer.text import words

ENOUGH = 3
"""Words from which on a language is to be told without knowing the visitor's."""

LONG, SHORT = "three words and more", "one or two words"
_PLAIN = "by langdetect"
_RIGHT = "right"
_NOTE = (
    f"Right: the language heard is the question's own. {LONG.capitalize()}: nothing is known of"
    f" the visitor; {SHORT}: the language of the visitor's pages is known, which may be another."
    " Microseconds: of one detection, median."
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A question and the language of its visitor's pages."""

    query: Query
    interface: str


@dataclass(frozen=True, slots=True)
class Heard:
    """One question after it was heard."""

    spoken: Spoken
    lang: str
    share: float
    microseconds: float
    plain: str = ""
    """What langdetect hears, the plain way."""

    @property
    def right(self) -> bool:
        """Whether the language heard is the question's."""
        return self.lang == self.spoken.query.lang

    @property
    def long(self) -> bool:
        """Whether it has words enough to be told without a prior."""
        return is_long(self.spoken.query.text)


def is_long(text: str) -> bool:
    """Whether a text has words enough to be told without a prior; figures are none."""
    return sum(not word.isdigit() for word in words(text)) >= ENOUGH


def load_spoken(name: str = "language", folder: Path = FOLDER) -> list[Spoken]:
    """The questions of the set, in the order of the file."""
    lines = (folder / name / "questions.jsonl").read_text("utf-8").splitlines()
    told = (json.loads(line) for line in lines)
    return [
        Spoken(Query(id=one["_id"], text=one["text"], lang=one["lang"], relevant={}),
               one["interface"])
        for one in told
    ]  # fmt: skip


def run(questions: Sequence[Spoken], half: str = "all") -> Measured:
    """The figures over one half of the questions, or over all."""
    chosen = {query.id for query in in_half([one.query for one in questions], half)}
    detect_language("who")  # reads the tables
    heard = [hear(one) for one in questions if one.query.id in chosen]
    return Measured(
        settings={
            "suite": "language", "questions": len(heard), "half": half,
            "languages told apart": sum(row.understood for row in languages().values()),
            "intervals": "95 %: Wilson's score; order statistics for medians",
        },
        tables=[_by_length(heard), _by_language(heard)],
        notes=_confusions(heard),
        asked=[_asked(one) for one in heard],
    )  # fmt: skip


def hear(spoken: Spoken) -> Heard:
    """The language in which the question is heard."""
    text = spoken.query.text
    prior = "" if is_long(text) else spoken.interface
    began = time.perf_counter()
    told = detect_language(text, prior=prior)
    spent = (time.perf_counter() - began) * 1e6
    return Heard(spoken, told.code, told.share, spent, _plainly(text))


def _plainly(text: str) -> str:
    """The language langdetect hears, the same on every run; it knows no Irish and no Maltese."""
    from langdetect import DetectorFactory, LangDetectException, detect

    DetectorFactory.seed = 0
    try:
        return str(detect(text))
    except LangDetectException:
        return ""


def _by_length(heard: Sequence[Heard]) -> Table:
    rows: dict[str, Callable[[Heard], bool]] = {
        LONG: lambda one: one.long,
        SHORT: lambda one: not one.long,
        "of these, pages in the same language": lambda one: not one.long and not _abroad(one),
        "of these, pages in another": lambda one: not one.long and _abroad(one),
    }
    groups = {name: [one for one in heard if wanted(one)] for name, wanted in rows.items()}
    return Table(
        "Heard rightly, by length",
        _NOTE,
        {
            name: {
                _RIGHT: _right(group),
                "µs": median([one.microseconds for one in group]),
                _PLAIN: mean([one.plain == one.spoken.query.lang for one in group]),
            }
            for name, group in groups.items()
            if group
        },
        _RIGHT,
    )


def _by_language(heard: Sequence[Heard]) -> Table:
    langs = sorted({one.spoken.query.lang for one in heard})
    rows = {
        lang: {
            name: _right([h for h in heard if h.spoken.query.lang == lang and h.long is long])
            for name, long in ((LONG, True), (SHORT, False))
        }
        for lang in langs
    }
    return Table("Heard rightly, by language", "", rows, LONG)


def _abroad(heard: Heard) -> bool:
    return heard.spoken.interface != heard.spoken.query.lang


def _right(heard: Sequence[Heard]) -> Figure | None:
    return mean([one.right for one in heard])


def _confusions(heard: Sequence[Heard]) -> list[str]:
    pairs = Counter(
        (name, one.spoken.query.lang, one.lang or "nothing")
        for name, long in ((LONG, True), (SHORT, False))
        for one in heard
        if one.long is long and not one.right
    )
    return [
        f"{name}: {own} heard as {other} {times} times." if times > 1 else
        f"{name}: {own} heard as {other} once."
        for (name, own, other), times in pairs.most_common()
    ]  # fmt: skip


def _asked(heard: Heard) -> Asked:
    query = heard.spoken.query
    values = {_RIGHT: float(heard.right), "share": heard.share}
    return Asked(query.id, query.lang, query.text, [heard.lang], heard.right, values)
