"""One reader per kind of package: what of it are pairs of English and another language."""
