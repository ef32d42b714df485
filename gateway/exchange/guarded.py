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
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


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
                transport=transport or GuardedTransport(),
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


class _Backend(httpcore.NetworkBackend):
    """Connects to checked addresses only."""

    def __init__(self, look_up: Resolve, inner: httpcore.NetworkBackend) -> None:
        self._look_up, self._inner = look_up, inner

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
        return self._inner.connect_tcp(addresses[0], port, timeout, local_address, socket_options)


class GuardedTransport(httpx.BaseTransport):
    """httpx over connections that the guard has made; the certificate is checked against the name."""

    def __init__(self, look_up: Resolve = resolve, backend: httpcore.NetworkBackend | None = None) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=1,
            retries=0,
            network_backend=_Backend(look_up, backend or httpcore.SyncBackend()),
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
