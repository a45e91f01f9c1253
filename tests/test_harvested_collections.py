"""Collections that are harvested: built from a real repository on this machine, run after run."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from explorer.catalogue.generation import open_current
from explorer.config import Settings
from explorer.errors import ExplorerError
from explorer.types import Record
from ingest.intake import Intake
from ingest.pipeline import build
from ingest.sourcelist import load_sources, source_spec
from tests.conftest import quiet
from tests.local_server import Said, serving

OAI = """<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
<responseDate>2026-02-0{day}T00:00:00Z</responseDate>{body}</OAI-PMH>"""
IDENTIFY = """<Identify><repositoryName>Museum</repositoryName><baseURL>x</baseURL>
<protocolVersion>2.0</protocolVersion><adminEmail>a@example.org</adminEmail>
<earliestDatestamp>2020-01-01</earliestDatestamp><deletedRecord>persistent</deletedRecord>
<granularity>YYYY-MM-DDThh:mm:ssZ</granularity></Identify>"""
RECORD = """<record><header><identifier>oai:m:{i}</identifier><datestamp>2026-01-01</datestamp>
</header><metadata><lido:lido xmlns:lido="http://www.lido-schema.org">
<lido:lidoRecID lido:type="local">{i}</lido:lidoRecID>
<lido:descriptiveMetadata xml:lang="en"><lido:objectIdentificationWrap><lido:titleWrap>
<lido:titleSet><lido:appellationValue>{title}</lido:appellationValue></lido:titleSet>
</lido:titleWrap></lido:objectIdentificationWrap></lido:descriptiveMetadata>
<lido:administrativeMetadata xml:lang="en"><lido:resourceWrap><lido:resourceSet>
<lido:resourceRepresentation><lido:linkResource>{picture}</lido:linkResource>
</lido:resourceRepresentation><lido:rightsResource><lido:rightsType><lido:conceptID>
http://creativecommons.org/publicdomain/mark/1.0/</lido:conceptID></lido:rightsType>
</lido:rightsResource></lido:resourceSet></lido:resourceWrap></lido:administrativeMetadata>
</lido:lido></metadata></record>"""
DELETED = """<record><header status="deleted"><identifier>oai:m:{i}</identifier>
<datestamp>2026-02-02</datestamp></header></record>"""


class Museum:
    """A repository with a picture server; `records` is what ListRecords answers next."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.day = 1
        self.records: list[str] = []
        self.status = 200
        self.asked: list[str] = []
        self.address = ""

    def answer(self, path: str, headers: dict[str, str]) -> Said:
        self.asked.append(path)
        if path.endswith(".png"):
            picture = BytesIO()
            Image.new("RGB", (900, 600), "teal").save(picture, "PNG")
            return Said(picture.getvalue(), headers={"Content-Type": "image/png"})
        body = f"<ListRecords>{''.join(self.records)}</ListRecords>"
        if not self.records:
            body = '<error code="noRecordsMatch">none</error>'
        if "Identify" in path:
            body = IDENTIFY
        return Said(OAI.format(day=self.day, body=body).encode(), self.status)

    def run(self, more: str = "") -> Intake:
        (self.folder / "sources.toml").write_text(
            f'[[source]]\nname = "harvest"\nspec = "oai:{self.address}/oai?prefix=lido"\n'
            f'hosts = ["127.0.0.1"]\n{more}\n'
        )
        sources = load_sources(self.folder / "sources.toml")
        self.asked.clear()
        return build(sources, Settings(data_dir=self.folder / "data"), quiet)

    def held(self) -> dict[str, Record]:
        records = open_current(self.folder / "data").catalogue.all_records()
        return {record.id.rpartition("%3A")[2]: record for record in records}

    def record(self, i: int, title: str) -> str:
        return RECORD.format(i=i, title=title, picture=f"{self.address}/{i}.png")


def test_a_harvest_is_taken_in_and_the_next_brings_only_what_changed(tmp_path: Path) -> None:
    museum = Museum(tmp_path)
    with serving(museum.answer) as server:
        museum.address = server.address
        museum.records = [museum.record(i, f"Cup {i}") for i in (1, 2, 3)]
        first = museum.run()
        assert (first.read, first.new, first.rejected) == (3, 3, 0)
        museum.day = 3
        museum.records = [museum.record(2, "Bowl"), DELETED.format(i=3)]
        second = museum.run()
        assert (second.new, second.changed, second.removed) == (0, 1, 1)
        assert any("from=2026-01-31T23" in path for path in museum.asked)
        titles = {i: record.fields[0].text for i, record in museum.held().items()}
        assert titles == {"1": "Cup 1", "2": "Bowl"}
        museum.records = []
        third = museum.run()
        assert (third.read, third.removed, third.generation) == (0, 0, second.generation)
        assert any("from=2026-02-02T23" in path for path in museum.asked)


def test_an_outage_costs_nothing_and_the_next_run_asks_again(tmp_path: Path) -> None:
    museum = Museum(tmp_path)
    with serving(museum.answer) as server:
        museum.address = server.address
        museum.records = [museum.record(1, "Cup")]
        museum.run()
        museum.records = ["<record>"]
        with pytest.raises(ExplorerError, match="page is broken"):
            museum.run()
        assert list(museum.held()) == ["1"]
        museum.records = [museum.record(2, "Bowl")]
        assert museum.run().new == 1
        assert any("from=2026-01-31" in path for path in museum.asked)


def test_another_mapping_of_the_source_harvests_all_anew(tmp_path: Path) -> None:
    museum = Museum(tmp_path)
    with serving(museum.answer) as server:
        museum.address = server.address
        museum.records = [museum.record(1, "Cup")]
        museum.run()
        museum.run('institution = "Museum of Cups"')
        assert not any("from=" in path for path in museum.asked)
        assert museum.held()["1"].institution == "Museum of Cups"


def test_pictures_of_a_harvest_are_fetched_once_from_named_hosts(tmp_path: Path) -> None:
    museum = Museum(tmp_path)
    with serving(museum.answer) as server:
        museum.address = server.address
        museum.records = [museum.record(1, "Cup")]
        museum.run('images = "proxy"')
        shown = museum.held()["1"].images[0].thumbnail
        assert (tmp_path / "data" / "images" / shown).is_file()
        assert sum(path.endswith(".png") for path in museum.asked) == 1
        museum.records = [museum.record(1, "Small cup")]
        museum.run('images = "proxy"')
        assert museum.held()["1"].images[0].thumbnail == shown
        assert not any(path.endswith(".png") for path in museum.asked)


def test_a_harvest_is_named_by_its_host() -> None:
    spec = source_spec("oai:https://museum.example/oai?prefix=lido")
    assert (spec.name, spec.format) == ("museum_example", "lido")
