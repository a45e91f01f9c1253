"""The model's part of an answer: its sentences, each when it is checked; or why there are none."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from explorer.admission import Admission, Full
from explorer.backends.protocols import ChatModel, Done, Embedder, Pace
from explorer.breaker import Breaker
from explorer.compose.extracts import extracts_of
from explorer.compose.prompting import again, messages, repeats_rules
from explorer.compose.write import Raw, raw_statements
from explorer.config import Settings
from explorer.errors import ModelFailed
from explorer.language import detect_language
from explorer.tokens import Gauge
from explorer.types import Event, Hit, Outcome, Plan, Question, Statement
from explorer.types.writing import Extract
from explorer.verify.leaning import leans_back
from explorer.verify.written import checked

Known = Callable[[str], bool]
"""Whether a folded word is of a name in the collection."""

log = logging.getLogger("explorer")
WRITTEN = frozenset(("known_item", "attribute", "explore", "compare"))
"""Kinds that a model may phrase; the others are counted, quoted whole, or refused by code."""

_MOST = 14  # sentences that are read of one answer
_MARGIN = 64  # tokens that a chat template adds
_SURE = 0.8  # of a language, from which a sentence is said to be in another one
_TELLING = 4  # words of a sentence whose language can be told
_FIRST = 8.0  # seconds for the first word of a model nobody has measured
_SLOWER = 4  # times the first word may take what it took when the model was warmed up
_LONGEST_WAIT = 60.0


@dataclass(frozen=True, slots=True)
class Ended:
    """How the model's part ended: sentences kept and dropped, why it broke off, who wrote."""

    kept: int = 0
    dropped: int = 0
    reason: str = "none"
    model: str = ""

    @property
    def enough(self) -> bool:
        """Whether what stands is an answer by itself: the model came to its end, and most stood."""
        return bool(self.kept) and self.kept >= self.dropped and not self.reason

    @property
    def fell_short(self) -> bool:
        """Whether less of what was written stands than fell."""
        return self.dropped > self.kept


class Writer:
    """A chat model with its line, its health and its measure."""

    def __init__(self, chat: ChatModel, embedder: Embedder, settings: Settings) -> None:
        self.chat = chat
        self._embedder = embedder
        self.admission = Admission(chat.slots)
        self.breaker = Breaker()
        self.gauge = Gauge()
        self._settings = settings
        self._first = settings.chat_wait or _FIRST

    def pace(self, left: Callable[[], bool]) -> Pace:
        """The deadlines of one answer."""
        return Pace(first=self._first, gap=self._first, whole=self._settings.chat_whole, left=left)

    def warm(self, now: Callable[[], float]) -> None:
        """Nothing; the model is loaded, and how long its first word takes is known."""
        if not self.chat.slots or self._settings.chat_wait:
            return
        began = now()
        asked = [{"role": "user", "content": "Say yes."}]
        pace = Pace(first=_LONGEST_WAIT * 2, gap=_LONGEST_WAIT, whole=_LONGEST_WAIT * 2)
        try:
            for _ in self.chat.stream(asked, context=self.chat.window, limit=1, pace=pace):
                self._first = min(max(_FIRST, _SLOWER * (now() - began)), _LONGEST_WAIT)
                break
        except ModelFailed as error:
            log.warning("%s", error)

    def writes(self, plan: Plan, question: Question, outcome: Outcome) -> bool:
        """Whether a model phrases the answer to this question at all."""
        found = outcome in ("answered", "partly")
        return bool(self.chat.slots) and question.generate and found and plan.kind in WRITTEN

    def write(
        self,
        plan: Plan,
        question: Question,
        hits: Sequence[Hit],
        known: Known,
        left: Callable[[], bool],
    ) -> Iterator[Event | Statement | Ended]:
        """The places in the queue, the sentences that stand, and how it ended."""
        if not self.breaker.allows():
            yield Ended(reason="down")
            return
        kept = 0
        try:
            with self.admission.asking(question.token, left) as ticket:
                waited = False
                for place in self.admission.enter(ticket):
                    waited = True
                    yield Event("queue", {"place": place})
                if waited and self.breaker.opened():
                    yield Ended(reason="down")
                    return
                if waited:
                    yield Event("queue", {"place": 0})
                for one in self._sentences(plan, question, hits, known, left):
                    kept += isinstance(one, Statement)
                    yield one
        except Full:
            yield Ended(reason="full")
        except ModelFailed as error:
            self.breaker.failed(error.reason)
            if error.reason != "left":
                log.warning("The language model did not answer: %s", error.reason)
            yield Ended(kept, 0, error.reason, self.chat.name)

    def _sentences(
        self,
        plan: Plan,
        question: Question,
        hits: Sequence[Hit],
        known: Known,
        left: Callable[[], bool],
    ) -> Iterator[Statement | Ended]:
        sources = extracts_of(plan, hits)
        room = self.chat.window - self._settings.chat_tokens - _MARGIN
        prompt = messages(plan, question, sources, self.gauge, room)
        by_marker = {source.marker: source for source in sources}
        answer = _Answer(plan, question, by_marker, self._embedder, known)
        for _ in range(2):  # the second time with a sterner word about the language
            said = answer.sentences(self._raw(prompt, plan, len(sources), left))
            # Nothing is shown of a model that may not have read it all, until it says that it has.
            yield from said if self.gauge.has_read(_sent(prompt)) else list(said)
            if not answer.foreign:
                break
            prompt = again(plan, prompt, answer.foreign)
        self.breaker.succeeded()
        yield Ended(answer.kept, answer.dropped, answer.reason, self._named(answer.digest))

    def _raw(
        self,
        prompt: Sequence[Mapping[str, str]],
        plan: Plan,
        sources: int,
        left: Callable[[], bool],
    ) -> Iterator[Raw | Done]:
        words = self.chat.stream(
            prompt, context=self.chat.window, limit=self._settings.chat_tokens,
            pace=self.pace(left),
        )  # fmt: skip
        sent = _sent(prompt)
        for one in raw_statements(words, plan.lang, sources):
            if isinstance(one, Done):
                if self.gauge.truncated(sent, one.prompt_tokens):
                    raise ModelFailed(
                        "truncated", "The language model did not read the whole prompt.",
                        "Give it a larger context window, or set chat_window to what it has.",
                    )  # fmt: skip
                self.gauge.learn(sent, one.prompt_tokens)
            yield one

    def _named(self, digest: str) -> str:
        return f"{self.chat.name}@{digest}" if digest else self.chat.name


