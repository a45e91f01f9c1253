"""Questions made from the Dutch delivery's own fields, judged by what its table says.

Its own reader: nothing here may know how the explorer or the ingest reads or finds.
"""

import csv
import json
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

SHARED = Path(__file__).parents[2] / "shared"
FOLDER = Path(__file__).parent / "questions" / "dutch"
EACH = 3  # questions of one template in one language
MOST = 8  # records that may answer one made question
_TABLE = Path("data") / "rijks_suriname_nl" / "data" / "Suriname_objecten_export.csv"
_NAME = re.compile(r"[^\W\d_][\w' -]*")


@dataclass(frozen=True, slots=True)
class Thing:
    """One object of the delivery: what can be asked about it."""

    number: str
    titles: Sequence[str]
    kinds: frozenset[str]
    makers: Sequence[str]
    persons: Sequence[str]
    places: frozenset[str]
    years: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Made:
    """What can be asked, without words of a language yet: its filling, and who answers."""

    asks: str
    about: str
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


def things(shared: Path) -> list[Thing]:
    """The objects of the delivery, in the order of the table."""
    unnamed = frozenset(row["word"] for row in table("unnamed.tsv"))
    with (shared / _TABLE).open(encoding="utf-8-sig", newline="") as file:
        return [_thing(row, unnamed) for row in csv.DictReader(file, delimiter=";")]


def _thing(row: Mapping[str, str], unnamed: frozenset[str]) -> Thing:
    dates = (row["datering.datum.start"], row["datering.datum.eind"])
    years = [int(date[:4]) for date in dates if re.match(r"\d{4}", date)]
    return Thing(
        row["recordnummer"],
        _values(row["titel"]),
        frozenset(_values(row["objectnaam"])),
        _names(row["vervaardiger"], unnamed),
        _names(row["inhoud.persoon.naam"], unnamed),
        frozenset(_values(row["geografisch_trefwoord"])),
        (min(years), max(years)) if len(years) == len(dates) else None,
    )


def _values(cell: str) -> list[str]:
    texts = (unicodedata.normalize("NFC", " ".join(part.split())) for part in cell.split("$"))
    return [text for text in texts if text]


def _names(cell: str, unnamed: frozenset[str]) -> list[str]:
    names = map(spoken, _values(cell))
    return [name for name in names if name and unnamed.isdisjoint(name.split())]


def spoken(entry: str) -> str:
    """A person's name as people say it: 'Elsken, Ed van der' is Ed van der Elsken; else nothing.

    Entries that need more than turning round (ranks, initials, firms, families) give nothing.
    """
    last, _, first = entry.partition(", ")
    name = f"{first} {last}"
    words = name.split()
    plain = first[:1].isupper() and _NAME.fullmatch(name)
    return name if plain and all(w[0].isupper() or len(w) <= 3 for w in words) else ""


def by_kind(objects: Sequence[Thing]) -> Iterator[Made]:
    """Makers with a kind of object; what is nearly of that kind is grade 1."""
    for maker, own in _grouped(objects, lambda thing: thing.makers):
        for kind, grades in _kinds(own):
            yield Made("kind", maker, {"maker": maker, "kind": kind}, grades)


def by_place(objects: Sequence[Thing]) -> Iterator[Made]:
    """Places with a kind of object; what is nearly of that kind is grade 1."""
    for row in table("places.tsv"):
        names = set(row["place"].split("|"))
        for kind, grades in _kinds([thing for thing in objects if names & thing.places]):
            filling = {"place": row["place"], "kind": kind}
            yield Made("place", f"{row['place']} {kind}", filling, grades)


def _kinds(own: Sequence[Thing]) -> Iterator[tuple[str, Mapping[str, int]]]:
    for row in table("kinds.tsv"):
        named, near = set(row["named"].split("|")), set(row["near"].split("|"))
        grades = {
            thing.number: 2 if named & thing.kinds else 1
            for thing in own
            if (named | near) & thing.kinds
        }
        yield row["kind"], grades


