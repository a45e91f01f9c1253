"""The suite `answering`: what a language model writes, how much stands, and how long it takes.

It asks as visitors do, through `ask`; the model that is set writes, and the checks are the house's.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic, perf_counter
from typing import Any

from eval import abstention, judging
from eval.factskept import kept_facts
from eval.figures import Asked, Figure, Measured, Table, mean, median, ratio
from eval.finding import missing, settings
from eval.latency import p95
from eval.queries import Query, in_half, load_queries
from explorer.ask import ask
from explorer.backends.protocols import ChatModel, Done, Pace
from explorer.compose.extracts import extracts_of
from explorer.compose.write import raw_statements
from explorer.config import load_settings
from explorer.errors import WrongUse
from explorer.language import detect_language
from explorer.types import Answer, Event, Hit, Plan, Question, Statement
from explorer.verify.leaning import leans_back
from explorer.verify.written import checked
from explorer.wiring import Explorer, open_chat
from explorer.writing import WRITTEN, Ended, Known, Writer

STOOD, PRECISION, RECALL = "stood", "citation precision", "citation recall"
ABSTAINED, FACTS, JUDGED = "nothing written", "facts kept", "supported, says the judge"
_QUOTING = "quote:"
_LANGUAGE = "language"
_SURE, _TELLING = 0.8, 4  # from which share, and in how many words, a language can be told
_SENTENCES = (
    "Of questions that a record answers. Asked: the model was. Sentences: of the model, per answer;"
    " stood: how many of them were shown. In the language: of sentences shown whose language can be"
    " told, those in the answer's."
)
_CITED = (
    "Precision: of the citations of shown sentences, those of a relevant record. Recall: of all"
    " these questions, those with a shown sentence that cites one. Facts kept: of makers and dates"
    " told in answers to questions for an attribute, those with the name, the years and every"
    " qualifier that the record's label has."
)
_ABSENT = (
    "Of questions that nothing here answers: no sentence of the model was shown. When asked: of"
)
_ENDED = "How the model's part of an answer ended: written to its end, or why not."
_FELL = "Of sentences of the model, by what fell them; checked once more, as they were said."


@dataclass(frozen=True, slots=True)
class Judged:
    """One question after it was answered."""

    query: Query
    told: Answer
    reason: str | None
    """How the model's part ended, "" where it wrote to its end; None where it was not asked."""
    fell: Sequence[str]
    """Why sentences of the model were not shown, one reason a sentence."""
    facts: Sequence[bool]
    """Of each maker or date a shown sentence tells, whether it is told as the record has it."""
    whole_ms: float
    first_ms: float | None = None
    """Until the first sentence of the model was shown."""
    verdicts: Sequence[bool | None] = ()
    """A judge's, per shown sentence of the model."""

    @property
    def written(self) -> list[Statement]:
        """The sentences of the model that were shown."""
        return [one for one in self.told.statements if one.kind == "written"]

    @property
    def sentences(self) -> int:
        """How many the model wrote in the language that was asked for."""
        return len(self.written) + sum(why != _LANGUAGE for why in self.fell)

    @property
    def cited(self) -> list[bool]:
        """Whether the record is relevant, per citation of a shown sentence."""
        return [c.record_id in self.query.relevant for one in self.written for c in one.citations]

    @property
    def well(self) -> bool:
        """Whether it ended as it should."""
        return any(self.cited) if self.query.relevant else not self.written


@dataclass(slots=True)
class _Listening:
    """A chat model of which every word is kept, stream by stream."""

    chat: ChatModel
    name: str
    slots: int
    window: int
    streams: list[list[str | Done]] = field(default_factory=list)

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
        """The model's words as they come, then Done."""
        said: list[str | Done] = []
        self.streams.append(said)
        for one in self.chat.stream(
            messages, context=context, limit=limit, pace=pace, schema=schema, stop=stop
        ):
            said.append(one)
            yield one

    def check(self) -> str:
        """One sentence on whether it can work."""
        return self.chat.check()


