"""Finding: words (in the catalogue), likeness (in others), ranking (all together), support;
`asked` chooses by the kind of question what is found, counted or followed.
"""

from explorer.retrieve.asked import hits_for
from explorer.retrieve.hits import hits_of, retrieve
from explorer.retrieve.ranking import rank
from explorer.retrieve.support import outcome, worth_showing

__all__ = ["hits_for", "hits_of", "outcome", "rank", "retrieve", "worth_showing"]
