"""How every command ends: errors as two sentences on standard error, and an exit code."""

import os
import sys
from collections.abc import Callable

from explorer.errors import ExplorerError

_INTERRUPTED = 130

# Before numpy is imported: a question is too little work to share, and the sharing costs most.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def run(command: Callable[[], object], *, stopped: str = "Stopped.") -> None:
    """Nothing; the command has run, or the process exits with the error's code."""
    try:
        command()
    except ExplorerError as error:
        sys.stderr.write(f"{error.problem}\n{error.remedy}\n")
        sys.exit(error.code)
    except KeyboardInterrupt:
        sys.stderr.write(f"{stopped}\n")
        sys.exit(_INTERRUPTED)
    except SystemExit as ended:  # what Typer makes of Ctrl-C
        if ended.code == _INTERRUPTED:
            sys.stderr.write(f"{stopped}\n")
        raise
