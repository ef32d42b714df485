"""The credentials inside a presentation: its holder has signed for showing them, not for what they say.

Source: W3C Verifiable Credentials Data Model 2.0 (15 May 2025), 4.13.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from gateway.errors import GatewayError, UsageError, flatten
from gateway.frontdoor.json import PlainJson
from gateway.signing import proofs, vc_jwt
from gateway.signing.data_integrity import issuer_of
from gateway.signing.jose import Keys
from gateway.signing.rdf.contexts import Contexts
from gateway.signing.verified import Verified

_MOST: Final = 100
# A key, a context or a kind of proof that is not at hand: nothing says that it does not hold.
_NOT_AT_HAND: Final = frozenset(
    {
        "envelope.certificate-absent",
        "envelope.certificate-needed",
        "envelope.key-unknown",
        "envelope.not-enveloped",
        "rdf.context-unknown",
        "signing.unknown-cryptosuite",
    }
)
NOT_CHECKED: Final = "contained-not-checked"
UNSIGNED: Final = "contained-unsigned"


def with_credentials(found: Verified, *, keys: Keys, contexts: Contexts) -> Verified:
    """The answer, once the proof of every credential in a presentation has been looked at.

    Raises:
        GatewayError: one of them does not hold, with its place.
    """
    if not _is_a(found.document, "VerifiablePresentation"):
        return found
    stated = found.document.get("verifiableCredential", [])
    held = stated if isinstance(stated, list) else [stated]
    if len(held) > _MOST:
        raise proofs.ProofRefused(len(held), path="/verifiableCredential", code="vcdm.member")
    remarks = {_remark(one, index, found.issuer, keys, contexts) for index, one in enumerate(held)} - {""}
    if not remarks:
        return found
    told = tuple(sorted(remarks))
    return replace(
        found, signatures=tuple(replace(one, remarks=(*one.remarks, *told)) for one in found.signatures)
    )


def _remark(credential: PlainJson, index: int, holder: str, keys: Keys, contexts: Contexts) -> str:
    """What a reader must know of one credential; empty where its proof holds, or the holder is its issuer."""
    if not isinstance(credential, dict):
        return NOT_CHECKED
    is_enveloped = _is_a(credential, "EnvelopedVerifiableCredential")
    if not is_enveloped and "proof" not in credential:
        return "" if holder and issuer_of(credential) == holder else UNSIGNED
    try:
        if is_enveloped:
            vc_jwt.verify(vc_jwt.unwrap(credential), keys=keys)
        else:
            expected = proofs.Expected(unasked=True)
            proofs.verify_document(credential, keys=keys, contexts=contexts, expected=expected)
    except UsageError:
        # What is not installed.
        return NOT_CHECKED
    except GatewayError as error:
        if {one.error_code for one in flatten(error)} <= _NOT_AT_HAND:
            return NOT_CHECKED
        for one in flatten(error):
            one.path = f"/verifiableCredential/{index}{one.path}"
        raise
    return ""


def _is_a(document: Mapping[str, PlainJson], kind: str) -> bool:
    kinds = document.get("type")
    return kind in (kinds if isinstance(kinds, list) else [kinds])
