"""Harvesting by OAI-PMH from a real server on this machine: whole, in steps, and in trouble."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from explorer.errors import WrongUse
from explorer.types import Record
from ingest import harvest
from ingest.deliveries import Member
from ingest.fetching import Fetcher, Limits
from ingest.harvest import harvested, oai_address
from ingest.sources.lido.files import read
from ingest.sources.xmlfile import XmlRecord, xml_records
from ingest.sourcespec import Item, Rejection, Remark, SourceSpec
from tests.conftest import DELIVERIES
from tests.local_server import Said, serving

PAGES = Path(__file__).parent / "deliveries" / "oai"
SAMPLES = DELIVERIES / "oai_pmh_samples"
DC = "{http://www.openarchives.org/OAI/2.0/oai_dc/}dc"

Answers = Callable[[dict[str, str]], Said]


def page(name: str) -> Said:
    return Said((PAGES / name).read_bytes())


def sample(name: str) -> Said:
    return Said((SAMPLES / name).read_bytes())


def error(code: str, words: str = "", status: int = 200) -> Said:
    told = f'<error code="{code}">{words}</error>'
    return Said(
        f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{told}</OAI-PMH>'.encode(), status
    )


def repository(identify: str = "identify_seconds.xml", **named: Said) -> Answers:
    """Answers by verb, or by the resumption token that is asked for."""
    told = {"Identify": page(identify), "first": page("page_1.xml"), "a & b": page("page_2.xml")}
    told |= named

    def answer(asked: dict[str, str]) -> Said:
        if asked["verb"] != "ListRecords":
            return told[asked["verb"]]
        return told[asked.get("resumptionToken", "first")]

    return answer


class Run:
    """One harvest: what the server was asked, the items, and the moment for the next harvest."""

    def __init__(
        self, answers: Answers, query: str = "prefix=lido", since: str = "", **named: Any
    ) -> None:
        def answer(path: str, headers: dict[str, str]) -> Said:
            return answers({k: v[0] for k, v in parse_qs(urlsplit(path).query).items()})

        self.waits: list[float] = []
        with serving(answer) as server:
            spec = SourceSpec("s", "lido", address=f"{server.address}/oai?{query}", **named)
            fetcher = Fetcher(
                ["127.0.0.1"], limits=Limits(content=1_000_000), wait=self.waits.append
            )
            harvest = harvested(spec, since, fetcher)
            self.taken = list(harvest.members())
        self.until = harvest.until
        self.members = [m for m in self.taken if isinstance(m, Member)]
        self.rejections = [m for m in self.taken if isinstance(m, Rejection)]
        self.remarks = [m.text for m in self.taken if isinstance(m, Remark)]
        self.asked = [asked(path) for path in server.paths]
        self.spec = spec

    def items(self) -> list[Item]:
        return [item for member in self.members for item in read(member, self.spec)]

    def records(self) -> dict[str, bool]:
        """Local id -> whether it is deleted."""
        records = [item for item in self.items() if isinstance(item, Record)]
        return {r.id.rpartition("%3A")[2]: r.deleted for r in records}


def asked(path: str) -> dict[str, str]:
    return {k: v[0] for k, v in parse_qs(urlsplit(path).query).items()}


def test_a_repository_is_harvested_page_by_page() -> None:
    run = Run(repository())
    assert run.records() == {"1": False, "2": False, "3": False, "4": True}
    assert run.asked == [
        {"verb": "Identify"},
        {"verb": "ListRecords", "metadataPrefix": "lido"},
        {"verb": "ListRecords", "resumptionToken": "a & b"},
    ]
    assert [(m.name, m.where, m.delivered) for m in run.members] == [
        ("page 1", "page 1", "2026-02-03"), ("page 2", "page 2", "2026-02-03"),
    ]  # fmt: skip
    assert run.members[0].size == len(run.members[0].read()) == len(page("page_1.xml").body)
    assert not run.rejections and not run.remarks
    assert run.until == "2026-02-03T04:05:06Z"


def test_every_set_is_a_list_of_its_own_and_its_pages_say_so() -> None:
    run = Run(repository(), "set=prints&set=maps%3Asea&prefix=lido")
    assert [a.get("set", "") for a in run.asked] == ["", "prints", "", "maps:sea", ""]
    assert [m.where for m in run.members] == [
        "page 1 of set prints", "page 2 of set prints",
        "page 1 of set maps:sea", "page 2 of set maps:sea",
    ]  # fmt: skip


def test_only_the_first_page_is_asked_for_as_long_as_no_more_is_wanted() -> None:
    def answer(path: str, headers: dict[str, str]) -> Said:
        return repository()(asked(path))

    with serving(answer) as server:
        spec = SourceSpec("s", "lido", address=f"{server.address}/oai?prefix=lido")
        harvest = harvested(spec, fetcher=Fetcher(["127.0.0.1"]))
        members = harvest.members()
        assert not server.paths
        assert isinstance(next(members), Member)
        assert len(server.paths) == 2
        assert harvest.until == ""


@pytest.mark.parametrize(
    ("identify", "since", "query", "expected"),
    [("identify_seconds.xml", "2026-02-03T00:00:00Z", "", "2026-02-02T23:59:59Z"),
     ("identify_days.xml", "2026-03-01T12:30:00Z", "", "2026-02-28"),
     ("identify_days.xml", "2026-03-01T12:30:00Z", "&from=2026-02-28T00:00:00Z", "2026-02-28"),
     ("identify_seconds.xml", "2026-03-01T12:30:00Z", "&from=2026-04-01", "2026-04-01"),
     ("identify_seconds.xml", "2026-03-01T12:30:00Z", "&until=2026-04-01", "2026-02-28"),
     ("identify_seconds.xml", "", "&from=2025-01-01T00:00:00Z", "2025-01-01T00:00:00Z"),
     ("identify_seconds.xml", "not a moment", "", None),
     ("identify_seconds.xml", "", "", None)],
)  # fmt: skip
def test_a_harvest_begins_a_step_before_the_one_before_in_the_repository_s_own_steps(
    identify: str, since: str, query: str, expected: str | None
) -> None:
    run = Run(repository(identify), f"prefix=lido{query}", since)
    assert run.asked[1].get("from") == expected
    assert "from" not in run.asked[2]


def test_a_second_harvest_brings_what_changed_and_what_was_deleted() -> None:
    first = Run(repository())
    second = Run(repository(first=page("changed_since.xml")), since=first.until)
    assert second.asked[1]["from"] == "2026-02-03T04:05:05Z"
    assert second.records() == {"2": False, "1": True}
    assert second.until == "2026-02-03T04:05:06Z"


def test_a_complete_source_is_harvested_whole() -> None:
    run = Run(repository("identify_no_deletions.xml"), since="2026-02-01T00:00:00Z", complete=True)
    assert "from" not in run.asked[1]
    assert not run.remarks


def test_a_repository_that_forgets_deletions_is_remarked_on() -> None:
    run = Run(repository("identify_no_deletions.xml"))
    assert [r.partition(":")[0] for r in run.remarks] == ["deletions may go unnoticed"]
    assert run.until


def test_nothing_new_is_no_error_and_nothing_at_all_is_remarked_on() -> None:
    answers = repository(first=error("noRecordsMatch"))
    again = Run(answers, since="2026-02-01T00:00:00Z")
    assert (again.taken, again.until) == ([], "2026-02-03T04:05:06Z")
    first = Run(answers, "set=prints&prefix=lido")
    assert first.remarks == ["no record matches: prints"] and not first.rejections


def test_no_match_in_the_middle_of_a_list_is_no_end_of_it() -> None:
    run = Run(repository(**{"a & b": error("noRecordsMatch")}))
    assert "noRecordsMatch" in run.rejections[0].reason and run.until == ""


def test_no_match_told_with_a_status_of_its_own_is_understood() -> None:
    run = Run(repository(first=error("noRecordsMatch", status=404)), since="2026-02-01")
    assert (run.taken, run.until) == ([], "2026-02-03T04:05:06Z")


def forgetting(times: int) -> Answers:
    left = [times]
    answers = repository()

    def answer(asked: dict[str, str]) -> Said:
        if "resumptionToken" in asked and left[0]:
            left[0] -= 1
            return error("badResumptionToken", "expired")
        return answers(asked)

    return answer


def test_a_list_that_expired_is_begun_again_once() -> None:
    run = Run(forgetting(1))
    assert run.records().keys() == {"1", "2", "3", "4"}
    assert [m.where for m in run.members] == ["page 1", "page 1", "page 2"]
    assert [r.partition(":")[0] for r in run.remarks] == ["list begun again"]
    assert not run.rejections and run.until


def test_a_list_that_expires_twice_is_given_up() -> None:
    run = Run(forgetting(2))
    (rejection,) = run.rejections
    assert "badResumptionToken" in rejection.reason and rejection.where == "page 2"
    assert rejection.record_id == run.until == ""


def test_a_prefix_that_is_not_there_is_answered_with_those_that_are() -> None:
    run = Run(
        repository(
            first=error("cannotDisseminateFormat"), ListMetadataFormats=page("metadata_formats.xml")
        )
    )
    (rejection,) = run.rejections
    assert "no records with the prefix 'lido'" in rejection.reason
    assert rejection.reason.endswith("Its prefixes are: oai_dc, museumdat.")


@pytest.mark.parametrize(
    ("code", "words"),
    [("noSetHierarchy", "has no sets"), ("badArgument", "badArgument: the words"),
     ("badVerb", "badVerb"), ("idDoesNotExist", "idDoesNotExist"), ("", "refuses"),
     ("badResumptionToken", "badResumptionToken")],
)  # fmt: skip
def test_an_error_of_the_repository_ends_the_harvest_in_words(code: str, words: str) -> None:
    run = Run(repository(first=error(code, "the\n words")))
    (rejection,) = run.rejections
    assert words in rejection.reason and not run.members and run.until == ""


def test_a_token_that_comes_again_ends_the_list() -> None:
    run = Run(repository(**{"a & b": page("page_1.xml")}))
    assert len(run.members) == 2 and run.until == ""
    assert "repeats itself" in run.rejections[0].reason


def test_a_page_without_records_is_passed_over_but_not_for_ever() -> None:
    run = Run(repository(first=page("empty_page.xml")))
    assert [m.where for m in run.members] == ["page 2"] and not run.rejections and run.until

    def endless(asked: dict[str, str]) -> Said:
        number = int(asked.get("resumptionToken", "0"))
        body = page("empty_page.xml").body.replace(b"a &amp; b", str(number + 1).encode())
        return Said(body) if asked["verb"] == "ListRecords" else page("identify_days.xml")

    run = Run(endless)
    assert "repeats itself" in run.rejections[0].reason and len(run.asked) < 30


def test_a_list_longer_than_a_run_may_take_is_left_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harvest, "MOST_PAGES", 1)
    run = Run(repository())
    assert len(run.members) == 1 and run.until == ""
    assert "longer than can be harvested" in run.rejections[0].reason


def test_a_harvest_has_an_end_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harvest, "MOST_SECONDS", -1.0)
    assert "longer than can be harvested" in Run(repository()).rejections[0].reason


def test_a_page_that_one_character_breaks_costs_its_rest_and_the_list_goes_on() -> None:
    run = Run(repository(first=page("bad_character.xml")))
    assert run.records() == {"1": False, "3": False, "4": True}
    assert run.until == ""
    assert any("page is broken" in r.reason and r.where == "page 1" for r in run.rejections)
    assert all(r.record_id == "" for r in run.rejections)


def test_a_page_that_breaks_off_ends_the_list_and_its_records_stand() -> None:
    run = Run(repository(first=page("cut_off.xml")))
    assert run.records() == {"1": False}
    assert run.rejections and run.until == ""


@pytest.mark.parametrize("name", ["own_doctype.xml", "no_repository.html"])
@pytest.mark.parametrize("where", ["Identify", "first", "a & b"])
def test_what_is_no_answer_of_a_repository_is_refused(name: str, where: str) -> None:
    run = Run(repository(**{where: page(name)}))
    (rejection,) = run.rejections
    assert "does not answer as a repository does" in rejection.reason
    assert len(run.members) == (where == "a & b") and run.until == ""


@pytest.mark.parametrize("status", [404, 500, 403])
def test_an_error_of_the_server_ends_the_harvest_and_what_came_stands(status: int) -> None:
    run = Run(repository(**{"a & b": Said(b"<p>no", status)}))
    (rejection,) = run.rejections
    assert f"status {status}" in rejection.reason and rejection.where == "page 2"
    assert run.records().keys() == {"1", "2"} and run.until == ""


def test_a_busy_repository_is_waited_for_as_it_asks() -> None:
    left = [1]
    answers = repository()

    def answer(asked: dict[str, str]) -> Said:
        if "resumptionToken" in asked and left[0]:
            left[0] -= 1
            return Said(status=503, headers={"Retry-After": "9"})
        return answers(asked)

    run = Run(answer)
    assert run.waits == [9] and len(run.records()) == 4 and run.until


def test_a_repository_may_not_lead_elsewhere() -> None:
    run = Run(repository(first=Said(status=302, headers={"Location": "http://evil.example/"})))
    assert "not among the hosts" in run.rejections[0].reason and not run.members


def test_a_repository_that_is_down_is_a_rejection_and_no_crash() -> None:
    with serving(lambda path, headers: Said()) as server:
        address = f"{server.address}/oai?prefix=lido"
    spec = SourceSpec("s", "lido", address=address)
    fetcher = Fetcher([], "127.0.0.1", wait=lambda seconds: None)
    (rejection,) = harvested(spec, "", fetcher).members()
    assert isinstance(rejection, Rejection) and "could not be asked" in rejection.reason


def test_the_host_of_the_address_may_be_asked_without_being_named() -> None:
    with serving(lambda path, headers: repository()(asked(path))) as server:
        spec = SourceSpec("s", "lido", address=f"{server.address}/oai?prefix=lido")
        assert len([m for m in harvested(spec).members() if isinstance(m, Member)]) == 2


@pytest.mark.parametrize(
    ("rest", "format"),
    [("https://m.example/oai?set=x&prefix=lido", "lido"), ("https://m.example/oai", "dc"),
     ("https://m.example/oai?prefix=oai_dc", "dc"), ("http://m.example:8080/a/b?prefix=edm", "edm"),
     ("https://m.example/oai?prefix=europeana_edm&set=a&set=b", "edm"),
     ("https://m.example/oai?prefix=LIDO-MC&from=2020-01-01&until=2021-01-01T00:00:00Z", "lido"),
     ("https://m.example/oai?prefix=ore", "edm")],
)  # fmt: skip
def test_an_address_names_its_format_by_the_prefix(rest: str, format: str) -> None:
    assert oai_address(rest) == (format, rest)


@pytest.mark.parametrize(
    "rest",
    ["m.example/oai", "ftp://m.example/oai", "https://u:p@m.example/oai", "https:///oai", "",
     "https://m.example/oai?prefix=marc21", "https://m.example/oai?verb=ListRecords",
     "https://m.example/oai?metadataPrefix=lido", "https://m.example/oai?prefix=lido&prefix=edm",
     "https://m.example/oai?set=", "https://m.example/oai?prefix=lido&from=yesterday",
     "https://m.example/oai?until=2026-02-31", "https://m.example/oai?from=2026-01-01T00:00",
     "https://m.example/oai#mapping.toml"],
)  # fmt: skip
def test_an_address_that_is_not_understood_is_refused_at_once(rest: str) -> None:
    with pytest.raises(WrongUse) as refused:
        oai_address(rest)
    assert refused.value.remedy


def over_samples(**named: str) -> Run:
    """A harvest of the real responses; a page's resumption token is the name of the next file."""
    told = {"Identify": "Identify.xml", "first": "ListRecords.xml"} | named

    def answer(asked: dict[str, str]) -> Said:
        if asked["verb"] != "ListRecords":
            return sample(told[asked["verb"]])
        token = asked.get("resumptionToken", "first")
        return sample(told.get(token, token))

    return Run(answer, "prefix=oai_dc")


