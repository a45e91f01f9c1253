"""A source as staff describe it, and the items it delivers: records, and what was turned away."""

from dataclasses import dataclass, field
from pathlib import Path

from explorer.types import Record, Rights
from ingest.concepts.store import Vocabulary


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """One feed: where it is, how it is read, and what holds for all its records."""

    name: str
    format: str
    path: Path = Path()
    address: str = ""
    """Where it is harvested from, with its query; then `path` is the folder pictures lie in."""
    mapping: Path | None = None
    complete: bool = False
    languages: tuple[str, ...] = ()
    institution: str = ""
    rights: Rights = field(default_factory=Rights)
    images: str = "none"
    """`proxy`: pictures become thumbnails where their rights allow; `none`: no picture does."""
    hosts: tuple[str, ...] = ()
    """The hosts that may be asked for pictures, or for pages beyond the harvested one."""
    vocabularies: tuple[Vocabulary, ...] = ()
    """Those of the same run: what its codes and terms mean is looked up in them."""

    @property
    def language(self) -> str:
        """The language of words that do not say theirs; "" where the source has several."""
        return self.languages[0] if len(self.languages) == 1 else ""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record, or a whole file, that could not be taken in, and why: for the intake's report.

    Without a `record_id` the source could not be read to its end: nothing is held to be missing.
    """

    source: str
    where: str
    record_id: str
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Remark:
    """What staff should know of a file though its records were taken in: a guessed encoding.

    Remarks are counted by kind: the words before the first colon.
    """

    source: str
    where: str
    text: str


Item = Record | Rejection | Remark
