"""What leaves the house is listed whole, obeys the disclosure class, and what may not leave is called so."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from dataclasses import replace as with_changes

import pytest

from gateway import messages
from gateway.codec.base import Package
from gateway.errors import UsageError
from gateway.formats import formats
from gateway.model.access import Access
from gateway.model.base import Missing
from gateway.model.disclosure import Disclosure, classes, names_of_items
from gateway.model.walk import by_path, places, replace
from gateway.pipeline import documents
from gateway.pipeline.convert import Outcome, Source, convert, read
from gateway.pipeline.leaving import leaving
from gateway.quantity import Quantity

from .conftest import EXAMPLES

TARGETS = [f.id for f in formats() if f.write is not None]
ASKED = {
    "manufacturerPartId": "P-1",
    "customerPartId": "P-2",
    "siteIdentifier": "BPNS000000000001",
    "legalidentifier": "BPNL000000000001",
    "partialFullPcf": "Cradle-to-gate",
    "retroOrProspectivePcfType": "Retrospective PCF",
    "allocationWasteIncineration": "cut-off",
    "massBalancingUsed": "false",
    "freeAttributionInMassBalancing": "not applicable",
    "massBalancingCertificateScheme": "none",
}


@pytest.fixture(scope="module")
def source() -> Source:
    beside = Package.of((EXAMPLES / "passport-data" / "lfp-pack.json").read_bytes())
    return read((EXAMPLES / "lfp-pack.json").read_bytes(), beside=(beside,))


def made(source: Source, target: str, allowed: Disclosure, **more: str) -> Outcome:
    known = next(f for f in formats() if f.id == target).parameters
    options = {name: value for name, value in ASKED.items() if name in known}
    return convert(source, to=[target], disclosure=allowed, options={**options, "preview": "yes", **more})[0]


def text_of(package: Package) -> str:
    parts = []
    for member in package.members:
        if member.data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(member.data)) as packed:
                parts += [packed.read(name).decode("utf-8", "replace") for name in packed.namelist()]
        else:
            parts.append(member.data.decode("utf-8", "replace"))
    return "\n".join(parts)


def _is_key(path: str) -> bool:
    """Whether an item of a list is known by it: another text would be another path."""
    return path.startswith("/passport_data/") and path.endswith(("/name", "/supplier"))


def _is_prose(text: str) -> bool:
    return " " in text or not text.isascii()


def marked(source: Source) -> tuple[Source, dict[str, str]]:
    """The source with a mark of its own in every text of people, and in every number of six digits."""
    declaration, marks = source.declaration, dict[str, str]()
    keys = {place.path for place in places(declaration) if place.pattern in names_of_items()}
    for number, (path, value) in enumerate(by_path(declaration).items()):
        if isinstance(value, str) and path not in keys and not _is_key(path) and _is_prose(value):
            marks[path] = f"x{number:04}x"
            declaration = replace(declaration, path, f"{value} {marks[path]}")
        elif isinstance(value, Quantity) and len(str(value.amount).strip("-0.").replace(".", "")) >= 6:
            marks[path] = str(value.amount)
    counted = Counter(marks.values())
    return with_changes(source, declaration=declaration), {p: m for p, m in marks.items() if counted[m] == 1}


@pytest.mark.parametrize("allowed", [Disclosure.C0, Disclosure.C1])
@pytest.mark.parametrize("target", TARGETS)
def test_what_stands_in_an_output_is_listed(source: Source, target: str, allowed: Disclosure) -> None:
    other, marks = marked(source)
    outcome = made(other, target, allowed)
    if outcome.package is None:
        assert outcome.lacks
        assert leaving(other, outcome) == {}
        return
    text = text_of(outcome.package)
    listed = {path for paths in leaving(other, outcome).values() for path in paths}
    assert {path for path, mark in marks.items() if mark in text and path not in listed} == set()


@pytest.mark.parametrize("allowed", [Disclosure.C0, Disclosure.C1])
@pytest.mark.parametrize("target", TARGETS)
def test_what_leaves_was_opened_by_its_class_or_group(
    source: Source, target: str, allowed: Disclosure
) -> None:
    outcome = made(source, target, allowed)
    opened = {one.value for one in Disclosure if one <= outcome.disclosure} | {Access.PUBLIC.value}
    assert outcome.disclosure <= allowed
    assert set(leaving(source, outcome)) <= opened


@pytest.mark.parametrize("audience", ["legitimate-interest", "authorities"])
def test_a_named_audience_is_given_what_its_groups_open(source: Source, audience: str) -> None:
    found = leaving(source, made(source, "aas-02035@1.0", Disclosure.C1, audience=audience))
    other = {"legitimate-interest": "authorities", "authorities": "interest"}[audience]
    assert "interest-commission" in found
    assert other not in found


@pytest.mark.parametrize("target", ["pact@3.0", "pact@2.3", "catenax-pcf@10.0.0", "catenax-pcf@7.0.0"])
@pytest.mark.parametrize("name", ["tea.json", "supplier.json", "lfp-pack.json"])
def test_a_field_that_is_there_and_not_shown_is_not_asked_for(target: str, name: str) -> None:
    source = read((EXAMPLES / name).read_bytes())
    outcome = made(source, target, Disclosure.C0)
    own, filled = classes(source.declaration), by_path(source.declaration)
    hidden = [e for e in outcome.lacks if e.error_code == "target.withheld"]
    for error in outcome.lacks:
        if error.path in filled and not isinstance(filled[error.path], Missing):
            assert (error in hidden) == (own[error.path] > Disclosure.C0)
    for error in hidden:
        fix = messages.explain(error, "en").fix
        assert f"--disclosure {own[error.path].value}" in fix
        assert f"--disclosure {own[error.path].value}" in messages.explain(error, "zh").fix
    assert hidden or outcome.lacks == () or name == "supplier.json"
    # With the class that it names nothing of the kind stands in the way.
    more = made(source, target, Disclosure.C1).lacks
    assert [e for e in more if e.error_code == "target.withheld"] == []


def test_a_field_that_this_target_never_shows_says_so() -> None:
    data = json.loads((EXAMPLES / "lfp-pack.json").read_text(encoding="utf-8"))
    source = read(json.dumps(data, ensure_ascii=False).encode())
    outcome = made(source, "batterypass@1.2", Disclosure.C1)
    by = {e.path: e.error_code for e in outcome.lacks}
    assert by["/passport/status"] == "carrier.part-withheld"


def test_the_report_of_the_house_lists_what_leaves(source: Source) -> None:
    outcome = made(source, "pact@3.0", Disclosure.C1)
    private = documents.private_report(source, [outcome])
    (target,) = json.loads(private)["targets"]
    assert target["leaves"] == {one: list(paths) for one, paths in leaving(source, outcome).items()}
    assert set(target["leaves"]) == {"C0", "C1"}


def test_a_part_that_is_left_out_for_its_class_is_still_named() -> None:
    """The manufacturer's address is for customers; a battery passport is for anybody."""
    data = json.loads((EXAMPLES / "lfp-pack.json").read_text(encoding="utf-8"))
    data["enterprise"]["postalCode"] = "230000"
    source = read(json.dumps(data, ensure_ascii=False).encode())
    outcome = made(source, "batterypass@1.2", Disclosure.C1)
    assert outcome.written
    assert {error.params.get("part") for error in outcome.lacks} == {"GeneralProductInformation"}
    own = classes(source.declaration)
    for error in outcome.lacks:
        if error.error_code == "target.withheld-always":
            assert own[error.path] > Disclosure.C0


def test_the_public_is_no_named_audience(source: Source) -> None:
    with pytest.raises(UsageError) as caught:
        made(source, "aas-02035@1.0", Disclosure.C0, audience="authorities")
    assert caught.value.error_code == "usage.audience-not-public"
    assert made(source, "aas-02035@1.0", Disclosure.C0, audience="public").disclosure is Disclosure.C0
