"""What a language model is given to write from: numbered sources, each line with its Fields."""

from dataclasses import dataclass

from explorer.types.asking import Citation
from explorer.types.records import Record


@dataclass(frozen=True, slots=True)
class Given:
    """One line of a source: what a label says, or a sentence of prose, and where it stands.

    `text` is in the language `lang`: a label's line in the visitor's, prose in its own. The
    citations point into the Fields the line was made from.
    """

    text: str
    lang: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Extract:
    """A record under its marker, as the model reads it."""

    marker: int
    record: Record
    given: tuple[Given, ...]
