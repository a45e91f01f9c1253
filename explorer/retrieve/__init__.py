"""Finding: words (in the catalogue), likeness (in others), ranking (all together), support."""

from explorer.retrieve.ranking import hits_of, rank, retrieve
from explorer.retrieve.support import outcome, worth_showing

__all__ = ["hits_of", "outcome", "rank", "retrieve", "worth_showing"]
