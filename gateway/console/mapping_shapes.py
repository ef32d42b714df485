"""The shape of what ``hutong map`` answers under ``--json``."""

from __future__ import annotations

from typing import Literal

from gateway.pipeline.shapes import Digest, Note, Problem, Shape


class OpenName(Shape):
    """A name to decide, with its candidates."""

    key: str
    name: str
    reason: str
    candidates: list[str]


class FlowListBuilt(Shape):
    """``hutong nomenclature build``: what the compact list holds."""

    list: str
    flows: int
    substances: int
    contexts: int
    with_cas: int
    digest: Digest
    output: str


class FlowMap(Shape):
    """``hutong map``: ``make``, ``audit`` (findings), ``convert`` (losses), ``review`` (what is open)."""

    file: str
    format: str | None = None
    rows: int | None = None
    sha256: Digest | None = None
    tiers: dict[str, int] | None = None
    abstained: dict[str, int] | None = None
    counts: dict[str, int] | None = None
    compared: dict[str, int] | None = None
    not_compared: dict[str, int] | None = None
    factors: dict[str, dict[Literal["equal", "differ", "lost", "gained", "zero"], int]] | None = None
    findings: list[Problem] | None = None
    to: str | None = None
    written: int | None = None
    notes: list[Note] | None = None
    output: str | None = None
    open: int | None = None
    decided: int | None = None
    decisions: str | None = None
    signer: str | None = None
    items: list[OpenName] | None = None
