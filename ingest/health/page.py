"""The report as one page: no script, no other file, light and dark, on screen and on paper.

All words from records are escaped by Markup.
"""

from collections.abc import Iterator
from importlib.resources import files

from markupsafe import Markup

from ingest.health import plots
from ingest.health.plots import figure, join, named, said
from ingest.health.shapes import Finding, Health
from ingest.health.wording import texts

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page(health: Health) -> str:
    """The HTML of the report, whole."""
    css = files("ingest.health").joinpath("page.css").read_text("utf-8")
    sections = [(key, body) for key in texts()["section"] if (body := _section(key, health))]
    links = [("first", said("first")), *((k, texts()["section"][k]["title"]) for k, _ in sections)]
    contents = join(Markup('<li><a href="#{}">{}</a></li>').format(k, t) for k, t in links)
    made = said(
        "made", records=figure(health.records), objects=figure(health.objects),
        created=health.created[:10], generation=health.generation,
    )  # fmt: skip
    return Markup(
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>{title}</title><style>{css}</style></head>\n"
        '<body><div class="page"><header><h1>{title}</h1><p class="lede">{lede}</p>'
        '<p class="made">{made}</p></header>\n<nav aria-label="{contents_title}"><ul>{contents}'
        "</ul></nav>\n<main>{first}{sections}</main>\n"
        '<footer class="foot"><p>{foot}</p></footer></div></body></html>\n'
    ).format(
        policy=_POLICY, title=said("title"), css=Markup(css), lede=said("lede"), made=made,  # noqa: S704
        contents_title=said("contents"), contents=contents, first=_first(health),
        sections=join(body for _, body in sections), foot=said("foot"),
    )  # fmt: skip


def _first(health: Health) -> Markup:
    if not health.mend_first:
        body = Markup("<p>{}</p>").format(said("first_none"))
    else:
        items = (
            Markup(
                '<li><div><strong>{}</strong><span class="why">{}</span></div>'
                '<span class="number">{} <small>{}</small></span></li>'
            ).format(m.action, m.why, figure(m.records), plots.share(m.records, health.objects))
            for m in health.mend_first
        )
        body = Markup('<p>{}</p><ol class="first">{}</ol>').format(said("first_note"), join(items))
    return Markup('<section id="first" aria-labelledby="first-h"><h2 id="first-h">{}</h2>{}'
                  "</section>\n").format(said("first"), body)  # fmt: skip


def _section(key: str, health: Health) -> Markup:
    """A section with its plots and findings; "" where a list of terms was not given."""
    told = texts()["section"][key]
    plotted = join(_plots(key, health))
    findings = [f for f in health.findings if f.section == key]
    if not plotted and not findings:
        if key == "terms":
            return Markup("")
        plotted = Markup('<p class="note">{}</p>').format(said("none"))
    return Markup(
        '<section id="{0}" aria-labelledby="{0}-h"><h2 id="{0}-h">{1}</h2><p>{2}</p>{3}{4}'
        "</section>\n"
    ).format(key, told["title"], told["lede"], plotted, join(map(_finding, findings)))


def _finding(finding: Finding) -> Markup:
    sources = ""
    if len(finding.sources) > 1:
        sources = ", ".join(f"{source} {figure(n)}" for source, n in finding.sources.items())
    n = finding.records
    records = said("record") if n == 1 else said("records", n=figure(n))
    return Markup(
        '<article class="finding"><header><h3>{}</h3><b>{}</b></header>'
        '<p class="meaning">{}</p>{}{}</article>'
    ).format(
        finding.title,
        records,
        finding.meaning,
        Markup('<p class="note">{}</p>').format(sources) if sources else "",
        plots.examples(finding.examples),
    )


def _plots(key: str, health: Health) -> Iterator[Markup]:
    if key == "completeness":
        yield plots.complete(health.completeness)
        yield plots.by_source(health.completeness, health.sources)
    elif key == "languages" and health.languages:
        yield plots.tongues(health.languages)
    elif key == "dates":
        yield from _dates(health)
    elif key == "rights":
        yield from _rights(health)
    elif key == "duplicates":
        yield from _alike(health)
    elif key == "spread":
        for facet, n in health.spread_groups.items():
            few = [group for group in health.spread if group.facet == facet]
            yield Markup("<h3>{}</h3>").format(named("facet", facet))
            yield plots.spellings(few)
            if n > len(few):
                yield Markup('<p class="note">{}</p>').format(said("more", n=figure(n - len(few))))
    elif key == "europeana":
        for kind, tiers in (("metadata", health.metadata_tiers), ("content", health.content_tiers)):
            rows = [(named("tiers", f"{kind}_{tier}"), n) for tier, n in tiers.items()]
            yield Markup("<h3>{}</h3>").format(named("tiers", kind))
            yield plots.bars(rows, health.objects)
    elif key == "terms":
        yield from _terms(health)


def _dates(health: Health) -> Iterator[Markup]:
    rows = [(_century(first), n) for first, n in health.centuries.items()]
    longest = max(health.centuries.values(), default=1)
    yield plots.bars(rows, health.objects, said("undated"), longest)
    if health.unread_words:
        words = ", ".join(f"{w.value} ({figure(w.count)})" for w in health.unread_words)
        told = texts()["finding"]["date_unread"]["title"]
        yield Markup('<p class="note">{}: {}</p>').format(told, words)


def _century(first: str) -> str:
    if not first:
        return said("undated")
    begin = int(first)
    if begin > 0:
        return f"{begin}–{begin + 99}"
    ends = (said("before", year=1 - year) for year in (begin, begin + 99))
    return " – ".join(ends)


def _rights(health: Health) -> Iterator[Markup]:
    for kind, values in health.rights.items():
        nothing = said("nothing")
        yield Markup("<h3>{}</h3>").format(named("kind", kind))
        rows = [(valued.value or nothing, valued.count) for valued in values]
        yield plots.bars(rows, health.objects, nothing)


def _alike(health: Health) -> Iterator[Markup]:
    if not health.alike:
        return
    lines = join(
        Markup('<tr><td>{}</td><td>{}</td><td class="number">{}</td></tr>').format(
            ", ".join(e.object_number or e.record_id for e in group.records)
            + (" …" if group.count > len(group.records) else ""),
            named("alike", group.why),
            figure(group.count),
        )
        for group in health.alike
    )
    yield Markup(
        '<table><thead><tr><th scope="col">{}</th><th scope="col">{}</th>'
        '<th scope="col" class="number">{}</th></tr></thead><tbody>{}</tbody></table>'
    ).format(said("same"), said("why"), said("count"), lines)


def _terms(health: Health) -> Iterator[Markup]:
    if not health.terms:
        return
    lines = join(
        Markup(
            '<tr><th scope="row"{}>{}</th><td>{}</td><td>{}</td><td class="number">{}</td></tr>'
        ).format(
            Markup(' lang="{}"').format(term.lang) if term.lang else "",
            term.term, term.note, term.alternative, figure(term.records),
        )
        for term in health.terms
    )  # fmt: skip
    yield Markup(
        '<div class="scroll" tabindex="0" role="region" aria-label="{}"><table><thead><tr>'
        '<th scope="col">{}</th><th scope="col">{}</th><th scope="col">{}</th>'
        '<th scope="col" class="number">{}</th></tr></thead><tbody>{}</tbody></table></div>'
    ).format(
        said("terms"), said("term"), said("note"), said("alternative"), said("count"), lines,
    )  # fmt: skip
