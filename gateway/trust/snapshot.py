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

from gateway.errors import GatewayError, InputError, flatten
from gateway.frontdoor.json import BOM, PlainJson, parse_signed
from gateway.signing import pem, revocation_list
from gateway.signing.certificates import BadCertificate, Certificate
from gateway.signing.jcs import jcs
from gateway.trust import policy as policies
from gateway.trust.agreement import Agreement
from gateway.trust.identities import identities_in, identities_of, refuse_unreadable
from gateway.trust.lote import Entity, Service
from gateway.trust.policy import Policy
from gateway.trust.signed_list import HeldList, ListRefused, Seen, read, refuse_untrusted
from gateway.trust.unverified import document_of

POLICY: Final = "policy.json"
SEEN: Final = "seen.json"
RECEIVED: Final = "received.json"
# Around a token, as editors leave it.
_SPACE: Final = b" \t\r\n"
SEEN_FORMAT: Final = "hutong-trust-memory@1"


class BadSnapshot(InputError):
    """The folder is no snapshot, or a file in it is damaged."""

    code = "list.bad-snapshot"


@dataclass(frozen=True, slots=True)
class Listed:
    """A service with the body and the list that name it."""

    held: HeldList
    entity: Entity
    service: Service


@dataclass(frozen=True, slots=True)
class Refused:
    """A list that may not speak, and why. Its entries are known only so that the cause can be named."""

    file: str
    error: GatewayError
    held: HeldList | None = None


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
    lists, known, refused = _lists(files, policy, seen, now)
    entries = [
        Listed(held, entity, service)
        for held in lists.values()
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
        lists=lists,
        refused=(*refused, *unread, *damaged),
        by_identity=index,
        anchors=tuple(anchors),
        certificates=certificates,
        crls=crls,
        dids=dict(_documents(files, "dids/")),
        statuses=_statuses(files),
        receipts=tuple(files[name] for name in _below(files, "receipts/")),
        youngest=_youngest(known),
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


def _lists(
    files: Mapping[str, bytes], policy: Policy, seen: Mapping[str, Seen], now: datetime
) -> tuple[dict[str, HeldList], list[HeldList], list[Refused]]:
    """The lists that may speak, by name; of two of one name the younger, of two of one number neither.

    With them all lists that their operators have signed.
    """
    held: dict[str, HeldList] = {}
    good: list[tuple[str, HeldList]] = []
    # What the operator has signed, current or not: it says that an older one is old.
    known: list[HeldList] = []
    refused: list[Refused] = []
    for file in _below(files, "lists/"):
        found = None
        try:
            found = read(files[file].strip(_SPACE))
            if found.operator_key in policy.pinned(found.name) and found.content.issued <= now + policy.skew:
                known.append(found)
            for _, service in found.content.services():
                refuse_unreadable(service)
            refuse_untrusted(
                found,
                pinned=policy.pinned(found.name),
                seen=seen,
                now=now,
                skew=policy.skew,
                accept_test=policy.accept_test_lists,
                over=policy.over(now),
            )
        except GatewayError as error:
            refused += [Refused(file, one, found) for one in flatten(error)]
            continue
        except ValueError as error:
            refused.append(Refused(file, BadSnapshot(path=file, why=str(error)), found))
            continue
        good.append((file, found))
    lost = _lost_keys(one for one in known if one.name == policy.own_list)
    # Whoever has the key writes any number, and must not make the operator's own lists old ones.
    known = [one for one in known if f"key:{one.operator_key}" not in lost]
    for file, found in good:
        if f"key:{found.operator_key}" in lost:
            stolen = ListRefused(found.operator, path=found.name, code="list.operator-lost")
            refused.append(Refused(file, stolen, found))
            continue
        rivals = [other for other in known if other.name == found.name]
        youngest = max(other.seen.sequence for other in rivals)
        if found.seen.sequence < youngest:
            if not any(other.name == found.name and other.seen.sequence == youngest for _, other in good):
                old = ListRefused(
                    found.seen.sequence, path=found.name, code="list.rollback", expected=str(youngest)
                )
                refused.append(Refused(file, old, found))
            continue
        if any(
            other.seen.sequence == found.seen.sequence and other.sha256 != found.sha256 for other in rivals
        ):
            twice = ListRefused(found.seen.sequence, path=found.name, code="list.two-of-one-number")
            refused.append(Refused(file, twice, found))
            continue
        held[found.name] = found
    return held, known, refused


def _lost_keys(lists: Iterable[HeldList]) -> set[str]:
    """Everything by which a key was ever known that one of the lists calls lost."""
    states = (state for one in lists for _, service in one.content.services() for state in service.states)
    return {name for state in states if state.tells_of_loss for name in identities_in(state)}


def _youngest(known: Iterable[HeldList]) -> dict[str, Seen]:
    """The highest number of each name; none where two lists bear it, for then neither is the one."""
    found: dict[str, set[Seen]] = {}
    for one in known:
        found.setdefault(one.name, set()).add(one.seen)
    youngest: dict[str, Seen] = {}
    for name, all_ in found.items():
        highest = max(seen.sequence for seen in all_)
        twins = [seen for seen in all_ if seen.sequence == highest]
        if len(twins) == 1:
            youngest[name] = twins[0]
    return youngest


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
