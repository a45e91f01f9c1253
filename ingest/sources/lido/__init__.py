"""LIDO: from files to elements (files), to records (record), through what happened (events)."""

from ingest.sources.lido.files import read

__all__ = ["read"]
