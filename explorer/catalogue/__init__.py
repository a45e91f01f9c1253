"""Records as the museum delivered them, their facets, words, vectors and generations."""
