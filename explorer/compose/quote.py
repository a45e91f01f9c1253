"""An answer without a model: label lines of records, and the sentences that fit best, exactly.

Free of grammar, hence right in every language: a phrase opens, then label: value, then quotes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.backends.protocols import Embedder
from explorer.compose.disagreeing import disagreeing
from explorer.compose.statements import fact, notice, notice_of, quotation, tongue
from explorer.compose.visiting import valid
from explorer.phrases import DEFAULT, language_name, phrase, phrases
from explorer.render.lines import LABEL_FIELDS, lines
from explorer.render.sensitive import notices_of
from explorer.text import forms, sentences, words
from explorer.types import Citation, Field, Hit, Outcome, Plan, Record, Statement

PROSE = ("description", "text")
ASIDE = ("provenance", "inscription")
"""Quoted only where they hold a word that is asked for beyond the record's name."""

_MOST_SENTENCES = 3
_WHOLE = 12  # sentences of a visit text
_SHORT = 160  # characters of an easy sentence
_FITS = 0.6  # of the best sentence's fit
_SEVERAL = 3
_SHORT_LABEL = ("title", "maker", "date")
_CLOSE = 0.8  # of the best score: a second record that near answers as well
_WORDS_OF_A_NOTE = 3  # "Copy": prose too short to say something by itself
_TITLE_WORD = 0.25  # weight of a word that only names the record, in choosing sentences


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a record's prose and how well it fits the question."""

    record: Record
    reference: str
    field: Field
    start: int
    end: int
    fit: float = 0.0

    @property
    def text(self) -> str:
        """Its exact words."""
        return self.field.text[self.start : self.end]


def quote(
    plan: Plan, hits: Sequence[Hit], embedder: Embedder, outcome: Outcome
) -> Iterator[Statement]:
    """The statements of a verbatim answer, in order; markers are the hits' places, from 1.

    Where the hits do not support an answer only a notice is given. A notice names the language
    of the quotes behind it where it is not the visitor's.
    """
    markers = {hit.record.id: place for place, hit in enumerate(hits, 1)}
    if outcome == "not_found":
        yield notice("answer.nearest" if hits else "answer.not_found", plan.lang)
        return
    leading = leading_records(plan, hits)
    opening = "answer.one" if len(leading) == 1 else "answer.several"
    opening = "answer.similar" if plan.topic == "similar" else opening
    opening = "answer.compare" if plan.kind == "compare" and len(leading) > 1 else opening
    yield notice("answer.partly" if outcome == "partly" else opening, plan.lang)
    said: set[tuple[Citation, ...]] = set()
    heard = plan.lang
    for record in leading:
        for statement in _about(record, plan, hits, embedder, markers, alone=len(leading) == 1):
            if statement.citations and statement.citations in said:
                continue  # a text about two leading records is quoted once
            said.add(statement.citations)
            if statement.kind == "quote" and statement.lang not in ("", heard):
                heard = statement.lang
                if heard != plan.lang:
                    name = language_name(heard, plan.lang)
                    yield notice("notice.original_language", plan.lang, language=name)
            yield statement


def leading_records(plan: Plan, hits: Sequence[Hit]) -> list[Record]:
    """The records an answer is about: one where it stands out, else up to three.

    A curatorial text about an object or two speaks for them; a tour of a room for itself.
    """
    if plan.about and plan.topic != "similar":
        return [h.record for h in hits if h.record.id in plan.about]
    if plan.kind == "compare":
        objects = [h.record for h in hits if h.record.kind == "object"][:2]
        if len(objects) > 1:
            return objects
    named = [h for h in hits if h.named]
    floor = _CLOSE * max(h.score for h in hits)
    near = named or [h for h in hits if h.score >= floor]
    by_id = {h.record.id: h.record for h in hits}
    subjects: dict[str, Record] = {}
    for hit in near[: 2 * _SEVERAL]:
        for record in [by_id[i] for i in hit.record.speaks_for if i in by_id] or [hit.record]:
            subjects.setdefault(record.id, record)
    leading = list(subjects.values())[:_SEVERAL]
    return [_visit(leading[0], near, plan.lang)] if leading[0].kind == "visit" else leading


def _visit(first: Record, near: Sequence[Hit], lang: str) -> Record:
    """The one visit text to answer from: the same facts stand in many languages."""
    texts = [hit.record for hit in near if hit.record.kind == "visit"]
    read = {tongue(field): text for text in reversed(texts) for _, field in text.named("text")}
    return read.get(lang) or read.get(DEFAULT) or first


def _about(
    record: Record,
    plan: Plan,
    hits: Sequence[Hit],
    embedder: Embedder,
    markers: Mapping[str, int],
    *,
    alone: bool,
) -> Iterator[Statement]:
    yield from (notice_of(text, plan.lang) for text in notices_of(record, plan.lang))
    for line in lines(record, plan.lang, _label(plan, alone=alone)):
        yield fact(record, line, plan.lang, markers[record.id])
    family = [record, *(h.record for h in hits if record.id in h.record.about)]
    if plan.fields and not any(record.named(name) for name in plan.fields):
        yield from _not_recorded(plan)
        if "provenance" in plan.fields:
            return  # what is told beside it would pass for one
    if alone:
        yield from disagreeing(record, plan, hits, markers)
    limit, least = (_MOST_SENTENCES if alone else 1), _FITS
    if plan.level == "easy":
        limit = 1
    if record.kind == "visit":  # half of what it says misleads: a price without for whom
        family, limit, least = [record], _WHOLE, 0.0
    if record.kind == "visit" and (record.valid_from or record.valid_until):
        yield valid(record, plan.lang)
    for sentence in best_sentences(family, plan, hits, embedder, limit, least):
        yield quotation(
            sentence.record, sentence.reference, sentence.field, sentence.start, sentence.end,
            markers[sentence.record.id],
        )  # fmt: skip


