"""The sample collection's objects as its files say, read without the explorer's own readers."""

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

SAMPLE = Path(__file__).parents[1] / "ingest" / "sample"

_LIDO = {"l": "http://www.lido-schema.org"}
_MAKING = "l:descriptiveMetadata/l:eventWrap/l:eventSet/l:event[l:eventType/l:term!='Acquisition']"
_BOUGHT = "l:descriptiveMetadata/l:eventWrap/l:eventSet/l:event[l:eventType/l:term='Acquisition']"
_SUBJECT = "l:descriptiveMetadata/l:objectRelationWrap/l:subjectWrap//l:subject"
_WORK = "l:descriptiveMetadata/l:objectClassificationWrap"
_SIZES = "l:descriptiveMetadata//l:displayObjectMeasurements"
_HELD = "l:descriptiveMetadata//l:repositorySet[@l:type='current']"
_YEAR = re.compile(r"\b(?:1[89]|20)\d\d\b")


@dataclass(frozen=True, slots=True)
class Maker:
    """One maker, the role and qualifier as written, and the gender where it is recorded."""

    names: Sequence[str]
    role: str
    qualifier: str
    gender: str


@dataclass(frozen=True, slots=True)
class Raw:
    """One object; every value stands as the museum wrote it."""

    id: str
    types: Sequence[str]
    makers: Sequence[Maker]
    earliest: int | None
    latest: int | None
    materials: Sequence[str]
    techniques: Sequence[str]
    places: Sequence[str]
    subjects: Sequence[str]
    periods: Sequence[str]
    sizes: Sequence[str]
    room: str
    on_view: bool | None
    has_image: bool
    rights: str
    acquired: int | None

    @property
    def source(self) -> str:
        """The delivery it came with."""
        return self.id.partition(":")[0]


def raw_records(folder: Path = SAMPLE) -> list[Raw]:
    """All objects of the sample collection's five deliveries of objects."""
    found = list(_from_lido(folder / "paintings.lido.xml"))
    found += _from_table(folder / "applied_arts.csv")
    for name in ("works_on_paper", "nature_and_technology", "arts"):
        found += _from_lines(folder / f"{name}.jsonl")
    return found


def _from_lido(file: Path) -> Iterator[Raw]:
    for lido in etree.parse(file).getroot().findall("l:lido", _LIDO):
        number = _texts(lido, ".//l:recordWrap/l:recordID")[0]
        room = _texts(lido, f"{_HELD}//l:appellationValue[@l:label='room']")
        bought = _texts(lido, f"{_BOUGHT}/l:eventDate/l:date/l:earliestDate")
        yield Raw(
            id=f"paintings:{number}",
            types=[
                *_texts(lido, f"{_WORK}//l:objectWorkType/l:term"),
                *_texts(lido, f"{_WORK}//l:classification/l:term"),
            ],
            makers=[_lido_maker(actor) for actor in _all(lido, f"{_MAKING}/l:eventActor")],
            earliest=_number(_texts(lido, f"{_MAKING}/l:eventDate/l:date/l:earliestDate")),
            latest=_number(_texts(lido, f"{_MAKING}/l:eventDate/l:date/l:latestDate")),
            materials=_texts(lido, f"{_MAKING}//l:termMaterialsTech[@l:type='material']/l:term"),
            techniques=_texts(lido, f"{_MAKING}//l:termMaterialsTech[@l:type='technique']/l:term"),
            places=_texts(lido, f"{_MAKING}/l:eventPlace//l:appellationValue"),
            subjects=_texts(lido, f"{_SUBJECT}/l:subjectConcept/l:term"),
            periods=_texts(lido, f"{_MAKING}/l:periodName/l:term"),
            sizes=_texts(lido, _SIZES),
            room=room[0] if room else "",
            on_view=None,  # this file names rooms and does not say what is on view
            has_image=bool(_texts(lido, ".//l:resourceRepresentation/l:linkResource")),
            rights=_texts(lido, ".//l:rightsWorkSet/l:rightsType/l:conceptID")[0],
            acquired=_number(bought),
        )


def _lido_maker(actor: etree._Element) -> Maker:
    return Maker(
        names=_texts(actor, ".//l:nameActorSet/l:appellationValue"),
        role=" ".join(_texts(actor, ".//l:roleActor/l:term")),
        qualifier=" ".join(_texts(actor, ".//l:attributionQualifierActor")),
        gender=" ".join(_texts(actor, ".//l:genderActor")),
    )


def _from_table(file: Path) -> Iterator[Raw]:
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter=";"):
            cells = {name: cell.split("|") if cell else [] for name, cell in row.items()}
            people = [[name] for name in cells["Hersteller"]]
            yield Raw(
                id=f"applied_arts:{row['Datensatz']}",
                types=cells["Objektart"],
                makers=[
                    Maker(names, _at(cells["Rolle"], n), _at(cells["Zuschreibung"], n),
                          _at(cells["Geschlecht"], n))
                    for n, names in enumerate(people)
                ],
                earliest=_number(cells["Jahr von"]),
                latest=_number(cells["Jahr bis"]),
                materials=cells["Material"],
                techniques=cells["Technik"],
                places=cells["Herstellungsort"],
                subjects=cells["Schlagwort"],
                periods=cells["Epoche"],
                sizes=cells["Maße"],
                room=row["Saal"],
                on_view={"ja": True, "nein": False}.get(row["Ausgestellt"]),
                has_image=bool(row["Bild"]),
                rights=row["Objektrechte"],
                acquired=_number(_YEAR.findall(row["Erwerbung"])),
            )  # fmt: skip


def _from_lines(file: Path) -> Iterator[Raw]:
    for line in file.read_text(encoding="utf-8").splitlines():
        told: Mapping[str, Any] = json.loads(line)
        yield Raw(
            id=f"{file.stem}:{told['id']}",
            types=_many(told.get("type")),
            makers=[
                Maker([m["name"]], m.get("role", ""), m.get("qualifier", ""), m.get("gender", ""))
                for m in told.get("makers", [])
            ],
            earliest=told.get("earliest"),
            latest=told.get("latest"),
            materials=_many(told.get("material")),
            techniques=_many(told.get("technique")),
            places=_many(told.get("place")),
            subjects=_many(told.get("subject")),
            periods=_many(told.get("period")),
            sizes=_many(told.get("measurement")),
            room=told.get("room", ""),
            on_view=told.get("on_view"),
            has_image=bool(told.get("image")),
            rights=told.get("rights_object", ""),
            acquired=_number(_YEAR.findall(told.get("acquisition", ""))),
        )


def _all(element: etree._Element, path: str) -> list[etree._Element]:
    return list(element.xpath(path, namespaces=_LIDO))


def _texts(element: etree._Element, path: str) -> list[str]:
    found = (" ".join("".join(each.itertext()).split()) for each in _all(element, path))
    return list(dict.fromkeys(text for text in found if text))


def _many(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


def _at(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""


def _number(told: Sequence[str]) -> int | None:
    return int(told[0]) if told else None
