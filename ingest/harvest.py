"""Harvesting by OAI-PMH: a way of delivery, whose pages a format's reader reads like files.

Verbs, arguments and error codes are called as the standard calls them.
"""

import re
import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from itertools import count
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.sax.saxutils import unescape

from explorer.errors import ExplorerError, WrongUse
from explorer.text import nfc
from ingest.deliveries import Member
from ingest.fetching import Fetcher, Limits, host_of, target_of
from ingest.sourcespec import Rejection, Remark, SourceSpec

MOST_PAGES = 50_000
MOST_SECONDS = 12 * 3600.0
_MOST_EMPTY = 20  # pages without a record, one after the other
_LIMITS = Limits(content=64_000_000, seconds=180.0)

_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_TOLD = (
    "responseDate", "error", "resumptionToken", "record", "granularity", "deletedRecord",
    "metadataPrefix",
)  # fmt: skip
_TOKEN = re.compile(rb"<(?:\w+:)?resumptionToken[^>]*>([^<]+)</(?:\w+:)?resumptionToken>")
_DATESTAMP = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?")
_EXAMPLE = "Write it like: oai:https://museum.example/oai?set=paintings&prefix=lido"


@dataclass(frozen=True, slots=True)
class Repository:
    """What staff ask of a repository: its base URL, and the arguments of ListRecords."""

    base: str
    prefix: str = "oai_dc"
    sets: tuple[str, ...] = ()
    earliest: str = ""
    latest: str = ""


@dataclass(frozen=True, slots=True)
class _Response:
    """What a response says beside its records.

    `listed`: it is a list of records, be it empty. `broken` says where it stops being XML,
    `foreign` why it is no response of the standard's.
    """

    date: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    token: str = ""
    records: int = 0
    listed: bool = False
    granularity: str = ""
    deleted: str = ""
    prefixes: tuple[str, ...] = ()
    broken: str = ""
    foreign: str = ""


class _Expired(ExplorerError):
    """badResumptionToken: the list cannot be gone on with."""


def oai_address(rest: str) -> tuple[str, str]:
    """The format whose reader reads the pages, and the address, of what follows `oai:`."""
    return _format(_repository(rest).prefix), rest.strip()


def harvested(spec: SourceSpec, since: str = "", fetcher: Fetcher | None = None) -> "Harvest":
    """The harvest of a source from `since`, the `until` of the one before; "" for all of it.

    A complete source is harvested whole: what is missing from it is withdrawn.
    """
    return Harvest(spec, "" if spec.complete else since, fetcher)


