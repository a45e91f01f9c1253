"""The command collection-eval."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from explorer.command import run as run_command
from explorer.errors import WrongUse

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
    suite: Annotated[str, typer.Argument(help="finding")],
    questions: Annotated[str, typer.Option(help="A set under eval/questions.")] = "sample",
    half: Annotated[str, typer.Option(help="development, test or all")] = "all",
    failures: Annotated[bool, typer.Option(help="List the questions that went wrong.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    data_dir: Annotated[Path | None, typer.Option(help="The ingested collection.")] = None,
) -> None:
    """Run a suite over a question set and print its figures."""
    from eval import finding
    from eval.queries import load_queries
    from eval.tables import shown
    from explorer.config import load_settings
    from explorer.wire import dump
    from explorer.wiring import open_explorer

    if suite != "finding":
        raise WrongUse(f"There is no suite '{suite}'.", "Use: finding.")
    chosen: dict[str, Literal["development", "test"] | None] = {
        "development": "development", "test": "test", "all": None,
    }  # fmt: skip
    if half not in chosen:
        raise WrongUse(f"'{half}' is not a half.", f"Use one of: {', '.join(chosen)}.")
    explorer = open_explorer(load_settings({"data_dir": data_dir}))
    report = finding.run(load_queries(questions), explorer, chosen[half])
    print(dump(report).decode() if as_json else shown(report, failures=failures))


def main() -> None:
    """Run the command."""
    run_command(app)


if __name__ == "__main__":
    main()