class _Heard(Writer):
    """A writer that remembers what it wrote last, from what, and how that ended."""

    def __init__(self, explorer: Explorer) -> None:
        chat = explorer.chat
        self.heard = _Listening(chat, chat.name, chat.slots, chat.window)
        super().__init__(self.heard, explorer.embedder, explorer.settings)
        self.forget()

    def forget(self) -> None:
        """Nothing; the last answer is forgotten."""
        self.heard.streams.clear()
        self.reason: str | None = None
        self.fell: Sequence[str] = ()

    def write(
        self,
        plan: Plan,
        question: Question,
        hits: Sequence[Hit],
        known: Known,
        left: Callable[[], bool],
    ) -> Iterator[Event | Statement | Ended]:
        """As every writer's."""
        for one in super().write(plan, question, hits, known, left):
            if isinstance(one, Ended):
                self.reason = one.reason
            yield one
        self.fell = [why for why in self._fates(plan, question, hits, known) if why]

    def _fates(
        self, plan: Plan, question: Question, hits: Sequence[Hit], known: Known
    ) -> Iterator[str]:
        """Why each sentence of the model fell, "" where it stood."""
        sources = {source.marker: source for source in extracts_of(plan, hits)}
        for words in self.heard.streams:
            fell = stood = False
            for raw in raw_statements(iter(words), plan.lang, len(sources)):
                if isinstance(raw, Done):
                    break
                if not stood and spoken(raw.text, plan.lang) is False:
                    yield _LANGUAGE
                    continue
                why = "leaning" if fell and leans_back(raw.text, plan.lang) else ""
                why = (
                    why
                    or checked(
                        raw.text,
                        plan.lang,
                        raw.markers,
                        sources,
                        question.text,
                        self._embedder,
                        known,
                    ).reason
                )
                fell, stood = bool(why), stood or not why
                yield why


def spoken(text: str, lang: str) -> bool | None:
    """Whether a sentence is in the language; None where that cannot be told."""
    told = detect_language(text, prior=lang)
    if not told.code or told.share < _SURE or len(text.split()) < _TELLING:
        return None
    return told.code == lang.partition("-")[0]


def load(name: str = "sample") -> list[Query]:
    """The questions of a set that a model phrases answers to; to those of the sample, the ones of
    the set `abstention` that nothing answers.
    """
    if name != "sample":
        return load_queries(name)
    absent = [query for query in abstention.load() if not query.relevant]
    return [query for query in load_queries(name) if query.kind in WRITTEN] + absent


def model_set(chat: str = "") -> str:
    """The chat model to measure, the one named or else the one set; WrongUse where none writes."""
    told = load_settings({"chat": chat or None}).chat
    _needs_model(told)
    return told


def run(
    queries: Sequence[Query],
    explorer: Explorer,
    half: str = "all",
    *,
    chat: str = "",
    limit: int | None = None,
    judge: str = "",
    sheet: Path | None = None,
) -> Measured:
    """The figures of the chat model `chat`, or the one set, over one half of the questions or all.

    `limit` asks so many of them, spread over the set. `judge` is another chat model that says
    whether each sentence is supported; `sheet` is written for people who say so.
    """
    own = copy(explorer)
    if chat:
        own.settings = replace(own.settings, chat=chat)
        own.chat = open_chat(own.settings)
    _needs_model(own.settings.chat if own.chat.slots else _QUOTING)
    judging.check_new(sheet)
    chosen = _spread(in_half(queries, half), limit)
    skipped = missing(chosen, own)
    own.chat.check()
    own.writer = writer = _Heard(own)
    writer.warm(monotonic)
    judges = judging.judge(judge, own.settings) if judge else None
    judged = [_judge(query, own, writer, judges) for query in chosen]
    if sheet:
        judging.write_sheet(sheet, list(_rows(judged)))
    models = Counter(j.told.model for j in judged if j.told.model)
    return Measured(
        settings={
            **settings(own, (), half), "suite": "answering", "questions": len(judged),
            "model": ", ".join(models) or own.chat.name, "chat_window": own.settings.chat_window,
            "chat_tokens": own.settings.chat_tokens,
            **({"judge": f"{judge}, {judging.CAUTION}"} if judge else {}),
        },
        tables=list(_tables(judged)),
        skipped=skipped,
        asked=[_asked(j) for j in judged],
    )  # fmt: skip


def _needs_model(chat: str) -> None:
    """Nothing; WrongUse where no model writes."""
    if chat == _QUOTING:
        raise WrongUse(
            "No chat model is set, so there is nothing to measure.",
            "Name one with --chat or EXPLORER_CHAT, for example ollama:qwen3.5:4b.",
        )


