"""The main job: read, convert, split private from public, and bind everything under one signature."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from itertools import count
from typing import TYPE_CHECKING

from gateway import resources
from gateway.codec.base import Context, Member, Package
from gateway.codec.jsonwrite import encode
from gateway.errors import GatewayError, UsageError
from gateway.frontdoor import json as json_door
from gateway.frontdoor.json import PlainJson
from gateway.model.disclosure import Disclosure
from gateway.pipeline import documents
from gateway.pipeline.convert import Outcome, Source, convert, digest, read
from gateway.pipeline.rules import brought_packs, evaluate
from gateway.quantity.exact import own_arithmetic
from gateway.report import Finding, Report, Severity
from gateway.signing import credential as vc
from gateway.signing import data_integrity, jws, leaves, manifest
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey

if TYPE_CHECKING:
    from gateway.recognition.evaluate import Evaluation

MANIFEST, JWS, CREDENTIAL, REPORT = "manifest.json", "manifest.jws", "credential.json", "report.json"
PRIVATE = "private/"
LEAVES = ".leaves.json"
# Every note of a run, which stays at home and can be made again: its leaves would be half of all work.
FULL_REPORT = f"{PRIVATE}report.json"
FINDINGS = f"{PRIVATE}findings.json"
# What the files of an input are called where they are kept, before number and ending.
SOURCE, PREVIOUS, BESIDE = "source", "previous", "beside"
# Rule packs that do not ship: the run can be made again from the folder.
RULES = f"{PRIVATE}rules/"
# How the manifest's facts say that ids are made from the salted digest of the source.
SALTED = "salted"
_STATEMENT = "Product carbon footprint statement | 产品碳足迹陈述"
_JSON, _HTML = "application/json", "text/html"
# RFC 5751, 3.2.2, for detached messages; GB/T 35275 has no media type of its own.
SEAL_TYPE = "application/pkcs7-signature"

# What a draft carries as its first member: nobody may take a preview for the document.
WATERMARK = {
    "en": "DRAFT PREVIEW: unsigned, incomplete, not for use",
    "zh": "草稿预览：未签名，不完整，不得使用",
}


@dataclass(frozen=True, slots=True)
class File:
    """One file of an output folder with its disclosure class."""

    data: bytes
    media_type: str
    disclosure: Disclosure
    edition: str = ""

    @property
    def is_private(self) -> bool:
        """Whether it stays with the sender."""
        return self.disclosure is Disclosure.C3


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for: the part of a run that must be recorded so that it can be repeated.

    ``previous`` is the version that this one follows, for rules about changes; it is kept beside the source.
    ``beside`` are inputs that say more about the same product; they are kept, too.
    """

    to: tuple[str, ...]
    disclosure: Disclosure = Disclosure.C1
    format: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[str, ...] = ()
    previous: Package | None = None
    beside: tuple[Package, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything but the signatures, to be looked at before it is signed."""

    source: Source
    request: Request
    outcomes: tuple[Outcome, ...]
    files: Mapping[str, File]
    evaluations: tuple[Evaluation, ...] = ()

    @property
    def written(self) -> tuple[Outcome, ...]:
        """The targets that could be written."""
        return tuple(outcome for outcome in self.outcomes if outcome.written)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong or doubtful in the source."""
        return self.source.report.findings


@own_arithmetic
def prepare(package: Package | bytes, request: Request, *, context: Context | None = None) -> Prepared:
    """Read the input, ask the rules, and write every target, unsigned. No rule keeps a target unwritten.

    Raises:
        InputError: the input cannot be read at all.
        UsageError: an unknown format or rule pack, or two formats that fit.
    """
    source = _dated(_read(package, request, context))
    # What is told of the source is not told of another input.
    before = replace(context, told="", told_beside=()) if context else None
    previous = None if request.previous is None else read(request.previous, context=before)
    evaluations = evaluate(source, request.rules, previous=previous)
    outcomes = convert(source, to=request.to, disclosure=request.disclosure, options=request.options)
    files = _files(source, outcomes, evaluations, request)
    return Prepared(source, request, outcomes, files, evaluations)


@own_arithmetic
def sign(prepared: Prepared, key: PrivateKey) -> dict[str, bytes]:
    """The folder to hand over and keep: parts, their leaf digests, manifest, its signature, credential.

    Raises:
        UsageError: no target was written, so there is nothing to sign; or the declaration has expired.
    """
    if not prepared.written:
        raise UsageError(code="usage.nothing-to-sign")
    refuse_expired(prepared.source)
    files = dict(prepared.files)
    for name in with_leaves(prepared.files):
        file = prepared.files[name]
        files[name + LEAVES] = File(leaves.build(name, file.data, key=key), _JSON, file.disclosure)
    parts = [
        manifest.Part.of(
            name,
            file.data,
            media_type=file.media_type,
            disclosure=file.disclosure.value,
            may_be_absent=file.is_private,
        )
        for name, file in files.items()
    ]
    bound = manifest.build(parts, facts(prepared)).to_bytes()
    out = {name: file.data for name, file in files.items()}
    out[MANIFEST] = bound
    out[JWS] = jws.sign_detached(bound, key)
    document = statement(prepared, bound, issuer=key.public_key.did)
    out[CREDENTIAL] = jcs(data_integrity.add_proof(document, key, created=str(document["validFrom"])))
    return dict(sorted(out.items()))


def issue(
    package: Package | bytes, request: Request, *, key: PrivateKey, context: Context | None = None
) -> tuple[Prepared, dict[str, bytes]]:
    """Prepare and sign in one call, for callers who have no need to look in between.

    Raises:
        GatewayError: see ``prepare`` and ``sign``.
    """
    prepared = prepare(package, request, context=context)
    return prepared, sign(prepared, key)


def draft(prepared: Prepared) -> dict[str, bytes]:
    """Previews of what can be written: unsigned, and marked so in every file that can hold a mark."""
    return {name: _marked(file) for name, file in sorted(prepared.files.items())}


def with_leaves(files: Mapping[str, File]) -> Iterator[str]:
    """The parts whose single values are signed, too."""
    return (
        name
        for name, file in files.items()
        if file.media_type == _JSON and name != FULL_REPORT and not name.startswith(RULES)
    )


def _files(
    source: Source, outcomes: Sequence[Outcome], evaluations: Sequence[Evaluation], request: Request
) -> dict[str, File]:
    files: dict[str, File] = {}
    for outcome in outcomes:
        for member in outcome.package.members if outcome.package else ():
            name = f"{outcome.format.folder}/{member.name}"
            files[name] = File(
                member.data, member.media_type, outcome.disclosure, outcome.format.schema_edition
            )
    files[REPORT] = File(documents.public_report(source, outcomes), _JSON, request.disclosure)
    files.update(kept(SOURCE, source.package))
    if request.previous is not None:
        files.update(kept(PREVIOUS, request.previous))
    members = tuple(member for package in request.beside for member in package.members)
    files.update(kept(BESIDE, Package(members)))
    files[FULL_REPORT] = File(documents.private_report(source, outcomes), _JSON, Disclosure.C3)
    files[FINDINGS] = File(documents.findings(source, evaluations), _JSON, Disclosure.C3)
    brought = brought_packs(source.context.plugins) if evaluations else {}
    for evaluation in evaluations:
        if evaluation.pack.id in brought:
            name = f"{RULES}{evaluation.pack.id}.json"
            files[name] = File(brought[evaluation.pack.id], _JSON, Disclosure.C3)
    return files


def kept(name: str, package: Package) -> Iterator[tuple[str, File]]:
    """The bytes of an input as they came; the files after the first are numbered."""
    for number, member in enumerate(package.members, 1):
        own = f"{PRIVATE}{_kept_name(name, number, member)}"
        yield own, File(member.data, _source_type(member.data), Disclosure.C3)


def _kept_name(name: str, number: int, member: Member) -> str:
    return f"{name if number == 1 else f'{name}-{number}'}{_suffix(member.name)}"


def _read(package: Package | bytes, request: Request, context: Context | None) -> Source:
    """The source; further inputs go by the names under which the folder keeps them, or no run is alike."""
    try:
        return read(package, format=request.format, context=context, beside=tuple(_as_kept(request.beside)))
    except GatewayError:
        # What cannot be read is told by the name of the file.
        return read(package, format=request.format, context=context, beside=request.beside)


def _as_kept(packages: Iterable[Package]) -> Iterator[Package]:
    number = count(1)
    for package in packages:
        members = tuple(replace(one, name=_kept_name(BESIDE, next(number), one)) for one in package.members)
        yield replace(package, members=members, name=members[0].name if members else package.name)


def _source_type(data: bytes) -> str:
    """JSON has leaves that can be named one by one; of a workbook only the whole is bound."""
    return _JSON if data.lstrip()[:1] in (b"{", b"[") else "application/octet-stream"


def _suffix(name: str) -> str:
    """The file's ending if it is a plain one: a file's name may tell what nobody is to know."""
    found = re.search(r"\.[A-Za-z0-9]{1,8}$", name)
    return found.group().lower() if found else ""


def facts(prepared: Prepared) -> dict[str, PlainJson]:
    """What the manifest records of a run, so that it can be repeated."""
    source, request = prepared.source, prepared.request
    # A pack travels in the folder; of formats and tables only the name can be told.
    plugins = [f"{p.name} {p.version}".strip() for p in source.context.plugins if p.formats or p.tables]
    return {
        "tool": dict(documents.TOOL),
        "tables": resources.tables_digest(),
        "source": {"sha256": source.digest, "format": source.format.id},
        "run": {
            "time": timestamp(source.context.now),
            "to": list(request.to),
            "from": request.format or "",
            "disclosure": request.disclosure.value,
            "options": dict(sorted(request.options.items())),
            "rules": list(request.rules),
            **({"ids": SALTED} if source.context.told else {}),
            **({} if request.previous is None else {"previous": digest(request.previous)}),
            **({"beside": list[PlainJson](digest(p) for p in request.beside)} if request.beside else {}),
            **({"plugins": list[PlainJson](plugins)} if plugins else {}),
        },
    }


def statement(
    prepared: Prepared, bound: bytes, *, issuer: str, seals: Mapping[str, bytes] | None = None
) -> dict[str, PlainJson]:
    """The credential before it is signed, over the manifest's bytes and every part that is no secret.

    Args:
        seals: others' signatures over the same manifest, by name; from now on none of them can go unseen.

    Raises:
        UsageError: the declaration has expired.
        BadStatement: a claim does not fit into a credential.
    """
    source = prepared.source
    refuse_expired(source)
    end = _expiry(source)
    resources_ = [vc.Resource(MANIFEST, _JSON, bound)]
    for name, file in prepared.files.items():
        if not file.is_private and name != REPORT:
            resources_.append(vc.Resource(name, file.media_type, file.data))
    resources_ += [vc.Resource(name, SEAL_TYPE, data) for name, data in sorted((seals or {}).items())]
    return vc.build_credential(
        issuer=issuer,
        valid_from=timestamp(source.context.now),
        valid_until=timestamp(end) if end else "",
        identifier=_urn(source, "credential"),
        name=_STATEMENT,
        subject=_subject(prepared),
        resources=resources_,
    )


def stated(prepared: Prepared) -> dict[str, PlainJson]:
    """What the credential says of the product, so that others can sign it before the maker does."""
    return {"name": _STATEMENT, "credentialSubject": _subject(prepared)}


def _subject(prepared: Prepared) -> dict[str, PlainJson]:
    source = prepared.source
    link = source.declaration.passport.product_link
    subject_id = link if isinstance(link, str) and link.startswith("https://") else _urn(source, "product")
    claims = documents.claims(source.declaration, prepared.outcomes)
    return {"id": subject_id, f"{vc.SCHEMA_ORG}additionalProperty": list(claims)}


def _urn(source: Source, what: str) -> str:
    return f"urn:uuid:{source.context.new_id(what)}"


def _expiry(source: Source) -> datetime | None:
    """The end of the declaration's last day of validity."""
    day = source.declaration.document.valid_until
    return datetime.combine(day, time(23, 59, 59), tzinfo=UTC) if isinstance(day, date) else None


def refuse_expired(source: Source) -> None:
    """A credential is valid from its signing on, and must not end before it begins (VCDM 2.0, 4.9)."""
    end = _expiry(source)
    if end is not None and end <= source.context.now:
        raise UsageError(end.date(), path=_place_of_expiry(source), code="usage.expired")


def _dated(source: Source) -> Source:
    """``source`` with a finding if it has expired: it can be drafted, but not signed."""
    try:
        refuse_expired(source)
    except UsageError as error:
        finding = Finding(error.error_code, error.path, error.saw, Severity.WARNING)
        return replace(source, report=source.report + Report(findings=(finding,)))
    return source


def _place_of_expiry(source: Source) -> str:
    path = "/document/valid_until"
    return str(getattr(source.origins.get(path), "at", path))


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _marked(file: File) -> bytes:
    if file.is_private:
        return file.data
    if file.media_type == _HTML:
        words = " ".join(f'<span lang="{lang}">{text}</span>' for lang, text in WATERMARK.items())
        mark = f'<body>\n<aside class="draft-mark">{words}</aside>'
        return file.data.replace(b"<body>", mark.encode("utf-8"), 1)
    if file.media_type != _JSON:
        return file.data
    document = json_door.parse(file.data)
    if not isinstance(document, dict):
        return file.data
    return (encode({"hutongDraft": WATERMARK, **document}) + "\n").encode("utf-8")
