"""What each scheme of a spec `scheme:rest` opens: module:function, imported when opened."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from explorer.errors import ExplorerError, WrongUse

EMBEDDERS = {
    "embedded": "explorer.backends.embedded:open_static",
    "hash": "explorer.backends.hashed:open_hashed",
    "llama-index": "explorer.backends.llama_index:open_llama_index_embedder",
    "ollama": "explorer.backends.ollama:open_ollama_embedder",
    "openai": "explorer.backends.openai:open_openai_embedder",
}
CHAT_MODELS = {
    "llama-index": "explorer.backends.llama_index:open_llama_index",
    "ollama": "explorer.backends.ollama:open_ollama",
    "openai": "explorer.backends.openai:open_openai",
    "quote": "explorer.backends.quoting:open_quoting",
}
INDEXES = {"chroma": "explorer.backends.chroma:open_chroma"}


def open_backend(backends: Mapping[str, str], spec: str, *args: object) -> Any:
    """The backend that `spec` names, made but not yet at work."""
    scheme, colon, rest = spec.partition(":")
    if not colon or scheme not in backends:
        known = ", ".join(f"{name}:" for name in backends)
        raise WrongUse(f"Nothing here is called '{spec}'.", f"Use one of: {known}")
    module, _, function = backends[scheme].partition(":")
    try:
        return getattr(import_module(module), function)(rest, *args)
    except ModuleNotFoundError as error:
        raise ExplorerError(
            f"'{spec}' needs the Python package {error.name}, which is not installed.",
            f"Install it with: pip install 'collection-explorer[{scheme}]'.",
        ) from error
