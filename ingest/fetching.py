"""What other servers are asked for: only http(s), and only from hosts the staff named.

Redirects are followed by hand, each hop checked like the first; busy servers are given time.
"""

import ipaddress
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urljoin, urlsplit

from explorer.errors import ExplorerError, WrongUse

AGENT = "collection-explorer"
LONGEST_WAIT = 300.0
"""Seconds; a server that asks to be left alone for longer is asked again after these."""

_BUSY = (429, 503)
_MOVED = (301, 302, 303, 307, 308)
_UNFIT = re.compile(r"[\x00-\x1f\x7f\\]")
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotReached(ExplorerError):
    """A server that did not answer this time, and may the next."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart once: what is checked here is what is connected to."""

    scheme: str
    host: str
    port: int
    path: str

    def __str__(self) -> str:
        usual = {"http": 80, "https": 443}[self.scheme]
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}{'' if self.port == usual else f':{self.port}'}{self.path}"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server said: names of headers are in small letters, content is unpacked."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one fetch may cost. `seconds` hold for one try, redirects included."""

    content: int = 64_000_000
    seconds: float = 120.0
    hops: int = 5
    tries: int = 4


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was found, and at which address in the end. Names of headers are in small letters."""

    address: str
    status: int
    headers: Mapping[str, str]
    content: bytes


def _resolved(host: str, port: int) -> Sequence[str]:
    from ingest.connecting import resolved

    return resolved(host, port)


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches from `hosts`, which may lie in the museum's own network, and from `also`.

    `also` is the host of an address staff gave: public, or an IP address or localhost.
    """

    hosts: Sequence[str]
    also: str = ""
    limits: Limits = field(default_factory=Limits)
    resolve: Callable[[str, int], Sequence[str]] = _resolved
    wait: Callable[[float], None] = time.sleep

    def get(self, address: str, headers: Mapping[str, str] | None = None) -> Fetched:
        """What stands at `address`, whatever its status; a busy server is asked again.

        An ExplorerError where the address is not allowed, or its server gave no answer.
        """
        pauses = [float(2**n) for n in range(self.limits.tries - 1)]
        while True:
            try:
                fetched = self._followed(address, headers or {})
            except NotReached:
                if not pauses:
                    raise
                self.wait(pauses.pop(0))
                continue
            if fetched.status not in _BUSY:
                return fetched
            if not pauses:
                raise NotReached(
                    f"{host_of(fetched.address)} is too busy (it answers {fetched.status}).",
                    "Try again later, or ask those who run it.",
                )
            self.wait(_asked_for(fetched.headers.get("retry-after", ""), pauses.pop(0)))

    def _followed(self, address: str, headers: Mapping[str, str]) -> Fetched:
        from ingest.connecting import ask

        deadline = time.monotonic() + self.limits.seconds
        asked = {"User-Agent": AGENT, "Accept": "*/*", "Accept-Encoding": "gzip", **headers}
        for _ in range(self.limits.hops + 1):
            target = self._allowed(address)
            reply = ask(target, asked, self._addresses, self.limits.content, deadline)
            onward = reply.headers.get("location", "")
            if reply.status not in _MOVED or not onward:
                return Fetched(address, reply.status, reply.headers, reply.content)
            address = urljoin(address, onward)
        raise ExplorerError(
            f"{host_of(address)} sends from one address to the next without end.",
            "Check the address in a browser, and use the one it ends at.",
        )

    def _allowed(self, address: str) -> Target:
        target = target_of(address)
        if target.host not in self._named():
            raise ExplorerError(
                f"{target.host} is not among the hosts that may be asked.",
                f'If you trust it, name it in sources.toml: hosts = ["{target.host}"].',
            )
        return target

    def _named(self) -> set[str]:
        return {host_name(host) for host in (*self.hosts, self.also) if host}

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        """Where the host is, if every address it gives may be connected to."""
        if _ip(host):
            return [host]  # staff named this very machine
        try:
            found = self.resolve(host, port)
        except OSError as error:
            raise NotReached(
                f"There is no host called {host}.", "Check its spelling, and the network."
            ) from error
        own = {host_name(named) for named in self.hosts if named}
        for address in found:
            if not _may_be(address, host, own=host in own):
                raise ExplorerError(
                    f"{host} leads to {address}, which is not a public address.",
                    f'If it is in your own network, name it in sources.toml: hosts = ["{host}"];'
                    " this machine itself is named as localhost or by its IP address.",
                )
        return found


def target_of(address: str) -> Target:
    """The address taken apart; WrongUse where it is not one that may be fetched."""
    shown = address[:200]
    if _UNFIT.search(address):
        raise WrongUse(f"{shown!r} is not an address.", "Take the characters out that are none.")
    try:
        parts = urlsplit(address.strip())
        port = parts.port
        host = host_name(parts.hostname or "")
    except ValueError as error:
        raise WrongUse(f"'{shown}' is not an address.", "Check it for a mistake.") from error
    if parts.scheme not in ("http", "https") or not host:
        raise WrongUse(f"'{shown}' is not a web address.", "Use one that begins with https://.")
    if "@" in parts.netloc:
        raise WrongUse(
            f"The address at {host} holds a user name or password.", "Use one without them."
        )
    path = quote(parts.path or "/", safe="%/:=&~+!$,;'@()*[]")
    if parts.query:
        path += "?" + quote(parts.query, safe="%/:=&?~+!$,;'@()*[]")
    return Target(parts.scheme, host, port or {"http": 80, "https": 443}[parts.scheme], path)


def host_of(address: str) -> str:
    """The host of a web address; "" where it is none."""
    try:
        return target_of(address).host
    except WrongUse:
        return ""


def host_name(written: str) -> str:
    """A host's name as hosts are compared; ValueError where it is none."""
    if "%" in written:  # an address with the name of a network card
        raise ValueError(written)
    if address := _ip(written.strip("[]")):
        return str(address)
    name = written.strip().rstrip(".").lower()
    if not name.isascii():
        name = name.encode("idna").decode("ascii")
    if name and not _NAME.fullmatch(name):
        raise ValueError(written)
    return name


def named_hosts(written: Sequence[object]) -> tuple[str, ...]:
    """The hosts of a list that staff wrote; WrongUse where one is no name of a host."""
    for host in written:
        try:
            if isinstance(host, str) and host_name(host):
                continue
        except ValueError:
            pass
        raise WrongUse(
            f"'{host}' is not the name of a host.",
            'Give names only, without https:// or a path: hosts = ["media.museum.example"].',
        )
    return tuple(host_name(str(host)) for host in written)


def _ip(text: str) -> _Ip | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _may_be(address: str, host: str, *, own: bool) -> bool:
    """Whether a host of this name may be at this address."""
    ip = _ip(address.partition("%")[0])
    if ip is None:
        return False
    ip = _inner(ip)
    if host == "localhost":
        return ip.is_loopback
    if ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_unspecified:
        return False
    return ip.is_global or (own and ip.is_private and not ip.is_reserved)


def _inner(ip: _Ip) -> _Ip:
    """The IPv4 address that an IPv6 address carries, where it carries one."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


def _asked_for(retry_after: str, otherwise: float) -> float:
    """The seconds a busy server asks to be left alone, given as seconds or as a date."""
    told = retry_after.strip()
    if told.isdecimal():
        seconds = float(told[:9])
    else:
        try:
            moment = parsedate_to_datetime(told)
        except ValueError:
            return otherwise
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), LONGEST_WAIT)
