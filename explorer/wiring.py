"""Opening an explorer: settings made into backends and the generation that serves."""

import logging
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from explorer.backends.protocols import ChatModel, Embedder, VectorIndex
from explorer.backends.specs import CHAT_MODELS, EMBEDDERS, INDEXES, open_backend
from explorer.catalogue.canary import open_checked, open_without_index, remember
from explorer.catalogue.generation import (
    INDEX,
    Generation,
    current,
    generations_folder,
    open_current,
)
from explorer.config import Settings, today
from explorer.countries import emergency_number
from explorer.errors import ExplorerError, NotReady
from explorer.types import Circumstances
from explorer.writing import Writer

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
        self.chat = open_chat(settings)
        self.writer = Writer(self.chat, self.embedder, settings)
        self._serving: Serving | None = None
        self._seen = ""
        self._lock = threading.Lock()

    def today(self) -> str:
        """The day it is at the museum."""
        return today(self.settings)

    def circumstances(self) -> Circumstances:
        """When and where questions are answered."""
        settings = self.settings
        return Circumstances(self.today(), settings.contact, emergency_number(settings.country))

    def serving(self) -> Serving:
        """The generation `data/current` names; while a new one will not open, the one before.

        While one thread opens a new one, the others go on with the one before.
        """
        serving = self._serving
        if serving is not None and self._named(serving) == self._seen:
            return serving
        if self._lock.acquire(blocking=serving is None):
            try:
                named = self._named(self._serving)
                if self._serving is None or named != self._seen:
                    self._open(named)
            finally:
                self._lock.release()
        assert self._serving is not None
        return self._serving

    def _named(self, serving: Serving | None) -> str:
        try:
            return current(self.settings.data_dir)
        except NotReady:
            if serving is None:
                raise
            return self._seen

    def _open(self, named: str) -> None:
        try:
            self._serving = self._opened()
        except NotReady as error:
            if self._serving is None:
                raise
            log.error("%s The generation before goes on serving.", error)
        self._seen = named

    def _opened(self) -> Serving:
        """What is to serve now; where nothing does yet, an older one or one without its index."""
        data_dir, first = self.settings.data_dir, self._serving is None
        try:
            generation = open_current(data_dir, open_checked, older=first)
        except NotReady as error:
            folder = generations_folder(data_dir)
            if not first or not any(folder.glob(f"*/{INDEX}")):
                raise
            generation = open_current(data_dir, open_without_index)
            log.error("%s The matrix of %s serves.", error, generation.folder.name)
            self._check_embedder(generation)
            generation.catalogue.follow(self.today)
            return Serving(generation, None)
        self._check_embedder(generation)
        generation.catalogue.follow(self.today)
        generation.warm()
        return Serving(generation, self._index(generation))

    def _index(self, generation: Generation) -> VectorIndex | None:
        """The index of a large generation; None where the matrix serves, or has to."""
        manifest, folder = generation.manifest, generation.folder / INDEX
        if manifest.passages <= self.settings.matrix_limit:
            return None
        if not folder.is_dir() or not os.access(folder, os.W_OK):
            log.error("The index of %s cannot be used; the matrix serves.", manifest.generation)
            return None
        index: VectorIndex = open_backend(INDEXES, self.settings.index, folder)
        try:
            # Chroma opens an index that lost its vectors, with the right count: ask it for one.
            if index.count() == manifest.passages and index.nearest(generation.vectors[0], 1)[0]:
                remember(generation.folder)  # opening it has written to it
                return index
        except ExplorerError as error:
            log.error("%s The matrix serves.", error)
            return None
        index.close()
        log.error("The index of %s is damaged; the matrix serves.", manifest.generation)
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
        if self.settings.chat == "quote:":
            from explorer.backends.ollama import ollama_answers

            told.extend((True, line) for line in ollama_answers())
        try:
            manifest = self.serving().generation.manifest
            told.append(
                (True, f"The collection of {manifest.created} serves {manifest.records} records.")
            )
        except ExplorerError as error:
            told.append((False, str(error)))
        return told


def open_chat(settings: Settings) -> ChatModel:
    """The chat model of the settings; nothing is asked of it yet."""
    made: ChatModel = open_backend(
        CHAT_MODELS, settings.chat, settings.chat_slots, settings.chat_window
    )
    return made


def open_explorer(settings: Settings) -> Explorer:
    """An explorer over the data folder of `settings`; no generation is opened yet."""
    return Explorer(settings)
