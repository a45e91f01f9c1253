"""What is sent to a language model: the rules, the sources as far as they fit, the question."""

import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from explorer.phrases import language_name
from explorer.text import fold, words
from explorer.tokens import Gauge
from explorer.types import Plan, Question
from explorer.types.writing import Extract

_DEFANGED = str.maketrans({"<": "‹", ">": "›", "[": "(", "]": ")"})
"""Records and questions hold no marker and no end of sources of their own."""
_LEAST = 2  # lines of a source: its title and its maker
_QUESTION = 1_000  # characters
_RUN = 6  # words in a row that are no chance
_UNSEEN = frozenset(("Cc", "Cf", "Co", "Cn", "Cs"))  # what nobody reads, but a model does


def messages(
    plan: Plan, question: Question, sources: Sequence[Extract], gauge: Gauge, room: int
) -> list[dict[str, str]]:
    """The messages of a question: what is the same for all of them first, for models keep that.

    They are at most `room` tokens: the last lines of the last sources are left out first.
    """
    system = _prompt("answer.md")
    room -= gauge.tokens(system) + gauge.tokens(_asked(plan, question, ""))
    told = _asked(plan, question, _fitted(sources, gauge, room))
    return [{"role": "system", "content": system}, {"role": "user", "content": told}]


def again(plan: Plan, before: Sequence[Mapping[str, str]], said: str) -> list[dict[str, str]]:
    """The same messages with the answer in the wrong language, and what to do about it."""
    stricter = _prompt("again.md").format(language=_language(plan.lang))
    return [
        *map(dict, before),
        {"role": "assistant", "content": said},
        {"role": "user", "content": stricter},
    ]


def repeats_rules(text: str) -> bool:
    """Whether a sentence repeats so many words in a row of what models are told here."""
    return not _runs(text).isdisjoint(_rules())


def _runs(text: str) -> set[tuple[str, ...]]:
    told = words(fold(text))
    return {tuple(told[i : i + _RUN]) for i in range(len(told) - _RUN + 1)}


@cache
def _rules() -> frozenset[tuple[str, ...]]:
    told = [_prompt(name) for name in ("answer.md", "question.md", "again.md")]
    manners = [text for kind in ("audience", "level") for text in _manners()[kind].values()]
    return frozenset(run for text in (*told, *manners) for run in _runs(text))


def _asked(plan: Plan, question: Question, sources: str) -> str:
    manners = _manners()
    manner = [manners["audience"][question.audience], manners["level"][plan.level]]
    return _prompt("question.md").format(
        sources=sources,
        question=_line(question.text[:_QUESTION]),
        manner=" ".join(filter(None, manner)),
        language=_language(plan.lang),
        sentences=manners["sentences"][plan.level],
    )


def _language(code: str) -> str:
    """The language's name in English and its own: "Polish (polski)"."""
    return f"{language_name(code, 'en')} ({language_name(code, code)})"


def _fitted(sources: Sequence[Extract], gauge: Gauge, room: int) -> str:
    """The sources with as many of their lines as fit, all of the first before more of the next."""
    lines = {source.marker: [_line(given.text) for given in source.given] for source in sources}
    kept = {source.marker: min(_LEAST, len(source.given)) for source in sources}
    used = sum(gauge.tokens(line) for m, own in lines.items() for line in own[: kept[m]])
    for marker, own in lines.items():
        for line in own[kept[marker] :]:
            used += gauge.tokens(line)
            if used > room:
                return _written(lines, kept)
            kept[marker] += 1
    return _written(lines, kept)


def _written(lines: Mapping[int, Sequence[str]], kept: Mapping[int, int]) -> str:
    told = (f"[{marker}]\n" + "\n".join(own[: kept[marker]]) for marker, own in lines.items())
    return "\n\n".join(told)


def _line(text: str) -> str:
    shown = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in _UNSEEN)
    return " ".join(shown.split()).translate(_DEFANGED)


@cache
def _prompt(name: str) -> str:
    return files("explorer").joinpath("prompts", name).read_text("utf-8").strip()


@cache
def _manners() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(_prompt("manners.toml"))
