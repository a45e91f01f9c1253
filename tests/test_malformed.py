"""Ten thousand records, of which two thousand are malformed: the good ones are in, whole, and each
bad one is told of.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from explorer.catalogue.generation import open_current
from tests.conftest import ROOT

GOOD, BAD = 8_000, 2_000
MEMORY = 1_500_000_000

MAPPING = """
[table]
multiple = "|"

[fields]
id = "id"
number = "object_number"
title = { field = "title", lang = "en" }
maker = "maker"
text = { field = "description", lang = "en" }
from = "date.earliest"
until = "date.latest"
part_of = "part_of"
place = "place"
lat = "place.lat"
lon = "place.lon"
picture = "image"
"""
_COLUMNS = ("id", "number", "title", "maker", "text", "from", "until", "part_of", "place", "lat",
            "lon", "picture")  # fmt: skip
_LIDO = '<lido:lidoWrap xmlns:lido="http://www.lido-schema.org">'

Line = bytes


def _row(number: int, **other: Any) -> dict[str, Any]:
    """A good row; `other` says what is different of it."""
    row: dict[str, Any] = {
        "id": f"OBJ {number}", "number": f"1902/{number}", "title": f"Jug number {number}",
        "maker": "Anna Boch", "text": "A jug with a handle.\nIt held water, or was meant to.",
        "from": 1880 + number % 30, "until": 1915, "part_of": "", "place": "La Louvière",
        "lat": 50.48, "lon": 4.19, "picture": "https://museum.example/jug.jpg",
    }  # fmt: skip
    return {**row, **other}


def _json(row: Any) -> list[Line]:
    return [json.dumps(row).encode()]


def _changed(**other: Any) -> Callable[[int], list[Line]]:
    return lambda number: _json(_row(number, **other))


JSON_WAYS: dict[str, Callable[[int], list[Line]]] = {
    "a control character": _changed(title="Jug\x01"),
    "a NUL": _changed(text="A jug\x00 with a handle"),
    "an escape sequence for terminals": _changed(maker="\x1b[31mAnna Boch"),
    "half a character": _changed(title="Jug \ud83d"),
    "half a character in the identifier": _changed(id="OBJ \udc00"),
    "words that read backwards": _changed(title="Jug \u202egnp.exe"),
    "words nobody can see": _changed(text="A jug.\U000e0041\U000e0042"),
    "a list of lists for a title": _changed(title=[["Jug"]]),
    "an object for an identifier": _changed(id={"value": 7}),
    "no identifier": _changed(id=None),
    "an empty identifier": _changed(id="  "),
    "an identifier without end": lambda n: _json(_row(n, id=f"{n} " + "X" * 5_000)),
    "a letter with a thousand accents": _changed(title="Ju" + "\u0301\u0327" * 500 + "g"),
    "NaN": _changed(lat=float("nan")),
    "infinity": _changed(lon=float("inf")),
    "a year that is none": _changed(until=99_999),
    "a script for a picture": _changed(picture="javascript:alert(1)"),
    "a part of itself": lambda n: _json(_row(n, part_of=f"OBJ {n}")),
    "a line that breaks off": lambda n: [_json(_row(n))[0][:-30]],
    "a list for a record": lambda n: _json([f"OBJ {n}", "Jug"]),
    "a name twice": lambda n: [b'{"title": "Vase", ' + _json(_row(n))[0][1:]],
    "ten thousand values": _changed(picture=["https://museum.example/a.jpg"] * 11_000),
}
"""Ways that may be repeated; what stands under `_few` is large, or concerns several records."""


def _few(number: int) -> Iterator[tuple[str, list[Line], int]]:
    """(way, lines, how many of them are bad) of what is made only a few times."""
    for n in range(number, number + 5):
        yield "ten megabytes of words", _json(_row(n, text="jug " * 2_500_000)), 1
    for n in range(number + 10, number + 40, 3):
        ring = [n, n + 1, n + 2]
        around = zip(ring, [n + 1, n + 2, n], strict=True)
        rows = [_json(_row(i, part_of=f"OBJ {parent}"))[0] for i, parent in around]
        yield "parents in a circle", rows, 3


CSV_WAYS: dict[str, Callable[[list[str]], str]] = {
    "a cell too many": lambda cells: ";".join([*cells, "more"]),
    "a cell too few": lambda cells: ";".join(cells[:-2]),
    "a control character in a cell": lambda cells: ";".join(cells).replace("Jug", "J\x02g"),
    "a NUL in a cell": lambda cells: ";".join(cells).replace("Jug", "J\x00g"),
    "no identifier in a row": lambda cells: ";".join(["", *cells[1:]]),
    "a cell without end": lambda cells: ";".join(cells).replace("Jug", "Jug" * 100_000),
}
LIDO_WAYS: dict[str, Callable[[bytes], bytes]] = {
    "a control character in XML": lambda xml: xml.replace(b"Jug", b"J\x03g"),
    "an ampersand that is none": lambda xml: xml.replace(b"Jug", b"Jug & lid"),
    "an element without end": lambda xml: xml.replace(b"</lido:titleSet>", b""),
    "bytes of another encoding": lambda xml: xml.replace(b"Jug", b"Kr\xfcg"),
    "no number at all": lambda xml: xml.replace(b"lidoRecID", b"lidoRec"),
    "a year that is none, in XML": lambda xml: xml.replace(b"1915", b"99999"),
    "an endless measure": lambda xml: xml.replace(b"12.5", b"inf"),
}


def _lido(number: int) -> bytes:
    return f"""<lido:lido><lido:lidoRecID lido:type="local">{number}</lido:lidoRecID>
