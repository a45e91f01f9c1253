"""The pages of a PDF as lines, told as JSON by a process that may fail alone.

It is run by its path and imports nothing of ours: a PDF made to harm ends this process, no other.
"""

import json
import resource
import signal
import sys
from collections.abc import Iterator
from typing import Any

MEMORY = 300_000_000
SECONDS = 3.0
SECONDS_A_PAGE = 0.1
"""What every page that was read adds: a catalogue of 300 pages may take longer than a label."""

MAX_PAGES = 500
MAX_LETTERS = 3_000_000


def main() -> None:
    """Nothing; the pages of the PDF on standard input are on standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    from pypdf.errors import DependencyError, LimitReachedError, PyPdfError

    try:
        told = _told()
    except (MemoryError, RecursionError, LimitReachedError):
        told = {"refused": "harm"}
    except DependencyError:
        told = {"refused": "locked"}
    # What a damaged PDF makes of pypdf's objects is of any type.
    except (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, OSError,
            AssertionError, ArithmeticError, NotImplementedError) as error:  # fmt: skip
        told = {"refused": "damaged", "why": f"{type(error).__name__}: {error}"[:200]}
    json.dump(told, sys.stdout)


def _told() -> dict[str, Any]:
    from pypdf import PdfReader, overwrite_configuration

    overwrite_configuration(
        zlib_maximum_output_length=20_000_000, lzw_maximum_output_length=20_000_000,
        run_length_maximum_output_length=20_000_000, jbig2dec_binary=None,
        stream_decoding_work_maximum_length=60_000_000,
    )  # fmt: skip
    reader = PdfReader(sys.stdin.buffer)
    if reader.is_encrypted:
        return {"refused": "locked"}
    if len(reader.pages) > MAX_PAGES:
        return {"refused": "long"}
    pages: list[str] = []
    size = 0
    for text in _pages(reader):
        size += len(text)
        if size > MAX_LETTERS:
            return {"refused": "long"}
        pages.append(text)
    about = reader.metadata
    return {
        "pages": pages,
        "title": str((about and about.title) or ""),
        "lang": str(reader.root_object.get("/Lang") or ""),
    }


def _pages(reader: Any) -> Iterator[str]:
    for page in reader.pages:
        yield page.extract_text()
        left, _ = signal.getitimer(signal.ITIMER_PROF)
        signal.setitimer(signal.ITIMER_PROF, left + SECONDS_A_PAGE)


if __name__ == "__main__":
    main()