def _spread(queries: Sequence[Query], limit: int | None) -> list[Query]:
    """At most so many, from all parts of the set."""
    most = min(limit or len(queries), len(queries))
    return [queries[i * len(queries) // most] for i in range(most)]


def _judge(
    query: Query, explorer: Explorer, writer: _Heard, judges: judging.Judge | None
) -> Judged:
    """What becomes of the question."""
    writer.forget()
    began, first, told = perf_counter(), None, None
    for event in ask(Question(query.text), explorer):
        now = (perf_counter() - began) * 1000
        if event.name == "statement" and event.data.kind == "written" and first is None:
            first = now
        elif event.name == "answer":
            told = event.data
    assert isinstance(told, Answer)
    judged = Judged(query, told, writer.reason, tuple(writer.fell), (), now, first)
    catalogue = explorer.serving().generation.catalogue
    kept = kept_facts(judged.written, told.lang, catalogue) if query.kind == "attribute" else ()
    verdicts = [judges(one) for one in judged.written] if judges else ()
    return replace(judged, facts=tuple(kept), verdicts=tuple(verdicts))


def _rows(judged: Sequence[Judged]) -> Iterator[judging.Row]:
    for one in judged:
        verdicts = one.verdicts or [None] * len(one.written)
        for place, (said, verdict) in enumerate(zip(one.written, verdicts, strict=True), 1):
            yield judging.Row(
                f"{one.query.id}/{place}", said.lang, one.query.text, said.text,
                judging.quotes(said), verdict,
            )  # fmt: skip


def _asked(one: Judged) -> Asked:
    return Asked(
        id=one.query.id, lang=one.query.lang, text=one.query.text, well=one.well,
        found=list(dict.fromkeys(c.record_id for s in one.written for c in s.citations)),
        values={"answered": float(bool(one.written)), "sentences": float(one.sentences),
                STOOD: float(len(one.written))},
    )  # fmt: skip


def _tables(judged: Sequence[Judged]) -> Iterator[Table]:
    here = [j for j in judged if j.query.relevant]
    absent = [j for j in judged if not j.query.relevant]
    by = "by language of the question"
    for title, note, of, row, lead in (
        ("Sentences", _SENTENCES, here, _sentences, STOOD),
        ("Citations and facts", _CITED, here, _citations, RECALL),
        ("Abstention", f"{_ABSENT} those it was asked.", absent, _abstention, ABSTAINED),
    ):
        if of:
            yield Table(f"{title}, {by}", note, _by_language(of, row), lead)
    if times := dict(_times([j for j in judged if j.reason is not None])):
        yield Table("Time, ms", "Of answers that the model was asked for.", times)
    if ends := [j.reason for j in judged if j.reason is not None]:
        yield Table("How the model ended", _ENDED, _shares(ends, "whole"))
    if fell := [why for j in judged for why in j.fell]:
        yield Table("Why sentences fell", _FELL, _shares(fell))


def _by_language(
    judged: Sequence[Judged], row: Callable[[Sequence[Judged]], dict[str, Figure | None]]
) -> dict[str, dict[str, Figure | None]]:
    langs = sorted({j.query.lang for j in judged})
    rows = {lang: row([j for j in judged if j.query.lang == lang]) for lang in langs}
    return {**rows, "all": row(judged)}


def _sentences(judged: Sequence[Judged]) -> dict[str, Figure | None]:
    asked = [j for j in judged if j.reason is not None]
    shown = [spoken(one.text, j.told.lang) for j in asked for one in j.written]
    return {
        "asked": mean([j.reason is not None for j in judged]),
        "sentences": mean([j.sentences for j in asked]),
        STOOD: ratio([len(j.written) for j in asked], [j.sentences for j in asked]),
        "in the language": mean([right for right in shown if right is not None]),
    }


def _citations(judged: Sequence[Judged]) -> dict[str, Figure | None]:
    verdicts = [told for j in judged for told in j.verdicts if told is not None]
    cited = [j for j in judged if j.cited]
    return {
        PRECISION: ratio([sum(j.cited) for j in cited], [len(j.cited) for j in cited]),
        RECALL: mean([any(j.cited) for j in judged]),
        FACTS: mean([kept for j in judged for kept in j.facts]),
        **({f"{JUDGED} ({judging.CAUTION})": mean(verdicts)} if verdicts else {}),
    }


def _abstention(judged: Sequence[Judged]) -> dict[str, Figure | None]:
    asked = [j for j in judged if j.reason is not None]
    return {
        ABSTAINED: mean([not j.written for j in judged]),
        f"{ABSTAINED}, when asked": mean([not j.written for j in asked]),
    }


def _times(asked: Sequence[Judged]) -> Iterator[tuple[str, dict[str, Figure | None]]]:
    for name, values in (
        ("first sentence of the model", [j.first_ms for j in asked if j.first_ms is not None]),
        ("whole answer", [j.whole_ms for j in asked]),
    ):
        if values:
            yield name, {"p50": median(values), "p95": p95(values)}


def _shares(reasons: Sequence[str], whole: str = "") -> dict[str, dict[str, Figure | None]]:
    names = [name for name, _ in Counter(reasons).most_common()]
    return {name or whole: {"share": mean([why == name for why in reasons])} for name in names}