def _label(plan: Plan, *, alone: bool) -> list[str]:
    """The Fields whose lines are told: of an attribute itself, beside what it is of."""
    asked = [name for name in plan.fields if name != "rights"]
    if plan.kind == "attribute" and asked:
        return list(dict.fromkeys((*_SHORT_LABEL[:2], *asked)))
    told = (*LABEL_FIELDS, "community_label") if alone else _SHORT_LABEL
    return list(dict.fromkeys([*told, *asked]))


def _not_recorded(plan: Plan) -> Iterator[Statement]:
    """That the record does not say what was asked of it."""
    name = next((name for name in plan.fields if f"field.{name}" in phrases(plan.lang)), "")
    if name:
        yield notice("answer.not_recorded", plan.lang, field=phrase(f"field.{name}", plan.lang))


def best_sentences(
    family: Sequence[Record],
    plan: Plan,
    hits: Sequence[Hit],
    embedder: Embedder,
    limit: int,
    least: float = _FITS,
) -> list[Sentence]:
    """Up to `limit` sentences of these records that fit the question, in reading order.

    Each fits it by `least` of what the best does.

    Those in the visitor's language where there are any, else those of the first language there is.
    """
    candidates = _sentences(family)
    spoken = [s for s in candidates if tongue(s.field) == plan.lang]
    if not spoken and candidates:
        first = tongue(candidates[0].field)
        spoken = [s for s in candidates if tongue(s.field) == first]
    levelled = [
        s for s in spoken if s.record.level == plan.level != "general" and s.record.speaks_for
    ]
    spoken = levelled or spoken
    if plan.level == "easy":
        spoken = [s for s in spoken if len(s.text) <= _SHORT] or spoken
    if not spoken:
        return []
    fitted = _fitted(spoken, plan, hits, embedder)
    best = max((s.fit for s in fitted), default=0.0)
    good = sorted((s for s in fitted if s.fit >= least * best), key=lambda s: -s.fit)[:limit]
    kept = {id(s) for s in good}
    return [s for s in fitted if id(s) in kept]


def _sentences(family: Sequence[Record]) -> list[Sentence]:
    return [
        Sentence(record, reference, field, start, end)
        for record in family
        for name in (*PROSE, *ASIDE)
        for reference, field in record.named(name)
        for start, end in sentences(field.text, tongue(field))
    ]


def _fitted(
    candidates: Sequence[Sentence], plan: Plan, hits: Sequence[Hit], embedder: Embedder
) -> list[Sentence]:
    """The candidates with their fit: shared words, nearness, the passage found, and first place."""
    asked = [set(forms(word, plan.lang)) for word in plan.words]
    naming = {
        form
        for s in candidates[:1]
        for name in ("title", "maker")
        for _, field in s.record.named(name)
        for word in words(field.text)
        for form in forms(word, field.lang)
    }
    weights = [_TITLE_WORD if forms_ & naming else 1.0 for forms_ in asked]
    query = embedder.embed_query(" ".join(plan.words) or plan.text)
    cosines = embedder.embed_passages([s.text for s in candidates]) @ query
    found = {(h.record.id, h.passage.field): h.passage for h in hits if h.passage.field}
    fitted = []
    for sentence, cosine in zip(candidates, np.asarray(cosines).tolist(), strict=True):
        lang = tongue(sentence.field)
        held = {form for word in words(sentence.text) for form in forms(word, lang)}
        shared = sum(w for w, forms_ in zip(weights, asked, strict=True) if forms_ & held)
        if shared < 1 and _aside(sentence.field):
            continue
        fit = shared / (sum(weights) or 1.0)
        if shared >= 1 or lang != plan.lang:
            fit += max(cosine, 0.0)  # in one language nearness without a shared word is chance
        passage = found.get((sentence.record.id, sentence.reference))
        if passage and passage.start <= sentence.start < passage.end:
            fit += 0.1
        if sentence.start == 0 and not _goes_on(sentence):
            fit += 0.1  # a text opens with what it is about
        fitted.append(
            Sentence(sentence.record, sentence.reference, sentence.field,
                     sentence.start, sentence.end, fit)
        )  # fmt: skip
    return fitted


def _aside(field: Field) -> bool:
    """Whether the field is quoted only where it holds a word asked for beyond the record's name."""
    return field.name in ASIDE or len(words(field.text)) <= _WORDS_OF_A_NOTE


def _goes_on(sentence: Sentence) -> bool:
    """Whether it stands on a further page of a text, or at a later time."""
    return sentence.field.name == "text" and sentence.reference != "text[0]"
