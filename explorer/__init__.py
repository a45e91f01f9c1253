"""The museum open to visitors: asking, answering, pages and HTTP."""
