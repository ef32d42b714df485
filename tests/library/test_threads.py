"""The same bytes from any thread, in any order, whatever the caller did to the decimal context."""

from __future__ import annotations

import decimal
import hashlib
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

import gateway
from gateway.codec import xmlverdict
from gateway.codec.base import need_writer
from gateway.codec.xmlstructure import Structure
from gateway.formats import formats

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 21, tzinfo=UTC)
THREADS = 8
XSD = b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a"><xs:complexType>
 <xs:sequence><xs:element name="b" type="xs:int" maxOccurs="unbounded"/></xs:sequence>
</xs:complexType></xs:element></xs:schema>"""
TARGETS = [f.id for f in formats() if f.write is not None]
# As small as a declaration is that two very different targets can be made of.
SMALL = b"""{"document": {"id": "3f1c7a52-6d0e-5b4b-8f5e-2a9d4c6e1b07", "type": "selfDeclared"},
 "enterprise": {"name": {"zh": "\xe7\xa4\xba\xe4\xbe\x8b", "en": "Example"}}, "product": {"model": "X-1"},
 "unit": {"amount": "1", "unit": "kg"}, "boundary": {"type": "c2g"}, "results": {"total": "12.5"}}"""


def inputs() -> dict[str, bytes]:
    """Both examples, as JSON and as the filled workbooks, and the small one."""
    found = {name: (ROOT / "examples" / name).read_bytes() for name in ("lfp-pack.json", "tea.json")}
    return found | {"small": SMALL, "workbook": gateway.template("battery", filled=True)}


def digest(data: bytes, targets: list[str]) -> str:
    """SHA-256 over everything that comes of one input: files, notes, lacks, report, rules."""
    source = gateway.read(data, context=gateway.Context(now=NOW))
    told: list[object] = [gateway.to_json(source.declaration), gateway.to_json(source.report)]
    for outcome in gateway.convert(source, to=targets, options={"preview": "yes"}):
        members = outcome.package.members if outcome.package else ()
        told.append([(m.name, m.data) for m in members])
        told.append(gateway.to_json(gateway.Report(outcome.notes)))
        told.append([str(lack) for lack in outcome.lacks])
    told.extend(e.counts() for e in gateway.evaluate(source, ["eu-battery", "gbt-24067"]))
    return hashlib.sha256(repr(told).encode()).hexdigest()


def in_threads(work: Callable[[int], str], each: int) -> list[set[str]]:
    """What ``each`` calls gave in every one of eight threads that start at once."""
    gate, found = threading.Barrier(THREADS), [set[str]() for _ in range(THREADS)]
    failed: list[BaseException] = []

    def run(mine: set[str], number: int) -> None:
        try:
            gate.wait()
            for turn in range(each):
                mine.add(work(number + turn))
        except BaseException as error:  # noqa: BLE001 - told by the test below
            failed.append(error)

    threads = [threading.Thread(target=run, args=(mine, n)) for n, mine in enumerate(found)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    return found


def converted(data: bytes) -> str:
    """The bytes of one conversion from bytes to bytes, and its notes."""
    source = gateway.read(data, context=gateway.Context(now=NOW))
    (outcome,) = gateway.convert(source, to=["cn-pcf@1"])
    assert outcome.package is not None
    return hashlib.sha256(outcome.package.only.data + repr(outcome.notes).encode()).hexdigest()


class TestThreads:
    """8 threads × 1,000 conversions give the serial bytes."""

    def test_a_thousand_conversions_in_each_of_eight_threads(self) -> None:
        serial = converted(SMALL)
        assert in_threads(lambda _: converted(SMALL), 1_000) == [{serial}] * THREADS

    def test_every_input_and_target_at_once(self) -> None:
        """Each thread begins with another input, so that no two do the same at the same time."""
        every = list(inputs().values())
        serial = [digest(data, TARGETS) for data in every]
        found = in_threads(lambda n: f"{n % len(every)} {digest(every[n % len(every)], TARGETS)}", 1)
        assert found == [{f"{n % len(every)} {serial[n % len(every)]}"} for n in range(THREADS)]

    @pytest.mark.long
    def test_the_full_example_fifty_times_in_each(self) -> None:
        data = inputs()["lfp-pack.json"]
        serial = digest(data, ["pact"])
        assert in_threads(lambda _: digest(data, ["pact"]), 50) == [{serial}] * THREADS

    def test_first_use_may_be_in_threads(self) -> None:
        """Caches that are filled by eight threads at once, in a process that has loaded nothing yet."""
        code = (
            "import sys; sys.path[:0] = [sys.argv[1], sys.argv[2]]\n"
            "import test_threads as t\n"
            "data = t.inputs()['lfp-pack.json']\n"
            "found = t.in_threads(lambda _: t.digest(data, ['pact', 'batterypass']), 1)\n"
            "print({one for mine in found for one in mine})"
        )
        here = str(Path(__file__).resolve().parent)
        command = [sys.executable, "-W", "error", "-c", code, str(ROOT), here]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
        serial = digest(inputs()["lfp-pack.json"], ["pact", "batterypass"])
        assert done.stdout.strip() == str({serial})

    def test_a_broken_document_is_never_judged_by_the_log_of_another(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A compiled XML Schema has one error log; eight threads that read it lose and gain errors."""
        schema = etree.XMLSchema(etree.fromstring(XSD))
        monkeypatch.setattr(xmlverdict, "_compiled", lambda _: schema)
        monkeypatch.setattr(xmlverdict, "schema_of", lambda _: "a.xsd")
        structure = Structure.__new__(Structure)
        names = [f"x{n}" if n % 2 else "" for n in range(THREADS)]

        def said(number: int) -> str:
            name = names[number % THREADS]
            document = b"<a>" + b"<b>1</b>" * 300 + (f"<b>{name}</b>" if name else "").encode() + b"</a>"
            found = xmlverdict.judge(document, structure)
            texts = "".join(finding.saw for finding in found)
            return "ok" if len(found) == bool(name) and name in texts else f"{name}: {texts}"

        before = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        try:
            assert in_threads(said, 200) == [{"ok"}] * THREADS
        finally:
            sys.setswitchinterval(before)


@contextmanager
def spoilt(**settings: object) -> Iterator[None]:
    with decimal.localcontext() as context:
        for name, value in settings.items():
            setattr(context, name, value)
        context.traps[decimal.Inexact] = settings.get("prec") == 50
        yield


class TestDecimalContext:
    """The caller's decimal context is the caller's: it decides nothing here."""

    @pytest.mark.parametrize(
        "settings",
        [
            {"prec": 3, "rounding": decimal.ROUND_UP},
            {"prec": 2, "rounding": decimal.ROUND_DOWN, "capitals": 0},
            {"prec": 50},
            {"prec": 9, "Emax": 3, "Emin": -3},
        ],
        ids=str,
    )
    @pytest.mark.parametrize("name", ["lfp-pack.json", "tea.json", "small", "workbook"])
    def test_it_changes_nothing(self, name: str, settings: dict[str, object]) -> None:
        data = inputs()[name]
        plain = digest(data, TARGETS)
        with spoilt(**settings):
            assert digest(data, TARGETS) == plain
        assert decimal.getcontext().prec == 28

    def test_every_writer_is_meant(self) -> None:
        assert all(need_writer(f) for f in formats() if f.id in TARGETS)
        assert len(TARGETS) >= 3
