"""Others on the packages we write: openLCA's own Python library, and brightway, which scores them.

Limits of bw2io 0.9.17, passed by here: parameters of a process stop it, and a process without a location;
so does an allocation factor whose exchange does not name its flow (ours does). Avoided products it takes for
inputs.
"""

from __future__ import annotations

import io
import json
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from gateway.codec.base import Context, Package
from gateway.codec.shelf import shelf_of
from gateway.codec.zipping import zipped
from gateway.formats.datasets import detect_datasets
from gateway.formats.openlca import OPENLCA
from gateway.model.process import Direction
from gateway.quantity.number import Number

from .conftest import CH4, CO2, MAKING, N2O, WIDGET, files, making, plant, world, written

if TYPE_CHECKING:
    from tests.conftest import Judges

SAMPLES = ("us-fpl-jsonld.zip", "exchange_sync-all.zip", "olca-complete-jsonld.zip")
# IPCC AR6 WG1, table 7.15.
GWP: dict[str, Decimal] = {CO2: Decimal(1), CH4: Decimal("29.8"), N2O: Decimal(273)}


@pytest.mark.oracle
@pytest.mark.judge("olca-schema")
def test_olca_schema_reads_every_entity_and_says_the_same(
    judges: Judges, tmp_path: Path, oracle_data: Path
) -> None:
    """Every entity of every package comes back from its typed objects member for member."""
    packages = {"own.zip": files(written(world()))}
    for name in SAMPLES:
        data = (oracle_data / "lca" / "olca-jsonld" / name).read_bytes()
        shelf = shelf_of(Package.of(data, name=name))
        packages[name] = files(written(OPENLCA.open(shelf, Context())))
    for name, found in packages.items():
        (tmp_path / name).write_bytes(zipped(sorted(found.items())))
    told = judges.python("olca.py", *sorted(tmp_path.iterdir()))
    for name, found in packages.items():
        entities = {n: json.loads(d) for n, d in found.items() if n.endswith(".json") and "/" in n}
        again = told[name]["again"]
        assert set(again) == set(entities)
        for member, document in entities.items():
            document.pop("hutong", None)
            assert not list(missing(document, again[member])), member


def missing(ours: Any, theirs: Any, at: str = "") -> list[str]:
    """Members of ours that the library did not take in; a false and an absence are one to it."""
    if isinstance(ours, dict):
        return [
            found
            for name, value in ours.items()
            # References in place have no types of their own there.
            if value is not False and name not in ("@type", "processType", "refUnit", "flowType", "category")
            for found in missing(
                value, theirs.get(name) if isinstance(theirs, dict) else None, f"{at}/{name}"
            )
            if not found.endswith(KNOWN)
        ]
    if isinstance(ours, list):
        if not isinstance(theirs, list) or len(theirs) != len(ours):
            return [at] if ours else []
        pairs = zip(ours, theirs, strict=True)
        return [found for n, (one, other) in enumerate(pairs) for found in missing(one, other, f"{at}/{n}")]
    return [] if ours == theirs else [at]


# What olca-schema 2.4.0 has no member for: the flow of an exchange that an allocation factor points to.
KNOWN = ("/exchange/flow/@id", "/exchange/flow/name")


@pytest.mark.judge("brightway")
def test_brightway_scores_what_the_exchanges_say(judges: Judges, tmp_path: Path) -> None:
    """By hand: 2 × 1 + 0.01 × 29.8 + 0.001 × 273 + 0.5 × 0.6 = 2.871 kg CO2e."""
    source = making()
    bare = tuple(one.model_copy(update={"allocations": ()}) for one in source.exchanges)
    whole = source.model_copy(update={"exchanges": bare, "parameters": ()})
    for name, data in files(written(world(whole, plant()))).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    factors = json.dumps({flow: float(factor) for flow, factor in GWP.items()})
    found = judges.python("brightway_jsonld.py", tmp_path, WIDGET, factors)
    assert found["unlinked"] == 0
    assert found["score"] == pytest.approx(2.871, rel=1e-6)
    assert found["score"] == pytest.approx(float(by_hand(MAKING)), rel=1e-6)


