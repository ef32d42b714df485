"""No silent loss: change any one leaf of a full declaration, and every writer shows it or notes it once."""

from __future__ import annotations

import json
import random
from dataclasses import replace as with_changes
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from gateway import resources
from gateway.codec.base import Context, Package
from gateway.codec.fields import code_list, compile_table
from gateway.formats import find, formats
from gateway.model.base import Leaf, Missing
from gateway.model.declaration import Declaration
from gateway.model.walk import Place, by_path, leaves, replace, same
from gateway.pipeline.convert import Outcome, Source, convert, read
from gateway.quantity import Quantity
from gateway.quantity.number import Number
from gateway.report import Fate

from .conftest import EXAMPLES, package

SHARE, CHANGES = 12, 1_000
WRITERS = [f.id for f in formats() if f.write is not None]
# What is filled by inputs beside the declaration, for an audience that sees most of it.
FILLED = frozenset(
    {
        "passport-data@1",
        "aas-02035@1.0",
        "batterypass@1.2",
        "catenax-battery-pass@6.1.0",
        "catenax-dpp@7.0.0",
        "untp-dpp@0.6.1",
        "untp-dpp@0.7.0",
        "untp-dcc@0.6.1",
        "eudpp-lca@1.9",
        "cbam-data@1",
        "cbam-installation@1",
    }
)
# PACT 2.3 has no pieces, so a pack is refused there; the others state a product otherwise than a battery.
OF_TEA = (
    "pact@2.3",
    "pact@3.0",
    "catenax-pcf@10.0.0",
    "catenax-dpp@7.0.0",
    "untp-dpp@0.6.1",
    "aas-02023@1.0",
)
CASES = [
    *((writer, "filled" if writer in FILLED else "battery") for writer in WRITERS if writer != "pact@2.3"),
    *((writer, "linked" if writer.startswith("untp") else "tea") for writer in OF_TEA),
]
# What Catena-X asks for and a declaration does not have.
TOLD = {
    "partialFullPcf": "Cradle-to-gate",
    "retroOrProspectivePcfType": "Retrospective PCF",
    "allocationWasteIncineration": "cut-off",
    "massBalancingUsed": "false",
    "ccsTechnologicalCO2CaptureIncluded": "false",
    "productCategoryCpc": "46420",
    "packagingEmissionsIncluded": "false",
    "customerPartId": "C-1",
    "siteIdentifier": "BPNS000000000001",
    "rulebook": "https://example.org/rules",
    "declaration": "https://example.org/declaration",
    "facility": "BPNA000000000001",
    "street": "Main Street",
    "number": "1",
    "city": "Hefei",
    "country": "CN",
    "postCode": "230000",
    "untp-issuer": "did:web:example.org",
    "exemptedEmissionsDescription": "nothing",
}
_CODES = {
    row.pattern: row.code_list
    for row in compile_table(resources.table("fields/cn_pcf.csv")).rows
    if row.code_list
}


def other(place: Place, rng: random.Random) -> Leaf:
    """Another value of the same kind, as an owner might have typed it."""
    value = place.value
    if isinstance(value, bool):
        return not value
    if isinstance(value, Quantity):
        return Quantity(Fraction(value.amount) * 2 if value.amount else Decimal(3), value.unit)
    if isinstance(value, Number):
        return Number(Fraction(value.value) + 1)
    if isinstance(value, int):
        return value + 1
    if isinstance(value, date):
        return value + timedelta(days=1)
    if isinstance(value, Missing):
        return "told"
    codes = [c for c in code_list(_CODES.get(place.pattern, "")) if c != value]
    if place.pattern.startswith("/extras"):
        return '"changed"'
    return type(value)(rng.choice(codes)) if codes else f"{value}x"


def where_now(before: Declaration, after: Declaration, place: Place, value: Leaf) -> str:
    """The changed leaf's path. Changing what names a list item (an id, a stage) moves the item."""
    own = by_path(before)
    alike = [p for p in leaves(after) if p.pattern == place.pattern and same(p.value, value)]
    found = [p for p in alike if not same(own.get(p.path), value)]
    here = [p.path for p in found if p.path == place.path]
    return (here or [p.path for p in found])[0]


@pytest.fixture(scope="session")
def filled(context: Context) -> Source:
    """The complete LFP pack with passport data, and gate-level data of a smelter, beside it."""
    gate = json.loads((EXAMPLES / "cbam-data" / "aluminium.json").read_text(encoding="utf-8"))
    del gate["operator"]
    beside = [package(EXAMPLES / "passport-data" / "lfp-pack.json"), Package.of(json.dumps(gate).encode())]
    return read(package(EXAMPLES / "lfp-pack.json"), context=context, beside=beside)


