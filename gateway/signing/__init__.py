"""Sign bytes and check signatures; knows neither formats nor the declaration model.

The public names below are loaded when they are first used, so that no command pays for cryptography unused;
within the project, import from the modules.

    from gateway import signing

    made = signing.sign_files(files, signing.Form.ASIC_E, sealer, signing_time=now)
    found = signing.verify_any(made)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__all__ = [
    "Answer",
    "Certificate",
    "CommandSigner",
    "DeviceKey",
    "Envelope",
    "Form",
    "Hidden",
    "KeyOrigin",
    "KeyType",
    "Leak",
    "Part",
    "PrivateKey",
    "PublicKey",
    "RsaKey",
    "Sealer",
    "Shown",
    "Signer",
    "VerificationKey",
    "Verified",
    "VerifiedSignature",
    "add_signature",
    "answer_issue",
    "answer_verify",
    "answer_verify_presentation",
    "bind_to_reader",
    "disclose",
    "find_sums",
    "leaks",
    "read_certificates",
    "salts_of",
    "self_signed",
    "sign_asic",
    "sign_files",
    "signed_revision",
    "verify_any",
    "verify_sd_jwt",
]

if TYPE_CHECKING:
    from gateway.signing.asic import add_signature
    from gateway.signing.asic import sign as sign_asic
    from gateway.signing.did_key import KeyType, PublicKey
    from gateway.signing.envelopes import verify_any
    from gateway.signing.forms import Form, Hidden
    from gateway.signing.forms import sign as sign_files
    from gateway.signing.keys import PrivateKey, Signer
    from gateway.signing.pades import signed_revision
    from gateway.signing.pkcs11 import DeviceKey
    from gateway.signing.sd_jwt import Shown, disclose, salts_of
    from gateway.signing.sd_jwt import bind as bind_to_reader
    from gateway.signing.sd_jwt import verify as verify_sd_jwt
    from gateway.signing.sd_sums import Leak, find_sums, leaks
    from gateway.signing.sealing import CommandSigner, RsaKey, Sealer
    from gateway.signing.self_signing import self_signed
    from gateway.signing.vc_api import Answer
    from gateway.signing.vc_api import issue as answer_issue
    from gateway.signing.vc_api import verify as answer_verify
    from gateway.signing.vc_api import verify_presentation as answer_verify_presentation
    from gateway.signing.verification_key import VerificationKey
    from gateway.signing.verified import Envelope, KeyOrigin, Part, Verified, VerifiedSignature
    from gateway.signing.x509 import Certificate
    from gateway.signing.x509 import from_pem as read_certificates
else:
    # The same names for the interpreter; a test compares the two.
    _HOMES = {
        "asic": ("add_signature", "sign as sign_asic"),
        "did_key": ("KeyType", "PublicKey"),
        "envelopes": ("verify_any",),
        "forms": ("Form", "Hidden", "sign as sign_files"),
        "keys": ("PrivateKey", "Signer"),
        "pades": ("signed_revision",),
        "pkcs11": ("DeviceKey",),
        "sd_jwt": ("Shown", "bind as bind_to_reader", "disclose", "salts_of", "verify as verify_sd_jwt"),
        "sd_sums": ("Leak", "find_sums", "leaks"),
        "sealing": ("CommandSigner", "RsaKey", "Sealer"),
        "self_signing": ("self_signed",),
        "vc_api": (
            "Answer",
            "issue as answer_issue",
            "verify as answer_verify",
            "verify_presentation as answer_verify_presentation",
        ),
        "verification_key": ("VerificationKey",),
        "verified": ("Envelope", "KeyOrigin", "Part", "Verified", "VerifiedSignature"),
        "x509": ("Certificate", "from_pem as read_certificates"),
    }
    _PLACES = {
        alias or name: (f"gateway.signing.{module}", name)
        for module, entries in _HOMES.items()
        for name, _, alias in (entry.partition(" as ") for entry in entries)
    }

    def __getattr__(name: str) -> object:
        """Load a public name when it is first used (PEP 562)."""
        if name not in _PLACES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module, own = _PLACES[name]
        value = globals()[name] = getattr(import_module(module), own)
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
