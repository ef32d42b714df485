"""Messages with one wrong value: written or refused by name, never a crash and never a broken promise."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import GatewayError, flatten
from gateway.formats.pact.catalogue import CARRIERS
from gateway.formats.pact.lines import convert_line
from gateway.pipeline.convert import convert, read
from tests.formats.pact.footprints import catenax_file, encoded, told_to
from tests.formats.pact.mutating import some_mutations
from tests.formats.pact.test_mutations import newest_sample, older_sample

SHARE, WHOLE = 25, 700
TARGETS = ("pact@3.0", "pact@2.3", "catenax-pcf@7.0.0", "catenax-pcf@9.0.0", "catenax-pcf@10.0.0")
# What broke once: items of another kind, an empty list, a flag that is none, a name that says nothing.
ONCE: tuple[tuple[tuple[str, ...], object], ...] = (
    (("pcf", "secondaryEmissionFactorSources"), [5000]),
    (("pcf", "secondaryEmissionFactorSources"), [["a", "a"]]),
    (("pcf", "crossSectoralStandards"), []),
    (("pcf", "crossSectoralStandards"), ""),
    (("pcf", "packagingEmissionsIncluded"), "x"),
    (
        ("pcf", "productOrSectorSpecificRules"),
        [{"operator": "Other", "ruleNames": ["r"], "otherOperatorName": ""}],
    ),
    (("productDescription",), 1000.0),
    (("precedingPfIds",), 1000.0),
)


def sample(data: Path, name: str) -> dict[str, Any]:
    family, _, version = name.partition("@")
    if family == "pact":
        return newest_sample() if version == "3.0" else older_sample(version)
    found: dict[str, Any] = json.loads(catenax_file(data, version).read_text(encoding="utf-8"))
    return found


def survives(document: Mapping[str, Any], name: str) -> list[str]:
    """The codes of refusals; whatever else comes out is an error of ours."""
    found = []
    for target in TARGETS:
        try:
            line = convert_line(encoded(document), CARRIERS[target], told_to(target))
            found += [e.error_code for e in line.lacks]
            source = read(encoded(document), format=name)
            (made,) = convert(source, to=[target], options=told_to(target))
            found += [e.error_code for e in made.lacks]
        except GatewayError as error:
            found += [e.error_code for e in flatten(error)]
    assert not [code for code in found if code.startswith("internal")]
    return found


def walk(data: Path, name: str, most: int) -> None:
    refused = [survives(changed, name) for _, changed in some_mutations(sample(data, name), most, 20261122)]
    assert any(refused)


@pytest.mark.oracle
@pytest.mark.parametrize("name", TARGETS)
def test_some_wrong_values(oracle_data: Path, name: str) -> None:
    walk(oracle_data, name, SHARE)


@pytest.mark.long
@pytest.mark.oracle
@pytest.mark.parametrize("name", TARGETS)
def test_many_wrong_values(oracle_data: Path, name: str) -> None:
    walk(oracle_data, name, WHOLE)


@pytest.mark.parametrize(("steps", "value"), ONCE)
def test_what_broke_once(steps: tuple[str, ...], value: object) -> None:
    document = newest_sample()
    node: Any = document
    for step in steps[:-1]:
        node = node[step]
    node[steps[-1]] = value
    survives(document, "pact@3.0")
