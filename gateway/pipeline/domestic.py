"""The two steps of a domestic signature: prepare one manifest, then let everybody sign that manifest.

Nothing is signed here. What stays at home has salted digests; the conversion record ties the digests of
the domestic original to every target; the original itself is never signed again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from gateway import resources
from gateway.codec.base import Context, Package
from gateway.codec.jsonwrite import encode
from gateway.errors import UsageError
from gateway.frontdoor.json import PlainJson
from gateway.model.base import Missing, Reason
from gateway.model.declaration import Declaration
from gateway.pipeline import documents
from gateway.pipeline.convert import Outcome
from gateway.pipeline.issue import (
    BESIDE,
    LEAVES,
    MANIFEST,
    PREVIOUS,
    PRIVATE,
    REPORT,
    SOURCE,
    File,
    Prepared,
    facts,
    kept,
    refuse_expired,
    stated,
    with_leaves,
)
from gateway.quantity.exact import own_arithmetic
from gateway.signing import leaves, manifest, salts
from gateway.signing.digests import sha256_hex, sm3_hex

if TYPE_CHECKING:
    from gateway.recognition.evaluate import Evaluation

CONVERSION: Final = "conversion.json"
SALTS: Final = f"{PRIVATE}salts.json"
FORMAT: Final = "hutong-conversion@1"
_JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Originals:
    """What may be told of the inputs: their salted entries in the manifest."""

    source: tuple[manifest.Part, ...]
    previous: tuple[manifest.Part, ...] = ()
    beside: tuple[manifest.Part, ...] = ()

    @classmethod
    def among(cls, parts: Mapping[str, manifest.Part]) -> Originals:
        """The inputs' entries among all parts of a manifest."""
        return cls(*(tuple(_inputs(parts, name)) for name in (SOURCE, PREVIOUS, BESIDE)))


def digest_of(parts: tuple[manifest.Part, ...]) -> str:
    """The salted digest of an input; of one with several files, that of the list of theirs."""
    if len(parts) == 1:
        return parts[0].sha256
    return sha256_hex("".join(f"{part.sha256}\n" for part in parts).encode())


def salted(
    context: Context, package: Package, key: leaves.DerivesSecrets, *, beside: Sequence[Package] = ()
) -> Context:
    """``context`` for a run whose source stays at home: ids and pages tell its salted digest and no other.

    Args:
        key: the one that ``prepare_manifest`` gets.
        beside: the further inputs of the request.
    """
    more = Package(tuple(member for one in beside for member in one.members))
    parts = {
        name: entry(name, file, salts.derive(name, file.data, key=key))
        for name, file in (*kept(SOURCE, package), *kept(BESIDE, more))
    }
    held = Originals.among(parts)
    return replace(
        context, told=digest_of(held.source), told_beside=tuple(part.sha256 for part in held.beside)
    )


@own_arithmetic
def prepare_manifest(prepared: Prepared, key: leaves.DerivesSecrets) -> dict[str, bytes]:
    """The folder to be signed: parts, their leaf digests, the salts, and the manifest. Nobody has signed.

    Args:
        prepared: with a context that is ``salted`` for this key.
        key: the maker's own; the salts come from it, so that only its holder can compute them.

    Raises:
        UsageError: no target was written, the declaration has expired, or ids were made from the plain
            digest of the source, by which anybody could try likely ones.
    """
    if not prepared.written:
        raise UsageError(code="usage.nothing-to-sign")
    context = prepared.source.context
    if context != salted(context, prepared.source.package, key, beside=prepared.request.beside):
        raise UsageError(code="usage.not-salted")
    refuse_expired(prepared.source)
    made = {
        name: salts.derive(name, file.data, key=key)
        for name, file in prepared.files.items()
        if file.is_private
    }
    entries = {name: entry(name, prepared.files[name], made[name]) for name in made}
    settled = settle(prepared, Originals.among(entries))
    files = dict(settled.files)
    for name in with_leaves(settled.files):
        file = settled.files[name]
        own = leaves.build(name, file.data, key=key)
        files[name + LEAVES] = File(own, _JSON, file.disclosure)
        if file.is_private:
            made[name + LEAVES] = salts.derive(name + LEAVES, own, key=key)
    parts = {name: entry(name, file, made.get(name, b"")) for name, file in files.items()}
    out = {name: file.data for name, file in files.items()}
    out[SALTS] = salts.to_bytes(made)
    out[MANIFEST] = manifest.build(parts.values(), facts_of(settled, Originals.among(parts))).to_bytes()
    return dict(sorted(out.items()))


def settle(prepared: Prepared, originals: Originals) -> Prepared:
    """``prepared`` with the conversion record, and with no unsalted digest of an input in public parts."""
    files = dict(prepared.files)
    told = documents.public_report(prepared.source, prepared.outcomes, told=digest_of(originals.source))
    files[REPORT] = replace(files[REPORT], data=told)
    files[CONVERSION] = File(_record(prepared, originals), _JSON, prepared.request.disclosure)
    return replace(prepared, files=files)


