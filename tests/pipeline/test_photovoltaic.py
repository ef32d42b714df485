"""A photovoltaic module asked to become a battery passport: refused with the reason, in either language."""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

import pytest

from gateway.__main__ import main
from gateway.formats import GROUPS

FILES = (
    "china/sample_inputs/01_jinko_pv_epditaly0252.json",
    "china/sample_inputs/02_trina_pv_ul2020.json",
    "real_inputs/27_pv_inverter_delta_cdp2016.json",
)
TARGETS = ("battery-passport", *GROUPS["battery-passport"])
REASON = {
    "en": "{target} is for batteries; this declaration has no battery.",
    "zh": "{target} 仅适用于电池；本声明不含电池信息。",
}


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the command."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    nobody = io.TextIOWrapper(io.BytesIO())
    with redirect_stdout(out), redirect_stderr(err), mock.patch.object(sys, "stdin", nobody):
        code = main(list(arguments))
    told = []
    for stream in (out, err):
        stream.flush()
        assert isinstance(stream.buffer, io.BytesIO)
        told.append(stream.buffer.getvalue().decode())
    return code, told[0], told[1]


@pytest.mark.oracle
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("file", FILES, ids=lambda file: Path(file).stem)
def test_is_refused_with_the_reason(
    oracle_data: Path, tmp_path: Path, file: str, target: str, lang: str
) -> None:
    place = tmp_path / "passport"
    arguments = ("convert", str(oracle_data / file), "--to", target, "-o", str(place), "--lang", lang)
    for preview in ((), ("--preview",)):
        code, out, err = run(*arguments, *preview)
        assert code == 4
        assert out == ""
        for member in GROUPS.get(target, (target,)):
            assert REASON[lang].format(target=member) in err
        # Nothing else is asked of a product that can never be one.
        assert err.count("restate.not-a-battery") == len(GROUPS.get(target, (target,)))
        assert "/passport/studyLink" not in err
    assert not place.exists()


@pytest.mark.oracle
def test_issue_signs_nothing(oracle_data: Path, tmp_path: Path) -> None:
    key, place = tmp_path / "key.pem", tmp_path / "out"
    assert run("keygen", "-o", str(key), "--no-passphrase", "--quiet")[0] == 0
    file = str(oracle_data / FILES[0])
    code, out, err = run(
        "issue", file, "--to", "battery-passport", "--key", str(key), "-o", str(place), "--lang", "en"
    )
    assert code == 4
    assert "\trefused\t" in out
    assert REASON["en"].format(target="en18223@2026") in err
    assert not place.exists()
