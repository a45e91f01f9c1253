"""Bars and examples of the report's page, drawn as HTML that needs no script and no picture."""

from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup

from ingest.health.shapes import Completeness, Example, Spoken, Spread
from ingest.health.wording import texts

_SEGMENTS = 6


def said(key: str, **values: object) -> str:
    """The words of the page under `key`, filled in."""
    text: str = texts()["page"][key]
    return text.format(**values)


def named(table: str, key: str) -> str:
    """The name of a field, facet or kind; itself where it has none."""
    return str(texts()[table].get(key, key))


def join(parts: Iterable[Markup]) -> Markup:
    """The parts one after another."""
    return Markup("").join(parts)


def figure(n: int) -> str:
    """A number with its thousands apart."""
    return f"{n:,}"


def share(n: int, of: int) -> str:
    """A share in per cent; not 100 or 0 where a record is missing or there."""
    percent = 100 * n / of if of else 0
    shown = "<1" if 0 < percent < 1 else ">99" if 99 < percent < 100 else f"{percent:.0f}"
    return said("share", percent=shown)


def track(parts: Sequence[int], of: int) -> Markup:
    """A bar of one or more parts; the words beside it say the same, so it is not read aloud."""
    widths = (f"{100 * part / of:.2f}" if of else "0" for part in parts if part)
    drawn = join(Markup('<i style="width:{}%"></i>').format(width) for width in widths)
    return Markup('<div class="track" aria-hidden="true">{}</div>').format(drawn)


def bars(rows: Sequence[tuple[str, int]], of: int, doubted: str = "", longest: int = 0) -> Markup:
    """A list of labels, bars and numbers; the bar of a doubted label stands out.

    A bar is as long as its share of `of`, or of the `longest` where that is given.
    """
    return Markup('<ul class="bars">{}</ul>').format(
        join(
            Markup('<li{}><span>{}</span>{}<span class="figure">{} <small>{}</small></span></li>')
            .format(
                Markup(' class="wrong"') if label == doubted else "",
                label, track((n,), longest or of), figure(n), share(n, of),
            )
            for label, n in rows
        )
    )  # fmt: skip


def complete(rows: Sequence[Completeness]) -> Markup:
    """What objects have: a bar each, and examples of those that lack it."""
    return Markup('<ul class="bars">{}</ul>').format(
        join(
            Markup(
                '<li><span>{}</span>{}<span class="figure">{} <small>{}</small></span>{}</li>'
            ).format(
                named("field", row.field), track((row.have,), row.of), figure(row.have),
                share(row.have, row.of), _without(row.examples if row.have else ()),
            )
            for row in rows
        )
    )  # fmt: skip


def _without(few: Sequence[Example]) -> Markup:
    if not few:
        return Markup("")
    listed = ", ".join(f"{e.object_number or said('unnumbered')} ({e.record_id})" for e in few)
    return Markup('<span class="examples">{} {}</span>').format(said("lacking"), listed)


def by_source(rows: Sequence[Completeness], sources: Mapping[str, int]) -> Markup:
    """The same source by source, with examples; nothing where there is one source."""
    if len(sources) < 2:
        return Markup("")
    head = join(Markup('<th scope="col" class="number">{}</th>').format(s) for s in sources)
    lines = join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            named("field", row.field),
            join(
                Markup('<td class="number">{} <small>{}</small></td>').format(
                    figure(row.sources[source]), share(row.sources[source], of)
                )
                for source, of in sources.items()
            ),
        )
        for row in rows
    )
    lacking = join(
        Markup("<li><b>{}</b>, {}: {}</li>").format(
            named("field", row.field), source,
            ", ".join(f"{e.object_number or said('unnumbered')} ({e.record_id})" for e in few),
        )
        for row in rows for source, few in row.source_examples.items()
    )  # fmt: skip
    return Markup(
        '<h3>{}</h3><div class="scroll" tabindex="0" role="region" aria-label="{}"><table><thead>'
        '<tr><th scope="col">{}</th>{}</tr></thead><tbody>{}</tbody></table></div>'
        '<details><summary>{}</summary><ul class="examples">{}</ul></details>'
    ).format(
        said("of_sources"), said("of_sources"), said("field"), head, lines,
        said("source_lacking"), lacking,
    )  # fmt: skip


def tongues(spoken: Sequence[Spoken]) -> Markup:
    """Per field the declared languages, and below them those that the words read as."""
    fields = dict.fromkeys(row.field for row in spoken)
    return Markup('<ul class="bars tongues">{}</ul>').format(
        join(_tongue(field, [row for row in spoken if row.field == field]) for field in fields)
    )


def _tongue(field: str, rows: Sequence[Spoken]) -> Markup:
    of = sum(row.count for row in rows)
    lines = []
    for key, silent in (("declared", "undeclared"), ("detected", "unread")):
        counts: dict[str, int] = {}
        for row in rows:
            lang = row.declared if key == "declared" else row.detected
            counts[lang] = counts.get(lang, 0) + row.count
        spoken = sorted(((n, lang) for lang, n in counts.items() if lang), reverse=True)
        words = [f"{lang} {figure(n)}" for n, lang in spoken[:_SEGMENTS]]
        words += [f"{said(silent)} {figure(counts[''])}"] if counts.get("") else []
        lines.append(
            Markup("{}<span>{}: {}</span>").format(
                track([n for n, _ in spoken], of), said(key), ", ".join(words)
            )
        )
    return Markup('<li><span>{}</span><div class="pair">{}</div></li>').format(
        named("field", field), join(lines)
    )


def examples(few: Sequence[Example]) -> Markup:
    """Records as a list: number, id, and what was found."""
    return Markup('<ul class="examples">{}</ul>').format(
        join(
            Markup("<li><b>{}</b> <small>{}</small>{}</li>").format(
                e.object_number or said("unnumbered"), e.record_id,
                Markup("<br>{}").format(e.found) if e.found else "",
            )
            for e in few
        )
    )  # fmt: skip


def spellings(groups: Sequence[Spread]) -> Markup:
    """Each word with the ways it is written, the usual first."""
    return Markup('<ul class="spellings">{}</ul>').format(
        join(
            Markup("<li{}>{}</li>").format(
                Markup(' lang="{}"').format(group.lang) if group.lang else "",
                join(
                    Markup('<span class="spelling">{} <small>{}</small></span> ').format(
                        spelling.text, figure(spelling.count)
                    )
                    for spelling in group.spellings
                ),
            )
            for group in groups
        )
    )
