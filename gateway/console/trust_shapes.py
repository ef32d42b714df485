"""The shapes of what the commands for signatures, statements and trust lists answer."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from pydantic import Field

from gateway.model.disclosure import Disclosure
from gateway.pipeline.shapes import Digest, Problem, Shape
from gateway.pipeline.validation_shapes import UsedList, ValidationDocument

Decision: TypeAlias = Literal["recognised", "conditional", "refused"]


class Digests(Shape):
    """A file by both digests."""

    sha256: Digest
    sm3: Digest


class PreparedPart(Shape):
    """One part of a manifest with its class."""

    name: str
    disclosure: Disclosure = Field(alias="class")
    may_be_absent: bool


class Prepared(Shape):
    """``hutong prepare``; each target as ``issue`` tells it."""

    output: str
    manifest: Digests
    parts: list[PreparedPart]
    targets: list[dict[str, Any]]


class Sealed(Shape):
    """``hutong seal``."""

    signer: str
    files: list[str]


class Shared(Shape):
    """``hutong share``."""

    output: str
    files: list[str]
    kept: list[str]
    log: str


class LoggedPart(Shape):
    """A part that left."""

    name: str
    disclosure: Disclosure = Field(alias="class")
    sha256: Digest
    sm3: Digest


class Logged(Shape):
    """One line of the export log."""

    format: Literal["hutong-export@1"]
    number: int
    time: str
    recipient: str
    country: str
    basis: str
    purpose: str
    until: str
    manifest: Digest
    parts: list[LoggedPart]
    opened: list[str]
    previous: Digests


class Exports(Shape):
    """``hutong exports show``."""

    entries: list[Logged]


class Review(Shape):
    """``hutong review``."""

    paper: str
    entries: int
    need_decision: int


class Attested(Shape):
    """One statement that was made."""

    statement: str
    decision: Decision
    output: str
    index: int
    replaced_before: str | None = None


class NotAttested(Shape):
    """One case of a batch that could not be stated."""

    file: str
    errors: list[Problem]


class Batch(Shape):
    """``hutong attest --batch``."""

    statements: list[Attested | NotAttested]


class Revoked(Shape):
    """``hutong revoke``."""

    statement: str
    purpose: Literal["revocation", "suspension"]
    lifted: bool


class Renewed(Shape):
    """``hutong revoke --renew``."""

    output: str


class Built(Shape):
    """``hutong trust build``."""

    output: str
    name: str
    sequence: int


class SignedList(Shape):
    """``hutong trust sign``."""

    output: str
    sha256: Digest
    operator_key: Digest


class ListedService(Shape):
    """A service as a list has it now."""

    body: str
    service: str
    status: str
    since: str


class ListedAgreement(Shape):
    """An agreement as a list has it now."""

    id: str
    with_: str = Field(alias="with")
    status: str
    sha256: Digest


class Shown(Shape):
    """``hutong trust show``."""

    name: str
    sequence: int
    sha256: Digest
    operator_key: Digest
    next_update: str
    test: bool
    services: list[ListedService]
    agreements: list[ListedAgreement]


class ListChanges(Shape):
    """``hutong trust diff``: each change with the facts of its text."""

    changes: list[dict[str, str]]
    errors: list[Problem]


class Remembered(Shape):
    """``hutong trust remember``."""

    lists: dict[str, UsedList]
    refused: list[str]


MORE = (ValidationDocument, Batch, Renewed, SignedList, Shown, ListChanges, Remembered)
