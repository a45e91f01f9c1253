"""The house stands as docs/architecture.md draws it."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("explorer", "ingest", "eval")
FLOORS = {
    "types": 0, "errors": 0,
    "command": 1,
    "config": 1, "text": 1, "wire": 1, "language": 1, "phrases": 1, "vocabulary": 1,
    "lexicon": 1.25, "gazetteer": 1.25, "dates": 1.25, "cues": 1.25,
    "famous": 1.25, "countries": 1.25, "tokens": 1.25, "prompts": 1,
    "recommended": 1.25,
    "compounds": 1.5, "concepts": 1.5,
    "backends": 2, "catalogue": 2, "render": 2, "admission": 2, "breaker": 2,
    "bridge": 2.5,
    "plan": 3, "retrieve": 3, "compose": 3, "verify": 3, "writing": 3.25, "wiring": 3.5,
    "ask": 4, "search": 4,
    "pages": 6,
    "doors": 6, "api": 7,
    "__main__": 8,
}  # fmt: skip
HIGHEST = {"ingest": 3, "eval": 5}
ROOMS_OF_HEAVY = {
    "chromadb": {"explorer/backends/chroma.py", "eval/peers.py", "ingest/bench.py"},
    "ollama": {"explorer/backends/ollama.py"},
    "gradio": {"explorer/pages"},
    "llama_index": {"explorer/backends/llama_index.py", "eval/peers.py", "ingest/bench.py"},
    "tiktoken": {"explorer/tokens.py"},
    "httpcore2": {"ingest/connecting.py"},
}
SOURCES = sorted(p for package in PACKAGES for p in (ROOT / package).rglob("*.py"))


def _imports(file: Path, *, at_start: bool = False) -> Iterator[str]:
    tree = ast.parse(file.read_text("utf-8"))
    nodes = ast.walk(tree) if not at_start else _run_at_import(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _run_at_import(tree: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        yield child
        yield from _run_at_import(child)


def _room(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return parts[1]


def _rooms_of_explorer(file: Path) -> set[str]:
    names = (name.split(".") for name in _imports(file) if name.startswith("explorer."))
    return {name[1] for name in names}


@pytest.mark.parametrize("file", SOURCES, ids=lambda f: str(f.relative_to(ROOT)))
def test_no_import_rises(file: Path) -> None:
    package = file.relative_to(ROOT).parts[0]
    for room in _rooms_of_explorer(file):
        assert room in FLOORS, f"{room} has no floor: give it one here and in docs/architecture.md"
        if package != "explorer":
            assert FLOORS[room] <= HIGHEST[package], f"{package} may not reach {room}"
        elif file.name != "__init__.py" and room != _room(file):
            assert FLOORS[room] < FLOORS[_room(file)], f"{_room(file)} may not import {room}"


def test_explorer_knows_neither_ingest_nor_eval() -> None:
    for file in SOURCES:
        package = file.relative_to(ROOT).parts[0]
        tops = {name.partition(".")[0] for name in _imports(file)}
        assert package == "ingest" or "ingest" not in tops, file
        assert package == "eval" or "eval" not in tops, file


@pytest.mark.parametrize("heavy", ROOMS_OF_HEAVY)
def test_heavy_packages_stay_in_their_rooms(heavy: str) -> None:
    for file in SOURCES:
        if heavy in {name.partition(".")[0] for name in _imports(file)}:
            place = file.relative_to(ROOT).as_posix()
            rooms = ROOMS_OF_HEAVY[heavy]
            assert place in rooms or str(Path(place).parent) in rooms, f"{place} imports {heavy}"


@pytest.mark.parametrize(
    "module",
    ["explorer.__main__", "ingest.__main__", "eval.__main__", "explorer.ask", "explorer.api",
     "ingest.pipeline", "eval.finding"],
)  # fmt: skip
def test_nothing_heavy_is_imported_at_start(module: str) -> None:
    heavy = (*ROOMS_OF_HEAVY, "PIL", "pandas", "onnxruntime")
    code = f"import {module}, sys; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("file", SOURCES, ids=lambda f: str(f.relative_to(ROOT)))
def test_files_and_functions_stay_short(file: Path) -> None:
    text = file.read_text("utf-8")
    assert text.count("\n") <= 400, f"{file} is longer than 400 lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= 60, f"{node.name} in {file} has {length} lines"


def test_the_corridor_is_short() -> None:
    assert (ROOT / "explorer" / "ask.py").read_text("utf-8").count("\n") < 80


def test_no_file_is_called_by_a_word_that_says_nothing() -> None:
    empty = {"utils", "util", "common", "helpers", "misc", "manager", "service"}
    assert not [f for f in SOURCES if f.stem in empty]


def test_help_answers_in_half_a_second() -> None:
    code = (
        "import time, resource, subprocess, sys\n"
        "subprocess.run([sys.executable, '-m', 'explorer', '--help'], stdout=subprocess.DEVNULL)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(used.ru_utime + used.ru_stime)"
    )
    runs = (
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                             check=True, cwd=ROOT).stdout)
        for _ in range(3)
    )  # fmt: skip
    assert min(runs) < 0.5
