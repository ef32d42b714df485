"""A format's own functions, imported when they are first needed: a command that names formats loads none."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from gateway.codec.base import Context, Package, Read, Reading, Validate, Write, Writing
from gateway.model.declaration import Declaration
from gateway.report import Finding


def reader(module: str, *more: Any, name: str = "read") -> Read:  # noqa: ANN401 - what the function takes
    """``read(package, context, *more)`` of ``module``."""

    def read(package: Package, context: Context) -> Reading:
        found: Reading = getattr(import_module(module), name)(package, context, *more)
        return found

    return read


def writer(module: str, *more: Any, name: str = "write") -> Write:  # noqa: ANN401 - what the function takes
    """``write(declaration, context, *more)`` of ``module``."""

    def write(declaration: Declaration, context: Context) -> Writing:
        found: Writing = getattr(import_module(module), name)(declaration, context, *more)
        return found

    return write


def validator(module: str, *more: Any, name: str = "validate") -> Validate:  # noqa: ANN401 - as above
    """``validate(package, *more)`` of ``module``."""

    def validate(package: Package) -> tuple[Finding, ...]:
        found: tuple[Finding, ...] = getattr(import_module(module), name)(package, *more)
        return found

    return validate
