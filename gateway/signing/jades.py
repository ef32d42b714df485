"""JAdES baseline B: JSON Web Signatures that carry their signer's certificate and a time.

Source: ETSI TS 119 182-1 V1.2.1, 5 and 6; ``iat`` replaces ``sigT`` in what is made here, both are read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, unquote

from gateway.errors import UsageError
from gateway.frontdoor.json import PlainJson, parse_signed
from gateway.signing import jose, x509
from gateway.signing._jades_unsigned import foreign, is_countersigned, timestamps_of
from gateway.signing.jose import NO_KEYS, Header, JoseRefused, Keys
from gateway.signing.multibase import base64url, from_base64url
from gateway.signing.sealing import Sealer
from gateway.signing.timestamp import is_timestamp
from gateway.signing.verified import Envelope, Part, Verified, VerifiedSignature

# TS 119 182-1, 5.2: the signed members that may be critical. Nothing is done here with a policy (sigPId) or a
# role (srAts): who makes them critical wants no verdict without them.
# What a plain JWS does not have, and what has rules of its own.
_MARKS: Final = frozenset(
    {"x5c", "x5t#S256", "x5t#o", "sigX5ts", "sigD", "sigT", "sigPl", "sigPId", "srCms", "srAts", "adoTst"}
)
_CREDENTIALS: Final = frozenset({"vc+jwt", "vp+jwt"})
UNDERSTOOD: Final = frozenset({"sigT", "x5t#o", "sigX5ts", "srCms", "sigPl", "adoTst", "sigD", "b64", "iat"})
# TS 119 182-1, 5.2.8: what a detached payload is made of.
BY_URI_HASH: Final = "http://uri.etsi.org/19182/ObjectIdByURIHash"
BY_URI: Final = "http://uri.etsi.org/19182/ObjectIdByURI"
_HASHES: Final = {"S256": "sha256", "S384": "sha384", "S512": "sha512"}
_MOST_OBJECTS: Final = 1000
_MOST_SIGNATURES: Final = 8


def sign(
    payload: bytes,
    sealer: Sealer,
    *,
    signing_time: datetime,
    media_type: str = "",
    type_: str = "",
    thumbprint: bool = True,
) -> bytes:
    """A compact JAdES-B over ``payload``.

    Args:
        media_type: of the payload; ``application/`` is left out, as RFC 7515, 4.1.10 has it.
        type_: of the whole token, where its receiver asks for one.
        thumbprint: whether ``x5t#S256`` stands beside ``x5c``; a trust list (TS 119 602) has none.
    """
    header = _header(sealer, signing_time, thumbprint=thumbprint)
    if media_type:
        header["cty"] = media_type.removeprefix("application/")
    if type_:
        header["typ"] = type_
    token = _made(header, payload, sealer)
    verify(token)
    return token


def sign_detached(
    objects: Mapping[str, tuple[str, bytes]], sealer: Sealer, *, signing_time: datetime
) -> bytes:
    """A detached JAdES-B over several objects by digest; it stands beside them and leaves them alone.

    Args:
        objects: media type and bytes by name, the URI reference under which a receiver finds them.
    """
    if not objects or len(objects) > _MOST_OBJECTS:
        raise UsageError(len(objects), code="envelope.nothing-to-sign")
    names = sorted(objects)
    header = _header(sealer, signing_time, thumbprint=True)
    header["crit"] = ["sigD"]
    header["sigD"] = {
        "mId": BY_URI_HASH,
        "pars": [quote(name) for name in names],
        "hashM": "S256",
        "hashV": [_object_digest(objects[name][1], "sha256") for name in names],
        "ctys": [objects[name][0].removeprefix("application/") for name in names],
    }
    encoded, _ = jose.signing_input(header, b"")
    value = sealer.sign(f"{encoded}.".encode(), sealer.natural)
    token = f"{encoded}..{base64url(value)}".encode()
    verify(token, objects={name: data for name, (_, data) in objects.items()})
    return token


def verify(
    token: bytes,
    *,
    objects: Mapping[str, bytes] | None = None,
    keys: Keys = NO_KEYS,
    certificates: Sequence[x509.Certificate] = (),
) -> Verified:
    """Check a compact or JSON JAdES; every signature in it must hold.

    Args:
        objects: the detached objects by name.
        certificates: that a signature may mean by digest without carrying them.

    Raises:
        JoseRefused, UnknownAlgorithm, BadCertificate: it does not hold, or is no JAdES.
    """
    is_json = token.lstrip()[:1] == b"{"
    found = _serialised(token) if is_json else [_compact(token)]
    signatures: list[VerifiedSignature] = []
    parts, uncovered = list[Part](), list[str]()
    for encoded, payload, signature, unsigned in found:
        uncovered += [f"signature {len(signatures) + 1} etsiU/{index}" for index in foreign(unsigned)]
        read = jose.read_header(encoded, understood=UNDERSTOOD)
        if is_json and _is_of_credentials(read):
            # Nobody here would ask whether the key is the issuer's.
            raise JoseRefused(read.text("typ"), path="header/typ", code="envelope.wrong-type")
        header = _with_certificate(read, certificates)
        covered = _check_payload(header, payload, signature, objects or {}, keys)
        parts = parts or covered[1]
        if [part.name for part in parts] != [part.name for part in covered[1]]:
            raise JoseRefused(path="sigD", code="envelope.signatures-differ")
        key = covered[0]
        signatures.append(
            VerifiedSignature(
                algorithm=header.algorithm.name,
                key=key.key,
                key_origin=key.origin,
                key_id=key.name,
                certificates=tuple(certificate.der for certificate in header.certificates),
                claimed_time=claimed_time(header),
                covered=tuple(part.name for part in parts),
                value=jose.octets(signature, "signature"),
                # TS 119 182-1, 5.3.4: over the text of the signature.
                stamped=(signature.encode(),),
                timestamps=timestamps_of(unsigned),
                remarks=("countersigned",) if is_countersigned(unsigned) else (),
            )
        )
    return Verified(Envelope.JADES, tuple(signatures), tuple(parts), uncovered=tuple(uncovered))


def claimed_time(header: Header) -> str:
    """When the signer says it was made, as an XSD dateTime; empty where it says nothing."""
    iat, stated = header.members.get("iat"), header.members.get("sigT")
    if stated is not None and not is_timestamp(stated):
        raise JoseRefused(stated, path="header/sigT", code="envelope.header-member")
    if iat is None:
        return "" if stated is None else str(stated)
    # RFC 7519, 2: seconds since 1970, without leap seconds; up to the year 9999.
    if type(iat) is not int or not 0 <= iat < 253402300800:
        raise JoseRefused(iat, path="header/iat", code="envelope.header-member")
    if stated is not None:
        if int(datetime.fromisoformat(str(stated)).timestamp()) != iat:
            # Of two times, whoever reads it takes the one that suits.
            raise JoseRefused(iat, path="header/iat", code="envelope.header-member")
        return str(stated)
    return datetime.fromtimestamp(iat, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _header(sealer: Sealer, signing_time: datetime, *, thumbprint: bool) -> dict[str, PlainJson]:
    import base64

    if signing_time.tzinfo is None:
        raise UsageError(signing_time.isoformat(), code="signing.bad-timestamp")
    header: dict[str, PlainJson] = {
        "alg": sealer.natural.name,
        "iat": int(signing_time.timestamp()),
        "x5c": [base64.b64encode(certificate.der).decode() for certificate in sealer.certificates],
    }
    if thumbprint:
        header["x5t#S256"] = base64url(sealer.certificates[0].digest("sha256"))
    return header


def _made(header: dict[str, PlainJson], payload: bytes, sealer: Sealer) -> bytes:
    _, data = jose.signing_input(header, payload)
    return data + b"." + base64url(sealer.sign(data, sealer.natural)).encode()


_Serialised = tuple[str, str, str, Sequence[PlainJson]]


def _compact(token: bytes) -> _Serialised:
    parts = token.decode("ascii", "replace").split(".", 3)
    if len(parts) != 3:
        raise JoseRefused(code="envelope.jose-malformed")
    return parts[0], parts[1], parts[2], ()


def _serialised(token: bytes) -> list[_Serialised]:
    """The signatures of a JSON serialisation, flattened or general (RFC 7515, 7.2)."""
    value = parse_signed(token)
    if not isinstance(value, dict):
        raise JoseRefused(code="envelope.jose-malformed")
    payload = value.get("payload", "")
    signatures = value.get("signatures", None)
    if "signatures" in value:
        rest, entries = set(value) - {"payload", "signatures"}, signatures
    else:
        rest, entries = set[str](), [value]
    if rest or not isinstance(payload, str) or not isinstance(entries, list):
        raise JoseRefused(", ".join(sorted(rest)), code="envelope.jose-malformed")
    if not 0 < len(entries) <= _MOST_SIGNATURES:
        raise JoseRefused(len(entries), path="/signatures", code="envelope.jose-malformed")
    return [_entry(entry, payload, is_whole="signatures" not in value) for entry in entries]


def _entry(entry: PlainJson, payload: str, *, is_whole: bool) -> _Serialised:
    if not isinstance(entry, dict):
        raise JoseRefused(code="envelope.jose-malformed")
    rest = set(entry) - ({"protected", "header", "signature"} | ({"payload"} if is_whole else set()))
    if rest:
        raise JoseRefused(", ".join(sorted(rest)), code="envelope.jose-malformed")
    protected, signature = entry.get("protected"), entry.get("signature")
    header = entry.get("header", {})
    # Nothing outside the protected header may say how to verify; etsiU is for the unsigned (5.3).
    if not isinstance(header, dict) or set(header) - {"etsiU"}:
        names = sorted(set(header) - {"etsiU"}) if isinstance(header, dict) else []
        raise JoseRefused(", ".join(names), path="header", code="envelope.header-unprotected")
    unsigned = header.get("etsiU", [])
    if not isinstance(protected, str) or not isinstance(signature, str) or not isinstance(unsigned, list):
        raise JoseRefused(code="envelope.jose-malformed")
    return protected, payload, signature, unsigned


def plain(token: bytes) -> list[tuple[bytes, bytes | None]]:
    """The signatures of a JSON serialisation that has nothing of JAdES, as compact tokens.

    Beside each the payload that was signed raw (RFC 7797), if it stands there. None where a signature names a
    certificate, or signs a credential as such.
    """
    found: list[tuple[bytes, bytes | None]] = []
    for encoded, payload, signature, unsigned in _serialised(token):
        header = jose.read_header(encoded, understood=UNDERSTOOD)
        if unsigned or header.members.keys() & _MARKS or _is_of_credentials(header):
            return []
        raw = payload.encode() if header.raw_payload and payload else None
        found.append((f"{encoded}.{'' if raw is not None else payload}.{signature}".encode(), raw))
    return found


def _is_of_credentials(header: Header) -> bool:
    kind = jose.token_kind(header.text("typ"))
    return kind in _CREDENTIALS or kind.endswith("sd-jwt")


def _with_certificate(header: Header, known: Sequence[x509.Certificate]) -> Header:
    """Check the certificate against its digests in the header, or find it by them."""
    digests = _certificate_digests(header)
    if not header.certificates:
        for certificate in known:
            if digests and certificate.may_sign and _fits(certificate, digests):
                return Header(
                    header.encoded, header.members, header.algorithm, (certificate,), header.raw_payload
                )
        code = "envelope.certificate-absent" if digests else "envelope.certificate-needed"
        raise JoseRefused(path="header/x5c", code=code)
    first = header.certificates[0]
    if "x5t" in header.members:
        # RFC 7515, 4.1.7: SHA-1, by which no certificate is found here; but it must not mean another one.
        digests = [*digests, ("sha1", jose.octets(header.text("x5t"), "header/x5t"))]
    if not _fits(first, digests):
        raise JoseRefused(first.subject, path="header/x5t", code="envelope.certificate-digest")
    return header


def _fits(certificate: x509.Certificate, digests: Sequence[tuple[str, bytes]]) -> bool:
    return all(certificate.digest(name) == value for name, value in digests)


def _certificate_digests(header: Header) -> list[tuple[str, bytes]]:
    """Digests of the signer's certificate (TS 119 182-1, 5.1.7, 5.2.2)."""
    found = list[tuple[str, bytes]]()
    if "x5t#S256" in header.members:
        found.append(("sha256", jose.octets(header.text("x5t#S256"), "header/x5t#S256")))
    entries = header.members.get("sigX5ts", [])
    other = header.members.get("x5t#o")
    if not isinstance(entries, list):
        raise JoseRefused(path="header/sigX5ts", code="envelope.header-member")
    own = [*([other] if other is not None else []), *entries[:1]]
    for index, entry in enumerate([*own, *entries[1:]]):
        name = _HASHES.get(str(entry.get("digAlg"))) if isinstance(entry, dict) else None
        value = from_base64url(str(entry.get("digVal"))) if isinstance(entry, dict) else None
        if name is None or not value:
            raise JoseRefused(path="header/sigX5ts", code="envelope.header-member")
        # Behind the first of sigX5ts stand certificates above, which need not be here.
        if index < len(own):
            found.append((name, value))
    return found


