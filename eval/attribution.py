"""The suite `attribution`: is anyone called the maker who is not, and is every qualifier kept?

Its own reader of the deliveries: nothing here may know how the ingest reads or the explorer tells.
"""

import csv
import re
import tarfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from eval.figures import Asked, Figure, Measured, Table, mean
from eval.finding import settings
from eval.material import SHARED
from eval.queries import FOLDER
from explorer.ask import answer
from explorer.errors import ExplorerError
from explorer.phrases import phrase
from explorer.render.cards import card
from explorer.render.lines import lines
from explorer.types import Question, Record, Statement
from explorer.wiring import Explorer

SOURCE = "swedish"
"""The name that the deliveries are taken in under."""

STATED, LOST, DROPPED = "stated as the maker", "qualifier lost", "left out"
LABEL, CARD, ANSWER = "label", "card", "answer"

_NOT_BY = frozenset(("formerly-attributed-to", "copy-after"))
_NS = {"lido": "http://www.lido-schema.org"}
_ACTORS = (
    "//lido:event[lido:eventType/lido:term='Creation']/lido:eventActor/lido:actorInRole"
    "[lido:actor/lido:nameActorSet/lido:appellationValue[normalize-space()]]"
)
_NUMBER = "//lido:repositorySet/lido:workID"
_RECORD_ID = "//lido:administrativeMetadata/lido:recordWrap/lido:recordID"
_AFTER_NAME = re.compile(r"(.+?)(?: \(([^()]+)\)|\. ?(\w+))")
_NOTE = (
    "Of every object with several actors, or one who is not plainly its maker, as last delivered."
    f" {STATED}: former and copied makers told in a sentence that does not say so. {LOST}: actors"
    f" with a qualifier or status of whom no sentence says it in its language. {DROPPED}: actors of"
    " whom the label or the answer does not speak; cards may be shorter. Each n counts actors as"
    " told in one language and place."
)


@dataclass(frozen=True, slots=True)
class Actor:
    """One of the making, `name` "" where unknown, with all that the source says of the making."""

    name: str
    codes: frozenset[str] = frozenset()

    @property
    def made_it(self) -> bool:
        """Whether they may be called the maker, however unsurely."""
        return not self.codes & _NOT_BY


@dataclass(frozen=True, slots=True)
class Work:
    """One object as last delivered, with its number and its makers of every kind."""

    id: str
    number: str
    actors: tuple[Actor, ...]
    unknown_terms: tuple[str, ...] = ()

    @property
    def telling(self) -> bool:
        """Whether its attribution can be told wrongly."""
        return len(self.actors) > 1 or any(a.codes or not a.name for a in self.actors)


@dataclass(frozen=True, slots=True)
class Judged:
    """How one actor was told of in one language; `wrong` is "" where it was as it should be."""

    work: Work
    actor: Actor
    lang: str
    place: str
    wrong: str
    sentences: Sequence[str]


def run(
    explorer: Explorer,
    languages: Sequence[str] = (),
    limit: int | None = None,
    shared: Path = SHARED,
) -> Measured:
    """The figures over all objects, or the first `limit`, in these languages, or all ten.

    Label and card are told in every language; each object is asked about in one of them, in turn.
    """
    known = {work.id: work for work in works(shared)}
    chosen = [work for work in known.values() if work.telling][:limit]
    langs = list(languages or questions())
    catalogue = explorer.serving().generation.catalogue
    judged, skipped = list[Judged](), list[str]()
    for place, work in enumerate(chosen):
        record = catalogue.record(work.id)
        if record is None:
            skipped.append(f"{work.id} is not in this collection.")
            continue
        for lang in langs:
            judged += told(record, work, lang)
        judged += answered(work, langs[place % len(langs)], explorer, known)
    strange = sorted({term for work in known.values() for term in work.unknown_terms})
    skipped += [f"What '{term}' says of an actor is not in terms.tsv." for term in strange]
    return Measured(
        settings={**settings(explorer, (), "all"), "suite": "attribution", "objects": len(chosen),
                  "questions": len(chosen), "languages": " ".join(langs),
                  **{f"cases {w}": sum(j.wrong == w for j in judged)
                     for w in (STATED, LOST, DROPPED)}},
        tables=list(_tables(judged)),
        skipped=skipped,
        asked=[_asked(j) for j in judged if j.wrong],
    )  # fmt: skip