<lido:descriptiveMetadata xml:lang="en"><lido:objectIdentificationWrap>
<lido:titleWrap><lido:titleSet><lido:appellationValue>Jug number {number}</lido:appellationValue>
</lido:titleSet></lido:titleWrap>
<lido:objectMeasurementsWrap><lido:objectMeasurementsSet><lido:objectMeasurements>
<lido:measurementsSet><lido:measurementType>height</lido:measurementType>
<lido:measurementUnit>cm</lido:measurementUnit><lido:measurementValue>12.5</lido:measurementValue>
</lido:measurementsSet></lido:objectMeasurements></lido:objectMeasurementsSet>
</lido:objectMeasurementsWrap></lido:objectIdentificationWrap>
<lido:eventWrap><lido:eventSet><lido:event>
<lido:eventType><lido:term>production</lido:term></lido:eventType>
<lido:eventDate><lido:date><lido:earliestDate>1880</lido:earliestDate>
<lido:latestDate>1915</lido:latestDate></lido:date></lido:eventDate></lido:event></lido:eventSet>
</lido:eventWrap></lido:descriptiveMetadata></lido:lido>""".encode()


def _spread(good: list[Line], bad: list[Line]) -> list[Line]:
    """The bad ones in between the good ones, evenly."""
    step = max(1, len(good) // max(1, len(bad)))
    mixed: list[Line] = []
    for i, line in enumerate(good):
        mixed.append(line)
        if i % step == 0 and bad:
            mixed.append(bad.pop())
    return mixed + bad


class Delivery:
    """What is delivered, and what must become of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ways: Counter[str] = Counter()
        self.good: set[str] = set()
        self.specs = [self._jsonl(5_000, 1_000), self._csv(1_500, 500), self._lido(1_500, 500)]

    def _jsonl(self, good: int, bad: int) -> str:
        lines = [_json(_row(n))[0] for n in range(good)]
        self.good |= {f"things:{quote(f'OBJ {n}', safe='')}" for n in range(good)}
        wrong: list[Line] = []
        for way, made, count in _few(30_000):
            wrong += made
            self.ways[way] += count
        # The first of the two stands among the good ones.
        for n in range(20):
            wrong += _json(_row(n, title="Another jug"))
            self.ways["an identifier twice"] += 1
        ways = list(JSON_WAYS.items())
        for n in range(bad - self.ways.total()):
            way, make = ways[n % len(ways)]
            wrong += make(20_000 + n)
            self.ways[way] += 1
        file = self.folder / "things.jsonl"
        file.write_bytes(b"\n".join(_spread(lines, wrong)) + b"\n")
        (self.folder / "mapping.toml").write_text(MAPPING)
        return f"jsonl:{file}#{self.folder / 'mapping.toml'}"

    def _csv(self, good: int, bad: int) -> str:
        def cells(n: int) -> list[str]:
            return [str(value).replace("\n", " ") for value in _row(n).values()]

        lines = [";".join(cells(n)).encode() for n in range(good)]
        self.good |= {f"table:{quote(f'OBJ {n}', safe='')}" for n in range(good)}
        wrong = []
        ways = list(CSV_WAYS.items())
        for n in range(bad):
            way, make = ways[n % len(ways)]
            wrong.append(make(cells(20_000 + n)).encode())
            self.ways[way] += 1
        file = self.folder / "table.csv"
        head = ";".join(_COLUMNS).encode()
        file.write_bytes(b"\r\n".join([head, *_spread(lines, wrong)]) + b"\r\n")
        return f"csv:{file}#{self.folder / 'mapping.toml'}"

    def _lido(self, good: int, bad: int) -> str:
        records = [_lido(n) for n in range(1, good + 1)]
        self.good |= {f"export:{n}" for n in range(1, good + 1)}
        wrong = []
        ways = list(LIDO_WAYS.items())
        for n in range(bad):
            way, make = ways[n % len(ways)]
            wrong.append(make(_lido(20_000 + n)))
            self.ways[way] += 1
        file = self.folder / "export.xml"
        body = b"\n".join(_spread(records, wrong))
        file.write_bytes(_LIDO.encode() + b"\n" + body + b"\n</lido:lidoWrap>\n")
        return f"lido:{file}"


