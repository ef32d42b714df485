"""An environment in its container: AASX (an OPC package with a JSON part), or the JSON alone.

Source: IDTA 01005 (AASX package file format) 3.0; ISO/IEC 29500-2 (OPC).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from gateway.codec.base import Member, Package
from gateway.codec.zipping import zipped
from gateway.errors import GatewayError, InputError, UsageError
from gateway.frontdoor import json as json_door
from gateway.frontdoor.archive import Archive, open_zip
from gateway.frontdoor.json import JsonValue

OPTION = "aas-container"
MEDIA_TYPES = {
    "aasx": "application/asset-administration-shell-package",
    "json": "application/json",
}
_ORIGIN = "aasx/aasx-origin"
_PART = "aasx/environment.json"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_AASX = "http://admin-shell.io/aasx/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_CONTENT_TYPES = (
    f'{_HEAD}<Types xmlns="{_TYPES}"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="json" ContentType="application/json"/>'
    f'<Override PartName="/{_ORIGIN}" ContentType="text/plain"/></Types>\n'
)


def pack(data: bytes, stem: str, name: str, options: Mapping[str, str]) -> Package:
    """The environment ``data`` in the container that the option names; AASX where it names none.

    Raises:
        UsageError: there is no such container.
    """
    kind = options.get(OPTION, "aasx")
    if kind not in MEDIA_TYPES:
        raise UsageError(kind, code="aas.unknown-container", known=", ".join(MEDIA_TYPES))
    if kind == "aasx":
        data = zipped(
            [
                ("[Content_Types].xml", _CONTENT_TYPES.encode()),
                ("_rels/.rels", _relation("aasx-origin", _ORIGIN)),
                (_ORIGIN, b"Intentionally empty."),
                ("aasx/_rels/aasx-origin.rels", _relation("aas-spec", _PART)),
                (_PART, data),
            ]
        )
    return Package((Member(f"{stem}.{kind}", MEDIA_TYPES[kind], data),), name)


def _relation(kind: str, part: str) -> bytes:
    text = (
        f'{_HEAD}<Relationships xmlns="{_RELS}"><Relationship Id="R1" '
        f'Type="{_AASX}/{kind}" Target="/{part}"/></Relationships>\n'
    )
    return text.encode()


def environment(package: Package) -> Mapping[str, JsonValue]:
    """The environment in a package of one file, from either container.

    Raises:
        InputError: it is no such package, or its environment is not JSON.
    """
    data = package.only.data
    document = from_aasx(data) if data.startswith(b"PK") else package.json
    if not isinstance(document, dict):
        raise InputError(type(document).__name__, path="", code="aas.no-environment")
    return document


# Asked for by detection, by the schema and by the reader, of the same bytes.
@lru_cache(maxsize=2)
def from_aasx(data: bytes) -> JsonValue:
    """The environment of an AASX package as it stands, not to be changed.

    Raises:
        InputError: it is no such package, or its part is neither JSON nor XML.
    """
    archive = open_zip(data)
    part = _part(archive)
    if part is None:
        raise InputError("", path=_ORIGIN, code="aas.no-environment")
    content = archive.read(part)
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        from gateway.formats.aas import xmlpart  # what we write ourselves has no XML

        return dict(xmlpart.environment(content))
    return json_door.parse(content)


def _part(archive: Archive) -> str | None:
    """The part that the package says holds its environment."""
    origin = _target(archive, "_rels/.rels", "aasx-origin") or _ORIGIN
    folder, _, name = origin.rpartition("/")
    found = _target(archive, f"{folder}/_rels/{name}.rels".lstrip("/"), "aas-spec")
    return found if found is not None and found in archive else None


def _target(archive: Archive, rels: str, kind: str) -> str | None:
    """The target of the first relationship of this kind, from the root of the package."""
    from gateway.frontdoor import xml as xml_door  # slow to import, and JSON alone needs none of it

    if rels not in archive:
        return None
    for relation in xml_door.parse(archive.read(rels)):
        # Packages of the first editions call it www.admin-shell.io.
        if relation.get("Type", "").endswith(f"admin-shell.io/aasx/relationships/{kind}"):
            target = relation.get("Target", "")
            folder = rels.partition("_rels/")[0]
            return target.lstrip("/") if target.startswith("/") else f"{folder}{target}"
    return None


def looks_like_aasx(data: bytes) -> bool:
    """Whether it is worth opening: any other zip is left alone."""
    return data.startswith(b"PK") and b"aasx" in data


def peek(package: Package) -> Mapping[str, JsonValue] | None:
    """The environment if there is one, to see what it is; None if not."""
    if len(package.members) != 1:
        return None
    if not package.only.data.startswith(b"PK"):
        return package.json_object
    try:
        return environment(package) if looks_like_aasx(package.only.data) else None
    except GatewayError:
        return None
