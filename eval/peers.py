"""What others would find with: the same passages and embedder in bare Chroma and in llama-index.

Both are set up as their own manuals do it; what each imports is imported when it is opened.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from explorer.backends.protocols import Embedder, Vectors
from explorer.catalogue.generation import Generation
from explorer.wiring import Explorer

NEAREST = 10
_BATCH = 4_000  # Chroma refuses more than 5,461
_COSINE = {"hnsw": {"space": "cosine"}}

Peer = Callable[[str], list[str]]
"""A question -> the ids of the records of the ten nearest passages, nearest first."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some passages of a collection: their rows, records, words and finished vectors."""

    rows: Sequence[int]
    records: Sequence[str]
    texts: Sequence[str]
    vectors: Vectors


@contextmanager
def opened(explorer: Explorer) -> Iterator[tuple[Mapping[str, Peer], Sequence[str]]]:
    """The peers over the passages that serve, and a sentence on each whose packages are missing."""
    generation, found, skipped = explorer.serving().generation, dict[str, Peer](), list[str]()
    with tempfile.TemporaryDirectory() as folder:
        for name, build in PEERS.items():
            try:
                found[name] = build(generation, explorer.embedder, Path(folder) / str(len(found)))
            except ImportError as error:
                skipped.append(f"{name} was not measured: {error}.")
        yield found, skipped


def batches(generation: Generation) -> Iterator[Batch]:
    """The passages of all records in force, in the order of their rows."""
    catalogue = generation.catalogue
    left = ~np.isin(generation.row_records, [0, *catalogue.hidden()])
    held = np.flatnonzero(left).tolist()
    for start in range(0, len(held), _BATCH):
        rows = held[start : start + _BATCH]
        passages = catalogue.passages(rows)
        keys = np.unique(generation.row_records[rows]).tolist()
        records = {record.id: record for record in catalogue.records(keys)}
        texts = []
        for passage in passages:
            field = records[passage.record_id].numbered(passage.field) if passage.field else None
            texts.append(field.text[passage.start : passage.end] if field else passage.text)
        yield Batch(rows, [p.record_id for p in passages], texts, generation.vectors[rows])


def _collection(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
    return client.create_collection("plain", embedding_function=None, configuration=_COSINE)


def bare_chroma(generation: Generation, embedder: Embedder, folder: Path) -> Peer:
    """Asking Chroma directly: words and metadata stand in it and are fetched from it."""
    collection = _collection(folder)
    for batch in batches(generation):
        collection.add(
            ids=[str(row) for row in batch.rows],
            embeddings=batch.vectors,
            documents=batch.texts,
            metadatas=[{"record": record} for record in batch.records],
        )

    def nearest(text: str) -> list[str]:
        found = collection.query(
            query_embeddings=[embedder.embed_query(text)],
            n_results=NEAREST,
            include=["documents", "metadatas", "distances"],
        )
        return [told["record"] for told in found["metadatas"][0]]

    return nearest


def llama_index(generation: Generation, embedder: Embedder, folder: Path) -> Peer:
    """Asking the retriever of llama-index's `VectorStoreIndex` over its own Chroma store."""
    from llama_index.core import VectorStoreIndex
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.schema import TextNode
    from llama_index.vector_stores.chroma import ChromaVectorStore

    class Same(BaseEmbedding):  # type: ignore[misc]
        """Our embedder, as llama-index wants one."""

        def _get_query_embedding(self, query: str) -> list[float]:
            made: list[float] = embedder.embed_query(query).tolist()
            return made

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

        def _get_text_embedding(self, text: str) -> list[float]:
            made: list[float] = embedder.embed_passages([text])[0].tolist()
            return made

    store = ChromaVectorStore(_collection(folder))
    for batch in batches(generation):
        told = zip(batch.rows, batch.records, batch.texts, batch.vectors, strict=True)
        nodes = [
            TextNode(id_=str(row), text=text, metadata={"record": record}, embedding=one.tolist())
            for row, record, text, one in told
        ]
        store.add(nodes)
    index = VectorStoreIndex.from_vector_store(store, embed_model=Same())
    retriever = index.as_retriever(similarity_top_k=NEAREST)
    return lambda text: [hit.node.metadata["record"] for hit in retriever.retrieve(text)]


PEERS: Mapping[str, Callable[[Generation, Embedder, Path], Peer]] = {
    "Chroma, query and fetch": bare_chroma,
    "llama-index, VectorStoreIndex": llama_index,
}