# Between this process and the one that is measured: memory begins with that of who started it.
_MEASURED = """import resource, subprocess, sys
done = subprocess.run(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(done.returncode)
"""


def _run(delivery: Delivery, data: Path) -> tuple[dict[str, Any], int, float]:
    """The intake of a run in a process of its own, its peak memory in bytes, and its seconds."""
    command = [sys.executable, "-m", "ingest", "run", *delivery.specs, "--data-dir", str(data)]
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, *command, "--json"],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    peak = int(done.stderr.split()[-1]) * 1024
    return json.loads(done.stdout), peak, time.perf_counter() - began


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Delivery, dict[str, Any], int, Path]:
    folder = tmp_path_factory.mktemp("malformed")
    delivery = Delivery(folder)
    assert len(delivery.good) == GOOD
    assert delivery.ways.total() == BAD
    assert len(delivery.ways) >= 25
    intake, memory, seconds = _run(delivery, folder / "data")
    sys.stdout.write(f"{GOOD + BAD} records in {seconds:.1f} s, {memory / 1e6:.0f} MB at most\n")
    return delivery, intake, memory, folder / "data"


def test_exactly_the_good_records_are_taken_in(run: Any) -> None:
    delivery, intake, _, data = run
    held = {record.id for record in open_current(data).catalogue.all_records()}
    assert sorted(held - delivery.good)[:5] == []
    assert sorted(delivery.good - held)[:5] == []
    assert intake["new"] == GOOD


def test_each_bad_record_is_listed_once_with_its_reason(run: Any) -> None:
    _, intake, _, _ = run
    assert intake["rejected"] == BAD
    told = intake["rejections"]
    assert all(r["reason"] and r["where"] and r["source"] for r in told)
    assert all(len(r["reason"]) < 400 and r["reason"].isprintable() for r in told)
    named = Counter(r["record_id"] for r in told if r["record_id"])
    assert max(named.values()) == 1


def test_memory_stays_within_its_limit(run: Any) -> None:
    assert run[2] < MEMORY
