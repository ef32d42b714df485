"""Why the bytes of a signed file are not sound, in the words of the standard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.errors import GatewayError, flatten
from gateway.report import Finding
from gateway.signing.digests import sha256_hex
from gateway.trust.judgement import Sub
from gateway.trust.subject import Subject

_NO_SIGNATURE: Final = frozenset(
    {"signing.no-proof", "envelope.no-xml-signature", "envelope.no-pdf-signature"}
)
_NO_KEY: Final = frozenset(
    {
        "signing.bad-did-key",
        "envelope.key-unknown",
        "envelope.certificate-absent",
        "envelope.certificate-needed",
        "envelope.bad-certificate",
        "x509.bad-certificate",
    }
)
_NO_CONTENT: Final = frozenset({"envelope.content-needed", "sm.content-needed", "rdf.context-unknown"})
_WEAK: Final = frozenset({"envelope.algorithm", "envelope.digest-method", "envelope.weak-key"})
# Sound, perhaps, but of a kind that nothing here checks.
_OTHERS: Final = frozenset(
    {
        "envelope.boundaries-open",
        "envelope.cms",
        "envelope.header-unprotected",
        "envelope.transform",
        "signing.unknown-cryptosuite",
    }
)
_CHANGED: Final = frozenset({"envelope.digest-wrong", "envelope.content-differs", "sm.digest-wrong"})
_MALFORMED: Final = frozenset({"envelope.unknown", "envelope.not-a-credential", "signing.not-an-object"})
_MALFORMED_AREAS: Final = ("json.", "xml.", "archive.", "vcdm.")


def unsound(data: bytes, error: GatewayError) -> Subject:
    """A file that says nothing, for this reason."""
    found = tuple(_findings(error))
    return Subject("file", sha256_hex(data), findings=found, sub=_sub({one.code for one in found}))


def _findings(error: GatewayError) -> Iterator[Finding]:
    for one in flatten(error):
        yield Finding(one.error_code, one.path, one.saw, params=one.params)


def _sub(codes: set[str]) -> Sub:
    """The word of the standard for why the bytes are not sound."""
    if codes & _MALFORMED or any(code.startswith(_MALFORMED_AREAS) for code in codes):
        return Sub.FORMAT_FAILURE
    for own, sub in (
        (_NO_SIGNATURE, Sub.NO_SIGNATURE),
        (_CHANGED, Sub.HASH_FAILURE),
        (frozenset({"rdf.number-not-covered"}), Sub.NUMBER_NOT_COVERED),
        (frozenset({"envelope.pdf-behind"}), Sub.NOT_COVERED),
        (_NO_KEY, Sub.NO_SIGNING_KEY_FOUND),
        (_NO_CONTENT, Sub.SIGNED_DATA_NOT_FOUND),
        (_WEAK | _OTHERS, Sub.CRYPTO_CONSTRAINTS_FAILURE),
    ):
        if codes & own:
            return sub
    return Sub.SIG_CRYPTO_FAILURE
