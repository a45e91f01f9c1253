"""What we depend on: pinned by hash, named without any address, under licences that fit ours."""

import re
from importlib.metadata import distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-uv.lock")
PINNED = re.compile(r"^([a-z0-9._-]+)==([^ ]+)")

COMPATIBLE = re.compile(
    r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|Unlicense|HPND|CMU|Zlib|"
    r"0BSD|LGPL|EUPL|CC0|Public Domain|CNRI|BSL)",
    re.IGNORECASE,
)
NOT_COMMITTED = (".git", ".venv", ".venv-training", ".hypothesis", "data", "build")
# Packages whose metadata does not name their licence: read in their repositories.
READ_BY_HAND = {"axe-playwright-python": "MIT"}


def locked(file: str) -> dict[str, str]:
    """Name -> version of everything a lock file pins."""
    lines = (ROOT / file).read_text("utf-8").splitlines()
    return {m[1]: m[2] for line in lines if (m := PINNED.match(line))}


@pytest.mark.parametrize("file", LOCKS)
def test_a_lock_file_holds_names_versions_and_hashes_only(file: str) -> None:
    text = (ROOT / file).read_text("utf-8")
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    entries = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert len(entries) == len(re.findall(r"(?m)^[a-z0-9._-]+==", text))
    assert all("--hash=sha256:" in entry for entry in entries)


def test_the_environment_is_the_one_the_lock_file_pins() -> None:
    installed = {d.metadata["Name"].lower().replace("_", "-"): d.version for d in distributions()}
    text = (ROOT / "requirements.lock").read_text("utf-8")
    for name, version in locked("requirements.lock").items():
        if name in installed and text.count(f"\n{name}==") <= 1 and ";" not in line(text, name):
            assert installed[name] == version, name


def line(text: str, name: str) -> str:
    """The line of a lock file that pins `name`."""
    return next(entry for entry in text.splitlines() if entry.startswith(f"{name}=="))


def test_every_dependency_has_a_licence_compatible_with_ours() -> None:
    pinned = {**locked("requirements.lock"), **locked("requirements-dev.lock")}
    unfit = {}
    for distribution in distributions():
        name = distribution.metadata["Name"].lower().replace("_", "-")
        if name not in pinned:
            continue
        told = " ".join(
            str(distribution.metadata.get(key) or "")[:200]
            for key in ("License-Expression", "License")
        )
        classifiers = distribution.metadata.get_all("Classifier") or []
        told += " ".join(c for c in classifiers if c.startswith("License"))
        if not COMPATIBLE.search(READ_BY_HAND.get(name, told)):
            unfit[name] = told
    assert not unfit


def test_no_file_of_the_project_names_a_registry_or_a_machine() -> None:
    forbidden = re.compile(
        "python" + r"hosted|py" + r"pi\.o|npm" + r"js\.o|deb\." + r"debian|/wo" + r"rk/|/ro" + "ot/"
    )
    for file in ROOT.rglob("*"):
        parts = file.relative_to(ROOT).parts
        if not file.is_file() or parts[0] in NOT_COMMITTED:
            continue
        if "cache" in file.as_posix():
            continue
        if file.suffix in (".webp", ".png", ".pyc", ".npy", ".gz"):
            continue
        assert not forbidden.search(file.read_text("utf-8", "replace")), file