def by_person(objects: Sequence[Thing]) -> Iterator[Made]:
    """Persons whose portrait a title calls it, or whose name it is; else grade 1 if named."""
    for person, own in _grouped(objects, lambda thing: thing.persons):
        portrait = re.compile(rf"(Portret van )?{re.escape(person)} ?([,(].*)?")
        judged = {thing.number: 1 for thing in own}
        for thing in objects:
            if any(portrait.fullmatch(title) for title in thing.titles):
                judged[thing.number] = 2
            elif any(re.search(rf"\b{re.escape(person)}\b", title) for title in thing.titles):
                judged[thing.number] = 1
        yield Made("person", person, {"person": person}, judged)


def by_year(objects: Sequence[Thing]) -> Iterator[Made]:
    """Makers with a year; a span of up to ten years that holds it is grade 1."""
    for maker, own in _grouped(objects, lambda thing: thing.makers):
        dated = [(thing, *thing.years) for thing in own if thing.years]
        for year in sorted({a for _, a, b in dated if a == b}):
            judged = {
                thing.number: 2 if a == b else 1
                for thing, a, b in dated
                if a <= year <= b <= a + 10
            }
            yield Made("year", maker, {"maker": maker, "year": str(year)}, judged)


def _grouped(
    objects: Sequence[Thing], of: Callable[[Thing], Iterable[str]]
) -> list[tuple[str, list[Thing]]]:
    groups: dict[str, list[Thing]] = {}
    for thing in objects:
        for name in dict.fromkeys(of(thing)):
            groups.setdefault(name, []).append(thing)
    return sorted(groups.items())


def chosen(made: Iterable[Made], count: int) -> list[Made]:
    """As many as wanted, in the order of their turns, each about something else.

    Only what one to MOST records answer; three times that many may be related.
    """
    taken: dict[str, Made] = {}
    for each in sorted(made, key=lambda m: m.turn):
        answering = sum(grade == 2 for grade in each.judged.values())
        if 0 < answering <= MOST and len(each.judged) <= 3 * MOST:
            taken.setdefault(each.about, each)
    return list(taken.values())[:count]


def questions(shared: Path) -> Iterator[tuple[dict[str, Any], Mapping[str, int]]]:
    """The made questions as BEIR writes them, with the numbers and grades of their records."""
    objects = things(shared)
    words = {
        column: {row[column]: row for row in table(f"{column}s.tsv")}
        for column in ("kind", "place")
    }
    wordings: dict[tuple[str, str], list[str]] = {}
    for row in table("templates.tsv"):
        wordings.setdefault((row["asks"], row["lang"]), []).append(row["text"])
    langs = list(dict.fromkeys(lang for _, lang in wordings))
    counts = dict.fromkeys(langs, 0)
    makes = {"kind": by_kind, "person": by_person, "year": by_year, "place": by_place}
    for asks, make in makes.items():
        for at, made in enumerate(chosen(make(objects), EACH * len(langs))):
            lang, turn = langs[at % len(langs)], at // len(langs)
            filling = {
                column: words[column][value][lang] if column in words else value
                for column, value in made.filling.items()
            }
            texts = wordings[asks, lang]
            counts[lang] += 1
            about = {
                "lang": lang,
                "kind": {"person": "known_item", "place": "explore"}.get(asks, "attribute"),
                "origin": "generated",
            }
            text = texts[turn % len(texts)].format(**filling)
            yield (
                {"_id": f"gen-{lang}-{counts[lang]:02}", "text": text, "metadata": about},
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
            judged.append(f"{question['_id']}\tdutch:{number}\t{grade}")
    return "\n".join(kept) + "\n", "\n".join(judged) + "\n"


if __name__ == "__main__":
    queries, qrels = remade(Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED)
    (FOLDER / "queries.jsonl").write_text(queries, "utf-8")
    (FOLDER / "qrels.tsv").write_text(qrels, "utf-8")
