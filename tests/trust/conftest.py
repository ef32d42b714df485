"""A folder that a certifier and the maker have signed, and the world in which it is believed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.codec.base import Context, Package
from gateway.pipeline import seal
from gateway.pipeline.domestic import prepare_manifest, salted
from gateway.pipeline.issue import Request, prepare
from gateway.signing.did_key import KeyType
from gateway.signing.keys import PrivateKey
from gateway.trust import snapshot
from gateway.trust.judgement import Validation
from gateway.trust.snapshot import Snapshot
from gateway.trust.validation import RuleAnswers, validate_folder
from tests.signing.sm import made as sm
from tests.trust import made

TEA = Path(__file__).resolve().parents[2] / "examples" / "tea.json"


@dataclass
class World:
    """Everything that a simulator may turn: who is listed how, which agreement, which files, what time."""

    now: datetime = made.NOW
    certifier: list[dict[str, Any]] = field(default_factory=list)
    body: dict[str, Any] = field(default_factory=made.accreditation_body)
    agreements: list[dict[str, Any]] = field(default_factory=lambda: [made.agreement()])
    foreign: dict[str, Any] = field(default_factory=dict)
    own: dict[str, Any] = field(default_factory=dict)
    policy: dict[str, Any] = field(default_factory=dict)
    more: dict[str, bytes] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    entities: list[dict[str, Any]] = field(default_factory=list)
    own_entities: list[dict[str, Any]] = field(default_factory=list)
    operators: dict[str, made.Operator] = field(default_factory=dict)

    def lists(self) -> dict[str, bytes]:
        """The two signed lists."""
        states = self.certifier or [
            made.state("cab/iso17029-14065", certificates=[sm.LEAF_CERTIFICATE], extensions=[made.scope()])
        ]
        entities = [made.entity("TEST certifier", states), self.body, *self.entities]
        foreign = made.document(made.FOREIGN, entities, country="CN", **self.foreign)
        own = made.document(made.OWN, self.own_entities, agreements=self.agreements, **self.own)
        by = {made.OWN: made.operator(1), made.FOREIGN: made.operator(2, "CN"), **self.operators}
        return {
            "lists/foreign.jws": made.signed(foreign, by[made.FOREIGN]),
            "lists/own.jws": made.signed(own, by[made.OWN]),
        }

    def files(self) -> dict[str, bytes]:
        """The snapshot's folder."""
        files = {"policy.json": json.dumps(made.policy(**self.policy)).encode(), **self.lists(), **self.more}
        return {name: data for name, data in files.items() if name not in self.without}

    def snapshot(self) -> Snapshot:
        return snapshot.load(self.files(), now=self.now)

    def validate(self, files: Mapping[str, bytes], rules: RuleAnswers | None = None) -> Validation:
        return validate_folder(files, self.snapshot(), rules=rules)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(scope="session")
def maker() -> PrivateKey:
    return PrivateKey.generate(KeyType.ED25519)


def prepared_by(maker: PrivateKey, package: Package, request: Request) -> dict[str, bytes]:
    """The folder that the maker has prepared, signed by nobody."""
    context = salted(Context(now=made.NOW), package, maker, beside=request.beside)
    return prepare_manifest(prepare(package, request, context=context), maker)


@pytest.fixture(scope="session")
def whole(maker: PrivateKey) -> dict[str, bytes]:
    """The maker's folder with everything in it."""
    package = Package.of(TEA.read_bytes(), name="tea.json")
    files = prepared_by(maker, package, Request(("pact",), rules=("gbt-24067",)))
    files |= seal.seal_with_sm2(files, sm.LEAF, sm.LEAF_CERTIFICATE, chain=[sm.MIDDLE_CERTIFICATE])
    return files | seal.seal_with_key(files, maker)


@pytest.fixture(scope="session")
def folder(whole: dict[str, bytes]) -> dict[str, bytes]:
    """What leaves the house."""
    return {name: data for name, data in whole.items() if not name.startswith("private/")}


Judge = Callable[[World], tuple[str, str]]


@pytest.fixture
def judge(folder: dict[str, bytes]) -> Judge:
    """The verdict about the folder in a world, in two words."""

    def verdict(world: World) -> tuple[str, str]:
        done = world.validate(folder)
        return done.indication.name, done.sub.name if done.sub else ""

    return verdict
