"""What the client connects to, and what it takes as an answer. Nothing here uses a network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import httpcore
import httpx
import pytest

from gateway.errors import GatewayError, InputError
from gateway.exchange.guarded import LARGEST, GuardedTransport, NotFetched, fetch, is_public

HOSTS = ("lists.example.org",)
URL = "https://lists.example.org/list.jws"


class Line(httpcore.NetworkBackend):
    """Keeps the addresses that would have been connected to."""

    def __init__(self) -> None:
        self.called: list[str] = []

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        self.called.append(host)
        raise httpcore.ConnectError("no line in tests")


def asked(*addresses: str) -> list[str]:
    """What is connected to where the name has these addresses."""
    line = Line()
    with pytest.raises(NotFetched):
        fetch(URL, allowed_hosts=HOSTS, transport=GuardedTransport(lambda _: list(addresses), line))
    return line.called


class TestAddresses:
    """Only public ones, and the one that was checked."""

    def test_the_checked_address_is_the_one_connected_to(self) -> None:
        assert asked("93.184.215.14") == ["93.184.215.14"]

    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",  # noqa: S104  an address in a test, bound to nothing
            "224.0.0.1",
            "240.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fec0::1",
            "fc00::1",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:7f00:1::",
            "ff02::1",
            "3fff::1",
            "192.88.99.1",
            "192.0.0.8",
            "no address",
        ],
    )
    def test_no_private_address(self, address: str) -> None:
        assert not is_public(address)
        assert asked(address) == []
        assert asked("93.184.215.14", address) == []

    def test_a_name_that_does_not_resolve(self) -> None:
        def look_up(host: str) -> list[str]:
            raise OSError(host)

        with pytest.raises(NotFetched):
            fetch(URL, allowed_hosts=HOSTS, transport=GuardedTransport(look_up, Line()))

    @pytest.mark.oracle
    def test_no_hostile_address_is_asked(self, oracle_data: Path) -> None:
        lines = (oracle_data / "signing/attacks/ssrf/hosts.txt").read_text(encoding="utf-8").splitlines()
        assert len(lines) == 29
        for url in lines:
            with pytest.raises(InputError):
                fetch(url, allowed_hosts=("127.0.0.1", "localhost", "example.com"), transport=_never())


def _never() -> httpx.MockTransport:
    def answer(request: httpx.Request) -> httpx.Response:
        raise AssertionError(request.url)

    return httpx.MockTransport(answer)


class Body(httpx.SyncByteStream):
    """What comes over the line."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __iter__(self) -> Iterator[bytes]:
        yield self.data


def got(answer: httpx.Response, *, seconds: float = 0) -> bytes:
    ticks = iter([0.0, *([seconds] * 10_000)])
    transport = httpx.MockTransport(lambda _: answer)
    return fetch(URL, allowed_hosts=HOSTS, transport=transport, clock=lambda: next(ticks))


class Slow(httpcore.NetworkBackend, httpcore.NetworkStream):
    """Gives one piece after each pause, by a clock of its own."""

    def __init__(self, pause: float, chunks: list[bytes]) -> None:
        self.now, self.pause, self.chunks = 0.0, pause, iter(chunks)
        self.waits: list[float] = []

    def connect_tcp(self, *_args: object, **_named: object) -> httpcore.NetworkStream:
        return self

    def start_tls(self, *_args: object, **_named: object) -> httpcore.NetworkStream:
        return self

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        assert max_bytes
        assert timeout is not None
        self.waits.append(timeout)
        self.now += self.pause
        return next(self.chunks, b"")

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        assert isinstance(buffer, bytes)
        assert timeout is not None

    def close(self) -> None:
        self.chunks = iter(())

    def get_extra_info(self, info: str) -> None:
        assert info


def slowly(line: Slow) -> bytes:
    guarded = GuardedTransport(lambda _: ["93.184.215.14"], line, clock=lambda: line.now)
    return fetch(URL, allowed_hosts=HOSTS, transport=guarded, clock=lambda: line.now)


class TestAnswers:
    """Small, direct, and soon."""

    def test_a_good_one(self) -> None:
        assert got(httpx.Response(200, stream=Body(b"list"))) == b"list"

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    def test_no_redirect_is_followed(self, status: int) -> None:
        with pytest.raises(NotFetched):
            got(httpx.Response(status, headers={"Location": "https://lists.example.org/other"}))

    @pytest.mark.parametrize("status", [204, 404, 500])
    def test_no_other_status(self, status: int) -> None:
        with pytest.raises(NotFetched):
            got(httpx.Response(status))

    def test_no_more_than_a_mebibyte(self) -> None:
        class Endless(httpx.SyncByteStream):
            def __iter__(self) -> Iterator[bytes]:
                while True:
                    yield b"x" * 65536

        assert len(got(httpx.Response(200, stream=Body(b"x" * LARGEST)))) == LARGEST
        with pytest.raises(NotFetched):
            got(httpx.Response(200, stream=Endless()))

    def test_no_longer_than_ten_seconds(self) -> None:
        with pytest.raises(NotFetched):
            got(httpx.Response(200, stream=Body(b"slow")), seconds=11)

    @pytest.mark.parametrize(
        ("pause", "chunks"),
        [
            (4.0, [b"HTTP/1.1 200 OK\r\n", b"x: 1\r\n", b"y: 1\r\n", b"content-length: 2\r\n\r\nok"]),
            (0.2, [b"HTTP/1.1 103 Early Hints\r\n\r\n"] * 75 + [b"HTTP/1.1 200 OK\r\n\r\n"]),
            (4.0, [b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n", b"o", b"k", b"ok"]),
        ],
    )
    def test_the_head_counts_as_well(self, pause: float, chunks: list[bytes]) -> None:
        line = Slow(pause, chunks)
        with pytest.raises(NotFetched):
            slowly(line)
        assert line.now <= 10 + pause

    def test_one_that_takes_its_time_and_comes(self) -> None:
        line = Slow(2.0, [b"HTTP/1.1 200 OK\r\n", b"content-length: 2\r\n\r\n", b"ok"])
        assert slowly(line) == b"ok"
        # And nobody waits longer for one piece than is left for the whole.
        assert line.waits[-1] < line.waits[0] <= 10

    def test_nothing_packed(self) -> None:
        with pytest.raises(NotFetched):
            got(httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=Body(b"\x1f\x8b")))

    def test_a_host_that_is_not_allowed(self) -> None:
        with pytest.raises(GatewayError) as caught:
            fetch(URL, allowed_hosts=("other.example.org",), transport=_never())
        assert caught.value.error_code == "url.not-allowed"
