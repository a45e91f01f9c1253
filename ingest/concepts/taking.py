"""Vocabularies taken in: read when they have changed, and else found as they were made before."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

from explorer.errors import ExplorerError
from ingest.archives import Member
from ingest.concepts import iconclass, skos
from ingest.concepts.store import Told, Vocabulary, kept, write
from ingest.deliveries import members, parcels
from ingest.intake import Progress
from ingest.sourcespec import SourceSpec

FORMAT = "concepts"
FOLDER = "concepts"
"""The folder of the data folder in which vocabularies are kept, ready to be asked."""

_REVISION = "1"  # raised when a vocabulary is understood differently from before
_SUFFIXES = (*skos.FORMATS, ".txt")


def apart(
    sources: Sequence[SourceSpec], data_dir: Path, progress: Progress
) -> tuple[list[SourceSpec], tuple[Vocabulary, ...]]:
    """The sources that hold records, knowing the vocabularies that are the others; and these."""
    told = [source for source in sources if source.format == FORMAT]
    vocabularies = tuple(_taken(source, data_dir / FOLDER, progress) for source in told)
    holding = [source for source in sources if source.format != FORMAT]
    return [replace(source, vocabularies=vocabularies) for source in holding], vocabularies


def _taken(source: SourceSpec, folder: Path, progress: Progress) -> Vocabulary:
    digest = _digest(source)
    file = folder.resolve() / f"{source.name}.{digest}.sqlite"
    found = kept(source.name, file, digest)
    if found is None:
        folder.mkdir(parents=True, exist_ok=True)
        write(file, _counted(_concepts(source), progress))
        found = kept(source.name, file, digest)
    if not found or not found.concepts:
        file.unlink(missing_ok=True)
        raise ExplorerError(
            f"The vocabulary '{source.name}' holds no concepts.",
            "Give SKOS as RDF/XML, Turtle or JSON-LD, or Iconclass with its folders txt and kw.",
        )
    for old in folder.glob(f"{source.name}.*"):
        if old.name != file.name:
            old.unlink()
    return found


def _digest(source: SourceSpec) -> str:
    """What stands for the files of a vocabulary, and for how they are understood."""
    said = f"{version('collection-explorer')} {_REVISION} {source.languages}"
    hasher = blake2b(said.encode(), digest_size=16)
    for parcel in parcels(source.path):
        hasher.update(parcel.where.encode("utf-8", "surrogatepass"))
        try:
            with parcel.path.open("rb") as file:
                while block := file.read(1 << 20):
                    hasher.update(block)
        except OSError as error:
            raise ExplorerError(
                f"The vocabulary '{source.name}' cannot be read: {parcel.where}.",
                "Check that it is there and that you may read it.",
            ) from error
    return hasher.hexdigest()


def _concepts(source: SourceSpec) -> Iterator[Told]:
    found = list(members(source.path, _SUFFIXES))
    wanted = frozenset(lang.partition("-")[0] for lang in source.languages)
    if any(map(iconclass.is_iconclass, found)):
        yield from iconclass.concepts(filter(iconclass.is_iconclass, found), wanted)
    else:
        for member in filter(_is_skos, found):
            graph = skos.graph_of(member.read(), member.name)
            yield from skos.concepts(graph, source.language, wanted)


def _is_skos(member: Member) -> bool:
    return member.name.lower().endswith(tuple(skos.FORMATS))


def _counted(concepts: Iterator[Told], progress: Progress) -> Iterator[Told]:
    for count, told in enumerate(concepts, 1):
        progress("Taking in concepts", count, None)
        yield told
