"""The words of the report, as they stand in words.toml."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def texts() -> Mapping[str, Any]:
    """The tables of words.toml: page, sections, names, findings, and what to mend."""
    text = files("ingest.health").joinpath("words.toml").read_text("utf-8")
    return tomllib.loads(text)
