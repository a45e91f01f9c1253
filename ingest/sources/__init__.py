"""One file per metadata format: each reads a delivery into records, lazily."""
