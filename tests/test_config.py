"""Settings come from flags, then variables, then the file, then defaults."""

from dataclasses import fields
from pathlib import Path

import pytest

from explorer.config import Settings, load_settings
from explorer.errors import WrongUse

ROOT = Path(__file__).parent.parent


def test_flags_lead_variables_lead_the_file(tmp_path: Path) -> None:
    file = tmp_path / "explorer.toml"
    file.write_text('port = 1\nheading = "From the file"\ncontact = "us"\n')
    environ = {"EXPLORER_PORT": "2", "EXPLORER_HEADING": "From a variable", "OTHER": "x"}
    settings = load_settings({"port": 3, "host": None}, file=file, environ=environ)
    assert (settings.port, settings.heading, settings.contact, settings.host) == (
        3, "From a variable", "us", "127.0.0.1",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "named"),
    [("colour = 1", "colour"), ("port = 'many'", "port"), ("port = ", "not valid|cannot be read")],
)
def test_a_setting_that_is_not_understood_is_refused(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "explorer.toml"
    file.write_text(text)
    with pytest.raises(WrongUse, match=named) as refused:
        load_settings(file=file, environ={})
    assert refused.value.remedy


def test_there_are_few_settings_and_each_is_explained() -> None:
    assert len(fields(Settings)) <= 26
    assert all(field.metadata["help"].endswith(".") for field in fields(Settings))


def test_the_documentation_lists_every_setting_with_its_help() -> None:
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    for field in fields(Settings):
        assert f"| `{field.name}` |" in page
        assert field.metadata["help"] in page
