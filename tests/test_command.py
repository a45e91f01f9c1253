"""The command line, as interface.md promises it."""

import csv
import io
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from explorer.errors import ExplorerError, WrongUse
from ingest.deliveries import nothing_at
from ingest.formats import FORMATS, recognise
from ingest.sourcelist import load_sources

ROOT = Path(__file__).parent.parent


def explorer(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The outcome of collection-explorer with these arguments."""
    return subprocess.run(
        [sys.executable, "-m", "explorer", *arguments],
        capture_output=True, text=True, check=False, cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def test_ask_prints_the_answer_with_its_sources(sample_data: Path) -> None:
    done = explorer("ask", "Vem målade Midsommardans?", "--data-dir", str(sample_data))
    assert done.returncode == 0
    assert "Anders Zorn [1]" in done.stdout
    assert "MOS 1031" in done.stdout.splitlines()[-1]


def test_json_is_one_answer_and_nothing_else(sample_data: Path) -> None:
    done = explorer("ask", "Stańczyk", "--lang", "pl", "--json", "--data-dir", str(sample_data))
    given = json.loads(done.stdout)
    assert given["lang"] == "pl"
    assert given["statements"]


def test_search_gives_a_table_json_or_csv(sample_data: Path) -> None:
    common = ("search", "wave", "--data-dir", str(sample_data))
    table = explorer(*common, "--explain").stdout
    assert "cosine" in table
    assert "records" in table
    told = json.loads(explorer(*common, "--format", "json").stdout)
    rows = list(csv.DictReader(io.StringIO(explorer(*common, "--format", "csv").stdout)))
    assert [row["id"] for row in rows] == [hit["card"]["id"] for hit in told["hits"]]


def test_search_filters_and_limits(sample_data: Path) -> None:
    done = explorer(
        "search", "", "--filter", "gender=female", "--filter", "has_image=true",
        "--limit", "2", "--data-dir", str(sample_data), "--format", "json",
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert len(told["hits"]) == min(2, told["total"])


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["ask", "Who?"], 1, "no collection"),
        (["ask", " "], 2, "No question"),
        (["search", "x", "--format", "xml"], 2, "not a format"),
        (["search", "x", "--filter", "maker"], 2, "name=value"),
        (["check"], 1, ""),
        (["serve", "--port", "1"], 1, "no collection"),
    ],
)
def test_errors_are_two_sentences_and_an_exit_code(
    tmp_path: Path, arguments: list[str], code: int, words: str
) -> None:
    done = explorer(*arguments, cwd=tmp_path)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not done.stderr or len(done.stderr.strip().splitlines()) == 2


def test_a_port_that_is_taken_is_said_so(sample_data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = explorer("serve", "--port", port, "--data-dir", str(sample_data))
    assert done.returncode == 1
    assert "--port" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 2


def test_check_says_a_sentence_for_every_part(sample_data: Path) -> None:
    done = explorer("check", "--data-dir", str(sample_data))
    assert done.returncode == 0
    assert len(done.stdout.strip().splitlines()) >= 3
    assert all(line.startswith("ok ") and line.endswith(".") for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    ("interrupted", "words"),
    [("explorer", "Stopped."), ("ingest", "Stopped. What was served before is untouched.")],
)
def test_ctrl_c_ends_with_one_sentence(interrupted: str, words: str) -> None:
    code = (
        f"import {interrupted}.__main__ as command, typer\n"
        "app = command.app = typer.Typer(pretty_exceptions_enable=False)\n"
        "@app.command()\n"
        "def waits(): import os, signal; os.kill(os.getpid(), signal.SIGINT)\n"
        "command.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (done.returncode, done.stderr) == (130, f"{words}\n")


@pytest.mark.parametrize(
    ("listed", "words"),
    [
        ('[source]\nspec = "lido:x"\n', "Write [[source]] with two brackets."),
        ('[[source]]\nspec = "lido:x"\nlanguages = ["dutch"]\n', 'such as "nl" or "pt-BR"'),
        ('[[source]]\nspec = "lido:x"\nlanguages = [1]\n', 'such as "nl" or "pt-BR"'),
        ('[[source]]\nspec = "lido:x"\nlanguages = [""]\n', 'such as "nl" or "pt-BR"'),
    ],
)
def test_a_list_of_sources_with_a_slip_is_refused_with_what_to_write(
    tmp_path: Path, listed: str, words: str
) -> None:
    (tmp_path / "sources.toml").write_text(listed)
    with pytest.raises(WrongUse) as refused:
        load_sources(tmp_path / "sources.toml")
    assert words in refused.value.remedy


def test_languages_of_a_source_may_have_regions(tmp_path: Path) -> None:
    listed = '[[source]]\nspec = "lido:x"\nlanguages = ["nl", "pt-BR"]\n'
    (tmp_path / "sources.toml").write_text(listed)
    assert load_sources(tmp_path / "sources.toml")[0].languages == ("nl", "pt-BR")


def test_an_empty_folder_is_told_in_a_sentence_one_can_read(tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    with pytest.raises(ExplorerError) as told:
        recognise(tmp_path / "export")
    assert told.value.problem == "There is nothing of a known format in export."
    assert nothing_at(tmp_path, [".json", ".csv", ".json"]).problem.startswith(
        "There is no .csv or .json file in "
    )


def test_a_file_nobody_knows_is_told_with_every_format(tmp_path: Path) -> None:
    (tmp_path / "x.xml").write_text("<x/>")
    with pytest.raises(ExplorerError) as told:
        recognise(tmp_path / "x.xml")
    assert all(f"{name}:" in told.value.remedy for name in FORMATS)
