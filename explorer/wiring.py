"""Opening an explorer: settings made into backends and the generation that serves."""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from explorer.backends.protocols import ChatModel, Embedder, VectorIndex
from explorer.backends.specs import CHAT_MODELS, EMBEDDERS, INDEXES, open_backend
from explorer.catalogue.generation import INDEX, Generation, current, open_current
from explorer.config import Settings
from explorer.errors import ExplorerError, NotReady

log = logging.getLogger("explorer")


@dataclass(frozen=True, slots=True)
class Serving:
    """One generation with what searches it; a question keeps the one it began with."""

    generation: Generation
    index: VectorIndex | None


class Explorer:
    """Backends, settings, and always the generation that serves now."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.embedder: Embedder = open_backend(EMBEDDERS, settings.embedder)
        self.chat: ChatModel = open_backend(CHAT_MODELS, settings.chat)
        self._serving: Serving | None = None
        self._seen = ""
        self._lock = threading.Lock()

    def serving(self) -> Serving:
        """The generation `data/current` names; while a new one will not open, the one before."""
        named = current(self.settings.data_dir)
        if self._serving is None or named != self._seen:
            with self._lock:
                if self._serving is None or named != self._seen:
                    self._open(named)
        assert self._serving is not None
        return self._serving

    def _open(self, named: str) -> None:
        try:
            generation = open_current(self.settings.data_dir)
            self._check_embedder(generation)
        except NotReady as error:
            if self._serving is None:
                raise
            log.error("%s The generation before goes on serving.", error)
        else:
            self._serving = Serving(generation, self._index(generation))
        self._seen = named

    def _index(self, generation: Generation) -> VectorIndex | None:
        """The index of a large generation; None where the matrix serves, or has to."""
        manifest = generation.manifest
        if manifest.passages <= self.settings.matrix_limit:
            return None
        folder = generation.folder / INDEX
        index: VectorIndex = open_backend(INDEXES, self.settings.index, folder)
        # Chroma opens an index that lost its vectors, with the right count: ask it for one.
        if folder.is_dir() and index.count() == manifest.passages:
            found, _ = index.nearest(generation.vectors[0], 1)
            if found:
                return index
        index.close()
        log.error("The index of generation %s is damaged; the matrix serves.", folder.parent.name)
        return None

    def _check_embedder(self, generation: Generation) -> None:
        built = generation.manifest
        if built.fingerprint != self.embedder.fingerprint:
            raise NotReady(
                f"The collection was indexed with {built.embedder} ({built.fingerprint}), and"
                f" {self.embedder.name} ({self.embedder.fingerprint}) is set.",
                "Run collection-ingest refresh, or set the embedder it was indexed with.",
            )

    def checks(self) -> Sequence[tuple[bool, str]]:
        """Per part whether it works, and one sentence about it."""
        told = []
        for part in (self.embedder, self.chat):
            try:
                told.append((True, part.check()))
            except ExplorerError as error:
                told.append((False, str(error)))
        try:
            manifest = self.serving().generation.manifest
            told.append(
                (True, f"The collection of {manifest.created} serves {manifest.records} records.")
            )
        except ExplorerError as error:
            told.append((False, str(error)))
        return told


def open_explorer(settings: Settings) -> Explorer:
    """An explorer over the data folder of `settings`; no generation is opened yet."""
    return Explorer(settings)
