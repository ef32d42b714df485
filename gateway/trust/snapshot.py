"""Everything that a verification may know besides the document: read once, nothing fetched, asked often.

A snapshot is a folder's files: ``policy.json``, ``seen.json``, ``lists/*.jws``, ``crls/*.crl``,
``certificates/*.pem``, ``dids/*.json``, ``status/*`` and ``receipts/*``.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from gateway.errors import GatewayError, flatten
from gateway.frontdoor.json import BOM, PlainJson, parse_signed
from gateway.signing import pem, revocation_list
from gateway.signing.certificates import BadCertificate, Certificate
from gateway.signing.jcs import jcs
from gateway.trust import policy as policies
from gateway.trust.agreement import Agreement
from gateway.trust.current_lists import BadSnapshot, Refused, current
from gateway.trust.identities import identities_of
from gateway.trust.lote import Entity, Service
from gateway.trust.policy import Policy
from gateway.trust.signed_list import HeldList, Seen
from gateway.trust.unverified import document_of

POLICY: Final = "policy.json"
SEEN: Final = "seen.json"
RECEIVED: Final = "received.json"
SEEN_FORMAT: Final = "hutong-trust-memory@1"


@dataclass(frozen=True, slots=True)
class Listed:
    """A service with the body and the list that name it."""

    held: HeldList
    entity: Entity
    service: Service


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is believed at ``now``, indexed by what signatures name."""

    policy: Policy
    now: datetime
    lists: Mapping[str, HeldList]
    refused: tuple[Refused, ...]
    by_identity: Mapping[str, tuple[Listed, ...]] = field(repr=False)
    anchors: tuple[tuple[Certificate, Listed], ...] = field(repr=False)
    certificates: tuple[Certificate, ...] = field(repr=False)
    crls: tuple[bytes, ...] = field(repr=False)
    dids: Mapping[str, Mapping[str, PlainJson]] = field(repr=False)
    statuses: Mapping[str, tuple[bytes, ...]] = field(repr=False)
    receipts: tuple[bytes, ...] = field(repr=False)
    # The youngest number of each list that its operator has signed, whether that list may speak or not.
    youngest: Mapping[str, Seen] = field(default_factory=dict, repr=False)
    # What was received before, by issuer and identifier: the digest.
    received: Mapping[str, str] = field(default_factory=dict, repr=False)
    # What was decoded once need not be decoded for the next credential; never part of an answer.
    cache: dict[str, object] = field(default_factory=dict, repr=False, compare=False)

    @property
    def digests(self) -> dict[str, PlainJson]:
        """The lists by name with number and digest, as a statement names them."""
        return {
            name: {"sequence": str(held.seen.sequence), "sha256": held.sha256}
            for name, held in sorted(self.lists.items())
        }

    @property
    def agreements(self) -> tuple[Agreement, ...]:
        """Those of the receiver's own list; what other lists recognise is of no concern (depth 1)."""
        own = self.lists.get(self.policy.own_list)
        return own.agreements if own else ()

    def find(self, identities: Iterable[str]) -> tuple[Listed, ...]:
        """Every entry that goes by one of these identities, each once."""
        found: dict[int, Listed] = {}
        for identity in identities:
            for listed in self.by_identity.get(identity, ()):
                found[id(listed)] = listed
        return tuple(found.values())

    def find_over(self, identities: Iterable[str]) -> Iterator[Listed]:
        """Entries by these identities on lists that may not speak: a loss that they tell of stays one.

        Their operators have signed them, be they out of date, older than one that was seen, or one of two.
        """
        names = set(identities)
        for held in (refused.held for refused in self.refused):
            if held is None or not self._is_operators(held):
                continue
            for entity in held.content.entities:
                for service in entity.services:
                    if not names.isdisjoint(identities_of(service)):
                        yield Listed(held, entity, service)

    def _is_operators(self, held: HeldList) -> bool:
        """Whether the receiver's policy lets its operator say anything, and it is no list for tomorrow."""
        return (
            held.operator_key in self.policy.pinned(held.name)
            and held.operator_kind not in self.policy.over(self.now)
            and (self.policy.accept_test_lists or not held.content.is_test)
            and held.content.issued <= self.now + self.policy.skew
        )

    def is_name_of_a_body(self, name: str) -> bool:
        """Whether a list gives this name to some body."""
        return any(
            entity.goes_by(name) for held in self.lists.values() for entity, _ in held.content.services()
        )

    def seen(self) -> dict[str, Seen]:
        """What has to be remembered: the youngest number of each list, also of one that is over."""
        return dict(self.youngest)


def load(files: Mapping[str, bytes], *, now: datetime) -> Snapshot:
    """Read the files of a snapshot's folder.

    Raises:
        InputError: there is no policy, or a file is damaged. A list that may not speak is no error; it is
            kept with its reason.
    """
    if POLICY not in files:
        raise BadSnapshot(path=POLICY, code="list.no-policy")
    with _within(POLICY):
        policy = policies.parse(files[POLICY].removeprefix(BOM))
    seen = read_seen(files[SEEN]) if SEEN in files else {}
    lists = current(((name, files[name]) for name in _below(files, "lists/")), policy, seen, now)
    entries = [
        Listed(held, entity, service)
        for held in lists.held.values()
        for entity, service in held.content.services()
    ]
    index: dict[str, tuple[Listed, ...]] = {}
    anchors: list[tuple[Certificate, Listed]] = []
    for listed in entries:
        for identity in identities_of(listed.service):
            index[identity] = (*index.get(identity, ()), listed)
        anchors += [(found, listed) for found in _certificates(listed.service)]
    crls, unread = _crls(files)
    certificates, damaged = _beside(files)
    return Snapshot(
        policy=policy,
        now=now,
        lists=lists.held,
        refused=(*lists.refused, *unread, *damaged),
        by_identity=index,
        anchors=tuple(anchors),
        certificates=certificates,
        crls=crls,
        dids=dict(_documents(files, "dids/")),
        statuses=_statuses(files),
        receipts=tuple(files[name] for name in _below(files, "receipts/")),
        youngest=lists.youngest,
        received=_received(files[RECEIVED]) if RECEIVED in files else {},
    )


