"""What must not leave does not leave: canaries in every private kind of field, looked for in every byte."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.codec.base import Context, Package
from gateway.formats import formats
from gateway.model.base import Missing
from gateway.model.disclosure import Disclosure, classes, redact, withheld
from gateway.model.walk import by_path
from gateway.pipeline.convert import Source
from gateway.pipeline.issue import PRIVATE, Request, draft, prepare, sign
from gateway.signing.keys import PrivateKey

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "lfp-pack.json"
ALL = tuple(f.id for f in formats() if f.write is not None)

# Twenty places of class C2, C3 or personal, and one unknown member, each with its own mark.
PLACES = (
    ("enterprise", "legalRep"),
    ("enterprise", "contactName"),
    ("enterprise", "contactPhone"),
    ("enterprise", "contactEmail"),
    ("verification", "leadVerifier"),
    ("miit", "dqPlanId"),
    ("export", "basis"),
    ("export", "importantData"),
    ("results", "improvements"),
    ("lines", 0, "supplierName"),
    ("lines", 0, "supplierUscc"),
    ("lines", 1, "nameZh"),
    ("lines", 1, "nameEn"),
    ("lines", 2, "process"),
    ("lines", 3, "spec"),
    ("lines", 4, "component"),
    ("lines", 5, "evidence"),
    ("lines", 6, "proxy"),
    ("lines", 7, "derivation"),
    ("internalNote",),
)


def canary(index: int) -> str:
    return f"CANARY{index:02d}金丝雀"


@pytest.fixture(scope="module")
def package() -> Package:
    document = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    for index, (*above, last) in enumerate(PLACES):
        node = document
        for step in above:
            node = node[step]
        node[last] = canary(index)
    return Package.of(json.dumps(document, ensure_ascii=False).encode(), name="canary.json")


@pytest.fixture(scope="module")
def files(package: Package, key: PrivateKey) -> dict[str, bytes]:
    request = Request(to=ALL, options={"preview": "yes"})
    context = Context(now=datetime(2026, 11, 21, tzinfo=UTC))
    return sign(prepare(package, request, context=context), key)


def marks(data: bytes) -> list[str]:
    """The canaries in these bytes, also where JSON escaped them."""
    text = data.decode("utf-8")
    return [canary(i) for i in range(len(PLACES)) if f"CANARY{i:02d}" in text]


def test_every_canary_is_in_the_private_part(files: dict[str, bytes]) -> None:
    assert len(marks(files[f"{PRIVATE}source.json"])) == len(PLACES)
    assert len(marks(files[f"{PRIVATE}report.json"])) == len(PLACES)


def test_no_canary_is_anywhere_else(files: dict[str, bytes]) -> None:
    found = {name: marks(data) for name, data in files.items() if not name.startswith(PRIVATE)}
    assert not {name: seen for name, seen in found.items() if seen}


def test_a_draft_keeps_them_private_too(package: Package) -> None:
    previews = draft(prepare(package, Request(to=ALL, options={"preview": "yes"})))
    assert not [name for name, data in previews.items() if not name.startswith(PRIVATE) and marks(data)]


def test_withheld_values_are_shown_as_withheld(files: dict[str, bytes]) -> None:
    report = json.loads(files["report.json"])
    notes = [n for target in report["targets"] for n in target.get("notes", []) if n["fate"] == "withheld"]
    assert notes
    assert {note["value"] for note in notes} == {"withheld"}
    assert not [note for note in notes if "kgAtStake" in note]


def test_nothing_above_the_allowed_class_is_left(battery: Source) -> None:
    marked = classes(battery.declaration)
    for allowed in Disclosure:
        visible = redact(battery.declaration, allowed)
        assert not list(withheld(visible, allowed))
        secret = {path for path, found in marked.items() if found > allowed}
        assert not secret & {path for path, leaf in by_path(visible).items() if not isinstance(leaf, Missing)}


def test_a_footprint_that_a_carrier_leaves_empty_stands_nowhere_else(
    battery: Source, key: PrivateKey, context: Context
) -> None:
    prepared = prepare(battery.package, Request(to=("batterypass",)), context=context)
    total = "0.192057941176471"
    files = sign(prepared, key)
    assert total in files["private/report.json"].decode()
    assert not [n for n, data in files.items() if not n.startswith(PRIVATE) and total in data.decode()]
