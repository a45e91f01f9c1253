"""Questions made from the Swedish deliveries' own fields, judged by what the files say.

Its own reader: nothing here may know how the explorer or the ingest reads or finds.
"""

import csv
import json
import re
import sys
import tarfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

SHARED = Path(__file__).parents[2] / "shared"
FOLDER = Path(__file__).parent / "questions" / "swedish"
EACH = 4  # questions of one template in one language
TITLES = 8  # English questions that are a title
MOST = 8  # records that may answer one made question
_NS = {"lido": "http://www.lido-schema.org"}
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NAME = re.compile(r"[^\W\d_]{2,}(?: [^\W\d_]+)* [^\W\d_]{2,}")
_ROMAN = re.compile(r"\b[IVX]+\b")


@dataclass(frozen=True, slots=True)
class Work:
    """One object as last delivered: what can be asked about it."""

    number: str
    titles: Mapping[str, Sequence[str]]
    notes: Sequence[str]
    makers: Mapping[str, int]
    sitters: Sequence[str]
    years: tuple[int, int] | None

    @property
    def named(self) -> list[str]:
        """All its titles."""
        return [title for titles in self.titles.values() for title in titles]


@dataclass(frozen=True, slots=True)
class Made:
    """What can be asked, without words of a language yet: its filling, and who answers."""

    asks: str
    filling: Mapping[str, str]
    judged: Mapping[str, int]

    @property
    def turn(self) -> int:
        """Its place among those that ask alike: the same on every run, in no order of meaning."""
        return crc32(f"{self.asks} {sorted(self.filling.items())}".encode())


def table(name: str, folder: Path = FOLDER) -> list[dict[str, str]]:
    """The rows of a table beside the questions."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def works(shared: Path) -> dict[str, Work]:
    """The objects of all deliveries by their record number; the last delivery of each holds."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    shares = {row["word"]: int(row["share"]) for row in table("roles.tsv")}
    found = {}
    for path in sorted((shared / "data" / "nationalmuseum_se_lido").glob("*.tgz")):
        with tarfile.open(path) as archive:
            for member in archive:
                if content := archive.extractfile(member):
                    work = _work(etree.fromstring(content.read(), parser), shares)
                    found[work.number] = work
    return found


def _work(root: Any, shares: Mapping[str, int]) -> Work:
    titles: dict[str, list[str]] = {}
    for element in _all(root, "//lido:titleWrap//lido:appellationValue"):
        titles.setdefault(element.get(_XML_LANG, ""), []).append(_text(element))
    kind = "//lido:event[lido:eventType/lido:term='Creation']"
    makers: dict[str, int] = {}
    for actor in _all(root, f"{kind}/lido:eventActor/lido:actorInRole"):
        for name, share in _maker(actor, shares):
            makers[name] = max(makers.get(name, 0), share)
    dates = [_text(e) for e in _all(root, f"{kind}/lido:eventDate/lido:date/*")]
    years = [int(date[:4]) for date in dates if re.match(r"\d{4}", date)]
    return Work(
        _text(_all(root, "//lido:administrativeMetadata/lido:recordWrap/lido:recordID")[0]),
        titles,
        _texts(root, "//lido:objectDescriptionSet//lido:descriptiveNoteValue"),
        makers,
        _texts(root, "//lido:subjectActor//lido:nameActorSet/lido:appellationValue"),
        (min(years), max(years)) if len(years) == 2 else None,
    )


