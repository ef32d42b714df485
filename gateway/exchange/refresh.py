"""Bring a trust snapshot up to date: lists, DID documents and status lists, each from where it is published.

What is fetched is only put beside the rest; whether it is believed is decided afterwards, offline.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from gateway.errors import GatewayError, InputError
from gateway.frontdoor.json import BOM
from gateway.frontdoor.urls import did_web_url
from gateway.report import Finding, Severity
from gateway.signing.data_integrity import issuer_of
from gateway.signing.digests import sha256_hex
from gateway.signing.timestamp import is_timestamp
from gateway.trust import credential_checks, signed_list, snapshot
from gateway.trust import policy as policies
from gateway.trust.snapshot import POLICY
from gateway.trust.unverified import document_of

Fetch = Callable[[str], bytes]
_MOST: Final = 50
# As in any policy.
_SKEW: Final = timedelta(seconds=300)


def refresh(
    files: Mapping[str, bytes], document: bytes, get: Fetch, *, now: datetime
) -> tuple[dict[str, bytes], tuple[Finding, ...]]:
    """What a snapshot gains for this document, by file name, and what could not be had.

    Args:
        document: a credential; anything else asks for lists only.
        get: fetches one address within the guard's bounds.

    Raises:
        InputError: there is no sound policy.
    """
    hosts = hosts_of(files)
    # As a snapshot reads its files: what is held under a mark is held.
    files = {name: data.removeprefix(BOM) for name, data in files.items()}
    gained: dict[str, bytes] = {}
    problems: list[Finding] = []
    wanted = list(dict.fromkeys((*_of_lists(files), *_of_credential(hosts, document))))
    for folder, identity, url in wanted[:_MOST]:
        try:
            data = get(url).removeprefix(BOM)
            _refuse_other(folder, identity, data)
            if folder == "status":
                _refuse_older(files, identity, data, now)
                _refuse_unproved({**files, **gained}, identity, data, now)
        except GatewayError as error:
            problems.append(Finding("list.not-fetched", url, error.saw, Severity.WARNING))
            continue
        gained[_name(files, folder, identity, data)] = data
    problems += [Finding("list.not-asked", url, str(_MOST), Severity.WARNING) for _, _, url in wanted[_MOST:]]
    return gained, tuple(problems)


def hosts_of(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Where the policy lets anything be fetched from.

    Raises:
        InputError: there is no sound policy.
    """
    if POLICY not in files:
        raise InputError(path=POLICY, code="list.no-policy")
    return policies.parse(files[POLICY].removeprefix(BOM)).hosts


def _of_lists(files: Mapping[str, bytes]) -> Iterator[tuple[str, str, str]]:
    """Where each list says that its next number will be."""
    for name in sorted(files):
        if not name.startswith("lists/"):
            continue
        try:
            scheme = signed_list.read_file(files[name]).content.scheme
        except GatewayError:
            continue
        for url in (scheme.distribution or ())[:1]:
            yield "lists", scheme.name[0].value, url


def _of_credential(hosts: Collection[str], document: bytes) -> Iterator[tuple[str, str, str]]:
    """The issuer's DID document, and the status lists that the credential names."""
    value = document_of(document)
    issuer = issuer_of(value)
    if issuer.startswith("did:web:"):
        try:
            yield "dids", issuer, did_web_url(issuer, allowed_hosts=hosts)
        except InputError:
            # The fetch below says the same of it with the guard's own words.
            yield "dids", issuer, issuer
    stated = value.get("credentialStatus")
    for entry in stated if isinstance(stated, list) else [stated]:
        place = entry.get("statusListCredential") if isinstance(entry, dict) else None
        if isinstance(place, str):
            yield "status", place, place


def _refuse_other(folder: str, identity: str, data: bytes) -> None:
    """What comes must be what was asked for; a list's signature at least has to hold."""
    if folder == "lists":
        signed_list.read_file(data)
        return
    if _id(folder, data) != identity:
        raise InputError(identity, code="list.bad-snapshot", path=identity)


def _refuse_older(files: Mapping[str, bytes], identity: str, data: bytes, now: datetime) -> None:
    """A list of statuses takes the place of an older one only: what was revoked must not be forgotten.

    Whether anybody has signed it is asked later; one that is dated ahead would keep out all that follow.
    """
    made = _made(data)
    if made is None or made > now + _SKEW:
        stated = f"{made.isoformat()} > {now.isoformat()}" if made else "validFrom"
        raise InputError(stated, code="list.bad-status-list", path=identity)
    for name in files:
        held = (
            _made(files[name])
            if name.startswith("status/") and _id("status", files[name]) == identity
            else None
        )
        if held is not None and made < held <= now + _SKEW:
            stated = f"{made.isoformat()} < {held.isoformat()}"
            raise InputError(stated, code="list.bad-status-list", path=identity)


def _refuse_unproved(files: Mapping[str, bytes], identity: str, data: bytes, now: datetime) -> None:
    """What takes another one's place is believed as that would be: else anybody could wipe it out."""
    held = [
        data for name, data in files.items() if name.startswith("status/") and _id("status", data) == identity
    ]
    if not held:
        return
    if not credential_checks.may_replace(data, held, snapshot.load(files, now=now)):
        raise InputError(identity, code="list.bad-status-list", path=identity)


def _made(data: bytes) -> datetime | None:
    stated = document_of(data).get("validFrom")
    return datetime.fromisoformat(str(stated)) if is_timestamp(stated) else None


def _name(files: Mapping[str, bytes], folder: str, identity: str, data: bytes) -> str:
    """The file that holds this already; of lists every number has its own, so that none is lost."""
    if folder == "lists":
        return f"lists/fetched-{sha256_hex(data)[:16]}.jws"
    for name in sorted(files):
        if name.startswith(f"{folder}/") and _id(folder, files[name]) == identity:
            if folder == "status" and files[name] != data and _made(files[name]) == _made(data):
                # Of two of one moment nobody knows which is the later: both are asked.
                return f"{folder}/fetched-{sha256_hex(data)[:16]}.json"
            return name
    return f"{folder}/fetched-{sha256_hex(identity.encode())[:16]}.json"


def _id(folder: str, data: bytes) -> str:
    # A document of a DID is JSON; a list of statuses may come as a token.
    is_json = folder != "dids" or data.lstrip().startswith(b"{")
    return str(document_of(data).get("id", "")) if is_json else ""
