"""Chroma, embedded: ids and vectors, nothing else. Disposable, rebuilt from the matrix."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from explorer.backends.protocols import Vectors
from explorer.errors import ExplorerError

_NAME = "passages"
_BATCH = 4_096  # Chroma refuses more than 5,461


class ChromaIndex:
    """A persistent Chroma collection in `folder`, cosine space, opened on first use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._client: Any = None

    def _collection(self) -> Any:
        import chromadb
        from chromadb.config import Settings
        from chromadb.errors import ChromaError

        try:
            if self._client is None:
                quiet = Settings(anonymized_telemetry=False)
                self._client = chromadb.PersistentClient(str(self._folder), settings=quiet)
            return self._client.get_or_create_collection(
                _NAME, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
            )
        except (ChromaError, ValueError, OSError) as error:
            raise ExplorerError(
                f"The index in {self._folder} cannot be opened: {error}.",
                "Make room on the disk, or build a new one with: collection-ingest run",
            ) from error

    def add(self, rows: Sequence[int], vectors: Vectors) -> None:
        """Nothing; the vectors are stored under their rows."""
        collection = self._collection()
        for i in range(0, len(rows), _BATCH):
            ids = [str(row) for row in rows[i : i + _BATCH]]
            collection.upsert(ids=ids, embeddings=vectors[i : i + _BATCH])

    def remove(self, rows: Sequence[int]) -> None:
        """Nothing; these rows are found no more."""
        collection = self._collection()
        for i in range(0, len(rows), _BATCH):
            collection.delete(ids=[str(row) for row in rows[i : i + _BATCH]])

    def nearest(self, vector: Vectors, limit: int) -> tuple[list[int], list[float]]:
        """Rows and cosines, nearest first."""
        found = self._collection().query(
            query_embeddings=[vector], n_results=limit, include=["distances"]
        )
        return [int(i) for i in found["ids"][0]], [1.0 - d for d in found["distances"][0]]

    def count(self) -> int:
        """The number of vectors held."""
        return int(self._collection().count())

    def close(self) -> None:
        """Nothing; files and locks are let go."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def check(self) -> str:
        """One sentence on whether it can work."""
        return f"The index chroma: works and holds {self.count()} vectors."


def open_chroma(rest: str, folder: Path) -> ChromaIndex:
    """The Chroma index in `folder`; `rest` is not used."""
    return ChromaIndex(folder)