def _check_payload(
    header: Header, payload: str, signature: str, objects: Mapping[str, bytes], keys: Keys
) -> tuple[jose.SignerKey, list[Part]]:
    key = jose.find_key(header, keys)
    value = jose.octets(signature, "signature")
    detached = header.members.get("sigD")
    if detached is None:
        data = jose.octets(payload, "payload")
        if not payload:
            return key, _single(header, objects, value, key)
        if header.raw_payload:
            raise JoseRefused("b64", path="header/b64", code="envelope.crit")
        jose.check(header, payload, value, key.key)
        return key, [Part("", _media_type(header.text("cty")), data)]
    if payload or not isinstance(detached, dict):
        raise JoseRefused(path="header/sigD", code="envelope.header-member")
    parts, signed = _objects(header, detached, objects)
    jose.check_octets(header, signed, value, key.key)
    return key, parts


def _single(header: Header, objects: Mapping[str, bytes], value: bytes, key: jose.SignerKey) -> list[Part]:
    """A detached payload without sigD (RFC 7515, appendix F): the one object at hand."""
    if len(objects) != 1:
        raise JoseRefused(len(objects), path="payload", code="envelope.content-needed")
    ((name, data),) = objects.items()
    jose.check_octets(header, data if header.raw_payload else base64url(data).encode(), value, key.key)
    return [Part(name, _media_type(header.text("cty")), data)]


