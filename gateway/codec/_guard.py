"""Look at every answer of a plugin's format before anybody builds on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from gateway.codec.base import Context, Evidence, Format, Member, Package, Reading, Writing
from gateway.errors import GatewayError, InternalError, PluginError
from gateway.model.declaration import Declaration
from gateway.report import Finding, Note

_Answer = TypeVar("_Answer")
# What may not stand in a member's name: it becomes the name of a file in an output folder.
_STEPS = {"", ".", ".."}


def guarded(format_: Format, plugin: str) -> Format:
    """``format_`` as one that answers with what formats answer, or with ``PluginError``."""
    write, validate = format_.write, format_.validate

    def ask(what: str, act: Callable[[], _Answer], sound: Callable[[_Answer], bool]) -> _Answer:
        place = f"{format_.id} {what}"
        try:
            answer = act()
            fits = sound(answer)
        except InternalError as error:
            raise PluginError(error, path=place, code="plugin.raised", plugin=plugin) from error
        except GatewayError:
            raise
        except Exception as error:
            saw = f"{type(error).__name__}: {error}"
            raise PluginError(saw, path=place, code="plugin.raised", plugin=plugin) from error
        if not fits:
            raise PluginError(type(answer).__name__, path=place, code="plugin.wrong-answer", plugin=plugin)
        return answer

    def detect(package: Package) -> Evidence | None:
        return ask("detect", lambda: format_.detect(package), _is_evidence)

    def read(package: Package, context: Context) -> Reading:
        return ask("read", lambda: format_.read(package, context), _is_reading)

    def written(declaration: Declaration, context: Context) -> Writing:
        assert write is not None
        return ask("write", lambda: write(declaration, context), _is_writing)

    def validated(package: Package) -> tuple[Finding, ...]:
        assert validate is not None
        return ask("validate", lambda: validate(package), lambda found: are(found, Finding))

    return replace(
        format_,
        plugin=plugin,
        detect=detect,
        read=read,
        write=written if write else None,
        validate=validated if validate else None,
    )


def _is_evidence(answer: object) -> bool:
    if answer is None:
        return True
    return isinstance(answer, Evidence) and answer.strength in (1, 2, 3) and are(answer.reasons, str)


def _is_reading(answer: object) -> bool:
    return (
        isinstance(answer, Reading)
        and of(answer.declaration, Declaration)
        and are(answer.notes, Note)
        and are(answer.findings, Finding)
    )


def _is_writing(answer: object) -> bool:
    return (
        isinstance(answer, Writing)
        and of(answer.package, Package)
        and of(answer.claims, frozenset)
        and are(answer.notes, Note)
        and are(answer.package.members, Member)
        and all(_is_member(member) for member in answer.package.members)
    )


def _is_member(member: Member) -> bool:
    texts = of(member.name, str) and of(member.media_type, str)
    return (
        texts
        and of(member.data, bytes)
        and "\\" not in member.name
        and not _STEPS & set(member.name.split("/"))
    )


def of(found: object, kind: type) -> bool:
    """Whether ``found`` is what its annotation says; nobody made its maker run a type checker."""
    return isinstance(found, kind)


def are(found: object, kind: type) -> bool:
    """The same of a tuple."""
    return isinstance(found, tuple) and all(isinstance(one, kind) for one in found)
