"""What went wrong, for people, for programs, and as an exit code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum

from gateway import messages
from gateway.console import findings
from gateway.console.terminal import Console
from gateway.errors import (
    ExchangeError,
    GatewayError,
    InputError,
    InternalError,
    MappingError,
    PluginError,
    TrustError,
    UsageError,
    flatten,
)


class Exit(IntEnum):
    """The exit codes, as CONTRIBUTING and the manual list them."""

    DONE = 0
    BUG = 1
    USAGE = 2
    LOSS = 3
    INPUT = 4
    RULES = 5
    TRUST = 6
    MAPPING = 7
    STORAGE = 8
    INTERRUPTED = 130


_BY_CLASS: tuple[tuple[type[GatewayError], Exit], ...] = (
    (InternalError, Exit.BUG),
    (ExchangeError, Exit.STORAGE),
    (PluginError, Exit.STORAGE),
    (UsageError, Exit.USAGE),
    (TrustError, Exit.TRUST),
    (MappingError, Exit.MAPPING),
    (InputError, Exit.INPUT),
)
# Somebody must mend a file or a place on disk, whatever the file was for.
_ON_DISK = frozenset({"signing.key-file-unreadable", "signing.key-file-unwritable"})
# Of several codes the first here is returned: what nobody can mend by mending an input comes first, and
# what rules answer of an invalid input is worth nothing before it is valid.
_WORST = (
    Exit.BUG,
    Exit.STORAGE,
    Exit.USAGE,
    Exit.TRUST,
    Exit.MAPPING,
    Exit.INPUT,
    Exit.RULES,
    Exit.LOSS,
    Exit.DONE,
)


def exit_of(error: GatewayError) -> Exit:
    """The exit code of one error."""
    if error.error_code in _ON_DISK:
        return Exit.STORAGE
    found = next((code for kind, code in _BY_CLASS if isinstance(error, kind)), None)
    # What is left of the tree is storage.files.StorageError.
    return Exit.STORAGE if found is None else found


def worst(codes: Iterable[int]) -> Exit:
    """The one code for a run with several outcomes; nothing at all is done."""
    found = set(codes)
    return next((code for code in _WORST if code in found), Exit.DONE)


def show(console: Console, errors: Sequence[GatewayError]) -> Exit:
    """Print the errors of a run that ended with them, and give its exit code."""
    console.document({"errors": [messages.to_json(error) for error in errors]})
    for error in errors:
        tell(console, error)
    return worst(exit_of(error) for error in errors)


def not_read(console: Console, name: str, error: GatewayError, documents: list[dict[str, object]]) -> Exit:
    """Print why one file of several cannot be used, and add it to ``documents``; the others go on."""
    errors = flatten(error)
    console.complain(console.say("cli.not-read", file=name), "bad")
    for one in errors:
        tell(console, one, "  ")
    documents.append({"file": name, "errors": [messages.to_json(one) for one in errors]})
    return worst(exit_of(one) for one in errors)


def tell(console: Console, error: GatewayError, indent: str = "") -> None:
    """One error in the shape of a finding, on stderr."""
    for line, style in findings.lines(console, error, indent):
        console.complain(line, style)


def stdout_failed(error: OSError) -> GatewayError:
    """The error to show where stdout cannot be written: a full disk, a closed device."""
    from gateway.storage.files import StorageError

    why = messages.reason(error, otherwise=error.strerror or type(error).__name__)
    return StorageError(path="stdout", code="storage.stdout", why=why)
