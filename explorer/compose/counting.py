"""An answer that counts: how many, by which filters, and of how many it is not known."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from explorer.compose.statements import count, fact, notice, notice_of
from explorer.phrases import phrase
from explorer.render.filters import filters_told, group_told, name_told
from explorer.render.lines import lines
from explorer.render.sensitive import notices_of
from explorer.render.years import number_told
from explorer.types import SPANS, Filters, Hit, Plan, Statement, Tally

_GROUPS = 12  # told in words; the answer holds all
_SPANS = 30  # of time: a gap between two would read as none
_LISTED = 3
_TELLS = {"oldest": "date", "newest": "date", "acquired-last": "acquisition",
          "acquired-first": "acquisition"}  # fmt: skip
_DATED = dict.fromkeys(SPANS, "date")
_ALSO = {"acquisition": "credit_line"}


def told_count(plan: Plan, hits: Sequence[Hit], tally: Tally) -> Iterator[Statement]:
    """The statements of a list, a count, a group or a superlative, its filters and its coverage."""
    markers = {hit.record.id: place for place, hit in enumerate(hits, 1)}
    match plan.kind:
        case "group":
            yield from _groups(plan, tally)
        case "superlative":
            yield from _first(plan, hits, tally, markers)
        case _:
            yield count("answer.count", plan.lang, tally.total)
    yield from _scope(plan, tally)
    if plan.kind == "list":
        shown = hits[:_LISTED]
        if 0 < len(shown) < tally.total:
            yield notice("answer.first_shown", plan.lang, shown=number_told(len(shown), plan.lang))
        for hit in shown:
            yield from (notice_of(text, plan.lang) for text in notices_of(hit.record, plan.lang))
            for line in lines(hit.record, plan.lang, ("title", "maker", "date")):
                yield fact(hit.record, line, plan.lang, markers[hit.record.id])


def _scope(plan: Plan, tally: Tally) -> Iterator[Statement]:
    """What was counted, and what could not be."""
    told = filters_told(shown_filters(plan.filters), tally.labels, plan.lang)
    if told:
        yield notice("answer.counted", plan.lang, filters=told)
    else:
        yield notice("answer.counted_all", plan.lang)
    if tally.outside:
        yield count("answer.straddles", plan.lang, tally.outside)
    for one in tally.missing:
        yield count(
            "answer.coverage", plan.lang, one.count,
            field=name_told(_DATED.get(one.name, one.name), plan.lang),
            missing=number_told(one.count, plan.lang), total=number_told(one.of, plan.lang),
        )  # fmt: skip


def shown_filters(filters: Filters) -> Filters:
    """The filters that restrict: that objects are counted goes without saying."""
    return {name: value for name, value in filters.items() if name != "kind"}


def _groups(plan: Plan, tally: Tally) -> Iterator[Statement]:
    yield notice("answer.groups", plan.lang, dimension=name_told(plan.by, plan.lang))
    most = _GROUPS if plan.by not in SPANS else _SPANS
    largest = sorted(tally.groups, key=lambda group: -group.count)[:most]
    for group in tally.groups:
        if group in largest:
            label = group_told(group.value, group.label, plan.by, plan.lang)
            number = number_told(group.count, plan.lang)
            text = phrase("answer.fact", plan.lang, label=label, value=number)
            yield Statement(0, "count", text, label=label, value=str(group.count), lang=plan.lang)
    if left := len(tally.groups) - len(largest):
        yield count("answer.more_groups", plan.lang, left)
    if sum(group.count for group in tally.groups) > tally.total:
        yield notice("answer.several_groups", plan.lang)


def _first(
    plan: Plan, hits: Sequence[Hit], tally: Tally, markers: Mapping[str, int]
) -> Iterator[Statement]:
    yield notice(f"superlative.{plan.order}", plan.lang)
    if tally.ties > 1:
        yield count("answer.ties", plan.lang, tally.ties)
    name = _TELLS.get(plan.order, "measurement")
    for hit in hits[: min(max(tally.ties, 1), _LISTED)]:
        yield from (notice_of(text, plan.lang) for text in notices_of(hit.record, plan.lang))
        told = (name,) if hit.record.named(name) else (_ALSO.get(name, name),)
        for line in lines(hit.record, plan.lang, ("title", "maker", *told)):
            yield fact(hit.record, line, plan.lang, markers[hit.record.id])


def with_labels(plan: Plan, tally: Tally) -> Tally:
    """The tally, its groups called as in the visitor's language."""
    groups = (
        replace(group, label=group_told(group.value, group.label, plan.by, plan.lang))
        for group in tally.groups
    )
    return replace(tally, groups=tuple(groups))
