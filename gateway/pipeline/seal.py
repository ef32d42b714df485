"""Signatures over one prepared manifest: ours by key, and certifiers' by SM2, each beside the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NoReturn

from gateway.codec.plugin import Plugin
from gateway.errors import TrustError, UsageError
from gateway.pipeline.issue import CREDENTIAL, JWS, MANIFEST, statement
from gateway.pipeline.receive import run_again
from gateway.quantity.exact import own_arithmetic
from gateway.report import Finding
from gateway.signing import data_integrity, gbt35275, jws, manifest, sm2_signers
from gateway.signing.jcs import jcs
from gateway.signing.keys import Signer
from gateway.signing.sm2_certificate import Certificate
from gateway.trust.verify import SEAL_ENDING, SEALS, check_parts, is_seal

_FINGERPRINT: Final = 16


class NotAsPrepared(TrustError):
    """The folder is not what the run gives that its manifest records, so it is not signed."""

    code = "trust.not-as-prepared"

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        first = self.findings[0]
        super().__init__(first.at, path=first.at, why=first.code)


@own_arithmetic
def seal_with_key(
    files: Mapping[str, bytes], key: Signer, *, plugins: Sequence[Plugin] = ()
) -> dict[str, bytes]:
    """The maker's own signature: JWS and credential over the prepared manifest, and over seals that are here.

    The run is made again from the private source first: nobody signs what does not come out of it. Of the two
    files, one that is here already is what an earlier run was cut off after, and only the other is answered.

    Raises:
        NotAsPrepared: the folder differs from what its run gives.
        GatewayError: the source is not here, the declaration has expired, or somebody has signed.
    """
    here = {name: files[name] for name in (JWS, CREDENTIAL) if name in files}
    if len(here) == 2:
        _refuse_both(files, key)
    files = {name: data for name, data in files.items() if name not in here}
    bound = _manifest(files)
    prepared, findings = run_again(files, plugins)
    if findings:
        raise NotAsPrepared(findings)
    seals = {name: data for name, data in files.items() if is_seal(name)}
    _refuse_changed(files)
    document = statement(prepared, bound, issuer=key.public_key.did, seals=seals)
    proved = data_integrity.add_proof(document, key, created=str(document["validFrom"]))
    made = {JWS: jws.sign_detached(bound, key), CREDENTIAL: jcs(proved)}
    if any(made[name] != data for name, data in here.items()):
        raise UsageError(path=JWS, code="signing.proof-exists")
    return {name: data for name, data in made.items() if name not in here}


def seal_with_sm2(
    files: Mapping[str, bytes],
    signer: sm2_signers.Sm2Signer,
    certificate: Certificate,
    *,
    chain: Sequence[Certificate] = (),
    signing_time: datetime | None = None,
) -> dict[str, bytes]:
    """A certifier's signature over the manifest as a detached GB/T 35275 message, by its file name.

    Args:
        chain: the certificates above, without the anchor.

    Raises:
        GatewayError: the folder is not as the manifest says, or what was made does not verify.
    """
    bound = _manifest(files)
    _refuse_changed(files)
    message = gbt35275.sign(bound, signer, certificate, chain=chain, signing_time=signing_time)
    return add_message(files, message)


def add_message(files: Mapping[str, bytes], message: bytes) -> dict[str, bytes]:
    """A message that was made elsewhere, by a key device or a signing server, once it is seen to hold.

    Raises:
        GatewayError: it is no GB/T 35275 message, or does not hold over this manifest.
    """
    data = gbt35275.decoded(message)
    found = gbt35275.verify(data, _manifest(files))
    certificate = found.signers[0].certificate
    name = f"{SEALS}{certificate.fingerprint[:_FINGERPRINT]}{SEAL_ENDING}"
    # What is here already stays, and may have been changed.
    told = check_parts({name: data, **files})
    wrong = [finding for finding in told if finding.at.partition("#")[0] == name]
    if wrong:
        raise NotAsPrepared(wrong)
    if name in files:
        raise UsageError(certificate.subject, path=name, code="trust.sealed-already")
    return {name: data}


def _refuse_both(files: Mapping[str, bytes], key: Signer) -> NoReturn:
    """Say whether it is this key whose signature is here."""
    try:
        signed_by = jws.verify_detached(files[JWS], _manifest(files)).public_key
    except TrustError:
        # It does not hold, and is nobody's.
        signed_by = None
    if signed_by == key.public_key:
        raise UsageError(key.public_key.did, path=JWS, code="trust.sealed-already")
    raise UsageError(path=JWS, code="signing.proof-exists")


def _manifest(files: Mapping[str, bytes]) -> bytes:
    if MANIFEST not in files:
        raise UsageError(path=MANIFEST, code="trust.not-prepared")
    manifest.parse(files[MANIFEST])
    return files[MANIFEST]


def _refuse_changed(files: Mapping[str, bytes]) -> None:
    """Nobody signs a manifest whose parts were changed."""
    wrong = check_parts(files)
    if wrong:
        raise NotAsPrepared(wrong)