def dc_records(run: Run) -> Iterator[XmlRecord]:
    for member in run.members:
        for found in xml_records(member, [DC]):
            assert isinstance(found, XmlRecord)
            yield found


@pytest.mark.deliveries
def test_real_pages_lead_from_one_to_the_next() -> None:
    run = over_samples()
    assert [a.get("resumptionToken") for a in run.asked[2:]] == [
        "ListRecords2.xml", "ListRecords3.xml", "ListRecords4.xml",
    ]  # fmt: skip
    found = list(dc_records(run))
    assert len(found) == 8 and sum(r.element is None for r in found) == 4
    assert run.until == "2013-02-27T10:01:15Z" and not run.rejections


@pytest.mark.deliveries
def test_a_real_deleted_record_carries_its_identifier_and_no_metadata() -> None:
    found = list(dc_records(over_samples(first="ListRecords.xml")))
    assert (found[0].element, found[0].identifier) == (None, "oai:test.example.com:1585310")


@pytest.mark.deliveries
def test_real_letters_of_another_script_arrive_unharmed() -> None:
    (record,) = dc_records(over_samples(first="GetRecord_utf8test.xml"))
    assert record.element is not None
    assert "某人" in "".join(record.element.itertext())


@pytest.mark.deliveries
def test_a_real_single_record_is_read_like_a_page() -> None:
    assert len(list(dc_records(over_samples(first="GetRecord.xml")))) == 1


