"""What a format is, and what goes in and out of one."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, TypeAlias

from gateway.errors import GatewayError, InputError, UsageError
from gateway.frontdoor import json as json_door
from gateway.model.declaration import Declaration
from gateway.model.disclosure import Disclosure
from gateway.model.origin import Derived, Origin
from gateway.report import Finding, Note

if TYPE_CHECKING:
    from gateway.codec.plugin import Plugin

# The rows of a table, each by the names of its columns.
Table: TypeAlias = Sequence[Mapping[str, str]]

# Own namespace for name-based ids (RFC 9562, 5.5), made once and never changed.
_NAMESPACE = uuid.UUID("5f0d5c8e-6f0a-5b83-9d55-0c6a1c9b7e11")


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a package."""

    name: str
    media_type: str
    data: bytes

    @property
    def start(self) -> bytes:
        """The first byte that is no blank; a UTF-8 byte order mark, which readers skip, counts as one."""
        return self.data.removeprefix(json_door.BOM).lstrip()[:1]


@dataclass(frozen=True)
class Package:
    """Files that belong together, in a fixed order. ``name`` is only for messages to people."""

    members: tuple[Member, ...]
    name: str = ""

    @classmethod
    def of(cls, data: bytes, *, name: str = "", media_type: str = "application/octet-stream") -> Package:
        """A package of one file."""
        return cls((Member(name or "input", media_type, data),), name)

    @property
    def only(self) -> Member:
        """The one file of a package that must have just one.

        Raises:
            InputError: there are none or several.
        """
        if len(self.members) != 1:
            raise InputError(len(self.members), path=self.name, code="input.not-one-file")
        return self.members[0]

    @cached_property
    def json(self) -> json_door.JsonValue:
        """The one file as strict JSON with exact numbers.

        Raises:
            InputError: the bytes are no such JSON.
        """
        return json_door.parse(self.only.data)

    @cached_property
    def json_object(self) -> Mapping[str, json_door.JsonValue] | None:
        """The one file if it is a JSON object, to see what it is; None if it is anything else."""
        if len(self.members) != 1 or self.only.start != b"{":
            return None
        try:
            document = self.json
        except GatewayError:
            return None
        return document if isinstance(document, dict) else None


@dataclass(frozen=True, slots=True)
class Context:
    """What a pure stage needs from outside: the clock, ids, tables and choices of the caller.

    ``source`` is the digest of the source bytes; ids are made from it and a path, never at random. ``told``
    stands in its place where the source stays at home: a salted digest, with which no likely source can
    be tried; ``told_beside`` are those of further inputs.
    ``plugins`` are those that the caller has named; nothing joins because it is installed.
    """

    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    source: str = ""
    disclosure: Disclosure = Disclosure.C1
    options: Mapping[str, str] = field(default_factory=dict)
    plugins: tuple[Plugin, ...] = ()
    told: str = ""
    told_beside: tuple[str, ...] = ()

    @property
    def source_told(self) -> str:
        """The digest of the source as targets may tell it."""
        return self.told or self.source

    def table(self, name: str) -> Table:
        """The rows of a table that one of the plugins brings.

        Raises:
            UsageError: none brings it.
        """
        for plugin in self.plugins:
            if name in plugin.tables:
                return plugin.tables[name]
        known = ", ".join(sorted(table for plugin in self.plugins for table in plugin.tables)) or "-"
        raise UsageError(name, code="plugin.no-such-table", known=known)

    def new_id(self, path: str) -> uuid.UUID:
        """The id of the thing at ``path`` of this source: the same on every run."""
        texts = (self.source_told, *self.told_beside)
        # Two batteries of one declaration have ids of their own.
        known = sha256("\n".join(texts).encode()).hexdigest() if self.told_beside else self.source_told
        return uuid.uuid5(_NAMESPACE, f"{known}#{path}")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why bytes look like a format. ``strength``: 3 the format names itself, 2 its own keys, 1 its shape."""

    strength: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader returns. ``origins`` say where every leaf came from."""

    declaration: Declaration
    notes: tuple[Note, ...] = ()
    findings: tuple[Finding, ...] = ()
    origins: Mapping[str, Origin | Derived] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Writing:
    """What a writer returns.

    ``notes`` say what became of leaves that did not go through unchanged, by model path; a leaf that
    is neither read back nor noted becomes a dropped note by itself. ``claims`` are the leaves that the
    writer promises to carry: one that is not read back is our bug. ``left_out`` is what keeps an optional
    member of the package from being written. ``inherited`` are the codes of errors that the source has
    itself: they are in its report, and written on they are no broken promise of ours.
    """

    package: Package
    notes: tuple[Note, ...] = ()
    claims: frozenset[str] = frozenset()
    left_out: tuple[GatewayError, ...] = ()
    inherited: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class BasisRequest:
    """The basis that a format states results on; ``pipeline`` restates a declaration to it.

    ``result_set`` is the id that the restated set gets, ``stages`` are those that count in its total, and
    ``boundary`` is what that makes of it. ``battery_per`` is what the numbers refer to for batteries;
    other products keep their declared unit. ``on_request`` names the caller's option that asks for the
    set: without it, or where the set cannot be made, the format is written with the declared sets alone.
    ``stated_in`` is the extra of a source that states this set itself: then there is nothing to restate.
    """

    result_set: str
    battery_per: str
    boundary: str = ""
    profile: str = ""
    stages: tuple[str, ...] = ()
    on_request: str = ""
    stated_in: str = ""


def passport_basis(result_set: str) -> BasisRequest:
    """What a battery passport states its footprint on: a draft, as its name says."""
    return BasisRequest(
        result_set=result_set,
        battery_per="kwh-delivered",
        profile="eu-battery-ev-draft-2024",
        stages=("raw", "inbound", "upstream", "production", "core", "distribution", "eol"),
    )


Detect = Callable[[Package], Evidence | None]
Read = Callable[[Package, Context], Reading]
Write = Callable[[Declaration, Context], Writing]
Validate = Callable[[Package], tuple[Finding, ...]]


@dataclass(frozen=True, slots=True)
class Format:
    """One version of one format.

    ``private_reader``: it reads only what we wrote ourselves, to check it. ``audience`` is the widest
    disclosure class that this carrier may ever hold, whatever the caller allows. ``parameters`` are what
    the caller may choose by name, each with the values it takes; none: any text. ``plugin`` names who
    brought it; it is empty for those that ship. ``judges_classes``: its own findings say whether the carbon
    classes make the total, of which it has more than the model. ``set_name``: what it calls the declared set
    per declared unit; the only such set of a source is given to it by that name.
    """

    id: str
    title: Mapping[str, str]
    media_type: str
    detect: Detect
    read: Read
    write: Write | None = None
    validate: Validate | None = None
    basis: BasisRequest | None = None
    private_reader: bool = False
    audience: Disclosure = Disclosure.C1
    schema_edition: str = ""
    legal_status: str = ""
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    plugin: str = ""
    judges_classes: bool = False
    set_name: str = ""

    @property
    def folder(self) -> str:
        """The name of the output folder: the id without its version."""
        return self.id.partition("@")[0]


def need_writer(format_: Format) -> Write:
    """The format's writer.

    Raises:
        UsageError: the format is only read.
    """
    if format_.write is None:
        raise UsageError(format_.id, code="usage.format-not-written")
    return format_.write
