"""The command collection-ingest."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from explorer.command import run as run_command

if TYPE_CHECKING:
    from ingest.intake import Intake, Progress

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # its import costs more than all else
    help="Read what a museum has and build the collection that the explorer serves.",
)


@app.callback()
def _commands() -> None:
    """Keep `run` a word of its own, for later commands stand beside it."""


@app.command()
def run(
    specs: Annotated[
        list[str] | None,
        typer.Argument(metavar="SPEC...", help="format:path, such as lido:dump.xml"),
    ] = None,
    sources: Annotated[Path | None, typer.Option(help="A list of sources in TOML.")] = None,
    name: Annotated[
        str | None, typer.Option(help="The source's name, where its file has another.")
    ] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Where the collection is built.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the intake as JSON.")] = False,
) -> None:
    """Take in the sources named, or those of sources.toml, and let the result serve."""
    from explorer.config import load_settings
    from ingest.pipeline import build
    from ingest.sourcelist import all_sources

    settings = load_settings({"data_dir": data_dir})
    with _progress() as progress:
        intake = build(all_sources(specs or [], sources, name), settings, progress)
    _show(intake, as_json)


@app.command()
def remove(
    source: Annotated[str, typer.Argument(help="The source's name, as in its records' ids.")],
    data_dir: Annotated[Path | None, typer.Option(help="Where the collection is.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the intake as JSON.")] = False,
) -> None:
    """Withdraw all records of a source."""
    from explorer.config import load_settings
    from ingest.pipeline import build

    settings = load_settings({"data_dir": data_dir})
    with _progress() as progress:
        intake = build([], settings, progress, removing=source)
    _show(intake, as_json)


@app.command()
def refresh(
    data_dir: Annotated[Path | None, typer.Option(help="Where the collection is.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the intake as JSON.")] = False,
) -> None:
    """Write what serves anew, without a delivery, for the embedder and calibration now set."""
    from explorer.catalogue.generation import current
    from explorer.config import load_settings
    from ingest import pipeline

    settings = load_settings({"data_dir": data_dir})
    before = current(settings.data_dir)
    with _progress() as progress:
        intake = pipeline.refresh(settings, progress)
    if as_json or intake.generation != before:
        _show(intake, as_json)
    else:
        print(
            "There is nothing to do: the collection was made with the embedder and calibration"
            " that are set."
        )


def _show(intake: "Intake", as_json: bool) -> None:
    """Nothing; the report is printed."""
    from explorer.wire import dump
    from ingest.intake import told

    print(dump(asdict(intake)).decode() if as_json else "\n".join(told(intake)))


@contextmanager
def _progress() -> "Iterator[Progress]":
    """A bar on a terminal, a line per stage elsewhere; both on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    if not sys.stderr.isatty():
        seen: set[str] = set()

        def plain(stage: str, done: int, total: int | None) -> None:
            if stage not in seen:
                seen.add(stage)
                print(f"{stage} ...", file=sys.stderr)

        yield plain
        return
    columns: tuple[Any, ...] = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as bar:
        tasks: dict[str, Any] = {}

        def drawn(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield drawn


def main() -> None:
    """Run the command."""
    run_command(app)


if __name__ == "__main__":
    main()
