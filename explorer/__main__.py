"""The command collection-explorer."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from explorer.command import run as run_command
from explorer.errors import WrongUse

if TYPE_CHECKING:
    from explorer.types import FilterValue

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # its import costs more than all else
    help="Ask a museum's collection, and get answers with a source one can open.",
)
DataDir = Annotated[Path | None, typer.Option(help="Folder of the ingested collection.")]


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(version("collection-explorer"))
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Its number.")
    ] = False,
) -> None:
    pass


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in any of Europe's languages.")],
    lang: Annotated[str, typer.Option(help="The visitor's language, such as de.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the Answer as JSON.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Answer one question from the records."""
    from explorer.ask import answer
    from explorer.config import load_settings
    from explorer.render.plain import told
    from explorer.types import Question
    from explorer.wire import dump
    from explorer.wiring import open_explorer

    explorer = open_explorer(load_settings({"data_dir": data_dir}))
    given = answer(Question(question, lang=lang), explorer)
    print(dump(given).decode() if as_json else told(given))


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="Words, a name, an object number.")],
    filters: Annotated[
        list[str] | None, typer.Option("--filter", help="name=value; may be repeated.")
    ] = None,
    limit: Annotated[int, typer.Option(help="How many records.", min=1, max=1000)] = 20,
    explain: Annotated[bool, typer.Option(help="Say which words were found.")] = False,
    form: Annotated[str, typer.Option("--format", help="table, json or csv")] = "table",
    lang: Annotated[str, typer.Option(help="The visitor's language, such as de.")] = "",
    data_dir: DataDir = None,
) -> None:
    """Find records."""
    from explorer.config import load_settings
    from explorer.render.plain import FORMATS, listed
    from explorer.search import search as find
    from explorer.wiring import open_explorer

    if form not in FORMATS:
        raise WrongUse(f"'{form}' is not a format.", f"Use one of: {', '.join(FORMATS)}.")
    explorer = open_explorer(load_settings({"data_dir": data_dir}))
    found = find(explorer, query, lang=lang, filters=_filters(filters or ()), limit=limit)
    print(listed(found, form, explain=explain), end="")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", min=1, max=65535)] = None,
    data_dir: DataDir = None,
) -> None:
    """Serve the page and the HTTP interface."""
    from explorer.api import serve as serve_forever
    from explorer.config import load_settings
    from explorer.wiring import open_explorer

    settings = load_settings({"data_dir": data_dir, "host": host, "port": port})
    serve_forever(open_explorer(settings), lambda line: print(line, flush=True))


@app.command()
def check(data_dir: DataDir = None) -> None:
    """Say of every part whether it can work."""
    from explorer.config import load_settings
    from explorer.wiring import open_explorer

    told = open_explorer(load_settings({"data_dir": data_dir})).checks()
    for works, sentence in told:
        print(f"{'ok ' if works else 'no '} {sentence}")
    sys.exit(0 if all(works for works, _ in told) else 1)


def _filters(given: Sequence[str]) -> "dict[str, FilterValue]":
    """name=value pairs as filters; a name given twice holds both values."""
    filters: dict[str, list[str]] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals or not value:
            raise WrongUse(f"'{pair}' is not a filter.", "Write it as name=value.")
        filters.setdefault(name, []).append(value)
    return dict(filters)


def main() -> None:
    """Run the command."""
    run_command(app)


if __name__ == "__main__":
    main()