class Harvest:
    """One harvest, asked for page by page as its members are taken.

    `until` is what the next harvest begins with: the moment of the first response, "" as long as
    the list was not read to its end.
    """

    def __init__(self, spec: SourceSpec, since: str, fetcher: Fetcher | None) -> None:
        self.until = ""
        self._spec = spec
        self._since = since
        self._repository = _repository(spec.address)
        self._host = host_of(self._repository.base)
        self._fetcher = fetcher or Fetcher(spec.hosts, self._host, _LIMITS)
        self._where = self._host
        self._pages = 0
        self._ends = time.monotonic() + MOST_SECONDS
        self._whole = True

    def members(self) -> Iterator[Member | Rejection | Remark]:
        """The pages that hold records, and what staff should know of the harvest."""
        try:
            begun = yield from self._lists()
        except ExplorerError as error:
            yield self._rejection(str(error))
        else:
            self.until = begun if self._whole else ""

    def _lists(self) -> Generator[Member | Rejection | Remark, None, str]:
        """The pages of all sets; in the end, the moment of the first response."""
        identity = self._asked({"verb": "Identify"})
        self._refuse(identity)
        if identity.deleted != "persistent" and not self._spec.complete:
            yield self._remark(
                "deletions may go unnoticed: the repository does not keep track of them for good;"
                " a source with complete = true is harvested whole, and loses what is gone"
            )
        for name in self._repository.sets or ("",):
            yield from self._list(name, self._arguments(name, identity.granularity))
        return _moment(identity.date)

    def _list(
        self, name: str, arguments: Mapping[str, str]
    ) -> Iterator[Member | Rejection | Remark]:
        """The pages of one set; a list that expires is begun again once."""
        try:
            yield from self._pages_of(name, arguments)
        except _Expired:
            yield self._remark("list begun again: the repository forgot how far it had come")
            yield from self._pages_of(name, arguments)

    def _pages_of(
        self, name: str, arguments: Mapping[str, str]
    ) -> Iterator[Member | Rejection | Remark]:
        asked = {"verb": "ListRecords", **arguments}
        seen: set[str] = set()
        empty = 0
        for number in count(1):
            self._where = f"page {number}" + (f" of set {name}" if name else "")
            content = self._fetched(asked)
            response = _read(content)
            if number == 1 and "noRecordsMatch" in response.errors:
                if not self._since:
                    yield self._remark(f"no record matches: {name or 'the address'}")
                return
            self._refuse(response, resumed=number > 1)
            if response.foreign or not (response.records or response.listed or response.broken):
                raise self._no_repository(response)
            empty = 0 if response.records or response.broken else empty + 1
            if response.records:
                yield self._member(content, response)
            if response.broken:
                self._whole = False
                yield self._rejection(f"The page is broken: {response.broken}.")
            if not response.token:
                return
            self._check_end(response.token in seen, empty)
            seen.add(response.token)
            asked = {"verb": "ListRecords", "resumptionToken": response.token}

    def _check_end(self, repeated: bool, empty: int) -> None:
        """Nothing; an error where the list does not come to an end."""
        self._pages += 1
        endless = repeated or empty >= _MOST_EMPTY
        if endless or self._pages >= MOST_PAGES or time.monotonic() > self._ends:
            why = "repeats itself" if endless else "is longer than can be harvested in one run"
            raise ExplorerError(
                f"The list of {self._host} {why}.",
                "Tell those who run the repository, or name smaller sets.",
            )

    def _arguments(self, name: str, granularity: str) -> dict[str, str]:
        """The arguments of ListRecords; from is one step of time before `since`."""
        wanted = self._repository
        days = not granularity.endswith("Z") or 10 in (len(wanted.earliest), len(wanted.latest))
        earliest = wanted.earliest
        if _moment(self._since):
            step = timedelta(days=1) if days else timedelta(seconds=1)
            before = datetime.fromisoformat(_moment(self._since)) - step
            earliest = max(before.strftime("%Y-%m-%dT%H:%M:%SZ"), earliest)
            earliest = min(earliest, wanted.latest or earliest)  # nothing is asked backwards
        length = 10 if days else 20
        told = {
            "metadataPrefix": wanted.prefix, "set": name, "from": earliest[:length],
            "until": wanted.latest[:length],
        }  # fmt: skip
        return {key: value for key, value in told.items() if value}

    def _asked(self, arguments: Mapping[str, str]) -> _Response:
        """What the repository says; an error where it is not well-formed."""
        response = _read(self._fetched(arguments))
        if response.broken or response.foreign:
            raise self._no_repository(response)
        return response

    def _no_repository(self, response: _Response) -> ExplorerError:
        why = response.foreign or response.broken or "it lists no records"
        return ExplorerError(
            f"{self._host} does not answer as a repository does ({why}).",
            "Check that the address is that of its OAI-PMH interface.",
        )

    def _fetched(self, arguments: Mapping[str, str]) -> bytes:
        fetched = self._fetcher.get(f"{self._repository.base}?{urlencode(arguments)}")
        # Some repositories send the errors of the standard with a status of their own.
        if fetched.status != 200 and not _read(fetched.content).errors:
            raise ExplorerError(
                f"{self._host} answers with the status {fetched.status}.",
                "Check the address, or ask those who run the repository.",
            )
        return fetched.content

    def _refuse(self, response: _Response, *, resumed: bool = False) -> None:
        """Nothing; an error in words for an error of the repository."""
        for code, words in response.errors.items():
            if code == "badResumptionToken" and resumed:
                raise _Expired(
                    f"{self._host} forgets how far it has come ({code}), twice.",
                    "Try again later, or name smaller sets.",
                )
            if code == "cannotDisseminateFormat":
                raise self._other_formats()
            if code == "noSetHierarchy":
                raise ExplorerError(
                    f"{self._host} has no sets ({code}).", "Take set= out of the address."
                )
            told = f"{code}: {words}" if words else code
            raise ExplorerError(
                f"{self._host} refuses what was asked ({told}).",
                "Check set, prefix, from and until in the address.",
            )

    def _other_formats(self) -> ExplorerError:
        try:
            known = self._asked({"verb": "ListMetadataFormats"}).prefixes
        except ExplorerError:
            known = ()
        return ExplorerError(
            f"{self._host} has no records with the prefix '{self._repository.prefix}'"
            " (cannotDisseminateFormat).",
            f"Its prefixes are: {', '.join(known) or 'not told'}.",
        )

    def _member(self, content: bytes, response: _Response) -> Member:
        opening = partial(BytesIO, content)
        return Member(self._where, self._where, _moment(response.date)[:10], len(content), opening)

    def _rejection(self, reason: str) -> Rejection:
        return Rejection(self._spec.name, self._where, "", "", reason)

    def _remark(self, text: str) -> Remark:
        return Remark(self._spec.name, self._where, text)


