"""Reads each source named on standard input in a process of its own, and tells what it cost.

One line of JSON each way. What is imported beforehand is not paid for by the first source.
"""

import json
import os
import sys
from dataclasses import replace
from importlib import import_module
from typing import Any

from explorer.errors import ExplorerError
from explorer.types import Record
from ingest.formats import FORMATS
from ingest.sourcelist import read, source_spec
from ingest.sourcespec import Rejection

_SHOWN = 50


def _what_is_read(spec: str) -> dict[str, Any]:
    records: list[str] = []
    told: list[str] = []
    error = ""
    try:
        for item in read(replace(source_spec(spec), name="hostile")):
            if isinstance(item, Record):
                records.append(" / ".join(field.text for field in item.fields)[:300])
                told += item.warnings
            elif isinstance(item, Rejection):
                told.append(item.reason)
            else:
                told.append(item.text)
            del records[_SHOWN:], told[_SHOWN:]
    except ExplorerError as refusal:
        error = str(refusal)
    return {"records": records, "told": told, "error": error}


def _apart(spec: str) -> dict[str, Any]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with os.fdopen(writing, "w") as out:
            json.dump(_what_is_read(spec), out)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        told = answer.read()
    _, status, used = os.wait4(child, 0)
    return {
        **(json.loads(told) if told else {"error": f"ended with {status}", "broken": True}),
        "seconds": used.ru_utime + used.ru_stime,  # others may be at work here
        "memory": used.ru_maxrss * 1024,
    }


def main() -> None:
    """Nothing; every source named was read."""
    for known in FORMATS.values():
        import_module(known.module)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_apart(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
