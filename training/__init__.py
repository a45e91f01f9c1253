"""Makes the embedder that ships; not installed with the explorer."""
