"""Speed of taking in a collection as ratios against the plain way, in one run: `make bench`.

The plain way: the same finished vectors handed to bare Chroma at its default settings; with
--usual also llama-index's own pipeline with the same embedder.
"""

import argparse
import io
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from explorer.backends.specs import EMBEDDERS, open_backend
from explorer.catalogue.generation import open_current
from explorer.catalogue.writing import CatalogueWriter, entry
from explorer.config import Settings
from explorer.types import Record
from explorer.wire import load_record
from ingest.accepted import Accepted
from ingest.clean import clean
from ingest.deliveries import Member
from ingest.formats import files_of
from ingest.reading import Beside, staged
from ingest.sourcelist import source_spec
from ingest.split import split_record
from ingest.staging import Staged
from ingest.workers import environment

_DELIVERED = 1_473_249_600
_MARKS = (b"</lido:appellationValue>", b"</lido:descriptiveNoteValue>")


def material(path: Path | None, count: int, folder: Path) -> Path:
    """An archive of `count` LIDO records: those delivered at `path`, repeated with other words.

    Without a delivery, the sample's records are what is repeated.
    """
    made = folder / "first" / "delivery.tgz"
    made.parent.mkdir(parents=True)
    bodies = _bodies(path)
    with tarfile.open(made, "w:gz", compresslevel=1) as archive:
        for i in range(count):
            body = _varied(bodies[i % len(bodies)], i // len(bodies), i)
            _put(archive, f"{i:07}.xml", body)
    return made.parent


def _bodies(path: Path | None) -> list[bytes]:
    if path is not None:
        found = files_of(source_spec(f"lido:{path}"))
        return [member.read() for member in found if isinstance(member, Member)]
    from lxml import etree

    sample = resources.files("ingest").joinpath("sample", "paintings.lido.xml").read_bytes()
    lido = "{http://www.lido-schema.org}lido"
    return [etree.tostring(element) for element in etree.fromstring(sample).iter(lido)]


def _varied(body: bytes, turn: int, number: int) -> bytes:
    """The record under another number, and from the second turn on with a word more everywhere."""
    body = body.replace(b"</lido:recordID>", b"-%d</lido:recordID>" % number)
    if turn:
        word = f" {np.base_repr(turn * 7_919, 36).lower()}".encode()
        for mark in _MARKS:
            body = body.replace(mark, word + mark)
    return body


def _put(archive: tarfile.TarFile, name: str, body: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mtime = len(body), _DELIVERED
    archive.addfile(info, io.BytesIO(body))


def _changed(folder: Path, count: int, share: float) -> None:
    """Nothing; a second delivery with that share of the records, changed, lies beside the first."""
    with (
        tarfile.open(folder / "delivery.tgz") as old,
        tarfile.open(folder / "delivery_2.tgz", "w:gz") as new,
    ):
        for i, info in enumerate(old):
            if i >= count * share:
                return
            stream = old.extractfile(info)
            assert stream is not None
            _put(new, info.name, stream.read().replace(_MARKS[0], b" changed" + _MARKS[0]))


def ingest(folder: Path, data: Path, **environ: str) -> tuple[float, int, Mapping[str, Any]]:
    """Wall seconds, peak memory in MB and the intake of one `collection-ingest run`."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "ingest", "run", f"lido:{folder}", "--name", "bench"]
    code = (
        "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:]);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr);"
        "sys.exit(done.returncode)"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code, *command, "--data-dir", str(data), "--json"],
        capture_output=True, check=False, env={**environment(), **environ},
    )  # fmt: skip
    if done.returncode:
        sys.exit(done.stderr.decode())
    peak = int(done.stderr.split()[-1]) // 1_024
    return time.perf_counter() - began, peak, orjson.loads(done.stdout)


def stages(folder: Path) -> Iterator[tuple[str, float]]:
    """Each stage before the index and the CPU seconds it takes in one process."""
    spec = source_spec(f"lido:{folder}")
    beside = Beside(folder, Accepted())
    bodies: list[bytes] = []

    def timed(work: Callable[[], Any]) -> tuple[float, Any]:
        began = time.process_time()
        made = work()
        return time.process_time() - began, made

    def read() -> None:
        files = (file for file in files_of(spec) if isinstance(file, Member))
        found = (one for file in files for one in staged(file, spec, beside))
        bodies.extend(one.body or b"" for one in found if isinstance(one, Staged))

    yield "read", timed(read)[0]
    seconds, records = timed(lambda: [clean(load_record(body)) for body in bodies])
    yield "clean (languages, dates, measures, places)", seconds
    seconds, passages = timed(lambda: [list(split_record(record)) for record in records])
    yield "split", seconds
    seconds, entries = timed(lambda: [entry(r, p) for r, p in zip(records, passages, strict=True)])
    yield "words and facets", seconds
    embedder = open_backend(EMBEDDERS, Settings().embedder)
    texts = [text for one in entries for text in one.texts]
    yield "embed", timed(lambda: embedder.embed_passages(texts))[0]
    with tempfile.TemporaryDirectory() as made:
        writer = CatalogueWriter(Path(made))

        def write() -> None:
            for one in entries:
                writer.put(one)
            writer.seal()

        yield "catalogue", timed(write)[0]


def bare_chroma(data: Path, folder: Path, *, told: bool = False) -> float:
    """Wall seconds in which bare Chroma takes the same finished vectors, default settings.

    With `told` also the words and the id of each passage, as is usual.
    """
    import chromadb

    generation = open_current(data)
    rows = np.flatnonzero(generation.row_records)
    vectors = np.array(generation.vectors[rows])
    passages = generation.catalogue.passages(rows.tolist())
    began = time.perf_counter()
    client = chromadb.PersistentClient(str(folder))
    collection = client.create_collection("plain", embedding_function=None)
    for start in range(0, len(vectors), 5_000):
        part = passages[start : start + 5_000]
        collection.add(
            ids=[str(start + i) for i in range(len(part))],
            embeddings=vectors[start : start + 5_000],
            documents=[p.text or p.record_id for p in part] if told else None,
            metadatas=[{"record": p.record_id, "lang": p.lang} for p in part] if told else None,
        )
    return time.perf_counter() - began


def usual_way(data: Path, folder: Path) -> float:
    """Wall seconds of llama-index's pipeline into Chroma, over the records as plain text."""
    import chromadb
    from llama_index.core import Document
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.ingestion import IngestionPipeline
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.vector_stores.chroma import ChromaVectorStore

    embedder = open_backend(EMBEDDERS, Settings().embedder)

    class Ours(BaseEmbedding):  # type: ignore[misc]
        def _get_query_embedding(self, query: str) -> list[float]:
            return list(map(float, embedder.embed_query(query)))

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

        def _get_text_embedding(self, text: str) -> list[float]:
            return self._get_text_embeddings([text])[0]

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            made: list[list[float]] = embedder.embed_passages(texts).tolist()
            return made

    records = open_current(data).catalogue.all_records()
    documents = [Document(text=_plain(record), id_=record.id) for record in records]
    began = time.perf_counter()
    client = chromadb.PersistentClient(str(folder))
    store = ChromaVectorStore(client.create_collection("usual", embedding_function=None))
    pipeline = IngestionPipeline(
        transformations=[SentenceSplitter(), Ours()], vector_store=store
    )  # fmt: skip
    for start in range(0, len(documents), 2_000):  # all at once is more than Chroma takes
        pipeline.run(documents=documents[start : start + 2_000])
    return time.perf_counter() - began


def _plain(record: Record) -> str:
    return "\n".join(f"{field.name}: {field.text}" for field in record.fields)


def report(path: Path | None, count: int, usual: bool) -> Iterator[str]:
    """The lines of the report."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        delivery = material(path, count, folder)
        yield f"{count} LIDO records, {os.cpu_count()} processors"
        if count <= 20_000:
            spent = dict(stages(delivery))
            for stage, seconds in spent.items():
                yield f"{stage:44} {seconds:7.2f} s of CPU"
            yield f"{'all, in one process':44} {sum(spent.values()):7.2f}"
        first, peak, _ = ingest(delivery, folder / "data", EXPLORER_MATRIX_LIMIT="100000000")
        yield (
            f"{'before the index, wall':44} {first:7.2f} s"
            f"   {count / first:6.0f} records/s, peak {peak} MB of its largest process"
        )
        again, _, _ = ingest(delivery, folder / "data", EXPLORER_MATRIX_LIMIT="100000000")
        yield f"{'the same again, unchanged':44} {again:7.2f} s   {first / again:6.1f} times faster"
        _changed(delivery, count, 0.01)
        some, _, intake = ingest(delivery, folder / "data", EXPLORER_MATRIX_LIMIT="100000000")
        label = f"{intake['changed']} changed"
        yield f"{label:44} {some:7.2f} s   {first / some:6.1f} times faster"
        bare = bare_chroma(folder / "data", folder / "bare")
        yield f"{'bare Chroma, finished vectors':44} {bare:7.2f} s     1.00"
        told = bare_chroma(folder / "data", folder / "told", told=True)
        yield f"{'bare Chroma, with words and ids':44} {told:7.2f} s   {told / bare:6.2f}"
        whole, peak, _ = ingest(delivery, folder / "indexed", EXPLORER_MATRIX_LIMIT="0")
        label = f"whole ingest with Chroma, peak {peak} MB"
        yield f"{label:44} {whole:7.2f} s   {whole / bare:6.2f}"
        if usual:
            seconds = usual_way(folder / "data", folder / "usual")
            label = "llama-index's pipeline into Chroma"
            yield f"{label:44} {seconds:7.2f} s   {seconds / whole:6.2f} times ours"


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("delivery", type=Path, nargs="?", help="LIDO records to repeat")
    parser.add_argument("--records", type=int, default=5_000)
    parser.add_argument("--usual", action="store_true", help="llama-index's pipeline too")
    chosen = parser.parse_args()
    for line in report(chosen.delivery, chosen.records, chosen.usual):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
