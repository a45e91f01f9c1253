"""Words for models, sent as they stand here; words for people are in locales/."""
