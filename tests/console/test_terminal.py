"""What reaches a terminal cannot steer it, and what reaches a program is JSON."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.__main__ import main
from gateway.console import terminal
from gateway.console.terminal import Console


class TestVisible:
    """Nothing that a file says can hide or steer."""

    @given(st.text())
    def test_no_control_format_or_separator_character_comes_through(self, text: str) -> None:
        shown = terminal.visible(text)
        assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("\x1b[31m红", "\\u001b[31m红"),
            ("a\u202eb", "a\\u202eb"),
            ("a\u200bb", "a\\u200bb"),
            ("a\nb\tc", "a\\u000ab\\u0009c"),
            ("动力电池\u3000包 72 kWh", "动力电池\u3000包 72 kWh"),
            ("\udc80", "\\udc80"),
        ],
    )
    def test_examples(self, text: str, shown: str) -> None:
        assert terminal.visible(text) == shown


class TestJson:
    """One document, readable anywhere, harmless on a terminal."""

    @given(st.recursive(st.text() | st.integers() | st.none(), st.lists))
    def test_reads_back(self, value: object) -> None:
        assert json.loads(terminal.json_bytes(value)) == value

    @given(st.text())
    def test_no_control_character_comes_through(self, text: str) -> None:
        shown = terminal.json_bytes([text]).decode().replace("\n", "")
        assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}

    def test_chinese_stays_readable(self) -> None:
        assert "动力电池".encode() in terminal.json_bytes(["动力电池"])


def test_columns_line_up_by_display_width() -> None:
    lines = terminal.table([("碳足迹", "1"), ("pcf", "2")])
    assert lines == ["碳足迹  1", "pcf     2"]


@pytest.mark.parametrize(
    ("arguments", "environment", "expected"),
    [
        ([], {}, "en"),
        ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ([], {"LANG": "de_DE", "HUTONG_LANG": "zh"}, "zh"),
        (["check", "--lang", "zh"], {}, "zh"),
        (["--lang=en", "check"], {"HUTONG_LANG": "zh"}, "en"),
        (["check", "--", "--lang", "zh"], {}, "en"),
        (["--lang", "tlh"], {"HUTONG_LANG": "zh"}, "zh"),
    ],
)
def test_language(arguments: list[str], environment: dict[str, str], expected: str) -> None:
    assert terminal.from_arguments(arguments, environment).lang == expected


class TestStreams:
    """Answers on stdout, the rest on stderr, and only what was asked for."""

    def speak(self, console: Console) -> None:
        console.answer("answer")
        console.row(["a", "b\tc"])
        console.tell("news")
        console.complain("trouble")
        console.document({"a": 1})

    def test_for_people(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.speak(Console())
        assert capsys.readouterr() == ("answer\na\tb\\u0009c\n", "news\ntrouble\n")

    def test_quiet_keeps_answers_and_trouble(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.speak(Console(quiet=True))
        assert capsys.readouterr() == ("answer\na\tb\\u0009c\n", "trouble\n")

    def test_json_says_nothing_else(self, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
        self.speak(Console(as_json=True))
        out, err = capsysbinary.readouterr()
        assert json.loads(out) == {"a": 1}
        assert err == b""


def test_help_speaks_the_language_of_each_run(capsys: pytest.CaptureFixture[str]) -> None:
    for lang, said in (("zh", "显示"), ("en", "Show this message"), ("zh", "显示")):
        assert main(["check", "--help", "--lang", lang]) == 0
        (line,) = [line for line in capsys.readouterr().out.splitlines() if "--help" in line]
        assert said in line


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-"])
def test_a_closed_stream_is_no_failure(closed: str) -> None:
    ran = subprocess.run(
        ["sh", "-c", f'exec "$0" -m gateway formats {closed}', sys.executable],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (ran.returncode, b"Traceback" in ran.stderr) == (0, False)
