"""The inspectorate: measures answers and finding against question sets."""
