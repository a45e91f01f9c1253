"""One question to one server: the only place in ingest that opens a connection.

Its host is resolved once, the address is checked and connected to; size and time have an end.
"""

import socket
import time
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import httpcore2

from explorer.errors import ExplorerError
from ingest.fetching import NotReached, Reply, Target

Addresses = Callable[[str, int], Sequence[str]]
"""The checked IP addresses of a host; an error where it may not be connected to."""

_GZIP = 16 + zlib.MAX_WBITS
_CHUNK = 65_536
_CONNECTING = 10.0  # seconds, for one of a host's addresses and for the first words of TLS


def ask(
    target: Target, headers: Mapping[str, str], addresses: Addresses, most: int, deadline: float
) -> Reply:
    """The server's reply, of at most `most` bytes, before the monotonic clock reads `deadline`."""
    left = max(deadline - time.monotonic(), 0.001)
    waits = dict.fromkeys(("connect", "read", "write", "pool"), left)
    url = httpcore2.URL(
        scheme=target.scheme.encode(), host=target.host.encode(), port=target.port,
        target=target.path.encode(),
    )  # fmt: skip
    line = _Line(addresses, deadline)
    asked = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]
    try:
        with (
            # A connection of its own: kept ones could outlive the check of their address.
            httpcore2.ConnectionPool(_trusted(), network_backend=line) as pool,
            pool.stream("GET", url, headers=asked, extensions={"timeout": waits}) as response,
        ):
            told = {n.decode("latin-1").lower(): v.decode("latin-1") for n, v in response.headers}
            packed = told.get("content-encoding", "").strip().lower()
            stream = response.iter_stream()
            return Reply(response.status, told, _content(stream, packed, most, target.host))
    except (httpcore2.ReadTimeout, httpcore2.WriteTimeout) as error:
        raise ExplorerError(
            f"{target.host} took too long to answer.", "Try again later, when it is less busy."
        ) from error
    except (
        httpcore2.NetworkError,
        httpcore2.ProtocolError,
        httpcore2.ConnectTimeout,
        OSError,
    ) as error:
        raise NotReached(
            f"{target.host} could not be asked: {str(error) or type(error).__name__}.",
            "Check the address and the network, and try again.",
        ) from error


def _content(stream: Iterable[bytes], packed: str, most: int, host: str) -> bytes:
    """All that comes, unpacked piece by piece, so that a little never becomes more than `most`."""
    if packed not in ("", "identity", "gzip", "x-gzip"):
        raise ExplorerError(
            f"{host} packs its answer in a way that was not asked for: {packed}.",
            "Tell those who run it that only gzip is understood.",
        )
    unpacking = zlib.decompressobj(_GZIP) if "gzip" in packed else None
    pieces: list[bytes] = []
    came = kept = 0
    for chunk in stream:
        came += len(chunk)
        for piece in (chunk,) if unpacking is None else _unpacked(unpacking, chunk, host):
            kept += len(piece)
            if max(came, kept) > most:
                raise ExplorerError(
                    f"The answer of {host} is larger than {most // 1000:,} kB.",
                    "Check that it is the right address.",
                )
            pieces.append(piece)
    if unpacking is not None and came and not unpacking.eof:
        raise NotReached(f"The answer of {host} breaks off.", "Try again later.")
    return b"".join(pieces)


def _unpacked(unpacking: Any, chunk: bytes, host: str) -> Iterable[bytes]:
    try:
        while chunk and not unpacking.eof:
            yield unpacking.decompress(chunk, _CHUNK)
            chunk = unpacking.unconsumed_tail
    except zlib.error as error:
        raise NotReached(f"The answer of {host} is damaged.", "Try again later.") from error


@cache
def _trusted() -> Any:
    """What certificates are checked against: those this machine trusts."""
    return httpcore2.default_ssl_context()


class _Line(httpcore2.NetworkBackend):
    """Connects to a host's checked addresses only; httpcore checks its certificate by its name."""

    def __init__(self, addresses: Addresses, deadline: float) -> None:
        self._addresses = addresses
        self._deadline = deadline

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:  # fmt: skip
        """A connection to the first of the addresses that answers."""
        failed: Exception = OSError("it has no address")
        for address in self._addresses(host, port):
            try:
                patience = min(_left(self._deadline), _CONNECTING)
                stream = httpcore2.SyncBackend().connect_tcp(
                    address, port, patience, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
            else:
                return _Timed(stream, self._deadline)
        raise failed


class _Timed(httpcore2.NetworkStream):
    """A connection whose every step ends by one deadline, however slowly the bytes drip."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """The next bytes."""
        return self._stream.read(max_bytes, _left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Nothing; the bytes are sent."""
        self._stream.write(buffer, _left(self._deadline))

    def close(self) -> None:
        """Nothing; the connection is closed."""
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """The same connection, private from here on."""
        patience = min(_left(self._deadline), _CONNECTING)
        stream = self._stream.start_tls(ssl_context, server_hostname, patience)
        return _Timed(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """What httpcore wants to know of the socket."""
        return self._stream.get_extra_info(info)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout
    return left


def resolved(host: str, port: int) -> Sequence[str]:
    """The IP addresses of a host as this machine's resolver gives them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
