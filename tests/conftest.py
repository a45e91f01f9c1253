"""Fixtures: the sample collection ingested once, an explorer over it, and its HTTP interface."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from explorer.api import build_app
from explorer.config import Settings
from explorer.wiring import Explorer, open_explorer
from ingest.intake import Intake
from ingest.pipeline import build
from ingest.sourcelist import load_sources, source_spec

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "ingest" / "sample" / "sources.toml"
DELIVERIES = ROOT.parent / "shared" / "data"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip aloud what needs the real deliveries where they are not."""
    for item in items:
        if item.get_closest_marker("deliveries") and not DELIVERIES.is_dir():
            item.add_marker(pytest.mark.skip(reason="the real museum deliveries are not here"))


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads the settings or the data folder of the person who runs it."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.__dataclass_fields__:
        monkeypatch.delenv(f"EXPLORER_{name.upper()}", raising=False)


def quiet(stage: str, done: int, total: int | None) -> None:
    """A progress that shows nothing."""


def ingest(data_dir: Path, *specs: str) -> Intake:
    """The intake of one run over these specs."""
    return build([source_spec(spec) for spec in specs], Settings(data_dir=data_dir), quiet)


@pytest.fixture(scope="session")
def sample_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that serves the sample collection; tests leave it as it is."""
    folder = tmp_path_factory.mktemp("sample")
    build(load_sources(SAMPLE), Settings(data_dir=folder), quiet)
    return folder


@pytest.fixture(scope="session")
def explorer(sample_data: Path) -> Explorer:
    """An explorer over the sample collection."""
    return open_explorer(Settings(data_dir=sample_data))


@pytest.fixture(scope="session")
def client(explorer: Explorer) -> Iterator[TestClient]:
    """The HTTP interface over the sample collection."""
    with TestClient(build_app(explorer), raise_server_exceptions=False) as client:
        yield client