@pytest.mark.deliveries
def test_a_real_response_that_is_no_xml_is_a_rejection() -> None:
    run = over_samples(**{"ListRecords2.xml": "ListRecordsBroken.xml"})
    assert len(run.members) == 1 and run.until == ""
    assert "not well-formed" in run.rejections[0].reason and run.rejections[0].where == "page 2"
    run = over_samples(Identify="ListRecordsBroken.xml")
    assert "does not answer as a repository" in run.rejections[0].reason


@pytest.mark.deliveries
def test_a_real_repository_s_day_granularity_is_respected() -> None:
    def answer(asked: dict[str, str]) -> Said:
        return sample({"Identify": "Identify.xml"}.get(asked["verb"], "noRecordsMatch.xml"))

    run = Run(answer, "prefix=oai_dc", since="2013-02-27T10:01:15Z")
    assert run.asked[1]["from"] == "2013-02-26"
    assert (run.taken, run.until) == ([], "2013-02-27T10:01:15Z")


@pytest.mark.deliveries
@pytest.mark.parametrize(
    ("name", "words"),
    [("badArgument.xml", "badArgument"), ("undefinedError.xml", "undefinedError"),
     ("noSetHierarchy.xml", "has no sets"), ("badResumptionToken.xml", "badResumptionToken"),
     ("idDoesNotExist.xml", "lcoa1.loc.gov:loc.rbc/rbpe.00000111 has the structure of a valid"),
     ("cannotDisseminateFormat.xml", "Its prefixes are: epicur, xMeta")],
)  # fmt: skip
def test_a_real_error_is_told_in_words(name: str, words: str) -> None:
    run = over_samples(first=name, ListMetadataFormats="ListMetadataFormats.xml")
    (rejection,) = run.rejections
    assert words in rejection.reason and run.until == "" and not run.members


@pytest.mark.deliveries
def test_a_real_expired_list_is_begun_again_and_given_up() -> None:
    run = over_samples(**{"ListRecords3.xml": "badResumptionToken.xml"})
    assert [m.where for m in run.members] == ["page 1", "page 2"] * 2
    assert "badResumptionToken" in run.rejections[0].reason and run.until == ""


@pytest.mark.deliveries
@pytest.mark.parametrize(
    "name",
    ["ListIdentifiers.xml", "ListIdentifiers2.xml", "ListSets.xml", "ListMetadataFormats.xml",
     "Identify.xml"],
)  # fmt: skip
def test_a_real_response_of_another_verb_is_no_end_of_a_list(name: str) -> None:
    run = over_samples(**{"ListRecords2.xml": name})
    assert len(run.members) == 1 and run.until == ""
    assert "it lists no records" in run.rejections[0].reason
