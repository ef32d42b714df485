"""Check an issued folder against its own signatures, offline, and say step by step what holds.

Without a trust policy the best answer is that nothing was changed since somebody signed it. Who that
is, and whether to believe them, is another question.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from gateway.errors import GatewayError, flatten
from gateway.frontdoor.json import PlainJson, parse_signed
from gateway.report import Finding, Severity
from gateway.signing import contained, data_integrity, gbt35275, jws, leaves, manifest, salts
from gateway.signing.credential import CONTEXT
from gateway.signing.digests import digest_sri, sha256_hex
from gateway.signing.jcs import jcs
from gateway.signing.manifest import Manifest, PartState
from gateway.signing.verified import Contained
from gateway.trust.folder_verdict import Seal, State, Step, Verdict

MANIFEST, JWS, CREDENTIAL = "manifest.json", "manifest.jws", "credential.json"
# Signatures of others over the same manifest: GB/T 35275 messages in DER, one signer or more in each.
SEALS, SEAL_ENDING = "signatures/", ".p7s"
SALTS = "private/salts.json"
# The record that ties the digests of the original to every part of every target.
CONVERSION = "conversion.json"
_SIGNED = (MANIFEST, JWS, CREDENTIAL)
_LEAVES = ".leaves.json"
# Inputs of the run besides the original, and rule packs.
_BROUGHT = re.compile(r"private/(?:(?:previous|beside)(?:-[0-9]+)?(?:\.[a-z0-9]{1,8})?|rules/[^/]+\.json)")
# What tells of the run; by its first member, as it is written.
_TELLING = re.compile(r"(?:private/)?report\.json|private/findings\.json")
_OWN_FORMAT = re.compile(rb'\{\s*"format":\s*"hutong-(?:report|findings|leaves)@')
# Of a folder's credential: what the conversion record has of it, and what nobody but its signer can say.
_RECORDED = ("name", "credentialSubject")
_OWN = (
    "@context", "type", "id", "issuer", "validFrom", "validUntil",
    "relatedResource", "credentialStatus", "proof",
)  # fmt: skip
_TYPE = "VerifiableCredential"
_RESOURCE = ("id", "name", "mediaType", "digestSRI")


def verify(files: Mapping[str, bytes]) -> Verdict:
    """Check a folder's files (by relative name) against its manifest, detached JWS and credential."""
    if not any(name in files for name in _SIGNED) or _only_prepared(files):
        finding = Finding("trust.not-signed", MANIFEST)
        return Verdict(State.NOT_SIGNED, (), (finding,))
    check = _Check(files)
    check.run()
    if not check.findings:
        check.look_inside()
    state = State.CHANGED if check.findings else State.INTACT
    return Verdict(
        state=state,
        steps=tuple(check.steps),
        findings=tuple(check.findings),
        signer=check.signer if state is State.INTACT else "",
        absent=tuple(check.absent),
        facts=check.manifest.facts if check.manifest and state is State.INTACT else {},
        credential=check.credential if state is State.INTACT else {},
        seals=tuple(check.seals) if state is State.INTACT else (),
        expires=check.expires if state is State.INTACT else "",
        contained=check.contained if state is State.INTACT else (),
        is_recorded=state is State.INTACT and check.is_recorded,
    )


def check_parts(files: Mapping[str, bytes]) -> tuple[Finding, ...]:
    """How the files differ from their manifest, whoever has signed it."""
    check = _Check(files)
    check.run_parts()
    return tuple(check.findings)


def is_seal(name: str) -> bool:
    """Whether a file of a folder is a signature of others, by its place."""
    return name.startswith(SEALS) and name.endswith(SEAL_ENDING)


def _only_prepared(files: Mapping[str, bytes]) -> bool:
    """A manifest that nobody has signed yet."""
    return not (JWS in files or CREDENTIAL in files or any(map(is_seal, files)))