def _read(content: bytes) -> _Response:
    """What a response says beside its records; its elements are let go as they pass."""
    from lxml import etree

    texts: dict[str, str] = {}
    errors: dict[str, str] = {}
    prefixes: list[str] = []
    records = 0
    listed = False
    parsing = etree.iterparse(
        BytesIO(content), ("end",), tag=[_OAI + name for name in _TOLD], resolve_entities=False,
        no_network=True, load_dtd=False, huge_tree=False,
    )  # fmt: skip
    broken = foreign = ""
    try:
        for _, element in parsing:
            name, text = element.tag.removeprefix(_OAI), (element.text or "").strip()
            if name == "error":
                errors[element.get("code") or "error"] = nfc(" ".join(text.split()))
            elif name == "metadataPrefix":
                prefixes.append(nfc(text))
            elif name != "record":
                texts[name] = text
            else:
                records += 1
                element.clear(keep_tail=True)
        if parsing.root is None or parsing.root.tag != _OAI + "OAI-PMH":
            foreign = "it is no OAI-PMH response"
        elif parsing.root.getroottree().docinfo.doctype:
            foreign = "it brings a document type of its own"
        else:
            listed = parsing.root.find(_OAI + "ListRecords") is not None
    except etree.XMLSyntaxError as error:
        broken = f"not well-formed XML, line {error.lineno or 1}"
        # The list goes on after a page that one bad character broke.
        if token := _TOKEN.search(content[-10_000:]):
            texts["resumptionToken"] = unescape(token[1].decode("utf-8", "replace").strip())
    return _Response(
        texts.get("responseDate", ""), errors, texts.get("resumptionToken", ""), records, listed,
        texts.get("granularity", ""), texts.get("deletedRecord", ""), tuple(prefixes),
        broken, foreign,
    )  # fmt: skip


def _moment(told: str) -> str:
    """A date and time as the standard writes them, to the second; "" where it is none."""
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        return ""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _repository(address: str) -> Repository:
    """What an address asks for; WrongUse where it is not understood."""
    base = str(target_of(address)).partition("?")[0]
    parts = urlsplit(address.strip())
    if parts.fragment:
        raise WrongUse("What is harvested takes no mapping (#...).", _EXAMPLE)
    told: dict[str, list[str]] = {"set": [], "prefix": [], "from": [], "until": []}
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        if key not in told:
            raise WrongUse(
                f"'{key}' of the address to harvest is not understood.",
                f"Use only: {', '.join(told)}.",
            )
        if not value or (told[key] and key != "set"):
            raise WrongUse(f"'{key}' in the address needs one value.", _EXAMPLE)
        told[key].append(value)
    for value in told["from"] + told["until"]:
        if not (_DATESTAMP.fullmatch(value) and _moment(value)):
            raise WrongUse(
                f"'{value}' in the address is not a day.",
                "Write from and until like 2026-01-31 or 2026-01-31T12:00:00Z.",
            )
    prefix, earliest, latest = (next(iter(told[k]), "") for k in ("prefix", "from", "until"))
    _format(prefix or "oai_dc")
    return Repository(base, prefix or "oai_dc", tuple(told["set"]), earliest, latest)


def _format(prefix: str) -> str:
    """The format that records with this prefix are of; repositories add their own words to it."""
    name = prefix.lower()
    if name == "oai_dc":
        return "dc"
    if "lido" in name:
        return "lido"
    if "edm" in name or name == "ore":
        return "edm"
    raise WrongUse(f"The prefix '{prefix}' cannot be read.", "Use one of: oai_dc, lido, edm.")