@pytest.mark.oracle
@pytest.mark.judge("brightway")
def test_brightway_scores_a_converted_ilcd_process_alike(
    judges: Judges, tmp_path: Path, oracle_data: Path
) -> None:
    """Thermal power in China by EF 3.1, added up from the ILCD file: 0.834091067 kg CO2e per 3.6 MJ."""
    lca = oracle_data / "lca"
    factors = characterisation_factors(lca / "ilcd" / "ef31-climate-change-lciamethod.xml")
    data = (lca / "ilcd-tiangong" / "tiangong-electricity-thermal-china.zip").read_bytes()
    shelf = shelf_of(Package.of(data, name="electricity.zip"))
    sent = written(detect_datasets(shelf).format.open(shelf, Context()))
    for name, content in files(sent).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (process,) = (json.loads(p.read_bytes()) for p in (tmp_path / "processes").iterdir())
    expected = emitted(data, factors)
    assert expected == Decimal("0.834091067")
    own = {
        e["flow"]["@id"]: float(factors.get((e["flow"]["@id"], "Output"), 0)) for e in process["exchanges"]
    }
    used = json.dumps({flow: factor for flow, factor in own.items() if factor})
    (reference,) = (e for e in process["exchanges"] if e.get("isQuantitativeReference"))
    found = judges.python("brightway_jsonld.py", tmp_path, reference["flow"]["@id"], used)
    assert found["score"] == pytest.approx(float(expected / Decimal("3.6")), rel=1e-6)


def characterisation_factors(path: Path) -> dict[tuple[str, str], Decimal]:
    """Factors by flow and direction, straight from the file."""
    space = "{http://lca.jrc.it/ILCD/LCIAMethod}"
    found = {}
    for factor in etree.parse(str(path)).iter(f"{space}factor"):
        reference = factor.find(f"{space}referenceToFlowDataSet")
        assert reference is not None
        direction = factor.findtext(f"{space}exchangeDirection") or ""
        value = Decimal(factor.findtext(f"{space}meanValue") or "NaN")
        found[reference.get("refObjectId") or "", direction] = value
    return found


def emitted(data: bytes, factors: dict[tuple[str, str], Decimal]) -> Decimal:
    """Σ amount × factor over the exchanges of the one ILCD process of a package."""
    space = "{http://lca.jrc.it/ILCD/Process}"
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        (name,) = (n for n in package.namelist() if "/processes/" in f"/{n}")
        root = etree.fromstring(package.read(name))
    total = Decimal(0)
    for exchange in root.iter(f"{space}exchange"):
        reference = exchange.find(f"{space}referenceToFlowDataSet")
        assert reference is not None
        direction = exchange.findtext(f"{space}exchangeDirection") or ""
        amount = Decimal(exchange.findtext(f"{space}resultingAmount") or "NaN")
        total += amount * factors.get((reference.get("refObjectId") or "", direction), 0)
    return total


def by_hand(id_: str) -> Decimal:
    """The same sum over our own data sets, in kg and kWh."""
    processes = {one.id: one for one in (making(), plant())}
    sizes = {"g": Decimal("0.001"), "kg": Decimal(1), None: Decimal(1), "kWh": Decimal(1)}
    total = Decimal(0)
    for exchange in processes[id_].exchanges:
        assert isinstance(exchange.amount, Number)
        assert isinstance(exchange.amount.value, Decimal)
        unit = exchange.unit if isinstance(exchange.unit, str) else None
        amount = exchange.amount.value * sizes[unit]
        if exchange.direction is Direction.INPUT:
            total += amount * by_hand(str(exchange.provider.uuid))
        else:
            total += amount * GWP.get(str(exchange.flow.uuid), 0)
    return total
