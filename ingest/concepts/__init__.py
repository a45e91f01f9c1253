"""A museum's vocabularies: taken in once, and asked by whatever reads records."""