def read_seen(data: bytes) -> dict[str, Seen]:
    """The numbers that were seen before.

    Raises:
        InputError: it is no such memory.
    """
    value = _own(SEEN, data)
    lists = value.get("lists") if isinstance(value, dict) and value.get("format") == SEEN_FORMAT else None
    if not isinstance(lists, dict):
        raise BadSnapshot(path=SEEN)
    found = {}
    for name, one in lists.items():
        if not isinstance(one, dict) or type(one.get("sequence")) is not int:
            raise BadSnapshot(path=f"{SEEN}#/lists/{name}")
        sequence = one["sequence"]
        assert isinstance(sequence, int)
        found[name] = Seen(sequence, str(one.get("sha256", "")))
    return found


def _received(data: bytes) -> dict[str, str]:
    value = _own(RECEIVED, data)
    if not isinstance(value, dict) or not all(isinstance(digest, str) for digest in value.values()):
        raise BadSnapshot(path=RECEIVED)
    return {name: str(digest) for name, digest in value.items()}


def seen_bytes(before: Mapping[str, Seen], now: Mapping[str, Seen]) -> bytes:
    """The memory after a look at lists: no number ever falls."""
    youngest = dict(before)
    for name, one in now.items():
        if name not in youngest or youngest[name].sequence < one.sequence:
            youngest[name] = one
    lists: dict[str, PlainJson] = {
        name: {"sequence": one.sequence, "sha256": one.sha256} for name, one in sorted(youngest.items())
    }
    return jcs({"format": SEEN_FORMAT, "lists": lists}) + b"\n"


def _own(name: str, data: bytes) -> PlainJson:
    """A JSON file that the receiver keeps, with a byte order mark or without."""
    with _within(name):
        return parse_signed(data.removeprefix(BOM))


@contextmanager
def _within(name: str) -> Iterator[None]:
    """Errors about what is in a file name the file."""
    try:
        yield
    except GatewayError as error:
        for one in flatten(error):
            one.path = f"{name}{'#' if one.path.startswith('/') else ' '}{one.path}".strip()
        raise


def _below(files: Mapping[str, bytes], folder: str) -> list[str]:
    """The files of a folder, those aside that systems put there unseen."""
    return sorted(name for name in files if name.startswith(folder) and "/." not in name)


def _crls(files: Mapping[str, bytes]) -> tuple[tuple[bytes, ...], list[Refused]]:
    """The lists of revocations, and which of them cannot be read: they might have named the signer."""
    found: list[bytes] = []
    refused = []
    for name in _below(files, "crls/"):
        try:
            found += revocation_list.encoded_in(files[name])
        except GatewayError as error:
            # By its bytes, whom it might have named.
            found.append(files[name])
            refused.append(Refused(name, error))
    return tuple(found), refused


def _beside(files: Mapping[str, bytes]) -> tuple[tuple[Certificate, ...], list[Refused]]:
    """Certificates that may stand between; those of a file that cannot be read might tell of a lost key."""
    found: list[Certificate] = []
    refused = []
    for name in _below(files, "certificates/"):
        blocks = pem.blocks(files[name], "CERTIFICATE")
        if not blocks:
            refused.append(Refused(name, BadCertificate()))
        for one in blocks:
            try:
                found.append(Certificate.from_der(one))
            except GatewayError as error:
                refused.append(Refused(name, error))
    return tuple(found), refused


def _certificates(service: Service) -> list[Certificate]:
    found = []
    for state in service.states:
        for encoded in state.identity.certificates:
            try:
                found.append(Certificate.from_der(base64.b64decode(encoded.val)))
            except GatewayError:
                continue
    return list(dict.fromkeys(found))


def _documents(files: Mapping[str, bytes], folder: str) -> Iterator[tuple[str, Mapping[str, PlainJson]]]:
    """JSON documents by their ``id``; two of one id would be two answers."""
    taken = set()
    for name in _below(files, folder):
        value = _own(name, files[name])
        identity = value.get("id") if isinstance(value, dict) else None
        if not isinstance(value, dict) or not isinstance(identity, str) or identity in taken:
            raise BadSnapshot(path=name)
        taken.add(identity)
        yield identity, value


def _statuses(files: Mapping[str, bytes]) -> dict[str, tuple[bytes, ...]]:
    """Lists of statuses by the ``id`` that they state, which nobody has checked."""
    found: dict[str, tuple[bytes, ...]] = {}
    for name in _below(files, "status/"):
        data = files[name].removeprefix(BOM)
        identity = document_of(data).get("id")
        if not isinstance(identity, str):
            raise BadSnapshot(path=name)
        found[identity] = (*found.get(identity, ()), data)
    return found
