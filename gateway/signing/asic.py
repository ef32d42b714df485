"""ASiC-E containers: files unmodified in a zip, with XAdES signatures beside them; ASiC-S is read.

Source: ETSI EN 319 162-1 V1.1.1, 4.3, 4.4, annexes A and B.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from lxml import etree

from gateway.errors import GatewayError, TrustError, UsageError, raise_all
from gateway.frontdoor import xml
from gateway.frontdoor.archive import ASIC_MIMETYPES, Archive, asic_mimetype, open_asic
from gateway.frontdoor.limits import ArchiveLimits
from gateway.signing import xades_writer, xml_signature
from gateway.signing._xml_references import Digests
from gateway.signing.jose import NO_KEYS, Keys
from gateway.signing.manifest import is_fit_name, is_safe_name
from gateway.signing.sealing import Sealer
from gateway.signing.verified import Envelope, Part, Verified, VerifiedSignature
from gateway.signing.x509 import Certificate

MIMETYPE: Final = ASIC_MIMETYPES[0]
_ODF: Final = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
_FIRST: Final = "META-INF/signatures001.xml"
_MANIFEST: Final = "META-INF/manifest.xml"
# EN 319 162-1, 4.3.3.2 and 4.4.3.2: every file of this name in META-INF is one of XAdES signatures.
_SIGNATURES: Final = re.compile(r"META-INF/[^/]*signatures[^/]*\.xml", re.IGNORECASE)
# 4.3.3.2 and 4.4.4.2: of CAdES, and time stamps alone; what they hold is not read.
_OTHER_SIGNATURES: Final = re.compile(
    r"META-INF/[^/]*(signature|timestamp)[^/]*\.(p7[sm]|tst)", re.IGNORECASE
)
# What a container has beside them: lists and signatures of other forms, evidence records, OCF's own file.
_EXPECTED: Final = re.compile(
    r"META-INF/(ASiC[^/]*manifest[^/]*\.xml|[^/]*(signature|timestamp)[^/]*\.(p7[sm]|tst)"
    r"|[^/]*evidencerecord[^/]*\.(ers|xml)|container\.xml)",
    re.IGNORECASE,
)
_MIMETYPES: Final = {Envelope.ASIC_E: ASIC_MIMETYPES[0].encode(), Envelope.ASIC_S: ASIC_MIMETYPES[1].encode()}
_MOST_SIGNATURE_FILES: Final = 16
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
# Nothing that is signed here gets opened: a workbook in a container is bytes with a digest.
LIMITS: Final = ArchiveLimits(allow_nested=True)


class ContainerRefused(TrustError):
    """The container lacks signatures, or holds what nobody signed."""

    code = "envelope.container"


def sign(files: Mapping[str, tuple[str, bytes]], sealer: Sealer, *, signing_time: datetime) -> bytes:
    """A container with ``files`` as they are and one XAdES-B signature over all of them.

    The same input gives the same bytes, but for RSA-PSS.

    Args:
        files: media type and bytes by name, a relative path with ``/``.

    Raises:
        UsageError: a name that is unsafe, doubled, or reserved; or nothing to sign.
        SigningFailed: the container does not verify.
    """
    raise_all(_name_problems(files))
    signatures = xades_writer.write(files, sealer, signing_time=signing_time)
    data = _pack({name: content for name, (_, content) in files.items()}, files, {_FIRST: signatures})
    verify(data)
    return data


def add_signature(container: bytes, sealer: Sealer, *, signing_time: datetime) -> bytes:
    """The container with one more signature over the same files, beside those that are there.

    Raises:
        ContainerRefused: a signature that is there does not hold.
    """
    held = verify(container, own=True)
    archive = open_asic(container, limits=LIMITS)
    files = {part.name: (part.media_type, part.data) for part in held.parts}
    there = {name: archive.read(name) for name in archive.names if _SIGNATURES.fullmatch(name)}
    name = f"META-INF/signatures{len(there) + 1:03}.xml"
    there[name] = xades_writer.write(files, sealer, signing_time=signing_time)
    data = _pack({name: content for name, (_, content) in files.items()}, files, there)
    verify(data, own=True)
    return data


def verify(
    data: bytes, *, keys: Keys = NO_KEYS, certificates: Sequence[Certificate] = (), own: bool = False
) -> Verified:
    """Check every signature of a container over the files in it.

    Args:
        certificates: that a signature may name by digest without carrying them.
        own: the container claims to be ours: every byte of it must be as we write it, and every signature
            must cover every file.

    Raises:
        ContainerRefused, XmlSignatureRefused: a signature does not hold, or there is none.
        InputError: the zip is not sound.
    """
    archive = open_asic(data, limits=LIMITS, mimetype_first=own)
    names = [name for name in archive.names if name != "mimetype" and not name.startswith("META-INF/")]
    signature_files = _signature_files(archive)
    objects = {name: archive.read(name) for name in names}
    digests: Digests = {}
    signatures: list[VerifiedSignature] = []
    parts: dict[str, Part] = {}
    unsigned: list[str] = []
    for name in signature_files:
        content = archive.read(name)
        try:
            found = xml_signature.verify(
                content,
                objects=objects,
                keys=keys,
                certificates=certificates,
                require_xades=True,
                digests=digests,
            )
        except GatewayError as error:
            error.path = f"{name}#{error.path}"
            raise
        if own:
            _refuse_foreign_form(name, content)
        for part in found.parts:
            if not part.name or part.name.startswith("#"):
                raise ContainerRefused(part.name, path=name, code="envelope.reference")
            known = parts.get(part.name, part)
            parts[part.name] = known if known.media_type else part
        signatures.extend(found.signatures)
        unsigned += [f"{name}#{place}" for place in found.uncovered]
    kind = Envelope.ASIC_S if asic_mimetype(archive) == ASIC_MIMETYPES[1] else Envelope.ASIC_E
    uncovered = tuple(name for name in names if name not in parts)
    if kind is Envelope.ASIC_S and (len(names) != 1 or uncovered):
        raise ContainerRefused(len(names), code="envelope.container")
    ordered = tuple(parts[name] for name in names if name in parts)
    if own:
        _refuse_other_bytes(data, archive, ordered, signatures, uncovered)
    # Nothing in META-INF is signed. The signatures themselves say nothing to a reader.
    others = tuple(
        name
        for name in archive.names
        if name.startswith("META-INF/") and name not in signature_files and name != _MANIFEST
    )
    unsigned += [*_misnamed(archive, parts), *_comments(archive, kind)]
    return Verified(kind, tuple(signatures), ordered, uncovered=(*uncovered, *others, *unsigned))


def _signature_files(archive: Archive) -> list[str]:
    found = [name for name in archive.names if _SIGNATURES.fullmatch(name)]
    if not found:
        for name in filter(_OTHER_SIGNATURES.fullmatch, archive.names):
            raise ContainerRefused(name, path=name, code="envelope.cms")
        raise ContainerRefused(code="envelope.no-xml-signature")
    if len(found) > _MOST_SIGNATURE_FILES:
        raise ContainerRefused(len(found), code="envelope.too-many-signatures")
    return found


def is_expected(name: str) -> bool:
    """Whether a file that nobody signs is of those that containers have in META-INF, by its name."""
    return _EXPECTED.fullmatch(name) is not None


def _misnamed(archive: Archive, parts: Mapping[str, Part]) -> Iterator[str]:
    """What the list of files, which nobody signs, says otherwise than the signature, or of no file."""
    if _MANIFEST not in archive:
        return
    try:
        root = xml.parse(archive.read(_MANIFEST))
    except GatewayError:
        yield _MANIFEST
        return
    if (
        root.tag != f"{{{_ODF}}}manifest"
        or any(element.tag != f"{{{_ODF}}}file-entry" for element in root.iterdescendants())
        or any(map(_says_more, root.iter()))
    ):
        yield _MANIFEST
    for entry in root.iter(f"{{{_ODF}}}file-entry"):
        name, stated = entry.get(f"{{{_ODF}}}full-path", ""), entry.get(f"{{{_ODF}}}media-type", "")
        if name.endswith("/"):
            continue
        part = parts.get(name)
        differs = (
            part is not None
            and {stated, part.media_type} > {stated}
            and ""
            not in {
                stated,
                part.media_type,
            }
        )
        if name not in archive or differs:
            yield f"{_MANIFEST}#{name}"


def _says_more(element: etree._Element) -> bool:
    """Whether there are words in the list of files, or attributes of other standards."""
    words = (element.text, element.tail)
    return any(one and one.strip() for one in words) or any(
        not str(name).startswith((f"{{{_ODF}}}", "{http://www.w3.org/2001/XMLSchema-instance}"))
        for name in element.attrib
    )


def _comments(archive: Archive, kind: Envelope) -> Iterator[str]:
    """EN 319 162-1, A.1: the comment of the zip may repeat the type of the container, and nothing else."""
    if archive.comment not in (b"", b"mimetype=" + _MIMETYPES[kind]):
        yield "#comment"
    for entry in archive.entries:
        if entry.comment:
            yield f"{entry.name}#comment"


def _refuse_foreign_form(name: str, content: bytes) -> None:
    if not xades_writer.is_own_form(content, xml.parse_signed(content)):
        raise ContainerRefused(path=name, code="signing.bytes-not-canonical")


def _refuse_other_bytes(
    data: bytes,
    archive: Archive,
    parts: Sequence[Part],
    signatures: Sequence[VerifiedSignature],
    uncovered: Sequence[str],
) -> None:
    """Nothing unsigned, nothing more, and the zip as we write it."""
    if uncovered or any(len(signature.covered) != len(parts) for signature in signatures):
        raise ContainerRefused(", ".join(uncovered), code="envelope.not-all-covered")
    kinds = {part.name: (part.media_type, part.data) for part in parts}
    there = {name: archive.read(name) for name in archive.names if _SIGNATURES.fullmatch(name)}
    if _pack({part.name: part.data for part in parts}, kinds, there) != data:
        raise ContainerRefused(code="signing.bytes-not-canonical")


def _pack(
    files: Mapping[str, bytes], kinds: Mapping[str, tuple[str, bytes]], signatures: Mapping[str, bytes]
) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        _add(archive, "mimetype", MIMETYPE.encode())
        for name in sorted(files):
            _add(archive, name, files[name])
        _add(archive, _MANIFEST, _manifest(kinds))
        for name in sorted(signatures):
            _add(archive, name, signatures[name])
    return held.getvalue()


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Stored, not packed: what packing makes of the same bytes depends on the library and its version."""
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.create_system = 3  # Unix, wherever it is written
    entry.external_attr = 0o100644 << 16
    archive.writestr(entry, data, compress_type=zipfile.ZIP_STORED)