class _Check:
    """The steps of one verification. A step that cannot be taken is one that does not hold."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.steps: list[Step] = []
        self.findings: list[Finding] = []
        self.absent: list[str] = []
        self.signer = ""
        self.manifest: Manifest | None = None
        self.credential: Mapping[str, PlainJson] = {}
        self.expires = ""
        self.recorded: PlainJson = None
        self.is_recorded = False
        self.contained: tuple[Contained, ...] = ()
        self.seals: list[Seal] = []
        self.sealed = sorted(name for name in files if is_seal(name))

    def run(self) -> None:
        """(1) manifest, (2) its signatures, (3) every part, (4) the credential, (5) that all of it is one.

        A certifier's signature over the manifest may stand alone; then no JWS and credential are asked for.
        """
        alone = bool(self.sealed) and JWS not in self.files and CREDENTIAL not in self.files
        self._step("manifest", self._manifest)
        if not alone:
            self._step("manifest-signature", self._signature)
        if self.sealed:
            self._step("seals", self._seals)
        self._step("parts", self._parts)
        if not alone:
            self._step("credential", self._credential)

    def run_parts(self) -> None:
        """(1) and (3) alone, before anybody has signed."""
        self._step("manifest", self._manifest)
        if self.sealed:
            self._step("seals", self._seals)
        self._step("parts", self._parts)

    def look_inside(self) -> None:
        """A part, and what the credential holds, must be as its own signer has left it."""
        assert self.manifest is not None
        names = {part.name for part in self.manifest.parts} | {MANIFEST}
        parts = {name: data for name, data in self.files.items() if name in names}
        try:
            self.contained = contained.in_files(parts, {CREDENTIAL: self.credential})
        except GatewayError as error:
            found = (Finding(one.error_code, one.path, one.saw, params=one.params) for one in flatten(error))
            self.findings.extend(found)

    def _step(self, name: str, check: object) -> None:
        before = len(self.findings)
        assert callable(check)
        try:
            about = check() or ""
        except GatewayError as error:
            about = ""
            self.findings.extend(_finding(one, name) for one in flatten(error))
        self.steps.append(Step(name, len(self.findings) == before, about))

    def _file(self, name: str) -> bytes | None:
        if name not in self.files:
            self.findings.append(Finding("trust.file-missing", name))
        return self.files.get(name)

    def _manifest(self) -> str:
        data = self._file(MANIFEST)
        if data is not None:
            self.manifest = manifest.parse(data)
        return sha256_hex(data) if data is not None else ""

    def _signature(self) -> str:
        token, payload = self._file(JWS), self.files.get(MANIFEST)
        if token is None or payload is None:
            return ""
        self.signer = jws.verify_detached(token, payload).signer
        return self.signer

    def _seals(self) -> str:
        payload = self.files.get(MANIFEST)
        for name in self.sealed if payload is not None else ():
            data = self.files[name]
            try:
                found = gbt35275.verify(data, payload)
                self._refuse_unsigned(name, found)
            except GatewayError as error:
                self.findings.extend(_finding(one, name) for one in flatten(error))
                continue
            self.seals.append(Seal(name, data, found.signers, found.certificates))
        # A name holds commas itself: by these, one could pass for two.
        return " · ".join(
            signer.certificate.subject.replace(" · ", "·") for seal in self.seals for signer in seal.signers
        )

    def _refuse_unsigned(self, name: str, found: gbt35275.VerifiedSignedData) -> None:
        """Nothing may stand in the message that nobody's signature covers: it could change unseen."""
        signing = {signer.certificate for signer in found.signers}
        for certificate in found.certificates:
            above = [c for c in found.certificates if c.subject_name == certificate.issuer_name]
            held = [
                c
                for c in above
                if c.has_issued(certificate.tbs, certificate.signature, certificate.algorithm)
            ]
            used = certificate in signing or any(
                c.issuer_name == certificate.subject_name for c in found.certificates if c is not certificate
            )
            if (above and not held) or not used:
                self.findings.append(Finding("trust.seal-certificate", name, certificate.subject))
        extras = found.revocation_lists or any(signer.unsigned_attributes for signer in found.signers)
        if found.version != 1 or extras or not found.detached:
            self.findings.append(Finding("trust.seal-extras", name))

    def _salts(self) -> dict[str, bytes]:
        """The salts of the parts that are here; one too many might be changed unseen."""
        if SALTS not in self.files:
            return {}
        assert self.manifest is not None
        found = salts.parse(self.files[SALTS])
        salted = {part.name for part in self.manifest.parts if part.salted}
        for name in sorted(found.keys() - (salted & self.files.keys())):
            self.findings.append(Finding("trust.salt-of-nothing", SALTS, name))
        return found

    def _parts(self) -> str:
        if self.manifest is None:
            self.findings.append(Finding("trust.not-checked", "parts"))
            return ""
        listed = {part.name for part in self.manifest.parts}
        beside = {*_SIGNED, *self.sealed, *({SALTS} - listed)}
        own = {name: data for name, data in self.files.items() if name not in beside}
        verdicts = manifest.check(self.manifest, own, self._salts() if SALTS not in listed else {})
        intact = {v.name for v in verdicts if v.state is PartState.INTACT}
        for verdict in verdicts:
            if verdict.state is PartState.ABSENT:
                self.absent.append(verdict.name)
            elif not verdict.holds:
                self.findings.append(verdict.finding())
                if verdict.state is PartState.CHANGED:
                    self.findings.extend(self._fields(verdict.name, intact))
        if CONVERSION in intact:
            self._conversion()
        return f"{len(intact)}/{len(self.manifest.parts)}"

    def _conversion(self) -> None:
        """What the record of the conversion says of a part is what the manifest says of it."""
        assert self.manifest is not None
        parts = {part.name: part for part in self.manifest.parts}
        record = parse_signed(self.files[CONVERSION])
        self.recorded = record.get("credential") if isinstance(record, dict) else None
        for told in recorded(record):
            part = parts.get(str(told.get("name")))
            same = (
                part is not None
                and (part.sha256, part.sm3) == (told.get("sha256"), told.get("sm3"))
                and bool(part.salted) is (told.get("salted") is True)
            )
            if not same:
                self.findings.append(
                    Finding("trust.conversion-not-of-part", CONVERSION, str(told.get("name", "")))
                )

    def _fields(self, name: str, intact: set[str]) -> Iterator[Finding]:
        """The fields of a changed part, where its leaf digests are there and unchanged."""
        if name + _LEAVES not in intact:
            return
        try:
            changes = leaves.compare(self.files[name + _LEAVES], self.files[name])
        except GatewayError as error:
            yield _finding(error, name)
            return
        for kind in ("changed", "added", "removed"):
            for pointer in getattr(changes, kind):
                yield Finding(f"trust.leaf-{kind}", f"{name}#{pointer}")
        if not changes:
            yield Finding("trust.only-spelling", name)

    def _credential(self) -> str:
        data = self._file(CREDENTIAL)
        if data is None:
            return ""
        proof = data_integrity.verify_proof(data, own=True)
        self.credential, self.expires = proof.document, proof.expires or ""
        if self.signer and proof.issuer != self.signer:
            self.findings.append(Finding("trust.two-signers", CREDENTIAL, proof.issuer))
        self._bound(proof.document)
        self._said(proof.document)
        return proof.cryptosuite

    def _said(self, document: Mapping[str, PlainJson]) -> None:
        """The credential says of the product what the conversion record does, which others have signed."""
        if not isinstance(self.recorded, dict):
            return
        for name in _RECORDED:
            if jcs(document.get(name)) != jcs(self.recorded.get(name)):
                self.findings.append(Finding("trust.credential-not-of-record", f"{CREDENTIAL}#/{name}"))
        self.is_recorded = (
            document.keys() <= {*_RECORDED, *_OWN}
            and document.get("@context") == [CONTEXT]
            and document.get("type") == [_TYPE]
            and (isinstance(document.get("issuer"), str) or _is_bare(document.get("issuer"), ("id", "name")))
            and all(_is_bare(one, _RESOURCE) for one in _listed(document.get("relatedResource")))
        )

    def _bound(self, document: Mapping[str, PlainJson]) -> None:
        """The credential covers this very manifest, and parts only as the manifest has them."""
        related = document.get("relatedResource")
        entries = [e for e in related if isinstance(e, dict)] if isinstance(related, list) else []
        by_name = {str(e.get("name")): str(e.get("digestSRI")) for e in entries}
        expected = digest_sri(self.files.get(MANIFEST, b""))
        if len(by_name) != len(entries):
            # Of two of one name, every reader takes another one.
            self.findings.append(Finding("trust.credential-not-of-part", CREDENTIAL, MANIFEST))
        if by_name.pop(MANIFEST, "") != expected:
            self.findings.append(Finding("trust.credential-not-of-manifest", CREDENTIAL))
        known = {part.name for part in self.manifest.parts} if self.manifest else set()
        for name, digest in by_name.items():
            data = self.files.get(name)
            if is_seal(name):
                # It was there when this credential was signed.
                if data is None or digest_sri(data) != digest:
                    self.findings.append(Finding("trust.seal-missing", name))
            elif name not in known or (data is not None and digest_sri(data) != digest):
                self.findings.append(Finding("trust.credential-not-of-part", CREDENTIAL, name))


