"""Exit codes by who must act, and how a run ends that did not go as planned."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

import gateway
from gateway.__main__ import main
from gateway.console import checking, failures
from gateway.console.failures import Exit
from gateway.console.framework import _FRAMEWORK, FrameworkTexts
from gateway.console.inputs import passphrase
from gateway.errors import ExchangeError, GatewayError, InternalError
from gateway.messages import catalogue
from gateway.storage.files import OutputExists, StorageError

TEA = str(Path(__file__).resolve().parents[2] / "examples" / "tea.json")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InternalError(), 1),
        (gateway.UsageError(), 2),
        (OutputExists(), 2),
        (gateway.InputError(), 4),
        (gateway.TrustError(), 6),
        (gateway.MappingError(), 7),
        (StorageError(), 8),
        (ExchangeError(), 8),
        (gateway.InputError(code="signing.key-file-unreadable"), 8),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, GatewayError) else str(value),
)
def test_exit_code_says_who_must_act(error: GatewayError, code: int) -> None:
    assert failures.exit_of(error) == code


def test_a_bug_outweighs_bad_input_and_nothing_is_done() -> None:
    assert failures.worst([Exit.INPUT, Exit.BUG, Exit.DONE]) is Exit.BUG
    assert failures.worst([]) is Exit.DONE


def test_every_framework_text_is_the_frameworks_own() -> None:
    folder = Path(click.__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    assert [code for code in _FRAMEWORK if f'"{catalogue()[code]["en"]}"' not in source] == []


def test_unknown_framework_texts_stay_english() -> None:
    assert FrameworkTexts("zh").gettext("Something new") == "Something new"
    assert FrameworkTexts("zh").ngettext("{value!r} is not {choice}.", "none", 1).startswith("{value!r} 不是")


def test_a_bug_of_ours_shows_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr(checking, "read", broken)
    monkeypatch.delenv("HUTONG_DEBUG", raising=False)
    assert main(["check", TEA, "--lang", "en"]) == 1
    err = capfd.readouterr().err
    assert "ZeroDivisionError: boom" in err
    assert "Traceback" not in err
    monkeypatch.setenv("HUTONG_DEBUG", "1")
    assert main(["check", TEA]) == 1
    assert "Traceback" in capfd.readouterr().err


def test_an_interrupt_ends_with_130(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(checking, "read", interrupted)
    assert main(["check", TEA, "--lang", "en"]) == 130
    assert capfd.readouterr().err == "Interrupted; nothing was left half written.\n"


def test_json_errors_have_both_languages(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", TEA, "--to", "pact", "--json"]) == 2
    out, err = capfd.readouterr()
    (error,) = json.loads(out)["errors"]
    assert "Missing option" in error["message"]["en"]
    assert "缺少选项" in error["message"]["zh"]
    assert err == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only some systems have a full device")
@pytest.mark.parametrize("form", [["--lang", "en"], ["--json", "--lang", "en"]])
def test_an_output_that_cannot_be_written_is_file_trouble(form: list[str]) -> None:
    command = [sys.executable, "-m", "gateway", "check", TEA, *form]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == Exit.STORAGE
    assert done.stderr.startswith("Error: The output could not be written")


def test_an_answer_that_nobody_reads_is_no_success() -> None:
    """A verdict that was cut off must not look like a good one to a script."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as nowhere:
        command = [sys.executable, "-m", "gateway", "formats"]
        done = subprocess.run(command, stdout=nowhere, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (141, b"")


class TestPassphrase:
    """From a file or a descriptor, without its line end, and never empty."""

    @pytest.mark.parametrize("data", [b"secret", b"secret\n", b"secret\r\n"])
    def test_line_end_does_not_count(self, tmp_path: Path, data: bytes) -> None:
        (tmp_path / "p").write_bytes(data)
        assert passphrase(str(tmp_path / "p"), None) == b"secret"

    @pytest.mark.parametrize("data", [b"", b"\n", b"x" * 1025])
    def test_empty_or_endless_is_refused(self, tmp_path: Path, data: bytes) -> None:
        (tmp_path / "p").write_bytes(data)
        with pytest.raises(gateway.UsageError):
            passphrase(str(tmp_path / "p"), None)

    def test_one_source_only(self) -> None:
        with pytest.raises(gateway.UsageError):
            passphrase("p", 3)

    def test_a_closed_descriptor_is_file_trouble(self) -> None:
        with pytest.raises(StorageError):
            passphrase(None, 987)