def facts_of(prepared: Prepared, originals: Originals) -> dict[str, PlainJson]:
    """The manifest's facts, with salted digests of the inputs."""
    found = facts(prepared)
    source, run = found["source"], found["run"]
    assert isinstance(source, dict)
    assert isinstance(run, dict)
    told = dict(run)
    if originals.previous:
        told["previous"] = digest_of(originals.previous)
    if originals.beside:
        told["beside"] = [part.sha256 for part in originals.beside]
    return {**found, "source": {**source, "sha256": digest_of(originals.source)}, "run": told}


def is_salted(parts: tuple[manifest.Part, ...]) -> bool:
    """Whether a manifest was prepared in two steps."""
    return any(part.salted for part in parts)


def entry(name: str, file: File, salt: bytes) -> manifest.Part:
    """The manifest's entry of one file."""
    return manifest.Part.of(
        name,
        file.data,
        media_type=file.media_type,
        disclosure=file.disclosure.value,
        may_be_absent=file.is_private,
        salt=salt,
    )


def _inputs(parts: Mapping[str, manifest.Part], name: str) -> Iterator[manifest.Part]:
    start = PRIVATE + name
    for own in sorted(parts):
        rest = own.removeprefix(start)
        if own.startswith(start) and rest[:1] in ("", ".", "-") and not own.endswith(LEAVES):
            yield parts[own]


def _record(prepared: Prepared, originals: Originals) -> bytes:
    """The conversion record: from which bytes, by which tables and rules, to which bytes."""
    record: dict[str, object] = {
        "format": FORMAT,
        "original": {
            "format": prepared.source.format.id,
            "parts": [_salted(part) for part in originals.source],
        },
        "tool": documents.TOOL,
        "tables": resources.tables_digest(),
        "statement": dict(statement_facts(prepared.source.declaration)),
        "credential": stated(prepared),
        "rules": [_rules(evaluation) for evaluation in prepared.evaluations],
        "targets": [dict(_target(prepared, outcome)) for outcome in prepared.outcomes],
    }
    return (encode(record) + "\n").encode()


def _salted(part: manifest.Part) -> dict[str, object]:
    return {"name": part.name, "salted": True, "sha256": part.sha256, "sm3": part.sm3}


def _rules(evaluation: Evaluation) -> dict[str, object]:
    return {
        "pack": evaluation.pack.id,
        "edition": evaluation.pack.edition,
        "on": evaluation.on.isoformat(),
        "answers": {name: str(count) for name, count in evaluation.counts().items()},
    }


def _target(prepared: Prepared, outcome: Outcome) -> Iterator[tuple[str, object]]:
    yield "format", outcome.format.id
    yield "written", outcome.written
    if outcome.format.schema_edition:
        yield "schemaEdition", outcome.format.schema_edition
    if outcome.format.legal_status:
        yield "legalStatus", outcome.format.legal_status
    own = f"{outcome.format.folder}/"
    yield (
        "parts",
        [
            {"name": name, "sha256": sha256_hex(file.data), "sm3": sm3_hex(file.data)}
            for name, file in sorted(prepared.files.items())
            if outcome.written and name.startswith(own)
        ],
    )


def _hides_something(value: Missing) -> bool:
    """Whether the source has a value that nobody can read here; an empty text is none."""
    is_empty = value.text is not None and not value.text.strip()
    return value.missing is Reason.WITHHELD or (value.missing is Reason.UNREADABLE and not is_empty)


def statement_facts(declaration: Declaration) -> Iterator[tuple[str, object]]:
    """What an accreditation's scope and an agreement's conditions are compared with. No place, no person."""
    codes = declaration.product.classification
    named = {name: getattr(codes, name) for name in ("cpc", "hs", "cn8", "gbt7635")}
    yield "standards", list(declaration.method.standards)
    yield "products", {name: code for name, code in named.items() if code and not isinstance(code, Missing)}
    country = declaration.enterprise.country
    if isinstance(country, str):
        yield "country", country
    for name, value in (
        ("issuedOn", declaration.document.issued_at),
        ("validFrom", declaration.document.valid_from),
        ("validUntil", declaration.document.valid_until),
        ("status", declaration.document.status),
    ):
        if isinstance(value, Missing) and _hides_something(value):
            # There is one, and nobody knows which; what stands there instead may be anything.
            yield name, ""
        elif value is not None and not isinstance(value, Missing):
            yield name, str(value)
    yield (
        "verifications",
        [
            {
                name: str(value)
                for name, value in (("kind", v.kind), ("date", v.date), ("number", v.statement_number))
                if value is not None and not isinstance(value, Missing)
            }
            for v in declaration.verifications
        ],
    )