def works(shared: Path) -> list[Work]:
    """The objects of all deliveries by their numbers; the last delivery of each holds."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    found: dict[str, Work] = {}
    deliveries = sorted((shared / "data" / "nationalmuseum_se_lido").glob("*.tgz"))
    if not deliveries:
        raise ExplorerError(
            "The Swedish deliveries are not here.", "Name the folder of deliveries with --shared."
        )
    for path in deliveries:
        with tarfile.open(path) as archive:
            for member in archive:
                if content := archive.extractfile(member):
                    work = work_of(etree.fromstring(content.read(), parser))
                    found[work.id] = work
    return sorted(found.values(), key=lambda work: int(work.id.partition(":")[2]))


def work_of(root: Any) -> Work:
    """The object that one LIDO file tells of."""
    actors, strange = dict[Actor, None](), list[str]()
    for element in _all(root, _ACTORS):
        (name,) = _texts(element, "lido:actor/lido:nameActorSet/lido:appellationValue")[:1]
        said = _texts(element, "lido:roleActor/lido:term")
        said += _texts(element, "lido:attributionQualifierActor")
        strange += [term for term in said if term not in _terms()]
        actor = actor_of(name, said)
        if "not-made" not in actor.codes:
            actors[actor] = None
    numbers = _texts(root, _NUMBER)
    return Work(
        f"{SOURCE}:{_texts(root, _RECORD_ID)[0]}",
        numbers[0] if numbers else "",
        tuple(actors),
        tuple(strange),
    )


def actor_of(name: str, said: Iterable[str]) -> Actor:
    """The actor of whom the source says this, in words beside the name, after it or within it.

    A former attribution was one; what is only possible is no surer for being an attribution, too.
    """
    terms = [*said]
    while (match := _AFTER_NAME.fullmatch(name)) and match.group(match.lastindex or 0) in _terms():
        name = match.group(1)
        terms.append(match.group(match.lastindex or 0))
    terms += (part.strip() for part in name.split("."))
    codes = {_terms()[term] for term in terms if term in _terms()} - {"made", "unknown"}
    if codes & {"formerly-attributed-to", "possibly-by"}:
        codes -= {"attributed-to"}
    return Actor("" if _terms().get(name) == "unknown" else name, frozenset(codes))


def told(record: Record, work: Work, lang: str) -> Iterator[Judged]:
    """How the label and the card of the record tell of each actor."""
    label = [
        sentence
        for line in lines(record, lang)
        if line.parts[0].reference.startswith("maker[")
        for sentence in sentences(phrase(line.key, lang), line.text)
    ]
    yield from judge(work, label, lang, LABEL)
    yield from judge(work, on_card(work, card(record, lang).maker_line, lang), lang, CARD)


def answered(
    work: Work, lang: str, explorer: Explorer, known: Mapping[str, Work]
) -> Iterator[Judged]:
    """How an answer to who made it tells of each actor, and of those of every object shown."""
    text = questions()[lang].format(number=work.number)
    given = answer(Question(text, lang=lang), explorer)
    for shown in given.records:
        if other := known.get(shown.id):
            yield from judge(other, on_card(other, shown.maker_line, lang), lang, CARD)
    about: dict[str, list[str]] = {work.id: []}
    for said in filter(_of_makers, given.statements):
        told = sentences(said.label, said.value)
        about.setdefault(said.citations[0].record_id, []).extend(told)
    for record_id, said_of in about.items():
        if record_id in known:
            yield from judge(known[record_id], said_of, lang, ANSWER)


def _of_makers(said: Statement) -> bool:
    return said.kind == "fact" and said.citations[0].field.startswith("maker[")


def sentences(label: str, value: str) -> list[str]:
    """What a line says of each maker, with its label."""
    return [f"{label}: {part}" for part in value.split("; ")]


def on_card(work: Work, line: str, lang: str) -> list[str]:
    """What a card says of each maker: it has labels only where nobody else could have made it."""
    said = line.split("; ")
    if any(actor.made_it for actor in work.actors):
        return said
    labels = [
        phrase("answer.fact", lang, label=phrase(f"field.{kind}_maker", lang), value="")
        for kind in ("former", "copied")
    ]
    label, parts = "", list[str]()
    for part in said:
        label = next((known for known in labels if part.startswith(known)), label)
        parts.append(label + part.removeprefix(label))
    return parts


def judge(work: Work, said: Sequence[str], lang: str, place: str) -> Iterator[Judged]:
    """Every actor of the work, and whether what is said does them justice."""
    for actor in work.actors:
        wrong = _wrong(actor, work, said, lang, whole=place != CARD)
        yield Judged(work, actor, lang, place, wrong, said)


def _wrong(actor: Actor, work: Work, said: Sequence[str], lang: str, *, whole: bool) -> str:
    own = [sentence for sentence in said if _about(sentence, work, lang) == actor.name]
    heard = [_heard(sentence.replace(actor.name, ""), lang) for sentence in own]
    namesakes = [a for a in work.actors if a.name == actor.name]
    if not any(a.made_it for a in namesakes) and any(not h & _NOT_BY for h in heard):
        return STATED
    if not own:
        return DROPPED if whole else ""
    if any(_fits(actor, h) for h in heard):
        return ""
    # A card need not speak of all: what is said there may be of another of the same name.
    return LOST if whole or not all(any(_fits(a, h) for a in namesakes) for h in heard) else ""


def _about(sentence: str, work: Work, lang: str) -> str | None:
    """The name of whom it is about, "" of somebody unknown, None where nobody of ours is named."""
    names = [a.name for a in work.actors if a.name and _holds(sentence, a.name)]
    unknown = "unknown" in _heard(sentence, lang, of_people=True)
    return max(names, key=len, default="" if unknown else None)


def _holds(sentence: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", sentence) is not None


def _fits(actor: Actor, heard: frozenset[str]) -> bool:
    """Whether all is heard, and nothing of somebody who plainly is the maker."""
    if not actor.codes:
        return not heard
    return actor.codes <= heard and heard & _NOT_BY == actor.codes & _NOT_BY


def _heard(sentence: str, lang: str, *, of_people: bool = False) -> frozenset[str]:
    """The codes whose words a sentence holds."""
    found = {code for code, said in words()[lang].items() if said.search(sentence)}
    return frozenset(found if of_people else found - {"unknown"})


@cache
def _terms() -> Mapping[str, str]:
    return {row["term"]: row["code"] for row in _rows("terms.tsv")}


@cache
def words() -> Mapping[str, Mapping[str, re.Pattern[str]]]:
    """By language and code what a sentence must hold to say so."""
    found: dict[str, dict[str, re.Pattern[str]]] = {}
    for row in _rows("words.tsv"):
        pattern = re.compile(rf"(?<!\w)(?:{row['words']})", re.IGNORECASE)
        found.setdefault(row["lang"], {})[row["code"]] = pattern
    return found


@cache
def questions() -> Mapping[str, str]:
    """By language the question who made an object."""
    return {row["lang"]: row["text"] for row in _rows("questions.tsv")}


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / "attribution" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _all(element: Any, path: str) -> list[Any]:
    return list(element.xpath(path, namespaces=_NS))


def _texts(element: Any, path: str) -> list[str]:
    found = (" ".join((each.text or "").split()) for each in _all(element, path))
    return [unicodedata.normalize("NFC", text) for text in found if text]


def _tables(judged: Sequence[Judged]) -> Iterator[Table]:
    groupings: Mapping[str, Callable[[Judged], str]] = {
        "language": lambda j: j.lang,
        "place": lambda j: j.place,
        "what the record says": lambda j: " ".join(sorted(j.actor.codes)) or "plain",
    }
    note = _NOTE
    for by, of in groupings.items():
        rows = {
            name: _row([j for j in judged if of(j) == name]) for name in sorted({*map(of, judged)})
        }
        if by == "language":
            rows["all"] = _row(judged)
        yield Table(f"Told wrongly, by {by}", note, rows, LOST)
        note = ""


def _row(judged: Sequence[Judged]) -> dict[str, Figure | None]:
    return {
        STATED: mean([j.wrong == STATED for j in judged if not j.actor.made_it]),
        LOST: mean([j.wrong == LOST for j in judged if j.actor.codes]),
        DROPPED: mean([j.wrong == DROPPED for j in judged if j.place != CARD]),
    }


def _asked(one: Judged) -> Asked:
    codes = " ".join(sorted(one.actor.codes))
    said = (
        f"{one.actor.name or '?'} [{codes}] {one.wrong}, {one.place}: {' | '.join(one.sentences)}"
    )
    return Asked(one.work.id, one.lang, said, [one.work.id], well=False, values={one.wrong: 1.0})
