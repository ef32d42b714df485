"""The manifest: every part of a package with its digests, class and schema, as the bytes that get signed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from gateway.errors import GatewayError, InputError, raise_all
from gateway.frontdoor.json import PlainJson, parse_signed, pointer
from gateway.report import Finding, Severity
from gateway.signing.digests import sha256_hex, sm3_hex
from gateway.signing.jcs import jcs

DisclosureClass: TypeAlias = Literal["C0", "C1", "C2", "C3"]
HexDigest: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f]{64}\z")]

# Characters that no file name needs and some system misreads; the rest of C0 and DEL with them.
_BAD_CHARACTERS = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')
_LONGEST_NAME = 255
# Names that Windows keeps for devices, with any extension and blanks before it (Win32, Naming Files).
_DEVICES = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\..*)?", re.IGNORECASE | re.DOTALL
)
# Unicode 15, Bidi_Control: they show a name as another.
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class BadManifest(InputError):
    """The bytes are no manifest of this format."""

    code = "signing.bad-manifest"


class _Strict(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, alias_generator=to_camel, populate_by_name=True
    )


class Schema(_Strict):
    """The schema that a part was checked against."""

    id: str
    sha256: HexDigest


class Part(_Strict):
    """One file of the package.

    Args:
        name: relative path with ``/``.
        disclosure: from C0 (public) to C3 (never leaves the house).
        may_be_absent: a receiver need not have it, for example what stays under ``private/``.
        salted: the digests are those of the part's salt and then its bytes, so that nobody who holds the
            manifest can try likely contents. Only what is True is written.
    """

    name: str
    media_type: str
    size: int = Field(ge=0)
    sha256: HexDigest
    sm3: HexDigest
    disclosure: DisclosureClass = Field(alias="class")
    may_be_absent: bool = False
    salted: Literal[True] | None = None
    # `schema` is taken by pydantic.
    schema_: Schema | None = Field(default=None, alias="schema")

    @classmethod
    def of(
        cls,
        name: str,
        data: bytes,
        *,
        media_type: str,
        disclosure: DisclosureClass,
        may_be_absent: bool = False,
        schema: Schema | None = None,
        salt: bytes = b"",
    ) -> Part:
        """The entry of ``data`` under ``name``; with ``salt`` (``salts.SALT_BYTES``) a salted one."""
        return cls(
            name=name,
            media_type=media_type,
            size=len(data),
            sha256=sha256_hex(salt + data),
            sm3=sm3_hex(salt + data),
            disclosure=disclosure,
            may_be_absent=may_be_absent,
            salted=True if salt else None,
            schema_=schema,
        )


class Manifest(_Strict):
    """All parts, sorted by name, and the facts that a receiver needs to repeat the run.

    ``facts`` is free: tool version, table digests, source digest, time, conversion record; amounts in it
    are strings.
    """

    format: Literal["hutong-manifest@1"] = "hutong-manifest@1"
    parts: tuple[Part, ...]
    facts: dict[str, object] = Field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """The canonical bytes, the ones to sign."""
        document = self.model_dump(by_alias=True, exclude_none=True, exclude={"facts"})
        return jcs({**document, "facts": self.facts})


class PartState(StrEnum):
    """What became of a part."""

    INTACT = "intact"
    ABSENT = "absent"  # and the manifest allows it
    MISSING = "missing"
    CHANGED = "changed"
    EXTRA = "extra"
    NO_SALT = "no-salt"  # it is here, but what its digests were made with is not


@dataclass(frozen=True, slots=True)
class PartVerdict:
    """The state of one part, with both digests where they differ."""

    name: str
    state: PartState
    expected: str = ""
    found: str = ""

    @property
    def holds(self) -> bool:
        return self.state in {PartState.INTACT, PartState.ABSENT}

    def finding(self) -> Finding:
        """The verdict for a report."""
        return Finding(
            f"signing.part-{self.state}",
            self.name,
            self.found,
            Severity.INFO if self.holds else Severity.ERROR,
            params={"expected": self.expected},
        )


def build(parts: Iterable[Part], facts: Mapping[str, PlainJson] | None = None) -> Manifest:
    """The manifest of ``parts``.

    Raises:
        BadManifest: a name that is unsafe as a path or not fit for one, or given twice (case and Unicode form
            do not count).
        NotCanonical: facts that have no canonical JSON form.
    """
    ordered = tuple(sorted(parts, key=lambda part: part.name))
    raise_all(_name_problems(ordered, makes=True))
    manifest = Manifest(parts=ordered, facts=dict(facts or {}))
    manifest.to_bytes()
    return manifest


def parse(data: bytes) -> Manifest:
    """Read a manifest; only the canonical bytes that ``to_bytes`` writes are one.

    Raises:
        BadManifest: all problems at once, each with its JSON pointer.
    """
    value = parse_signed(data)
    if jcs(value) != data:
        raise BadManifest(code="signing.bytes-not-canonical")
    try:
        # Through JSON again, because strict mode takes lists for tuples only there.
        manifest = Manifest.model_validate_json(data)
    except ValidationError as error:
        raise_all(
            BadManifest(detail["input"], path=pointer(detail["loc"]), why=detail["msg"])
            for detail in error.errors(include_url=False)
        )
        raise AssertionError from error
    problems = list(_name_problems(manifest.parts))
    if [part.name for part in manifest.parts] != sorted(part.name for part in manifest.parts):
        problems.append(BadManifest(path="/parts", code="signing.parts-not-sorted"))
    raise_all(problems)
    if manifest.to_bytes() != data:  # null or an absent member where to_bytes writes a value
        raise BadManifest(code="signing.bytes-not-canonical")
    return manifest


def check(
    manifest: Manifest, parts: Mapping[str, bytes], salts: Mapping[str, bytes] | None = None
) -> list[PartVerdict]:
    """Compare the files at hand with the manifest: one verdict for each part and each extra file, by name.

    Args:
        salts: of salted parts, by name (``salts.parse``).
    """
    expected, known = {part.name: part for part in manifest.parts}, salts or {}
    return [
        _verdict(name, expected.get(name), parts.get(name), known.get(name))
        for name in sorted({*expected, *parts})
    ]


def _verdict(name: str, part: Part | None, data: bytes | None, salt: bytes | None) -> PartVerdict:
    if part is None:
        return PartVerdict(name, PartState.EXTRA, found=sha256_hex(data or b""))
    if data is None:
        state = PartState.ABSENT if part.may_be_absent else PartState.MISSING
        return PartVerdict(name, state, expected=part.sha256)
    if part.salted and salt is None:
        return PartVerdict(name, PartState.NO_SALT, expected=part.sha256)
    digested = (salt or b"") + data if part.salted else data
    found = sha256_hex(digested)
    same = len(data) == part.size and found == part.sha256 and sm3_hex(digested) == part.sm3
    return PartVerdict(name, PartState.INTACT if same else PartState.CHANGED, part.sha256, found)


def _name_problems(parts: Iterable[Part], *, makes: bool = False) -> Iterable[GatewayError]:
    seen: set[str] = set()
    for index, part in enumerate(parts):
        path = f"/parts/{index}/name"
        if not is_safe_name(part.name) or (makes and not is_fit_name(part.name)):
            yield BadManifest(part.name, path=path, code="signing.unsafe-part-name")
        folded = unicodedata.normalize("NFC", part.name).casefold()
        if folded in seen:
            yield BadManifest(part.name, path=path, code="signing.part-twice")
        seen.add(folded)


def is_fit_name(name: str) -> bool:
    """Whether a new file may have the safe ``name``: no device of Windows, nothing that reorders text.

    Asked where names are made only; a signed folder that has such a name stays as good as it was.
    """
    return not _BIDI.search(name) and not any(map(_DEVICES.fullmatch, name.split("/")))


def is_safe_name(name: str) -> bool:
    """Whether ``name`` stays below the folder it is joined to, on every system."""
    steps = name.split("/")
    return (
        len(name) <= _LONGEST_NAME
        and not _BAD_CHARACTERS.search(name)
        and unicodedata.is_normalized("NFC", name)
        and all(step not in {"", ".", ".."} and not step.endswith((" ", ".")) for step in steps)
    )
