"""A spreadsheet's cell as Excel shows it: 1 and not 1.0, a day as 1802-05-14, a year as a year."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_NUMBER = re.compile(
    r'(?P<before>(?:"[^"]*"|\\.)*)(?P<whole>#*0+|#+)(?:\.(?P<part>0+))?(?P<percent>%?)'
    r'(?P<after>(?:"[^"]*"|\\.)*)'
)
_ESCAPED = re.compile(r"_x00([01][0-9A-Fa-f])_")  # how Excel writes a line break of other systems


def shown(cell: Any) -> str:
    """What a reader of the sheet sees in an openpyxl cell; "" for an empty one."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return _ESCAPED.sub(lambda m: chr(int(m.group(1), 16)), value) if "_x00" in value else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value, _format(cell))
    if isinstance(value, datetime | date | time):
        return _moment(value, _format(cell))
    return f"{value}" if isinstance(value, timedelta) else str(value)


def wrong(cell: Any) -> str:
    """Why a cell has no value to take: the error it shows; "" where it has one."""
    if cell.data_type == "e" and cell.value is not None:
        return f"holds the error {cell.value}"
    return ""


def _format(cell: Any) -> str:
    try:
        return str(cell.number_format).partition(";")[0]
    except IndexError:  # a style that the workbook does not have
        return "General"


def _number(value: float, form: str) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    plain = f"{value:.15g}" if isinstance(value, float) else str(value)
    if "e" in plain:
        plain = f"{Decimal(plain):f}"
    told = _NUMBER.fullmatch(form)
    if told is None or (told["whole"].startswith("#") and not told["part"] and "." in plain):
        return plain
    sign, size = "-" * (value < 0), abs(Decimal(plain)) * (100 if told["percent"] else 1)
    digits = f"{size:.{len(told['part'] or '')}f}"
    width = told["whole"].count("0") + (len(told["part"]) + 1 if told["part"] else 0)
    literal = _unquoted(told["before"]), _unquoted(told["after"])
    return f"{sign}{literal[0]}{digits.zfill(width)}{told['percent']}{literal[1]}"


def _unquoted(literal: str) -> str:
    return re.sub(r'"([^"]*)"|\\(.)', lambda m: m.group(1) or m.group(2) or "", literal)


def _moment(value: date | time, form: str) -> str:
    letters = set(_LITERAL.sub("", form).lower())
    if isinstance(value, time):
        return value.isoformat("minutes" if not value.second else "seconds")
    day = value.date().isoformat() if isinstance(value, datetime) else value.isoformat()
    if "y" in letters and "d" not in letters:
        return day[:7] if "m" in letters else day[:4]
    if "h" in letters and isinstance(value, datetime) and value.time() != time():
        return value.isoformat("T", "minutes" if not value.second else "seconds")
    return day
