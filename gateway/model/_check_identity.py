"""Identifiers with check digits, links, and text that is not what it looks like."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from gateway.errors import InputError
from gateway.frontdoor import identity
from gateway.model import identifiers
from gateway.model._check import Check
from gateway.model.identifiers import Flaw
from gateway.model.walk import places
from gateway.report import Finding, Severity

_CHECKS: Final[Mapping[str, Callable[[str], Flaw | None]]] = {
    "/enterprise/uscc": identifiers.uscc,
    "/sites/*/uscc": identifiers.uscc,
    "/lines/*/supplier_uscc": identifiers.uscc,
    "/verifications/*/body_uscc": identifiers.uscc,
    "/enterprise/gb2260": identifiers.gb2260,
    "/sites/*/gb2260": identifiers.gb2260,
    "/enterprise/country": identifiers.country,
    "/enterprise/ids/lei": identifiers.lei,
    "/enterprise/ids/bpn": identifiers.bpn,
    "/enterprise/ids/duns": identifiers.duns,
    "/enterprise/ids/eori": identifiers.eori,
    "/product/ids/gtin": identifiers.gtin,
    "/product/ids/gbt34014": identifiers.gbt34014,
    "/product/classification/cpc": identifiers.cpc,
    "/product/classification/hs": identifiers.hs,
    "/product/classification/cn8": identifiers.cn8,
    "/lines/*/cas": identifiers.cas,
    "/lines/*/flow/uuid": identifiers.uuid,
    "/lines/*/evidence_digest": identifiers.digest,
    "/verifications/*/notified_body_number": identifiers.notified_body,
    "/attachments/*/sm3": identifiers.digest,
    "/attachments/*/sha256": identifiers.digest,
    "/passport/place/country": identifiers.country,
    "/passport/operator/address/country": identifiers.country,
    "/passport_data/circularity/spare_parts/*/country": identifiers.country,
    "/passport_data/materials/*/cas": identifiers.cas,
    "/passport_data/hazardous/*/cas": identifiers.cas,
    "/passport_data/documents/*/sha256": identifiers.digest,
    "/passport_data/identity/last_updated": identifiers.moment,
}
_LINKS: Final = frozenset(
    {
        "/passport/product_link",
        "/passport/study_link",
        "/label/url",
        "/passport_data/documents/*/link",
        "/passport_data/markings/*/link",
        "/passport_data/contact/web",
        "/passport_data/circularity/spare_parts/*/web",
    }
)
# Moments of measurement stand beside each value, whatever it is called.
_CONDITION: Final = "/passport_data/condition/"


def check_identity(check: Check) -> None:
    """Every text of the document, extras included."""
    for path, pattern, value in places(check.declaration):
        if not isinstance(value, str):
            continue
        if value and pattern in _CHECKS:
            _identifier(check, path, value, _CHECKS[pattern])
        elif value and pattern.startswith(_CONDITION) and pattern.endswith(("/at", "_at")):
            _identifier(check, path, value, identifiers.moment)
        if pattern in _LINKS:
            _link(check, path, value)
        check.found.extend(_looks(check, path, value))


def _identifier(check: Check, path: str, text: str, test: Callable[[str], Flaw | None]) -> None:
    flaw = test(text)
    if flaw is not None:
        check.add(flaw.code, path, text, expected=flaw.expected)


def _link(check: Check, path: str, text: str) -> None:
    if not text.startswith(("http://", "https://")):
        check.add("identity.not-a-link", path, text, Severity.WARNING)
        return
    try:
        identity.require_ascii_host(text)
    except InputError as error:
        check.found.append(
            Finding(error.error_code, check.at(path), error.saw, Severity.WARNING, params=error.params)
        )


def _looks(check: Check, path: str, text: str) -> tuple[Finding, ...]:
    return () if text.isascii() and text.isprintable() else identity.findings(text, check.at(path))