@pytest.fixture(scope="session")
def linked(context: Context) -> Source:
    """The tea with the product link that a passport cannot be without."""
    told = json.loads((EXAMPLES / "tea.json").read_text(encoding="utf-8"))
    told["passport"] = {"productLink": "https://example.com/product/tea"}
    return read(Package.of(json.dumps(told).encode()), context=context)


@pytest.fixture
def source(request: pytest.FixtureRequest) -> Source:
    """The input of a case, by the name of its fixture."""
    found: Source = request.getfixturevalue(request.param)
    return found


def output(source: Source, declaration: Declaration, writer: str) -> Outcome:
    """One target from the changed declaration."""
    changed_source = with_changes(source, declaration=declaration)
    known = find(writer)[0].parameters
    told = {name: value for name, value in TOLD.items() if name in known}
    if writer in FILLED and "audience" in known:
        told["audience"] = "legitimate-interest"
    return convert(changed_source, to=[writer], options={"preview": "yes"} | told)[0]


def change_leaves(source: Source, writer: str, most: int) -> None:
    """Change one leaf after the other and look for it in the output and among the notes."""
    rng = random.Random(20260218)
    base = output(source, source.declaration, writer)
    assert base.package is not None, [str(e) for e in base.lacks]
    # Carriers that hold next to nothing of the lines are not asked about each of them.
    places = [
        p for p in leaves(source.declaration) if writer not in FILLED or not p.path.startswith("/lines/")
    ]
    silent, twice, needless, refused = [], [], [], 0
    for place in rng.choices(places, k=most):
        value = other(place, rng)
        after = replace(source.declaration, place.path, value)
        outcome = output(source, after, writer)
        if outcome.package is None:
            assert outcome.lacks
            refused += 1
            continue
        path = where_now(source.declaration, after, place, value)
        notes = [note for note in outcome.notes if note.path == path]
        reread = outcome.format.read(outcome.package, source.context).declaration
        carried = same(by_path(reread).get(path), value)
        if carried and notes:
            needless.append(path)
        if carried and outcome.package.members == base.package.members:
            silent.append(path)
        if not carried and not notes:
            silent.append(path)
        if len(notes) > 1:
            twice.append(path)
    assert not silent
    assert not twice
    assert not needless
    assert refused <= max(2, most // 10)


@pytest.mark.exhaustive
@pytest.mark.parametrize(("writer", "source"), CASES, indirect=["source"])
def test_some_changed_leaves_are_carried_or_noted_once(source: Source, writer: str) -> None:
    change_leaves(source, writer, SHARE)


@pytest.mark.long
@pytest.mark.parametrize(("writer", "source"), CASES, indirect=["source"])
def test_every_changed_leaf_is_carried_or_noted_once(source: Source, writer: str) -> None:
    change_leaves(source, writer, CHANGES)


@pytest.mark.parametrize(("writer", "source"), CASES, indirect=["source"])
def test_a_note_names_one_leaf_that_exists(source: Source, writer: str) -> None:
    outcome = output(source, source.declaration, writer)
    own = by_path(source.declaration)
    assert outcome.package is not None
    added = {Fate.DEFAULTED, Fate.INFERRED}
    restated = "" if outcome.restated is None else f"/results/{outcome.restated.id}/"
    strange = [
        n.path
        for n in outcome.notes
        if n.path not in own and n.fate not in added and not (restated and n.path.startswith(restated))
    ]
    assert not strange
    assert len({n.path for n in outcome.notes}) == len(outcome.notes)
    assert not [n.path for n in outcome.notes if "*" in n.path]


@pytest.mark.parametrize(("writer", "source"), CASES, indirect=["source"])
def test_amounts_of_co2e_that_are_lost_say_how_much(source: Source, writer: str) -> None:
    outcome = output(source, source.declaration, writer)
    own = by_path(source.declaration)
    assert outcome.package is not None
    for note in outcome.notes:
        leaf = own.get(note.path)
        if isinstance(leaf, Quantity) and leaf.unit == "kg{CO2eq}":
            # All of it, or the part that a writer says it left out.
            assert note.kg is not None, note.path
            assert abs(Fraction(note.kg)) <= abs(Fraction(leaf.amount)), note.path
            assert note.fate is not Fate.DROPPED or note.kg == leaf.amount, note.path
