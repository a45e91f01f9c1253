"""Languages, words and concepts as tables a translator can edit."""
