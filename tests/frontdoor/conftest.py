"""Every error raised in these tests must be explained: a text for its code, a value for each placeholder."""

from __future__ import annotations

import string
from collections.abc import Iterator
from typing import Any

import pytest

from gateway import messages
from gateway.errors import InputError


@pytest.fixture(autouse=True)
def every_error_is_explained(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    unexplained: set[str] = set()
    original = InputError.__init__

    def checked(self: InputError, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        row = messages.catalogue().get(self.error_code)
        if row is None:
            unexplained.add(self.error_code)
            return
        for column, text in row.items():
            wanted = {name for _, name, _, _ in string.Formatter().parse(text) if name}
            lacking = wanted - set(self.params) - {"saw", "at"}
            if lacking:
                unexplained.add(f"{self.error_code} {column} lacks {sorted(lacking)}")

    monkeypatch.setattr(InputError, "__init__", checked)
    yield
    assert unexplained == set()
