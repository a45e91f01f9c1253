"""What is asked of a thing, by cue, and the Fields that answer it."""

FIELDS_BY_CUE: dict[str, tuple[str, ...]] = {
    "who-made": ("maker",), "when-made": ("date",), "what-of": ("material", "technique"),
    "how-made": ("technique", "material"), "how-large": ("measurement",),
    "how-heavy": ("measurement",), "where-from": ("place",),
    "who-gave": ("acquisition", "credit_line", "provenance"),
    "provenance": ("provenance",), "where-now": ("room",), "is-on-view": ("room",),
    "number-of-object": ("object_number",), "what-inscribed": ("inscription",),
    "rights": ("rights",),
}  # fmt: skip
"""Cue of an attribute -> the Fields that answer it."""
