"""The state of a collection's records, for the people who keep them: a report and its page."""