def _objects(
    header: Header, detached: Mapping[str, PlainJson], objects: Mapping[str, bytes]
) -> tuple[list[Part], bytes]:
    """The parts that sigD names, and what of them is signed directly."""
    names, mechanism = detached.get("pars"), detached.get("mId")
    types = detached.get("ctys", [])
    if not isinstance(names, list) or not 0 < len(names) <= _MOST_OBJECTS or not isinstance(types, list):
        raise JoseRefused(path="header/sigD/pars", code="envelope.header-member")
    if len({str(name) for name in names}) != len(names):
        raise JoseRefused(path="header/sigD/pars", code="envelope.part-twice")
    parts = []
    for index, name in enumerate(names):
        found = _named(name, objects)
        if found is None:
            raise JoseRefused(name, path=f"header/sigD/pars/{index}", code="envelope.content-needed")
        kind = types[index] if index < len(types) else ""
        parts.append(Part(found, _media_type(str(kind)), objects[found]))
    if len({part.name for part in parts}) != len(parts):
        raise JoseRefused(path="header/sigD/pars", code="envelope.part-twice")
    if mechanism == BY_URI and len(parts) > 1:
        # (5.2.8.3.2) Signed one behind the other: bytes could move from the end of one to the next unseen.
        raise JoseRefused(len(parts), path="header/sigD/pars", code="envelope.boundaries-open")
    if mechanism == BY_URI:
        data = parts[0].data
        return parts, data if header.raw_payload else base64url(data).encode()
    digest, values = _HASHES.get(str(detached.get("hashM"))), detached.get("hashV")
    if mechanism != BY_URI_HASH or digest is None or not isinstance(values, list):
        raise JoseRefused(mechanism, path="header/sigD/mId", code="envelope.header-member")
    made = [_object_digest(part.data, digest, raw=header.raw_payload) for part in parts]
    for index, (expected, found) in enumerate(zip(values, made, strict=False)):
        if expected != found:
            raise JoseRefused(names[index], path=f"header/sigD/hashV/{index}", code="envelope.digest-wrong")
    if len(values) != len(made):
        raise JoseRefused(path="header/sigD/hashV", code="envelope.header-member")
    return parts, b""


def _named(name: PlainJson, objects: Mapping[str, bytes]) -> str | None:
    """The object that a URI reference means: as it stands, or percent-decoded."""
    if not isinstance(name, str):
        return None
    # RFC 3986, 5.2.4: from the folder of the files, "./a" is "a".
    bare = name.removeprefix("./")
    return next((one for one in (name, unquote(name), bare, unquote(bare)) if one in objects), None)


def _object_digest(data: bytes, name: str, *, raw: bool = False) -> str:
    """TS 119 182-1, 5.2.8.3.3: over the base64url text, unless the payload is signed raw."""
    return base64url(hashlib.new(name, data if raw else base64url(data).encode()).digest())


def _media_type(cty: str) -> str:
    return cty if "/" in cty or not cty else f"application/{cty}"
