"""Reports as plain tables for a terminal."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from eval.figures import Figure, Measured


def measured(report: Measured, *, failures: bool = False) -> str:
    """The report's tables; every figure with its 95 % confidence interval, every row with its n."""
    lines = [f"{name}: {told(value)}" for name, value in report.settings.items()]
    for table in report.tables:
        lines += ["", table.title, *([table.note] if table.note else [])]
        lines += _aligned({name: _cells(row) for name, row in table.rows.items()})
    if failures:
        wrong = (asked for asked in report.asked if not asked.well)
        lines += ["", *(f"{a.id} {a.lang} {a.text}  -> {list(a.found[:3])}"
                        f" answered={bool(a.values.get('answered'))}" for a in wrong)]  # fmt: skip
    for sentences in (report.notes, report.skipped):
        lines += ["", *sentences] if sentences else []
    return "\n".join(lines)


def told(value: Any) -> str:
    """A setting in words."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {told(part)}" for name, part in value.items())
    return f"{value:g}" if isinstance(value, float) else str(value)


def usual_n(row: Mapping[str, Figure | None]) -> int | None:
    """The n of most of a row's figures."""
    counts = Counter(figure.n for figure in row.values() if figure)
    return counts.most_common(1)[0][0] if counts else None


def written(value: float) -> str:
    """A figure to three digits."""
    if abs(value) > 1:
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:.3f}".replace("0.", ".", 1)


def interval(figure: Figure) -> str:
    """A figure's interval in brackets; "" where it has none."""
    if figure.low is None or figure.high is None:
        return ""
    return f"[{written(figure.low)} {written(figure.high)}]"


def _cells(row: Mapping[str, Figure | None]) -> dict[str, str]:
    n = usual_n(row)
    return {"n": str(n or ""), **{name: _cell(figure, n) for name, figure in row.items()}}


def _cell(figure: Figure | None, n: int | None) -> str:
    if figure is None:
        return "-"
    other = f"n={figure.n}" if figure.n != n else ""
    return " ".join(filter(None, (written(figure.value), interval(figure), other)))


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
