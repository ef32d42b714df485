"""UNTP credentials: the Digital Product Passport 0.6.1 and 0.7.0, and the Digital Conformity Credential."""

from __future__ import annotations

from functools import partial

from gateway.codec import shell
from gateway.codec.base import Context, Evidence, Format, Package, Reading, Writing
from gateway.model.access import Audience
from gateway.model.declaration import Declaration
from gateway.model.disclosure import Disclosure
from gateway.report import Finding

_HOME = "gateway.formats.untp"

_CONTEXTS = {
    "0.6.1": "https://test.uncefact.org/vocabulary/untp/dpp/",
    "0.7.0": "https://vocabulary.uncefact.org/untp/0.7.0/context/",
}
_PARAMETERS = {"untp-issuer": (), "audience": tuple(Audience)}


def _detect(package: Package, *, version: str) -> Evidence | None:
    document = package.json_object
    if document is None or "DigitalProductPassport" not in _listed(document.get("type")):
        return None
    contexts = _listed(document.get("@context"))
    named = next((c for c in contexts if c.startswith(_CONTEXTS[version])), None)
    if named is None or (version == "0.6.1" and not named.removeprefix(_CONTEXTS[version]).startswith("0.6")):
        return None
    return Evidence(3, (named,))


def _listed(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _detect_conformity(package: Package) -> Evidence | None:
    document = package.json_object
    kinds = _listed(document.get("type")) if document is not None else []
    return Evidence(3, ("DigitalConformityCredential",)) if "DigitalConformityCredential" in kinds else None


def _read(package: Package, context: Context, *, version: str) -> Reading:
    from gateway.formats.untp.passport import read

    return read(package, version)


def _write(declaration: Declaration, context: Context, *, version: str) -> Writing:
    from gateway.formats.untp.passport import write

    return write(declaration, context, version)


def _validate(package: Package, *, version: str) -> tuple[Finding, ...]:
    from gateway.codec.schema import judge

    return judge(package.json, f"untp/dpp-{version}.schema.json")


def _read_conformity(package: Package, context: Context) -> Reading:
    from gateway.formats.untp.conformity import read

    return read(package)


def _passport(version: str) -> Format:
    return Format(
        id=f"untp-dpp@{version}",
        title={"zh": f"UNTP 数字产品护照 {version}", "en": f"UNTP Digital Product Passport {version}"},
        media_type="application/vc+ld+json",
        detect=partial(_detect, version=version),
        read=partial(_read, version=version),
        write=partial(_write, version=version),
        validate=partial(_validate, version=version),
        audience=Disclosure.C0,
        parameters=_PARAMETERS,
        schema_edition=f"UNTP Digital Product Passport {version}, own statement",
    )


DPP_061, DPP_070 = _passport("0.6.1"), _passport("0.7.0")
CONFORMITY = Format(
    id="untp-dcc@0.6.1",
    title={"zh": "UNTP 数字符合性凭证 0.6.1", "en": "UNTP Digital Conformity Credential 0.6.1"},
    media_type="application/vc+ld+json",
    detect=_detect_conformity,
    read=_read_conformity,
    write=shell.writer(f"{_HOME}.conformity"),
    audience=Disclosure.C1,
    parameters={"untp-verifier": ()},
    schema_edition="UNTP Digital Conformity Credential 0.6.1, as public implementations have it",
)
