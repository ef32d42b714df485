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
# Of the presentation's own issuer it would say something else.
_OF_CONTAINED: Final = {"issuer-not-bound": "contained-not-bound"}


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
    remarks = {
        remark
        for index, one in enumerate(held)
        for remark in _remarks(one, index, found.issuer, keys, contexts)
    }
    if not remarks:
        return found
    told = tuple(sorted(remarks.difference(*(one.remarks for one in found.signatures))))
    return replace(
        found, signatures=tuple(replace(one, remarks=(*one.remarks, *told)) for one in found.signatures)
    )


def _remarks(
    credential: PlainJson, index: int, holder: str, keys: Keys, contexts: Contexts
) -> frozenset[str]:
    """What a reader must know of one credential: nothing where the holder is its issuer."""
    if not isinstance(credential, dict):
        return frozenset({NOT_CHECKED})
    is_enveloped = _is_a(credential, "EnvelopedVerifiableCredential")
    if not is_enveloped and "proof" not in credential:
        return frozenset() if holder and issuer_of(credential) == holder else frozenset({UNSIGNED})
    try:
        if is_enveloped:
            found = vc_jwt.verify_carried(credential, keys=keys)
            if not _is_a(found.document, "VerifiableCredential"):
                # Another presentation, of which nobody has looked at what it shows.
                return frozenset({NOT_CHECKED})
        else:
            expected = proofs.Expected(unasked=True)
            found = proofs.verify_document(credential, keys=keys, contexts=contexts, expected=expected)
    except UsageError:
        # What is not installed.
        return frozenset({NOT_CHECKED})
    except GatewayError as error:
        if {one.error_code for one in flatten(error)} <= _NOT_AT_HAND:
            return frozenset({NOT_CHECKED})
        for one in flatten(error):
            one.path = f"/verifiableCredential/{index}{one.path}"
        raise
    # Whoever presents it may have written it otherwise, and signs that.
    told = {remark for one in found.signatures for remark in one.remarks}
    return frozenset({_OF_CONTAINED.get(remark, remark) for remark in told} - {"question-not-asked"})


def _is_a(document: Mapping[str, PlainJson], kind: str) -> bool:
    kinds = document.get("type")
    return kind in (kinds if isinstance(kinds, list) else [kinds])
