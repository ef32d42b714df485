"""The versions of PACT and Catena-X that are read and written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.formats.pact import bridge
from gateway.formats.pact.carrier import Carrier

PACT_3: Final = Carrier(
    "pact@3.0",
    "",
    "pact/product-footprint-3.0.schema.json",
    "product-footprint",
    bridge.to_pact3,
    bridge.settle_pact3,
    texts=True,
)
_BLOCKS: Final = ("general", "carbonContent", "pcfAssessmentAndMethodology/dataSourcesAndQuality")


def _pact2(version: str) -> Carrier:
    schema = f"pact/product-footprint-{version}.schema.json"
    prepare, settle = bridge.to_pact2, bridge.settle_pact2
    return Carrier(f"pact@{version}", "pact2", schema, "product-footprint", prepare, settle, texts=True)


def _catenax(version: str, column: str) -> Carrier:
    return Carrier(
        f"catenax-pcf@{version}",
        column,
        f"catenax/pcf-{version}.schema.json",
        "catenax-pcf",
        bridge.to_catenax,
        bridge.settle_older if column == "cx7" else bridge.settle_catenax,
        empty=_BLOCKS if column in ("cx9", "cx10") else (),
    )


CARRIERS: Final[Mapping[str, Carrier]] = {
    one.id: one
    for one in (
        *(_pact2(version) for version in ("2.0", "2.1", "2.2", "2.3")),
        PACT_3,
        _catenax("7.0.0", "cx7"),
        _catenax("8.0.0", "cx8"),
        _catenax("9.0.0", "cx9"),
        _catenax("10.0.0", "cx10"),
    )
}
