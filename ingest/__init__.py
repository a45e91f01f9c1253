"""The loading dock: reads what a museum has and builds the generation that serves."""