class _Answer:
    """The sentences of one answer on their way, and what became of them."""

    def __init__(
        self,
        plan: Plan,
        question: Question,
        sources: Mapping[int, Extract],
        embedder: Embedder,
        known: Known,
    ) -> None:
        self.plan, self.question, self.sources = plan, question, sources
        self._embedder, self._known = embedder, known
        self._said: set[str] = set()
        self.kept = self.dropped = 0
        self.reason = self.digest = self.foreign = ""  # a reason is why it was cut off

    def sentences(self, raw: Iterator[Raw | Done]) -> Iterator[Statement]:
        """Those that stand. `foreign` is the first one where it is in another language."""
        again, self.foreign, fell, read = bool(self.foreign), "", False, 0
        for one in raw:
            if isinstance(one, Done):
                self.digest = one.digest
                if not read:
                    raise ModelFailed(
                        "empty", "The language model said nothing.", "Ask again, or set another."
                    )
                return
            read += 1
            if read > _MOST:
                self.reason = "endless"
                return
            if not self.kept and not self._spoken(one.text):
                if not again:
                    self.foreign = one.text
                self.reason = "language"
                return
            if one.text in self._said:
                continue
            self._said.add(one.text)
            told = None
            if not (repeats_rules(one.text) or (fell and leans_back(one.text, self.plan.lang))):
                told = checked(
                    one.text, self.plan.lang, one.markers, self.sources, self.question.text,
                    self._embedder, self._known,
                ).statement  # fmt: skip
            fell = told is None
            if told is None:
                self.dropped += 1
                continue
            self.kept += 1
            self.reason = ""
            yield told

    def _spoken(self, text: str) -> bool:
        """Whether a sentence may be in the language that was asked for."""
        told = detect_language(text, prior=self.plan.lang)
        own = self.plan.lang.partition("-")[0]
        sure = told.share >= _SURE and len(text.split()) >= _TELLING
        return told.code in ("", own) or not sure


def _sent(prompt: Sequence[Mapping[str, str]]) -> str:
    return "\n".join(message["content"] for message in prompt)


def mixed(
    writer: Writer,
    plan: Plan,
    question: Question,
    hits: Sequence[Hit],
    outcome: Outcome,
    checked: Iterable[Statement],
    known: Known,
    left: Callable[[], bool],
) -> Iterator[Event | Statement | Ended]:
    """The answer: the best quotation at once, the model's sentences, and if too little of those
    stands the other quotations. Where no model is asked it is the verbatim answer as it was.
    """
    verbatim = [statement for statement in checked if statement.supported]
    if not writer.writes(plan, question, outcome):
        yield from verbatim
        return
    first, rest = _opening(plan, verbatim)
    yield from first
    ended = Ended(reason="left")
    for one in writer.write(plan, question, hits, known, left):
        if isinstance(one, Ended):
            ended = one
        else:
            yield one
    if not ended.enough:
        yield from rest
    yield ended


def _opening(
    plan: Plan, verbatim: Sequence[Statement]
) -> tuple[Sequence[Statement], Sequence[Statement]]:
    """What is said at once: notices, the facts that are asked for, the first quotation."""
    quotes = [i for i, one in enumerate(verbatim) if one.kind == "quote"]
    if not quotes:
        return verbatim, ()
    facts = plan.kind == "attribute"
    head = verbatim[: quotes[0] + 1]
    first = [one for one in head if facts or one.kind != "fact"]
    return first, [one for one in verbatim if all(one is not told for told in first)]


def numbered(statement: Statement, place: int) -> Statement:
    """The statement at its place in the answer."""
    return replace(statement, index=place)
