"""Swappable embedders, chat models and vector indexes, each in a file of its own."""
