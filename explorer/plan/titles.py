"""Whether a question names a record by its title."""

from explorer.catalogue.reading import Catalogue
from explorer.plan.reading import Reading
from explorer.text import words

_RARE = 200  # passages that a telling word of a title stands in, at most
_TITLE = 12  # words
_TELLING = 4  # letters of a word of a title that has to be said
_TRIED = 3


def names_title(reading: Reading, catalogue: Catalogue) -> bool:
    """Whether the telling words of some record's title stand in the question, in a row or not.

    A title of one such word counts where it is written as a name or is all there is.
    """
    small = reading.small()
    own = [i for i in range(len(reading)) if i not in small and reading.folded[i].isalpha()]
    often = {i: catalogue.frequency(reading.folded[i]) for i in own}
    known = [i for i in own if 0 < often[i] <= _RARE]
    said = set(reading.folded)
    for place in sorted(known, key=lambda i: often[i])[:_TRIED]:
        for title, _ in catalogue.titles_holding(reading.folded[place]):
            whole = words(title)
            told = {word for word in whole if len(word) >= _TELLING} or set(whole)
            if not whole or len(whole) > _TITLE or not said.issuperset(told):
                continue
            if len(told) > 1 or reading.is_name(place) or len(own) == 1:
                return True
    return False
