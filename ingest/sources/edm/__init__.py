"""EDM: from files (files) to graphs (rdfxml, jsonld; graph), from these to records (record)."""

from ingest.sources.edm.files import read

__all__ = ["read"]
