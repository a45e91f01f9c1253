"""The command collection-eval."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from explorer.command import run as run_command
from explorer.errors import WrongUse

if TYPE_CHECKING:
    from eval.figures import Measured
    from eval.finding import Report

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # its import costs more than all else
    help="Measure how well the explorer finds, answers and refuses.",
)


@app.callback()
def _commands() -> None:
    """Keep `run` a word of its own, for later commands stand beside it."""


@app.command()
def run(
    suite: Annotated[str, typer.Argument(help="finding or embedder")],
    questions: Annotated[str, typer.Option(help="A set under eval/questions.")] = "sample",
    half: Annotated[
        str | None,
        typer.Option(help="development, test or all; without it embedder takes development"),
    ] = None,
    failures: Annotated[bool, typer.Option(help="List the questions that went wrong.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    data_dir: Annotated[Path | None, typer.Option(help="The ingested collection.")] = None,
    embedder: Annotated[str, typer.Option(help="The embedder to measure.")] = "embedded:",
    part: Annotated[
        str,
        typer.Option(
            help="ntrex, swedish, iconclass, sample, speed; by name only: fusion, thresholds"
        ),
    ] = "",
    weight: Annotated[
        float | None, typer.Option(help="Of coverage, instead of the calibration's.")
    ] = None,
    shared: Annotated[Path | None, typer.Option(help="Folder of texts to measure on.")] = None,
) -> None:
    """Run a suite and print its figures: finding over a question set, or an embedder by itself."""
    from eval import tables
    from explorer.wire import dump

    report: Report | Measured
    if suite == "finding":
        report = _finding(questions, half or "all", data_dir)
        shown = tables.shown(report, failures=failures)
    elif suite == "embedder":
        report = _embedder(embedder, part, half or "development", weight, shared, data_dir)
        shown = tables.measured(report)
    else:
        raise WrongUse(f"There is no suite '{suite}'.", "Use: finding or embedder.")
    print(dump(report).decode() if as_json else shown)


def _finding(questions: str, half: str, data_dir: Path | None) -> "Report":
    from eval import finding
    from eval.queries import load_queries
    from explorer.config import load_settings
    from explorer.wiring import open_explorer

    chosen: dict[str, Literal["development", "test"] | None] = {
        "development": "development", "test": "test", "all": None,
    }  # fmt: skip
    if half not in chosen:
        raise WrongUse(f"'{half}' is not a half.", f"Use one of: {', '.join(chosen)}.")
    explorer = open_explorer(load_settings({"data_dir": data_dir}))
    return finding.run(load_queries(questions), explorer, chosen[half])


def _embedder(
    spec: str,
    part: str,
    half: str,
    weight: float | None,
    shared: Path | None,
    data_dir: Path | None,
) -> "Measured":
    from eval import embedder
    from eval.material import SHARED

    return embedder.run(
        spec, part=part, half=half, weight=weight, shared=shared or SHARED, data_dir=data_dir
    )


def main() -> None:
    """Run the command."""
    run_command(app)


if __name__ == "__main__":
    main()
