"""LIDO: from files to elements (files), to records (record), through what happened (events)."""

from ingest.sources.lido.files import SUFFIXES, read

__all__ = ["SUFFIXES", "read"]
