"""Whether a recognition statement is about exactly the folder at hand: by digests, whoever asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.pipeline.recognise import converted_of
from gateway.report import Finding
from gateway.signing.digests import digest_sri, sha256_hex, sm3_hex
from gateway.trust import verify as check
from gateway.trust.folder_verdict import State
from gateway.trust.statement import Said
from gateway.trust.verify import CREDENTIAL, JWS, MANIFEST

_SUBJECT: Final = "urn:hutong:manifest:"


@dataclass(frozen=True, slots=True)
class Covering:
    """The answer: with no finding, the statement covers the folder, but for ``absent`` parts of it.

    Args:
        manifest: SHA-256 of the folder's own.
    """

    manifest: str
    absent: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        return not self.findings


def covering(said: Said, files: Mapping[str, bytes]) -> Covering:
    """Hold a statement against a folder: its manifest, every part as the manifest has it, and the targets.

    What the manifest allows to be absent may be: it is covered by its digest. The paper stays with the body
    that wrote it, and is no part of a folder.
    """
    checked = check.verify(files)
    findings = (
        *_manifest(said, files.get(MANIFEST, b"")),
        *_targets(said, files, checked.state),
        *_signed(said, files, is_recorded=checked.is_recorded),
    )
    return Covering(sha256_hex(files.get(MANIFEST, b"")), checked.absent, (*findings, *checked.findings))


def _manifest(said: Said, data: bytes) -> Iterator[Finding]:
    own, original = sha256_hex(data), said.original
    stated = (
        (original.sha256, own),
        (original.sm3, sm3_hex(data)),
        (said.identifier.removeprefix(_SUBJECT) if said.identifier.startswith(_SUBJECT) else own, own),
        (said.resource or digest_sri(data), digest_sri(data)),
    )
    for expected, found in stated:
        if expected != found:
            yield Finding("attest.other-manifest", MANIFEST, found, params={"expected": expected or "-"})
            return


def _signed(said: Said, files: Mapping[str, bytes], *, is_recorded: bool) -> Iterator[Finding]:
    """The credential and the signatures that were judged: anybody may sign the same manifest again."""
    for name, expected in said.signed:
        found = digest_sri(files[name]) if name in files else "-"
        if found != expected:
            yield Finding("attest.other-part", name, found, params={"expected": expected})
    named = dict(said.signed)
    for name in sorted(files.keys() - named.keys()):
        # A statement that names none is of a version that did not: then a credential of the record may stand.
        is_later = name in (JWS, CREDENTIAL) or check.is_seal(name)
        if (is_later and named) or (name == CREDENTIAL and not is_recorded):
            yield Finding("attest.other-part", name, digest_sri(files[name]), params={"expected": "-"})


def _targets(said: Said, files: Mapping[str, bytes], state: State) -> Iterator[Finding]:
    """The converted parts by name, so that it is said which of them differs."""
    if state is State.NOT_SIGNED:
        return
    # Of two of one name, neither is what was judged.
    stated: dict[str, str] = {}
    for one in said.converted:
        stated[one.name] = "" if one.name in stated else one.sha256
    here = {one.name: one.sha256 for one in converted_of(files)}
    for name in sorted(stated.keys() | here.keys()):
        if stated.get(name) != here.get(name):
            params = {"expected": stated.get(name, "-")}
            yield Finding("attest.other-part", name, here.get(name, "-"), params=params)
