"""The one HTTP client: https to a named public host from a list, one small answer, no redirect.

The address behind a name is looked up once, checked, and connected to; a name that changes its address in
between (DNS rebinding) gains nothing by it.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final

import httpcore
import httpx

from gateway.errors import ExchangeError
from gateway.frontdoor.limits import MIB
from gateway.frontdoor.urls import require_https

LARGEST: Final = MIB
LONGEST_S: Final = 10

Resolve = Callable[[str], list[str]]


class NotFetched(ExchangeError):
    """The file was not fetched; nothing was connected to that is not allowed."""

    code = "exchange.not-fetched"


def resolve(host: str) -> list[str]:
    """The addresses of a host."""
    found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[4][0]) for address in found))


def is_public(address: str) -> bool:
    """Whether an address may be connected to: global, and none that stands for another one."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        embedded = found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
        # RFC 6052: NAT64 hides an IPv4 address in the last 32 bits.
        if embedded or found in _NAT64 or found.is_site_local:
            return False
    if any(found in network for network in _NOT_GLOBAL):
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
# RFC 9637 (documentation), RFC 7526 (relays that are no more) and RFC 6890 (of protocols: no host is there),
# of which the library does not know, or not all.
_NOT_GLOBAL: Final = (
    ipaddress.ip_network("3fff::/20"),
    ipaddress.ip_network("192.88.99.0/24"),
    ipaddress.ip_network("192.0.0.0/24"),
)


def fetch(
    url: str,
    *,
    allowed_hosts: Collection[str],
    accept: str = "application/json",
    transport: httpx.BaseTransport | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> bytes:
    """The bytes at ``url``: at most 1 MiB within 10 seconds, answered with 200 and no redirect.

    Raises:
        InputError: the address is not one that may be fetched.
        NotFetched: the other side did not answer so.
    """
    require_https(url, allowed_hosts=allowed_hosts)
    end = clock() + LONGEST_S
    headers = {"Accept": accept, "Accept-Encoding": "identity", "User-Agent": "hutong"}
    try:
        with (
            httpx.Client(
                transport=transport or GuardedTransport(clock=clock),
                follow_redirects=False,
                trust_env=False,
                timeout=LONGEST_S,
                headers=headers,
            ) as client,
            client.stream("GET", url) as answer,
        ):
            if answer.status_code != 200:
                raise NotFetched(answer.status_code, path=url)
            if answer.headers.get("content-encoding", "identity") != "identity":
                raise NotFetched(answer.headers["content-encoding"], path=url)
            return _read(answer.iter_raw(), url, end, clock)
    except httpx.HTTPError as error:
        raise NotFetched(type(error).__name__, path=url) from error


def _read(chunks: Iterable[bytes], url: str, end: float, clock: Callable[[], float]) -> bytes:
    found = bytearray()
    for chunk in chunks:
        found += chunk
        if len(found) > LARGEST:
            raise NotFetched("> 1 MiB", path=url)
        if clock() > end:
            raise NotFetched("> 10 s", path=url)
    return bytes(found)


class _Time:
    """What is left of the time of one answer, its head included."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.start()

    def start(self) -> None:
        self._end = self._clock() + LONGEST_S

    def left(self, timeout: float | None) -> float:
        rest = self._end - self._clock()
        if rest <= 0:
            raise httpcore.ReadTimeout("> 10 s")
        return rest if timeout is None else min(rest, timeout)


class _TimedStream(httpcore.NetworkStream):
    """A connection that waits no longer than is left: a head that comes drop by drop, too."""

    def __init__(self, inner: httpcore.NetworkStream, time_: _Time) -> None:
        self._inner, self._time = inner, time_

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._time.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._time.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # the library's own name
    ) -> httpcore.NetworkStream:
        made = self._inner.start_tls(ssl_context, server_hostname, self._time.left(timeout))
        return _TimedStream(made, self._time)

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    """Connects to checked addresses only."""

    def __init__(self, look_up: Resolve, inner: httpcore.NetworkBackend, time_: _Time) -> None:
        self._look_up, self._inner, self._time = look_up, inner, time_

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # the library's own name
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = self._look_up(host)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(host) from error
        # One private address among several is enough to refuse the name.
        if port != 443 or not addresses or not all(map(is_public, addresses)):
            raise httpcore.ConnectError(host)
        left = self._time.left(timeout)
        made = self._inner.connect_tcp(addresses[0], port, left, local_address, socket_options)
        return _TimedStream(made, self._time)


class GuardedTransport(httpx.BaseTransport):
    """httpx over connections that the guard has made; the certificate is checked against the name."""

    def __init__(
        self,
        look_up: Resolve = resolve,
        backend: httpcore.NetworkBackend | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._time = _Time(clock)
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=1,
            retries=0,
            network_backend=_Backend(look_up, backend or httpcore.SyncBackend(), self._time),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.SyncByteStream)
        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        self._time.start()
        try:
            answer = self._pool.handle_request(asked)
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            raise httpx.TransportError(type(error).__name__) from error
        assert isinstance(answer.stream, Iterable)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Stream(answer.stream), extensions=answer.extensions
        )

    def close(self) -> None:
        self._pool.close()


class _Stream(httpx.SyncByteStream):
    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._chunks
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            raise httpx.TransportError(type(error).__name__) from error

    def close(self) -> None:
        if hasattr(self._chunks, "close"):
            self._chunks.close()
