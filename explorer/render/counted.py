"""Counts on the page: a number as a calm line, groups as a table with bars."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from explorer.render.years import number_told
from explorer.types import Statement


def beside_html(
    statements: Sequence[Statement], lang: str, *, after: bool = False
) -> Iterator[Markup]:
    """Notices and counts in their order: a first number large, what is said of it in small.

    The sentence before groups is their table's caption. `after` an answer all is small.
    """
    groups = [statement for statement in statements if statement.label]
    first = statements.index(groups[0]) if groups else len(statements)
    opening = list(statements[:first])
    caption = opening.pop().text if groups and opening else ""
    for place, statement in enumerate(opening):
        large = statement.kind == "count" and place == 0 and not after
        yield _line("count" if large else "counted" if after else "notice", statement.text)
        after = after or large
    if groups:
        yield _table(groups, caption, lang)
        rest = [statement for statement in statements[first:] if not statement.label]
        yield from (_line("counted", statement.text) for statement in rest)


def _line(name: str, text: str) -> Markup:
    return Markup('<p class="{}">{}</p>').format(name, text)


def _table(groups: Sequence[Statement], caption: str, lang: str) -> Markup:
    """A row for every group; the longest bar is the largest group's."""
    most = max(int(group.value) for group in groups) or 1
    rows = (
        Markup(
            '<tr><th scope="row" dir="auto">{}</th><td class="number">{}</td>'
            '<td class="bar" aria-hidden="true"><span style="--share:{:.3f}"></span></td></tr>'
        ).format(group.label, number_told(int(group.value), lang), int(group.value) / most)
        for group in groups
    )
    return Markup('<table class="groups"><caption>{}</caption><tbody>{}</tbody></table>').format(
        caption, Markup("").join(rows)
    )
