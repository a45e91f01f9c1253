"""Reports as plain tables for a terminal."""

from collections.abc import Mapping, Sequence

from eval.figures import Figure, Measured
from eval.finding import Report


def shown(report: Report, *, failures: bool = False) -> str:
    """The report's figures, a row per group, and the settings they hold for."""
    lines = [f"{name}: {value}" for name, value in report.settings.items()]
    rows = {**report.measures, **report.languages}
    cells = {
        name: {c: "-" if value is None else str(value) for c, value in row.items()}
        for name, row in rows.items()
    }
    lines += ["", *_aligned(cells)]
    if failures:
        lines += ["", *(f"{f['id']} {f['lang']} {f['text']}  -> {f['found'][:3]}"
                        f" answered={f['answered']}" for f in report.failures)]  # fmt: skip
    return "\n".join(lines)


def measured(report: Measured) -> str:
    """The report's tables; every figure with its 95 % confidence interval, every row with its n."""
    lines = [f"{name}: {value}" for name, value in report.settings.items()]
    for table in report.tables:
        lines += ["", table.title, *([table.note] if table.note else [])]
        lines += _aligned({name: _cells(row) for name, row in table.rows.items()})
    return "\n".join([*lines, *("", *report.skipped)] if report.skipped else lines)


def _cells(row: Mapping[str, Figure | None]) -> dict[str, str]:
    counts = {str(figure.n) for figure in row.values() if figure}
    return {"n": "/".join(sorted(counts)), **{name: _cell(figure) for name, figure in row.items()}}


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return "-"
    if figure.low is None or figure.high is None:
        return _written(figure.value)
    return f"{_written(figure.value)} [{_written(figure.low)} {_written(figure.high)}]"


def _written(value: float) -> str:
    if abs(value) > 1:
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:.3f}".replace("0.", ".", 1)


def _aligned(rows: Mapping[str, Mapping[str, str]]) -> Sequence[str]:
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    first = max((len(name) for name in rows), default=0)
    wide = {c: max(len(c), *(len(row.get(c, "-")) for row in rows.values())) for c in columns}
    lines = [" " * first + "".join(f"  {c.rjust(wide[c])}" for c in columns)]
    for name, row in rows.items():
        lines.append(
            name.ljust(first) + "".join(f"  {row.get(c, '-').rjust(wide[c])}" for c in columns)
        )
    return lines