def _manifest(kinds: Mapping[str, tuple[str, bytes]]) -> bytes:
    """The list of files that OpenDocument and EN 319 162-1, A.4 want; no signature needs it."""
    root = etree.Element(f"{{{_ODF}}}manifest", nsmap={"manifest": _ODF})
    root.set(f"{{{_ODF}}}version", "1.2")
    for name, kind in [("/", MIMETYPE), *((name, kinds[name][0]) for name in sorted(kinds))]:
        entry = etree.SubElement(root, f"{{{_ODF}}}file-entry")
        entry.set(f"{{{_ODF}}}full-path", name)
        entry.set(f"{{{_ODF}}}media-type", kind or "application/octet-stream")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _name_problems(files: Iterable[str]) -> Iterable[GatewayError]:
    seen: set[str] = set()
    for name in files:
        folded = unicodedata.normalize("NFC", name).casefold()
        if (
            not is_safe_name(name)
            or not is_fit_name(name)
            or folded == "mimetype"
            or folded.startswith("meta-inf/")
        ):
            yield UsageError(name, code="signing.unsafe-part-name")
        if folded in seen:
            yield UsageError(name, code="signing.part-twice")
        seen.add(folded)


def verify_beside(
    signature: bytes,
    files: Mapping[str, bytes],
    *,
    keys: Keys = NO_KEYS,
    certificates: Sequence[Certificate] = (),
) -> Verified:
    """Check a detached XAdES file over files that lie beside it; the others are uncovered."""
    found = xml_signature.verify(signature, objects=files, keys=keys, certificates=certificates)
    covered = {part.name for part in found.parts}
    return replace(
        found, uncovered=(*found.uncovered, *(name for name in sorted(files) if name not in covered))
    )
