"""Sign any files in any of the forms: one way in for all of them, and one check of what comes out.

The files stay as they are, byte for byte: the signature stands beside them, around them, or has them as its
payload. A credential is signed as the document that it is; a number that its canonical form would round is
refused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from gateway.errors import GatewayError, UsageError, raise_all
from gateway.frontdoor.json import JsonValue, PlainJson, parse, parse_signed, pointer
from gateway.signing import envelopes, keys, vcdm
from gateway.signing.did_key import PublicKey
from gateway.signing.jcs import jcs
from gateway.signing.jose import NO_KEYS, Keys
from gateway.signing.sealing import Sealer
from gateway.signing.verification_key import VerificationKey

Files = Mapping[str, tuple[str, bytes]]
Salts = Callable[[str], bytes]


class Form(StrEnum):
    """What a signature may look like."""

    ASIC_E = "asic-e"
    XADES = "xades"
    JADES = "jades"
    JADES_DETACHED = "jades-detached"
    JWS = "jws"
    DATA_INTEGRITY = "data-integrity"
    VC_JWT = "vc-jwt"
    SD_JWT = "sd-jwt"


# Their signer stands behind a certificate; that of the others is a did:key.
CERTIFIED: Final = frozenset({Form.ASIC_E, Form.XADES, Form.JADES, Form.JADES_DETACHED})
_SEVERAL: Final = frozenset({Form.ASIC_E, Form.XADES, Form.JADES_DETACHED})
_CREDENTIALS: Final = frozenset({Form.DATA_INTEGRITY, Form.VC_JWT})
_BESIDE: Final = frozenset({Form.XADES, Form.JADES_DETACHED, Form.JWS})

_MEDIA_TYPES: Final = {
    "csv": "text/csv",
    "html": "text/html",
    "json": "application/json",
    "jsonld": "application/ld+json",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml",
    "zip": "application/zip",
}


@dataclass(frozen=True, slots=True)
class Hidden:
    """What an SD-JWT hides, how, and whose key must sign each showing.

    Args:
        places: JSON pointers; a step ``*`` stands for every member or entry.
        salts: 16 bytes for each place, never twice the same; see ``sd_jwt.salts_of``.
        decoys: digests of nothing beside each group.
    """

    places: Collection[str]
    salts: Salts
    holder: PublicKey | None = None
    decoys: int = 0


def media_type(name: str) -> str:
    """The media type of a file by the ending of its name."""
    return _MEDIA_TYPES.get(name.rpartition(".")[2].casefold(), "application/octet-stream")


def sign(
    files: Files,
    form: Form,
    signer: Sealer | keys.Signer,
    *,
    signing_time: datetime,
    hidden: Hidden | None = None,
    method: str = "",
) -> bytes:
    """The signature over ``files`` in one of the forms, once it is seen to hold over exactly these bytes.

    Args:
        files: media type and bytes by name, a relative path with ``/``.
        signer: a seal with its certificate for the forms in ``CERTIFIED``, a key for the others.
        signing_time: a claim, with time zone; to the second.
        hidden: for ``Form.SD_JWT`` only.
        method: the URL of the key in the issuer's controller document (did:web), for credentials; its did:key
            otherwise.

    Raises:
        UsageError: the form is not for these files or this signer.
        SigningFailed: what was made does not hold.
        GatewayError: see the form's own module.
    """
    if signing_time.tzinfo is None:
        raise UsageError(signing_time.isoformat(), code="signing.bad-timestamp")
    if form not in _SEVERAL and len(files) != 1:
        raise UsageError(len(files), code="signing.one-file", form=form.value)
    if (hidden is not None) is not (form is Form.SD_JWT):
        raise UsageError(form.value, code="signing.hides-nothing")
    if method and form not in _CREDENTIALS:
        raise UsageError(form.value, code="signing.method-unused")
    if isinstance(signer, Sealer) is not (form in CERTIFIED):
        code = "signing.needs-certificate" if form in CERTIFIED else "signing.certificate-unused"
        raise UsageError(form.value, code=code)
    if isinstance(signer, Sealer):
        _refuse_out_of_date(signer, signing_time)
        made = _sealed(files, form, signer, signing_time)
        _require_sound(made, files, form)
    else:
        made = _signed(files, form, signer, signing_time, hidden, method)
        known = {method: VerificationKey.from_public_key(signer.public_key)} if method else NO_KEYS
        _require_sound(made, files, form, known)
    return made


def expand(
    document: PlainJson, places: Iterable[str], *, code: str = "envelope.not-hidden"
) -> tuple[str, ...]:
    """The JSON pointers behind patterns in which a step ``*`` stands for every member or entry.

    Args:
        code: of the error about a pattern that fits nothing.

    Raises:
        UsageError: one fits nothing.
    """
    found: dict[str, None] = {}
    for place in places:
        fitting = list(_fitting(document, place.split("/")[1:], "")) if place.startswith("/") else []
        if not fitting:
            raise UsageError(place, code=code)
        found.update(dict.fromkeys(fitting))
    return tuple(found)


def _fitting(value: PlainJson, steps: list[str], at: str) -> Iterator[str]:
    if not steps:
        yield at
        return
    name, rest = steps[0], steps[1:]
    plain = name.replace("~1", "/").replace("~0", "~")
    if isinstance(value, dict):
        chosen = list(value) if name == "*" else [plain] if plain in value else []
        for key in chosen:
            yield from _fitting(value[key], rest, at + pointer([key]))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if name in ("*", str(index)):
                yield from _fitting(item, rest, f"{at}/{index}")


def _sealed(files: Files, form: Form, sealer: Sealer, signing_time: datetime) -> bytes:
    from gateway.signing import asic, jades, xades_writer

    if form is Form.ASIC_E:
        return asic.sign(files, sealer, signing_time=signing_time)
    if form is Form.XADES:
        return xades_writer.write(files, sealer, signing_time=signing_time)
    if form is Form.JADES_DETACHED:
        return jades.sign_detached(files, sealer, signing_time=signing_time)
    ((kind, data),) = files.values()
    return jades.sign(data, sealer, signing_time=signing_time, media_type=kind)


def _signed(
    files: Files,
    form: Form,
    signer: keys.Signer,
    signing_time: datetime,
    hidden: Hidden | None,
    method: str,
) -> bytes:
    from gateway.signing import data_integrity, jws, sd_jwt, vc_jwt

    ((_, data),) = files.values()
    if form is Form.JWS:
        return jws.sign_detached(data, signer)
    document = _document(data)
    stated = signing_time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if hidden is not None:
        claims, kind = _claims(document, signer, signing_time)
        return sd_jwt.issue(
            claims,
            hide=expand(document, hidden.places, code="signing.no-such-place"),
            signer=signer,
            salts=hidden.salts,
            holder=hidden.holder,
            decoys=hidden.decoys,
            type_=kind,
        )
    _require_model(document)
    if form is Form.VC_JWT:
        return vc_jwt.sign(document, signer, key_id=method)
    return jcs(data_integrity.add_proof(document, signer, created=stated, method=method))


def _claims(
    document: dict[str, PlainJson], signer: keys.Signer, signing_time: datetime
) -> tuple[dict[str, PlainJson], str]:
    """What an SD-JWT says and of which type it is; a document that names no issuer gets ours."""
    from gateway.signing import sd_jwt

    kinds = document.get("type")
    if "VerifiableCredential" in (kinds if isinstance(kinds, list) else [kinds]):
        vcdm.require_credential(document)
        return document, sd_jwt.TYPE
    ours: dict[str, PlainJson] = {"iss": signer.public_key.did, "iat": int(signing_time.timestamp())}
    # RFC 9901, 11.2: the media type of what has none of its own.
    return {**ours, **document}, "sd-jwt"


def _document(data: bytes) -> dict[str, PlainJson]:
    document = parse_signed(data)
    if not isinstance(document, dict):
        raise UsageError(code="signing.not-an-object")
    raise_all(_rounded(parse(data), document, ""))
    return document


def _rounded(exact: JsonValue, signed: PlainJson, at: str) -> Iterator[GatewayError]:
    """Numbers that a canonical form cannot carry: signed would be another than the one that stands there."""
    if isinstance(exact, dict) and isinstance(signed, dict):
        for name, item in exact.items():
            yield from _rounded(item, signed[name], at + pointer([name]))
    elif isinstance(exact, list) and isinstance(signed, list):
        for index, item in enumerate(exact):
            yield from _rounded(item, signed[index], f"{at}/{index}")
    elif isinstance(exact, Decimal) and Decimal(jcs(signed).decode()) != exact:
        yield UsageError(exact, path=at, code="signing.number-rounded")


def _require_model(document: dict[str, PlainJson]) -> None:
    kinds = document.get("type")
    if "VerifiablePresentation" in (kinds if isinstance(kinds, list) else [kinds]):
        vcdm.require_presentation(document)
    else:
        vcdm.require_credential(document)


def _refuse_out_of_date(sealer: Sealer, signing_time: datetime) -> None:
    from cryptography import x509

    first = x509.load_der_x509_certificate(sealer.certificates[0].der)
    if not first.not_valid_before_utc <= signing_time <= first.not_valid_after_utc:
        raise UsageError(
            sealer.certificates[0].subject,
            code="signing.certificate-out-of-date",
            begin=first.not_valid_before_utc.strftime("%Y-%m-%d"),
            end=first.not_valid_after_utc.strftime("%Y-%m-%d"),
        )


def _require_sound(made: bytes, files: Files, form: Form, known: Keys = NO_KEYS) -> None:
    """Read back with the readers that anybody's signatures go through, and compare what is covered.

    Raises:
        SigningFailed: something else is covered than what was to be signed.
    """
    held = {name: data for name, (_, data) in files.items()}
    found = envelopes.verify_any(made, objects=held if form in _BESIDE else None, keys=known)
    if form in _SEVERAL:
        whole = {part.name: part.data for part in found.parts} == held and not found.uncovered
    else:
        ((_, data),) = files.values()
        if form in (Form.JADES, Form.JWS):
            whole = found.payload == data
        else:
            document = parse_signed(data)
            assert isinstance(document, dict)
            # What hides stands in the token only behind its digest; ``iss`` and ``iat`` were added.
            added = {"iss", "iat"} - document.keys() if form is Form.SD_JWT else set[str]()
            shown = {name: item for name, item in found.document.items() if name not in added}
            whole = jcs(shown) == jcs(document)
    if not whole:
        raise keys.SigningFailed(form.value)
