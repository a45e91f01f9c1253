"""The command collection-ingest, killed or out of disk space from one step of its work on.

`python -m tests.disturbed HOW EVENT PART ARGUMENT...`: HOW is kill or full; the step is the first
audit event EVENT of Python that names a path holding PART. A full disk takes not one byte more.
"""

import os
import resource
import signal
import sys

from ingest.__main__ import main


def disturb(how: str, event: str, part: str) -> None:
    """Nothing; what is asked for happens at that step, in this process and those it starts then."""

    def hook(happening: str, arguments: tuple[object, ...]) -> None:
        if happening == event and any(part in str(argument) for argument in arguments):
            if how == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, most))

    sys.addaudithook(hook)


if __name__ == "__main__":
    disturb(*sys.argv[1:4])
    sys.argv[1:4] = []
    main()
