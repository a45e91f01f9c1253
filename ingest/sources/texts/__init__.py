"""Curatorial texts and visit texts, in every form staff write them in."""
