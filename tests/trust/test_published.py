"""Published signed files as subjects of a validation, and whether their certificates make a chain."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.errors import GatewayError
from gateway.signing import chain
from gateway.trust import enveloped
from gateway.trust.subject import Signer

FOLDERS = ("asic", "jades", "xades", "etsi-tl-mra", "dss-probe")
# The authority of these may sign documents and no certificates (its keyUsage says so).
NO_CHAIN = {"multifiles-ok.asice": "x509.key-usage", "onefile-ok.asice": "x509.key-usage"}
UNSOUND = {
    "xades-enveloped-exc-BROKEN.xml": "HASH_FAILURE",
    "xades-enveloping-exc-BROKEN.xml": "HASH_FAILURE",
    "xades-lta-spec.xml": "SIG_CRYPTO_FAILURE",
    "xades-with-no-name-reference.xml": "SIGNED_DATA_NOT_FOUND",
    "xmldsig-only.xml": "CRYPTO_CONSTRAINTS_FAILURE",
}
UNSIGNED = {"README.md", "leaf.pem", "root.pem", "sample.json"}


def chained(signer: Signer) -> str:
    """Empty where the certificate leads to what came with it; a certificate alone leads to itself."""
    leaf, *above = signer.chain
    try:
        chain.verify_chain(leaf, above, above or [leaf], at=leaf.not_before)
    except GatewayError as error:
        return error.error_code
    return ""


@pytest.mark.oracle
def test_published_files(oracle_data: Path) -> None:
    place = oracle_data / "signing"
    objects = {"sample.json": (place / "jades" / "sample.json").read_bytes()}
    unsound, broken, chains = {}, {}, 0
    for file in sorted(one for folder in FOLDERS for one in (place / folder).iterdir()):
        if file.name in UNSIGNED:
            continue
        found = enveloped.of_file(
            file.read_bytes(), {}, objects=objects if file.parent.name == "jades" else None
        )
        if found.sub is not None:
            unsound[file.name] = found.sub.name
            continue
        for signer in found.signers:
            chains += 1
            if why := chained(signer):
                broken[file.name] = why
    assert unsound == UNSOUND
    assert broken == NO_CHAIN
    assert chains == 16
