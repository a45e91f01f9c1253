"""The command collection-eval."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from explorer.command import run as run_command
from explorer.errors import WrongUse

if TYPE_CHECKING:
    from eval.figures import Measured

OWN = (
    "understanding", "conversation", "abstention", "counting", "attribution", "language", "mutants",
)  # fmt: skip
"""Suites with questions of their own."""

SUITES = ("finding", "parity", "latency", "embedder", "answering", *OWN)

_Questions = Annotated[
    str, typer.Option(help="A set under eval/questions; without it sample, of latency swedish.")
]
_Half = Annotated[
    str | None,
    typer.Option(help="development, test or all; without it embedder takes development"),
]
_Part = Annotated[
    str,
    typer.Option(help="ntrex, swedish, iconclass, sample, speed; by name only: fusion, thresholds"),
]
_Chat = Annotated[str, typer.Option(help="The chat model of answering; else the one set.")]
_Limit = Annotated[
    int | None, typer.Option(min=1, help="So many questions of answering, spread over all.")
]
_Judge = Annotated[
    str, typer.Option(help="A chat model that says which sentences of answering are supported.")
]
_Sheet = Annotated[
    Path | None, typer.Option(help="Write answering's sentences as CSV, for people to judge.")
]
_Filled = Annotated[
    Path | None, typer.Option(help="Read such a sheet, filled in; no model is asked.")
]

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
    suite: Annotated[str, typer.Argument(help=", ".join(SUITES))],
    questions: _Questions = "",
    half: _Half = None,
    ablation: Annotated[bool, typer.Option(help="What each part of finding brings.")] = False,
    against: Annotated[
        Path | None, typer.Option(help="An earlier report as JSON, to say what changed.")
    ] = None,
    label: Annotated[bool, typer.Option(help="Write parity's labels into languages.tsv.")] = False,
    failures: Annotated[bool, typer.Option(help="List the questions that went wrong.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    page: Annotated[
        Path | None, typer.Option("--report", help="Write the report as a page of HTML.")
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="The collection; without it the one asked about is made.")
    ] = None,
    embedder: Annotated[str, typer.Option(help="The embedder to measure.")] = "embedded:",
    part: _Part = "",
    weight: Annotated[
        float | None, typer.Option(help="Of coverage, instead of the calibration's.")
    ] = None,
    shared: Annotated[Path | None, typer.Option(help="Folder of texts to measure on.")] = None,
    records: Annotated[int, typer.Option(help="How many records latency is of.")] = 10_000,
    delivery: Annotated[
        Path | None, typer.Option(help="LIDO records that latency repeats with other words.")
    ] = None,
    peers: Annotated[
        bool | None, typer.Option(help="Latency's peers; up to 20,000 records without asking.")
    ] = None,
    chat: _Chat = "",
    limit: _Limit = None,
    judge: _Judge = "",
    sheet: _Sheet = None,
    filled: _Filled = None,
) -> None:
    """Run a suite and print its figures: of questions to a collection, or of an embedder."""
    from eval import report, tables
    from explorer.wire import dump

    _check(suite, label)
    if suite == "embedder":
        measured = _embedder(embedder, part, half or "development", weight, shared, data_dir)
    elif suite == "latency":
        measured = _latency(questions, records, delivery, data_dir, shared, peers)
    elif suite == "answering":
        where = (questions or "sample", data_dir, shared)
        measured = _answering(where, half or "all", chat, limit, judge, sheet, filled)
    elif suite in OWN:
        measured = _own(suite, half or "all", data_dir, shared)
    else:
        measured = _asked(suite, questions, half or "all", data_dir, shared, ablation, against)
    if label:
        _label(measured)
    if page:
        page.write_text(report.page(measured), encoding="utf-8")
    print(dump(measured).decode() if as_json else tables.measured(measured, failures=failures))


def _check(suite: str, label: bool) -> None:
    if suite not in SUITES:
        raise WrongUse(f"There is no suite '{suite}'.", f"Use one of: {', '.join(SUITES)}.")
    if label and suite != "parity":
        raise WrongUse("Labels are given by the suite parity alone.", "Leave --label out.")


def _asked(
    suite: str,
    questions: str,
    half: str,
    data_dir: Path | None,
    shared: Path | None,
    ablation: bool,
    against: Path | None,
) -> "Measured":
    """A suite that asks a set of questions."""
    questions = questions or "sample"
    from eval import collections, finding, parity
    from eval.material import SHARED
    from eval.queries import in_half, load_queries

    queries, earlier = load_queries(questions), _earlier(against)
    before = {one["id"]: one["values"] for one in earlier.get("asked", ())}
    with collections.opened(questions, data_dir, shared or SHARED) as explorer:
        run = finding.run if suite == "finding" else parity.run
        measured = run(queries, explorer, half, before)
        tables = list(measured.tables)
        if ablation:
            from eval.ablation import ablation as parts

            tables.append(parts(in_half(queries, half), explorer))
    settings = {**measured.settings, "question set": questions}
    if earlier:
        told = earlier["settings"]
        other = {name: told[name] for name in told if told[name] != settings.get(name)}
        settings["before"] = other or "the same"
    return replace(measured, settings=settings, tables=tables)


def _own(suite: str, half: str, data_dir: Path | None, shared: Path | None) -> "Measured":
    """A suite with questions of its own, about the sample collection."""
    from eval import (
        abstention,
        attribution,
        changing,
        collections,
        conversation,
        counting,
        language,
        mutants,
        understanding,
    )
    from eval.countinggold import load_counting
    from eval.material import SHARED

    if suite == "language":
        return language.run(language.load_spoken(), half)
    if suite == "attribution":
        with collections.opened(attribution.SOURCE, data_dir, shared or SHARED) as explorer:
            return attribution.run(explorer, (), None, shared or SHARED)
    with collections.opened("sample", data_dir, shared or SHARED) as explorer:
        if suite == "understanding":
            return understanding.run(understanding.load(), explorer, half)
        if suite == "conversation":
            return conversation.run(conversation.load(), explorer, half)
        if suite == "mutants":
            return mutants.run(changing.load(), explorer, half)
        if suite == "counting":
            return counting.run(load_counting(), explorer, half)
        return abstention.run(abstention.load(), explorer, half)


def _answering(
    where: tuple[str, Path | None, Path | None],
    half: str,
    chat: str,
    limit: int | None,
    judge: str,
    sheet: Path | None,
    filled: Path | None,
) -> "Measured":
    """A chat model over a set of questions, a data folder and a shared one; or a filled sheet."""
    from eval import answering, collections, judging
    from eval.material import SHARED

    if filled:
        return judging.agreement(judging.read_sheet(filled))
    questions, data_dir, shared = where
    model, queries = answering.model_set(chat), answering.load(questions)
    with collections.opened(questions, data_dir, shared or SHARED) as explorer:
        return answering.run(
            queries, explorer, half, chat=model, limit=limit, judge=judge, sheet=sheet
        )


def _latency(
    questions: str,
    records: int,
    delivery: Path | None,
    data_dir: Path | None,
    shared: Path | None,
    peers: bool | None,
) -> "Measured":
    """CPU times over the collection named, or over as many records as asked for."""
    from eval import latency
    from eval.material import SHARED
    from eval.queries import load_queries

    swedish = latency.swedish_delivery(shared or SHARED)
    chosen = questions or ("swedish" if swedish else "sample")
    with latency.opened(records, delivery or swedish, data_dir) as explorer:
        measured = latency.run(load_queries(chosen), explorer, peers=peers)
    return replace(measured, settings={**measured.settings, "question set": chosen})


def _earlier(against: Path | None) -> dict[str, Any]:
    """An earlier report as it was printed; empty where none is named."""
    if against is None:
        return {}
    try:
        told: dict[str, Any] = json.loads(against.read_text("utf-8"))
        if told["asked"] and told["settings"]:
            return told
        problem = "it holds no questions"
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = str(error)
    raise WrongUse(
        f"The earlier report {against} cannot be used: {problem}.",
        "Make it with: collection-eval run finding --json",
    )


def _label(measured: "Measured") -> None:
    """Nothing; what the languages earned stands in the vocabulary's list of languages."""
    from importlib.resources import as_file, files

    from eval.parity import labels, write_labels

    with as_file(files("explorer.vocabulary") / "languages.tsv") as file:
        write_labels(file, labels(measured.tables[0]))


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
