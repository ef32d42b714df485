"""What must not leave does not leave: canaries in every private kind of field, looked for in every byte."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from gateway.codec.base import Context, Package
from gateway.errors import InputError
from gateway.formats import formats
from gateway.model.base import Missing
from gateway.model.disclosure import Disclosure, classes, redact, withheld
from gateway.model.walk import by_path
from gateway.pipeline.convert import Outcome, Source
from gateway.pipeline.documents import private_report, public_report
from gateway.pipeline.issue import PRIVATE, Request, draft, prepare, sign
from gateway.pipeline.masking import Mask
from gateway.report import Fate, Note
from gateway.signing.keys import PrivateKey

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "lfp-pack.json"
PASSPORT = EXAMPLE.parent / "passport-data" / EXAMPLE.name
ALL = tuple(f.id for f in formats() if f.write is not None)

# Places of class C2, C3 or personal, unknown members, and names of items that go as a whole, each with its
# own mark. The names stand in the paths of all that was withheld with the item.
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
    ("lines", 0, "id"),
    ("attachments", 0, "name"),
    ("lines", 9, "internalNote"),
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
    document["attachments"][0]["class"] = "C3"
    return Package.of(json.dumps(document, ensure_ascii=False).encode(), name="canary.json")


@pytest.fixture(scope="module")
def files(package: Package, key: PrivateKey) -> dict[str, bytes]:
    request = Request(to=ALL, options={"preview": "yes"})
    context = Context(now=datetime(2026, 11, 21, tzinfo=UTC))
    return sign(prepare(package, request, context=context), key)


def marks(data: bytes) -> list[str]:
    """The canaries in these bytes, also where JSON escaped them."""
    text = data.decode("utf-8", "replace")  # a zip of stored files shows them as they are
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
    for written in (total, "652997/3400000"):
        assert not [n for n, data in files.items() if not n.startswith(PRIVATE) and written in data.decode()]


def test_the_leaves_of_one_hidden_item_stand_together(files: dict[str, bytes]) -> None:
    (pact,) = [t for t in json.loads(files["report.json"])["targets"] if t["format"] == "pact@3.0"]
    paths = {n["path"] for n in pact["notes"] if n["path"].startswith("/lines/withheld-1/")}
    assert {"/lines/withheld-1/id", "/lines/withheld-1/supplier_name", "/lines/withheld-1/result"} <= paths


def test_the_id_of_a_site_stands_in_no_public_report(package: Package) -> None:
    document = json.loads(package.only.data)
    document["sites"][0]["id"] = "SITE-CANARY"
    changed = Package.of(json.dumps(document, ensure_ascii=False).encode(), name="canary.json")
    options = {"preview": "yes"}
    for_all = prepare(changed, Request(to=ALL, disclosure=Disclosure.C0, options=options)).files
    for_customers = prepare(changed, Request(to=("cn-pcf",), options=options)).files
    assert b"SITE-CANARY" not in for_all["report.json"].data
    assert b"/sites/withheld-1/name" in for_all["report.json"].data
    assert b"/sites/SITE-CANARY/" in for_customers["report.json"].data


@pytest.mark.parametrize("audience", ["legitimate-interest", "authorities"])
def test_who_may_see_more_of_the_passport_is_told_no_more_names_of_items(
    package: Package, audience: str
) -> None:
    document = json.loads(package.only.data)
    document["sites"][0]["id"] = "SITE-CANARY"
    changed = Package.of(json.dumps(document, ensure_ascii=False).encode(), name="canary.json")
    more = Package.of(PASSPORT.read_bytes(), name="passport.json")
    options = {"preview": "yes", "audience": audience}
    request = Request(to=("batterypass", "untp-dpp"), options=options, beside=(more,))
    prepared = prepare(changed, request)
    assert prepared.written
    told = prepared.files["report.json"].data
    assert not marks(told)
    assert b"SITE-CANARY" not in told
    assert b"/lines/withheld-1/id" in told


def test_an_item_that_is_lacking_something_is_not_named_either(battery: Source) -> None:
    mask = Mask(battery.declaration, Disclosure.C1)
    assert mask.path("/lines/L01/factor/value") == "/lines/withheld-1/factor/value"
    assert mask.path("/results/declared/carbon/total") == "/results/declared/carbon/total"
    error = InputError(path="/lines/L01/factor/value", code="target.lacks-field")
    outcome = Outcome(formats()[0], None, lacks=(error,), disclosure=Disclosure.C1)
    report = json.loads(public_report(battery, [outcome]))
    assert report["targets"][0]["lacks"][0]["at"] == "/lines/withheld-1/factor/value"


def test_an_endless_amount_at_stake_is_shown_as_decimals(battery: Source) -> None:
    note = Note("codec.dropped", "/results/a", Fate.DROPPED, kg=Fraction(652997, 3400000))
    outcome = Outcome(formats()[0], Package.of(b"{}"), notes=(note,))
    (public,) = json.loads(public_report(battery, [outcome]))["targets"]
    (private,) = json.loads(private_report(battery, [outcome]))["targets"]
    assert public["notes"][0]["kgAtStake"] == private["notes"][0]["kgAtStake"] == "0.192057941176471"
    assert "exact" not in public["notes"][0]
    assert private["notes"][0]["exact"] == "652997/3400000"
