"""A report as one page: no script, no other file, light and dark, on screen and on paper.

Words stand in report.toml; whatever comes from records and questions is escaped by Markup.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from eval.figures import BEFORE, Asked, Figure, Measured, Table
from eval.tables import interval, told, usual_n, written

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_WIDE, _HIGH, _EDGE = 200, 30, 8  # of a plot, and what its scale leaves at both ends
_GRID = (0.0, 0.25, 0.5, 0.75, 1.0)


def page(measured: Measured) -> str:
    """The HTML of the report, whole."""
    suite = measured.settings.get("suite", "embedder")
    sections = list(_sections(measured))
    links = _join(
        Markup('<li><a href="#s{}">{}</a></li>').format(i, title)
        for i, (title, _) in enumerate(sections)
    )
    body = _join(
        Markup('<section id="s{0}"><h2>{1}</h2>{2}</section>\n')
        .format(i, title, content)
        for i, (title, content) in enumerate(sections)
    )  # fmt: skip
    css = files("eval").joinpath("report.css").read_text("utf-8")
    return Markup(
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>{title}</title><style>{css}</style></head>\n"
        "<body><header><h1>{title}</h1><p>{lede}</p></header>\n"
        '<nav aria-label="{contents}"><ul>{links}</ul></nav>\n<main>{body}</main>\n'
        "<footer><p>{foot}</p></footer></body></html>\n"
    ).format(
        policy=_POLICY, title=_words()["title"][suite], css=Markup(css),  # noqa: S704
        lede=_words()["lede"][suite], contents=_said("contents"), links=links, body=body,
        foot=_said("foot"),
    )  # fmt: skip


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads(files("eval").joinpath("report.toml").read_text("utf-8"))


def _said(key: str, **values: object) -> str:
    text: str = _words()["page"][key]
    return text.format(**values)


def _join(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)


def _sections(measured: Measured) -> Iterator[tuple[str, Markup]]:
    """(title, content) of every section, in their order."""
    for key, sentences in (("notes", measured.notes), ("skipped", measured.skipped)):
        if sentences:
            yield _said(key), _join(Markup("<p>{}</p>").format(one) for one in sentences)
    for table in measured.tables:
        yield table.title, _table(table)
    if measured.asked:
        yield _said("failures"), _failures(measured.asked)
    yield _said("settings"), _settings(measured.settings)


def _table(table: Table) -> Markup:
    columns = list(dict.fromkeys(name for row in table.rows.values() for name in row))
    then = f"{table.lead}{BEFORE}"
    heads = [_head(f"{table.lead}, {_said('from_to')}")] if table.lead else []
    heads += [_head(_said("n"), "number"), *(_head(name, "number") for name in columns)]
    lines = []
    for name, row in table.rows.items():
        n = usual_n(row)
        drawn = Markup('<td class="plot">{}</td>').format(plot(row.get(table.lead), row.get(then)))
        cells = _join(_cell(row.get(column), n) for column in columns)
        lines.append(
            Markup('<tr><th scope="row">{}</th>{}<td class="number">{}</td>{}</tr>\n').format(
                name, drawn if table.lead else "", "" if n is None else n, cells
            )
        )
    legend = [_said("plot")] if table.lead else []
    legend += [_said("plot_before")] if then in columns else []
    return _scrolling(
        table.title,
        _join([_head(_said("row")), *heads]),
        _join(lines),
        " ".join(legend),
        table.note,
    )


def _head(name: str, kind: str = "") -> Markup:
    return Markup('<th scope="col"{}>{}</th>').format(
        Markup(' class="{}"').format(kind) if kind else "", name
    )


def _cell(figure: Figure | None, n: int | None) -> Markup:
    if figure is None:
        return Markup('<td class="number">–</td>')
    beside = [interval(figure), f"{_said('n')} {figure.n}" if figure.n != n else ""]
    return Markup('<td class="number">{} <small>{}</small></td>').format(
        written(figure.value), " ".join(filter(None, beside))
    )


def plot(now: Figure | None, before: Figure | None = None) -> Markup:
    """Dots with their intervals on a scale from 0 to 1; the cells beside it say the same."""
    grid = _join(
        Markup('<line class="grid" x1="{0}" x2="{0}" y1="0" y2="{1}"/>').format(_place(at), _HIGH)
        for at in _GRID
    )
    middle = _HIGH / 2 if before is None else _HIGH / 3
    drawn = _dot(now, middle, "now") + _dot(before, _HIGH * 3 / 4, "before")
    return Markup('<svg viewBox="0 0 {} {}" aria-hidden="true">{}{}</svg>').format(
        _WIDE, _HIGH, grid, drawn
    )


def _dot(figure: Figure | None, y: float, kind: str) -> Markup:
    if figure is None:
        return Markup("")
    low = figure.value if figure.low is None else figure.low
    high = figure.value if figure.high is None else figure.high
    return Markup(
        '<line class="{0}" x1="{1}" x2="{2}" y1="{3}" y2="{3}"/>'
        '<circle class="{0}" cx="{4}" cy="{3}" r="4"/>'
    ).format(kind, _place(low), _place(high), f"{y:g}", _place(figure.value))


def _place(value: float) -> str:
    return f"{_EDGE + (_WIDE - 2 * _EDGE) * min(1.0, max(0.0, value)):.1f}"


def _failures(asked: Sequence[Asked]) -> Markup:
    wrong = [one for one in asked if not one.well]
    rows = _join(
        Markup(
            '<tr><th scope="row">{}</th><td>{}</td><td lang="{}">{}</td>'
            '<td class="value">{}</td></tr>\n'
        ).format(one.id, one.lang, one.lang, one.text, ", ".join(one.found[:3]))
        for one in wrong
    )
    heads = _join(_head(_said(key)) for key in ("id", "language", "question", "found"))
    count = _said("failures_told", n=len(wrong), of=len(asked))
    listed = Markup("<details><summary>{}</summary>{}</details>").format(
        _said("failures_open"), _scrolling(_said("failures"), heads, rows)
    )
    return Markup("<p>{}</p>{}").format(count, listed if wrong else "")


def _settings(settings: Mapping[str, Any]) -> Markup:
    rows = _join(
        Markup('<tr><th scope="row">{}</th><td class="value">{}</td></tr>\n').format(
            name, told(value)
        )
        for name, value in settings.items()
    )
    heads = _head(_said("setting")) + _head(_said("value"))
    return _scrolling(_said("settings"), heads, rows)


def _scrolling(title: str, heads: Markup, rows: Markup, legend: str = "", note: str = "") -> Markup:
    """A table that its note stands above, to be scrolled where it is wider than the screen."""
    return Markup(
        '{0}<div class="scroll" tabindex="0" role="region" aria-label="{1}"><table>'
        "<caption>{1}{2}</caption><thead><tr>{3}</tr></thead><tbody>{4}</tbody></table></div>"
    ).format(
        Markup('<p class="note">{}</p>').format(note) if note else "", title,
        f". {legend}" if legend else "", heads, rows,
    )  # fmt: skip
