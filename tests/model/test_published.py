"""What the check says of every published declaration, read by a person: no false alarm, no silence.

02 covers half a year. 03 and 04 call themselves verified and name no verifier; the lines of 03 are per
pack and nobody says so. 08 gives 90.8 kg per kWh "delivered". 09 has 42 m3 of waste water from 577 kg of
inputs. 18 doubles from 2014 to 2015. 24 has -76 kg in use, and its stages are 1 kg above the total. 26 is
an aluminium wheel below any primary aluminium. 28 does not split 24.36 % of its total. 32 has two
scenarios of waste treatment.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.codec.base import Reading
from gateway.model.consistency import check
from gateway.report import Severity

EXPECTED: dict[str, list[str]] = {
    "01": [],
    "02": ["info period-length /period/end"],
    "03": [
        "warning verified-by-nobody /document/type",
        "info lines-basis-unstated /results/perPackKg",
    ],
    "04": ["warning verified-by-nobody /document/type"],
    "05": [],
    "06": [],
    "07": [],
    "08": ["warning magnitude-energy /results/totalKg"],
    "09": ["warning waste-exceeds-inputs /lines/1/amountPerUnit"],
    "10": [],
    "11": [],
    "12": [],
    "14": [],
    "15": [],
    "17": [],
    "18": ["warning history-jump /results/history/2/kg"],
    "20": [],
    "21": [],
    "23": [],
    "24": [
        "warning stage-negative /results/byStage/2/kg",
        "info stages-total /results/totalKg",
    ],
    "26": ["warning magnitude-per-kg /results/totalKg"],
    "27": [],
    "28": ["info stages-unassigned /results/unassigned/kg"],
    "29": [],
    "31": [],
    "32": ["info scenarios-apart /results/byStage/9/scenario"],
    "34": [],
    "36": [],
}


@pytest.mark.parametrize("number", EXPECTED)
def test_the_findings_are_these(published: Callable[[str], Reading], number: str) -> None:
    reading = published(number)
    found = [
        f"{f.severity.value} {f.code.removeprefix('consistency.')} {f.at}"
        for f in check(reading.declaration, reading.origins)
    ]
    assert found == EXPECTED[number]


@pytest.mark.parametrize("number", ["10", "11"])
def test_lines_with_factors_add_up_exactly(published: Callable[[str], Reading], number: str) -> None:
    declaration = published(number).declaration
    assert all(line.result is not None for line in declaration.lines)
    assert not check(declaration)


def test_the_numbers_stand_in_the_findings(published: Callable[[str], Reading]) -> None:
    steel = published("24")
    (total,) = (f for f in check(steel.declaration, steel.origins) if f.code == "consistency.stages-total")
    assert (total.saw, total.params["expected"], total.params["difference"]) == ("2615", "2616", "-1")
    assert total.severity is Severity.INFO


@pytest.mark.parametrize("name", ["battery", "tea"])
def test_the_examples_pass_without_a_word(name: str, request: pytest.FixtureRequest) -> None:
    reading: Reading = request.getfixturevalue(name)
    assert check(reading.declaration, reading.origins) == ()
