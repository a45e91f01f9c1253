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
    gate: Annotated[
        Path | None, typer.Option(help="Questions in TOML that must be met before it serves.")
    ] = None,
    hold: Annotated[bool, typer.Option("--hold", help="Build, but do not publish yet.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the intake as JSON.")] = False,
) -> None:
    """Take in the sources named, or those of sources.toml, and let the result serve."""
    from explorer.config import load_settings
    from ingest.gate import load_gate
    from ingest.pipeline import build
    from ingest.sourcelist import all_sources

    settings = load_settings({"data_dir": data_dir})
    asked = load_gate(gate) if gate else None
    with _progress() as progress:
        chosen = all_sources(specs or [], sources, name)
        intake = build(chosen, settings, progress, hold=hold, gate=asked)
    _show(intake, as_json)
    if intake.gate and not intake.gate.passed:
        raise typer.Exit(1)


@app.command()
def preview(
    specs: Annotated[
        list[str] | None,
        typer.Argument(metavar="SPEC...", help="format:path, such as lido:dump.xml"),
    ] = None,
    sources: Annotated[Path | None, typer.Option(help="A list of sources in TOML.")] = None,
    name: Annotated[
        str | None, typer.Option(help="The source's name, where its file has another.")
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Not used: a preview needs no collection.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many records of each source.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print the preview as JSON.")] = False,
) -> None:
    """Show what would be understood, dropped and warned about; write nothing."""
    from explorer.wire import dump
    from ingest import preview as previewing
    from ingest.sourcelist import all_sources

    found = list(previewing.previews(all_sources(specs or [], sources, name), limit))
    if as_json:
        print(dump(found[0] if len(found) == 1 else {"sources": found}).decode())
        return
    for one in found:
        print("\n".join(previewing.told(one)))


@app.command()
def diff(
    data_dir: Annotated[Path | None, typer.Option(help="Where the collection is.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="How many records of each kind are shown.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print the differences as JSON.")] = False,
) -> None:
    """Compare the generation that waits with the one that serves, or that one with the last."""
    from explorer.config import load_settings
    from explorer.wire import dump
    from ingest import diff as differences
    from ingest.publishing import two_generations

    settings = load_settings({"data_dir": data_dir})
    found = differences.diff(*two_generations(settings), limit=limit)
    print(dump(found).decode() if as_json else "\n".join(differences.told(found)))


@app.command()
def publish(
    data_dir: Annotated[Path | None, typer.Option(help="Where the collection is.")] = None,
    gate: Annotated[
        Path | None, typer.Option(help="Questions in TOML that must be met before it serves.")
    ] = None,
) -> None:
    """Let the generation that was built and waits serve."""
    from explorer.config import load_settings
    from ingest.gate import load_gate
    from ingest.intake import told_gate
    from ingest.publishing import publish_built

    asked = load_gate(gate) if gate else None
    name, passed = publish_built(load_settings({"data_dir": data_dir}), asked)
    print("\n".join(told_gate(passed) if passed else ()), end="\n" if passed else "")
    if passed and not passed.passed:
        raise typer.Exit(1)
    print(f"Generation {name} serves.")


@app.command()
def rollback(
    data_dir: Annotated[Path | None, typer.Option(help="Where the collection is.")] = None,
) -> None:
    """Let the generation before serve again."""
    from explorer.config import load_settings
    from ingest.publishing import roll_back

    name = roll_back(load_settings({"data_dir": data_dir}))
    print(f"Generation {name} serves. What came after it waits: collection-ingest publish")


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


@app.command()
def health(
    data_dir: Annotated[Path | None, typer.Option(help="Where the collection is.")] = None,
    terms: Annotated[
        Path | None, typer.Option(help="Terms to look at again: CSV, or SKOS (.rdf, .ttl).")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(help="A folder for a table per finding, every record in it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Report on the records: what they tell, what they lack, what to mend first."""
    from explorer.catalogue.generation import open_current
    from explorer.config import load_settings
    from explorer.wire import dump
    from ingest.health.report import report, told, write
    from ingest.health.terms import read_terms

    settings = load_settings({"data_dir": data_dir})
    listed = read_terms(terms) if terms else ()
    generation = open_current(settings.data_dir)
    with _progress() as progress:
        found = report(generation, listed, lists=csv, progress=progress)
    page = write(found, settings.data_dir)
    print(dump(found).decode() if as_json else "\n".join(told(found, page)))


@app.command()
def suggest(
    output: Annotated[Path, typer.Option(help="The table to write.")] = Path("proposals.csv"),
    data_dir: Annotated[Path | None, typer.Option(help="Where the collection is.")] = None,
) -> None:
    """Propose concepts, makers' names, translations and duplicates, for staff to accept."""
    from explorer.catalogue.generation import open_current
    from explorer.config import load_settings
    from ingest import suggest as proposals
    from ingest.accepted import write_proposals

    generation = open_current(load_settings({"data_dir": data_dir}).data_dir)
    with _progress() as progress:
        count = write_proposals(output, proposals.suggest(generation, progress))
    print(
        f"{count} proposals are in {output}. Write yes or no in the first column where you are"
        f" sure, then: collection-ingest accept {output}"
    )


@app.command()
def accept(
    proposals: Annotated[Path, typer.Argument(help="The table that suggest wrote, answered.")],
    data_dir: Annotated[Path | None, typer.Option(help="Where the collection is.")] = None,
) -> None:
    """Keep the proposals answered with yes; take back those answered with no."""
    from explorer.config import load_settings
    from ingest import accepted

    settings = load_settings({"data_dir": data_dir})
    yes, no, kept = accepted.accept(proposals, settings.data_dir)
    print(
        f"Accepted: {yes}. Taken back: {no}. In force: {len(kept.proposals)}, from the next"
        " collection-ingest run on."
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
    run_command(app, stopped="Stopped. What was served before is untouched.")


if __name__ == "__main__":
    main()
