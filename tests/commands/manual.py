"""Read the manual's examples, run them, and compare what they print with what the manual says."""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from gateway.__main__ import main

_EXIT = re.compile(r"\[exit (\d+)\]")
_ANY = "…"
# Whoever needs a shell gets a real process.
_SHELL = re.compile(r"[|<>;&$*]")


@dataclass(frozen=True, slots=True)
class Example:
    """One command of a manual page with what it prints, stdout and stderr as a terminal shows them."""

    line: int
    command: str
    output: tuple[str, ...]
    code: int


def examples(page: Path) -> Iterator[Example]:
    """The commands in the ``console`` blocks of a page, in order."""
    inside, command, line, output = False, "", 0, list[str]()
    for number, text in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        begins = inside and text.startswith("$ ")
        if command and (begins or text == "```"):
            yield _example(line, command, output)
            command = ""
        if text.startswith("```"):
            inside = text == "```console"
        elif begins:
            command, line, output = text[2:], number, []
        elif inside:
            output.append(text)


def _example(line: int, command: str, output: list[str]) -> Example:
    code = 0
    if output and (found := _EXIT.fullmatch(output[-1])):
        code = int(found.group(1))
        output = output[:-1]
    return Example(line, command, tuple(output), code)


def run(command: str) -> tuple[list[str], int]:
    """Run a command in the current folder: in this process where it is ours alone, else through a shell."""
    if not command.startswith("hutong ") or _SHELL.search(command):
        return _run_shell(command)
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    nobody = io.TextIOWrapper(io.BytesIO())
    with redirect_stdout(out), redirect_stderr(out), mock.patch.object(sys, "stdin", nobody):
        code = main(shlex.split(command)[1:])
    assert isinstance(out.buffer, io.BytesIO)
    return out.buffer.getvalue().decode().splitlines(), code


def _run_shell(command: str) -> tuple[list[str], int]:
    home = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{home}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", command],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=60,
    )
    return done.stdout.decode().splitlines(), done.returncode


def agrees(said: tuple[str, ...], printed: list[str]) -> bool:
    """Line by line; ``…`` stands for any text within a line, and alone for any number of lines."""
    if not said:
        return not printed
    if said[0] == _ANY:
        return any(agrees(said[1:], printed[n:]) for n in range(len(printed) + 1))
    if not printed:
        return False
    pattern = ".*".join(re.escape(part) for part in said[0].split(_ANY))
    return re.fullmatch(pattern, printed[0]) is not None and agrees(said[1:], printed[1:])
