"""The parts of the passport, judged by two metamodels, one SDK and one reader of the templates.

What is written for persons with a legitimate interest holds everything but test reports, which are for
authorities; what is written for the public holds less. The templates require elements that these readers may
not see (battery status, expected lifetime, fades, test reports, dismantling and safety documents): there the
element stands without a value, and aas-submodel-validate says so. Nothing else stands against any file.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.codec.base import Package
from gateway.pipeline.convert import convert, read
from tests.conftest import Judges

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
EMPTY = {
    "public": {"DBP1-E08", "DBP1-E22", "DBP4-E29", "DBP4-E33", "DBP4-E43", "DBP7-E02", "DBP7-E27"},
    "legitimate-interest": {"DBP1-E22"},
    "authorities": {"DBP1-E08", "DBP4-E29", "DBP4-E33", "DBP4-E43"},
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("aas-parts")
    data = Package.of((EXAMPLES / "passport-data" / "lfp-pack.json").read_bytes())
    source = read((EXAMPLES / "lfp-pack.json").read_bytes(), beside=[data])
    found = {}
    for audience in EMPTY:
        for kind in ("json", "aasx"):
            options = {"audience": audience, "aas-container": kind}
            (outcome,) = convert(source, to=["aas-02035"], options=options)
            assert outcome.package is not None
            found[f"{audience}.{kind}"] = folder / f"{audience}.{kind}"
            found[f"{audience}.{kind}"].write_bytes(outcome.package.only.data)
    return found


@pytest.mark.judge("basyx")
@pytest.mark.judge("aas-core3.0")
@pytest.mark.judge("aas-core3.1")
@pytest.mark.judge("aas-submodel-validate")
def test_nothing_stands_against_them_but_what_may_not_be_shown(
    judges: Judges, written: dict[str, Path]
) -> None:
    verdicts = judges.python("aas_parts.py", *written.values())
    for name, path in written.items():
        said = verdicts[str(path)]
        assert len(said["basyx"]) >= 6, name
        assert said["aas-core3.0"] == said["aas-core3.1"] == [], name
        errors = {rule for rule, severity, _ in said["aas-submodel-validate"] if severity == "error"}
        assert errors == EMPTY[name.partition(".")[0]], name
