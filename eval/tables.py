"""Reports as plain tables for a terminal."""

from eval.finding import Report


def shown(report: Report, *, failures: bool = False) -> str:
    """The report's figures, a row per group, and the settings they hold for."""
    lines = [f"{name}: {value}" for name, value in report.settings.items()]
    rows = {**report.measures, **report.languages}
    columns = list(next(iter(rows.values())))
    width = max(len(name) for name in rows)
    lines += ["", " " * width + "  " + "  ".join(columns)]
    for name, row in rows.items():
        cells = ("-" if row[c] is None else str(row[c]) for c in columns)
        padded = (cell.rjust(len(c)) for c, cell in zip(columns, cells, strict=True))
        lines.append(f"{name.ljust(width)}  " + "  ".join(padded))
    if failures:
        lines += ["", *(f"{f['id']} {f['lang']} {f['text']}  -> {f['found'][:3]}"
                        f" answered={f['answered']}" for f in report.failures)]  # fmt: skip
    return "\n".join(lines)
