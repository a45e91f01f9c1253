"""How every command ends: errors as two sentences on standard error, and an exit code."""

import sys
from collections.abc import Callable

from explorer.errors import ExplorerError


def run(command: Callable[[], object]) -> None:
    """Nothing; the command has run, or the process exits with the error's code."""
    try:
        command()
    except ExplorerError as error:
        sys.stderr.write(f"{error.problem}\n{error.remedy}\n")
        sys.exit(error.code)
    except KeyboardInterrupt:
        sys.exit(130)
