"""What lies inside a downloaded package: npm's .tgz, Python's .whl, Debian's .deb, .xpi."""

import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast


def entries(package: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the wanted files, in the order of their names."""
    if package.suffix in {".whl", ".xpi", ".zip", ".ja"}:
        with zipfile.ZipFile(package) as zipped:
            for name in sorted(filter(wanted, zipped.namelist())):
                yield name, zipped.read(name)
        return
    with _tar_stream(package) as stream, tarfile.open(fileobj=stream, mode="r|*") as tar:
        found = {
            member.name.removeprefix("./"): cast("IO[bytes]", tar.extractfile(member)).read()
            for member in tar
            if member.isfile() and wanted(member.name.removeprefix("./"))
        }
    yield from sorted(found.items())


@contextmanager
def _tar_stream(package: Path) -> Iterator[IO[bytes]]:
    if package.suffix != ".deb":
        with package.open("rb") as stream:
            yield stream
        return
    command = ["dpkg-deb", "--fsys-tarfile", str(package)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as unpacking:  # noqa: S603
        yield cast("IO[bytes]", unpacking.stdout)