def _is_bare(value: PlainJson, names: Collection[str]) -> bool:
    """Whether it says nothing but what these members do: nobody else has signed the rest."""
    return (
        isinstance(value, dict)
        and value.keys() <= set(names)
        and all(isinstance(item, str) for item in value.values())
    )


def _listed(value: PlainJson) -> Sequence[PlainJson]:
    return value if isinstance(value, list) else [value]


def unspoken(parts: Mapping[str, bytes], record: PlainJson) -> tuple[str, ...]:
    """Parts of a folder that its conversion record does not speak for: nobody has asked what they declare.

    Reports, findings and leaves declare nothing, and must be what their names say.
    """
    told = {str(one.get("name")) for one in recorded(record)} | {CONVERSION}
    return tuple(
        name
        for name, data in sorted(parts.items())
        if name not in told
        and not _BROUGHT.fullmatch(name)
        and not ((_TELLING.fullmatch(name) or name.endswith(_LEAVES)) and _OWN_FORMAT.match(data))
    )


def is_folder(files: Mapping[str, bytes]) -> bool:
    """Whether files with a manifest are what it says; where others have signed it, with what they signed."""
    return not check_parts(files) if _only_prepared(files) else verify(files).holds


def recorded(record: PlainJson) -> Iterator[Mapping[str, PlainJson]]:
    """The parts that a conversion record names: of the original, and of each target."""
    if not isinstance(record, dict):
        return
    targets = record.get("targets")
    for holder in (record.get("original"), *(targets if isinstance(targets, list) else ())):
        parts = holder.get("parts") if isinstance(holder, dict) else None
        yield from (part for part in (parts if isinstance(parts, list) else ()) if isinstance(part, dict))


def _finding(error: GatewayError, step: str) -> Finding:
    """The finding behind an error, with the file in front of its place."""
    file = {"manifest": MANIFEST, "manifest-signature": JWS, "credential": CREDENTIAL}.get(step, step)
    at = f"{file}#{error.path}" if error.path else file
    return Finding(error.error_code, at, error.saw, Severity.ERROR, params=error.params)
