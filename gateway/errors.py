"""Everything that can go wrong, by who must act. Texts live in ``mappings/messages``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Self


class GatewayError(Exception):
    """A problem that names its place and value; ``messages.explain`` says the rest in zh and en.

    Args:
        saw: the offending value, shortened for people.
        path: where it stands (JSON pointer, XPath with line, ``sheet!cell``, zip entry).
        code: ``area.what-happened``; a subclass has a default.
        hint: a ready-made sentence, used only where the text table has none.
        params: values for the placeholders of the code's texts.
    """

    code: ClassVar[str] = "gateway.error"

    def __init__(
        self,
        saw: object = "",
        *,
        path: str = "",
        code: str | None = None,
        hint: str = "",
        **params: object,
    ) -> None:
        self.error_code = code or type(self).code
        self.saw = shorten(str(saw))
        self.path = path
        self.hint = hint
        self.params = {key: str(value) for key, value in params.items()}
        super().__init__(self.error_code, self.saw, self.path)

    def __str__(self) -> str:
        at = f" at {self.path}" if self.path else ""
        saw = f": {self.saw}" if self.saw else ""
        return f"{self.error_code}{at}{saw}"

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.saw, self.path, self.error_code, self.hint, self.params))


class InputError(GatewayError):
    """Their bytes are wrong: the person who made the file must act."""

    code = "input.invalid"


class MappingError(GatewayError):
    """A table lacks a row, or has two that fit."""

    code = "mapping.missing"


class TrustError(GatewayError):
    """A signature, digest or policy does not hold."""

    code = "trust.refused"


class ExchangeError(GatewayError):
    """The other side of a network exchange did not do its part."""

    code = "exchange.failed"


class PluginError(GatewayError):
    """A plugin did not do its part: whoever made it must act."""

    code = "plugin.failed"


class UsageError(GatewayError):
    """The call or command is wrong: an unknown format, an ambiguous choice, a missing option."""

    code = "usage.wrong"


class InternalError(GatewayError):
    """Our own promise broke: a bug, and nothing was written."""

    code = "internal.broken-promise"


class Problems(GatewayError, ExceptionGroup[GatewayError]):
    """All problems found in one run, so that nobody needs twelve runs for twelve problems."""

    code = "gateway.problems"

    def __new__(cls, errors: Iterable[GatewayError]) -> Self:
        found = list(errors)
        return ExceptionGroup.__new__(cls, f"{len(found)} problems", found)

    def __init__(self, errors: Iterable[GatewayError]) -> None:
        GatewayError.__init__(self, f"{len(self.exceptions)}")

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (list(self.exceptions),))


def raise_all(errors: Iterable[GatewayError]) -> None:
    """Raise nothing, the one error, or all of them together."""
    found = list(errors)
    if len(found) == 1:
        raise found[0]
    if found:
        raise Problems(found)


def flatten(error: GatewayError) -> list[GatewayError]:
    """The single errors behind ``error``, in order."""
    if isinstance(error, Problems):
        return [
            leaf for inner in error.exceptions if isinstance(inner, GatewayError) for leaf in flatten(inner)
        ]
    return [error]


# Long enough for a person to recognise a value, short enough for one line of a terminal.
_SHOWN = 120


def shorten(text: str) -> str:
    """``text`` on one line, control characters made visible, at most 120 characters."""
    if len(text) <= _SHOWN and text.isprintable():
        return text
    clean = text[: 4 * _SHOWN]
    if not clean.isprintable():
        clean = "".join(c if c.isprintable() or c == " " else f"\\u{ord(c):04x}" for c in clean)
    return clean if len(clean) <= _SHOWN else clean[: _SHOWN - 1] + "…"


def _rebuild(
    kind: type[GatewayError], saw: str, path: str, code: str, hint: str, params: dict[str, str]
) -> GatewayError:
    return kind(saw, path=path, code=code, hint=hint, **params)
