"""Ollama: for now only whether a server answers on its usual port, and what to do then."""

from collections.abc import Iterator

USUAL = "http://127.0.0.1:11434"


def ollama_answers(host: str = USUAL) -> Iterator[str]:
    """A line to show when an Ollama server answers at `host`; nothing otherwise."""
    import httpx
    from ollama import Client, ResponseError

    try:
        models = [m.model for m in Client(host=host, timeout=1.0).list().models if m.model]
    except (ConnectionError, ResponseError, httpx.HTTPError, ValueError):
        return
    named = f"It has: {', '.join(models)}." if models else "It has no model yet."
    yield (
        f"An Ollama server answers at {host}. {named} It is not used: this release answers with"
        " quotations only, and says so."
    )
