"""Records and answers as people see them: cards, escaped HTML, credit lines."""