def _maker(actor: Any, shares: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """A maker's name and share: 2 made it, 1 may have; a rejected or copied one has none."""
    words = _texts(actor, "lido:roleActor/lido:term") or [""]
    words += _texts(actor, "lido:attributionQualifierActor")
    for full in _texts(actor, "lido:actor/lido:nameActorSet/lido:appellationValue"):
        name, bracket, note = full.partition(" (")
        note = note.rstrip(")")
        said = [*words, note] if note in shares else words
        if share := min(shares.get(word, 0) for word in said):
            yield (name if note in shares or not bracket else full), share


def _all(element: Any, path: str) -> list[Any]:
    return list(element.xpath(path, namespaces=_NS))


def _text(element: Any) -> str:
    return unicodedata.normalize("NFC", " ".join((element.text or "").split()))


def _texts(element: Any, path: str) -> list[str]:
    return [text for e in _all(element, path) if (text := _text(e))]


def spelt(name: str) -> str:
    """The name as all its spellings share it: Carl Gustaf is Karl Gustav."""
    letters = name.casefold().translate(str.maketrans("cfwz", "kvvs"))
    return re.sub(r"(\w)\1", r"\1", letters)


def _is_plain(name: str) -> bool:
    """Whether it is a name as people say it: no number, rank by number, "the elder" or phrase."""
    words = name.split()
    return (
        _NAME.fullmatch(name) is not None
        and not _ROMAN.search(name)
        and all(word[0].isupper() for word in (words[0], words[-1]))
        and all(word[0].isupper() or len(word) <= 3 for word in words)
    )


def by_kind(objects: Sequence[Work]) -> Iterator[Made]:
    """Makers with a kind of picture that their titles name; a description alone is grade 1."""
    kinds = [(row, re.compile(row["named"], re.IGNORECASE)) for row in table("kinds.tsv")]
    for maker, own in _grouped(objects, lambda work: work.makers):
        for row, named in kinds if _is_plain(maker) else ():
            judged = {}
            for work in own:
                if any(named.search(title) for title in work.named):
                    judged[work.number] = work.makers[maker]
                elif any(named.search(note) for note in work.notes):
                    judged[work.number] = 1
            yield Made("kind", {"maker": maker, "kind": row["kind"]}, judged)


def by_sitter(objects: Sequence[Work]) -> Iterator[Made]:
    """Persons portrayed; a title that names them further on (as a spouse, say) is grade 1."""
    spelt_once = [
        (work, {spelt(s) for s in work.sitters}, "\n".join(map(spelt, work.named)))
        for work in objects
    ]
    seen = set()
    for sitter, own in _grouped(objects, lambda work: work.sitters):
        key = spelt(sitter)
        if key in seen or not _is_plain(sitter):
            continue
        if not any(title.startswith(sitter) for work in own for title in work.named):
            continue  # named with a rank, which is Swedish
        seen.add(key)
        alone = re.compile(rf"^{re.escape(key)} ?([,(]|$)", re.MULTILINE)
        within = re.compile(rf"\b{re.escape(key)}\b")
        judged = {}
        for work, sitters, titles in spelt_once:
            if key in sitters or (key in titles and alone.search(titles)):
                judged[work.number] = 2
            elif key in titles and within.search(titles):
                judged[work.number] = 1
        yield Made("sitter", {"sitter": sitter}, judged)


def by_year(objects: Sequence[Work]) -> Iterator[Made]:
    """Makers with a year; a span of up to ten years that holds it is grade 1."""
    for maker, own in _grouped(objects, lambda work: work.makers):
        dated = [(work, *work.years) for work in own if work.years]
        for year in sorted({a for _, a, b in dated if a == b}) if _is_plain(maker) else ():
            judged = {
                work.number: work.makers[maker] if a == b else 1
                for work, a, b in dated
                if a <= year <= b <= a + 10
            }
            yield Made("year", {"maker": maker, "year": str(year)}, judged)


def by_title(objects: Sequence[Work]) -> Iterator[Made]:
    """English titles of objects that also have a Swedish one."""
    for title, own in _grouped(
        objects, lambda w: w.titles.get("en", []) if "sv" in w.titles else []
    ):
        swedish = {t for work in own for t in work.titles["sv"]}
        if re.fullmatch(r"[A-Z][\w' ]{12,60}", title) and title not in swedish and " " in title:
            folded = title.casefold()
            judged = {w.number: 2 for w in objects if folded in map(str.casefold, w.named)}
            yield Made("title", {"title": title}, judged)


def _grouped(
    objects: Sequence[Work], of: Callable[[Work], Iterable[str]]
) -> list[tuple[str, list[Work]]]:
    groups: dict[str, list[Work]] = {}
    for work in objects:
        for name in of(work):
            groups.setdefault(name, []).append(work)
    return sorted(groups.items())


def chosen(made: Iterable[Made], count: int) -> list[Made]:
    """As many as wanted, in the order of their turns, each about another maker or person.

    Only what one to MOST records answer; three times that many may be related.
    """
    taken: dict[str, Made] = {}
    for each in sorted(made, key=lambda m: m.turn):
        answering = sum(grade == 2 for grade in each.judged.values())
        if 0 < answering <= MOST and len(each.judged) <= 3 * MOST:
            taken.setdefault(next(iter(each.filling.values())), each)
    return list(taken.values())[:count]


def questions(shared: Path) -> Iterator[tuple[dict[str, Any], Mapping[str, int]]]:
    """The made questions as BEIR writes them, with the numbers and grades of their records."""
    objects = sorted(works(shared).values(), key=lambda work: int(work.number))
    words = {row["kind"]: row for row in table("kinds.tsv")}
    wordings: dict[tuple[str, str], list[str]] = {}
    for row in table("templates.tsv"):
        wordings.setdefault((row["asks"], row["lang"]), []).append(row["text"])
    langs = list(dict.fromkeys(lang for _, lang in wordings))
    counts = dict.fromkeys(langs, 0)
    for asks, make in (
        ("kind", by_kind),
        ("sitter", by_sitter),
        ("year", by_year),
        ("title", by_title),
    ):
        spoken = [lang for lang in langs if (asks, lang) in wordings]
        each = TITLES if len(spoken) == 1 else EACH
        for place, made in enumerate(chosen(make(objects), each * len(spoken))):
            lang, turn = spoken[place % len(spoken)], place // len(spoken)
            filling = dict(made.filling)
            if "kind" in filling:
                filling["kind"] = words[filling["kind"]][lang]
            texts = wordings[asks, lang]
            counts[lang] += 1
            yield (
                {
                    "_id": f"gen-{lang}-{counts[lang]:02}",
                    "text": texts[turn % len(texts)].format(**filling),
                    "metadata": {
                        "lang": lang,
                        "kind": "attribute" if asks in ("kind", "year") else "known_item",
                        "origin": "generated",
                    },
                },
                made.judged,
            )


def remade(shared: Path, folder: Path = FOLDER) -> tuple[str, str]:
    """The two files of the set: the written questions as they stand, the made ones anew."""
    lines = (folder / "queries.jsonl").read_text("utf-8").splitlines()
    kept = [line for line in lines if json.loads(line)["metadata"]["origin"] == "written"]
    ids = {json.loads(line)["_id"] for line in kept}
    rows = (folder / "qrels.tsv").read_text("utf-8").splitlines()
    judged = [row for row in rows if row.partition("\t")[0] in {"query-id", *ids}]
    for question, grades in questions(shared):
        kept.append(json.dumps(question, ensure_ascii=False))
        for number, grade in sorted(grades.items(), key=lambda item: (-item[1], int(item[0]))):
            judged.append(f"{question['_id']}\tswedish:{number}\t{grade}")
    return "\n".join(kept) + "\n", "\n".join(judged) + "\n"


if __name__ == "__main__":
    queries, qrels = remade(Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED)
    (FOLDER / "queries.jsonl").write_text(queries, "utf-8")
    (FOLDER / "qrels.tsv").write_text(qrels, "utf-8")
