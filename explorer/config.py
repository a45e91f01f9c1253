"""Settings: one flat value, read from flags, then EXPLORER_* variables, then explorer.toml.

Reading settings touches nothing: no folder is made, no backend opened.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from explorer.errors import WrongUse

PREFIX = "EXPLORER_"
MODEL_KEY = "EXPLORER_MODEL_KEY"
"""The key of a model server is no setting: it is read where it is used, and shown nowhere."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a museum may set; each with the help text that `docs/settings.md` repeats."""

    data_dir: Path = field(
        default=Path("data"), metadata={"help": "Folder that holds generations and thumbnails."}
    )
    embedder: str = field(
        default="embedded:", metadata={"help": "Embedder spec, such as embedded: or hash:."}
    )
    chat: str = field(
        default="quote:", metadata={"help": "Chat model spec; quote: answers with quotations only."}
    )
    chat_slots: int = field(
        default=1, metadata={"help": "How many answers the chat model writes at a time."}
    )
    chat_window: int = field(
        default=8_192, metadata={"help": "Tokens the chat model reads and writes together."}
    )
    chat_tokens: int = field(
        default=500, metadata={"help": "Longest answer of the chat model, in tokens."}
    )
    chat_wait: int = field(
        default=0, metadata={"help": "Seconds for a word of the chat model; 0 measures it."}
    )
    chat_whole: int = field(
        default=90, metadata={"help": "Seconds for a whole answer of the chat model."}
    )
    index: str = field(default="chroma:", metadata={"help": "Vector index spec."})
    host: str = field(default="127.0.0.1", metadata={"help": "Address to listen on."})
    port: int = field(default=7860, metadata={"help": "Port to listen on."})
    institution: str = field(
        default="", metadata={"help": "The museum's name, where records do not give it."}
    )
    heading: str = field(
        default="", metadata={"help": "Heading of the visitor's page; our own words where empty."}
    )
    default_lang: str = field(
        default="en", metadata={"help": "Language where a visitor's is not known."}
    )
    contact: str = field(default="", metadata={"help": "Address or page a visitor may turn to."})
    country: str = field(
        default="", metadata={"help": "Country of the museum, ISO code: whose emergency number."}
    )
    clock: str = field(
        default="", metadata={"help": "Moment to answer for, such as 2026-12-24; now where empty."}
    )
    time_zone: str = field(
        default="", metadata={"help": "Time zone of the museum, such as Europe/Lisbon."}
    )
    keep_generations: int = field(
        default=2, metadata={"help": "How many published generations are kept."}
    )
    matrix_limit: int = field(
        default=50_000, metadata={"help": "Up to so many passages the exact matrix is searched."}
    )
    source_count: int = field(
        default=6, metadata={"help": "How many records an answer shows as sources."}
    )
    question_limit: int = field(default=2_000, metadata={"help": "Longest question in characters."})


def load_settings(
    flags: Mapping[str, Any] | None = None,
    *,
    file: Path = Path("explorer.toml"),
    environ: Mapping[str, str] = os.environ,
) -> Settings:
    """The settings in force. A name nobody knows is an error, not silence."""
    known = {f.name: f for f in fields(Settings)}
    chosen: dict[str, Any] = {}
    for origin, given in (
        (str(file), _from_file(file)),
        ("the environment", _from_environment(environ)),
        ("the command line", {k: v for k, v in (flags or {}).items() if v is not None}),
    ):
        for name, value in given.items():
            if name not in known:
                raise WrongUse(
                    f"{origin} sets '{name}', which is not a setting.",
                    f"Use one of: {', '.join(known)}.",
                    field=name,
                )
            chosen[name] = _cast(name, value, known[name].default, origin)
    settings = Settings(**chosen)
    _check_time(settings)
    if settings.keep_generations < 1:
        raise WrongUse("No generation would be kept.", "Set keep_generations to 1 or more.")
    return settings


def today(settings: Settings) -> str:
    """The day it is at the museum, as records write theirs; another where the clock is set."""
    zone = ZoneInfo(settings.time_zone) if settings.time_zone else None
    if not settings.clock:
        return datetime.now(zone).date().isoformat()
    told = datetime.fromisoformat(settings.clock)
    return (told.astimezone(zone) if told.tzinfo and zone else told).date().isoformat()


def _check_time(settings: Settings) -> None:
    try:
        today(settings)
    except (ValueError, OSError, KeyError) as error:
        raise WrongUse(
            "The clock or the time zone of the settings is not understood.",
            "Give a clock such as 2026-12-24T10:00 and a zone such as Europe/Lisbon, or neither.",
            field="clock" if settings.clock else "time_zone",
        ) from error


def _from_file(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {}
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongUse(
            f"The settings file {file} cannot be read: {error}.",
            "Mend that line, or remove the file to use the defaults.",
        ) from error


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    named = {
        k.removeprefix(PREFIX).lower(): v
        for k, v in environ.items()
        if k.startswith(PREFIX) and k != MODEL_KEY
    }
    return dict(named)


def _cast(name: str, value: Any, default: Any, origin: str) -> Any:
    try:
        return type(default)(value)
    except (TypeError, ValueError) as error:
        kind = "a whole number" if isinstance(default, int) else "text"
        raise WrongUse(
            f"{origin} gives '{value}' for '{name}', which must be {kind}.",
            f"Give {kind}, for example {default!s}.",
            field=name,
        ) from error
