"""Receive an issued folder: check it, and run the conversion again to see that it gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import gateway
from gateway import resources
from gateway.codec.plugin import Plugin
from gateway.errors import GatewayError, flatten, shorten
from gateway.frontdoor.json import pointer
from gateway.pipeline import domestic
from gateway.pipeline.issue import LEAVES, PRIVATE, Prepared, facts, statement, with_leaves
from gateway.pipeline.rebuild import private_source, rebuild
from gateway.quantity.exact import own_arithmetic
from gateway.report import Finding
from gateway.signing import leaves, manifest
from gateway.signing.digests import sha256_hex
from gateway.trust.folder_verdict import Verdict
from gateway.trust.verify import CREDENTIAL, JWS, MANIFEST, SALTS, is_seal
from gateway.trust.verify import verify as check_signatures


@dataclass(frozen=True, slots=True)
class Replay:
    """The second run: how many parts came out alike, and what did not."""

    same: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether everything came out as it was signed."""
        return self.same > 0 and not self.findings


@own_arithmetic
def verify(files: Mapping[str, bytes]) -> Verdict:
    """What holds of an issued folder, offline, without its private part where the manifest allows."""
    return check_signatures(files)


@own_arithmetic
def replay(files: Mapping[str, bytes], verdict: Verdict, *, plugins: Sequence[Plugin] = ()) -> Replay:
    """Run the conversion again from the source with the recorded request and compare all that is signed.

    The bytes of every part, what the credential states, and the manifest's facts and list of parts.
    ``verdict`` must hold: what was changed after signing is not worth a second run. The salts of leaf
    digests come from the signer's key: of those files it is asked whether they fit their parts.
    ``plugins`` are those that the manifest's facts name; a folder never decides what is loaded.
    """
    if private_source(files) is None or not verdict.holds:
        return Replay(findings=(Finding("replay.no-source", PRIVATE),))
    stopped = _other_program(verdict.facts)
    if stopped:
        return Replay(findings=stopped)
    try:
        prepared, recorded = _again(files, verdict.facts, plugins)
        stated = credential_differences(files, verdict, prepared)
    except GatewayError as error:
        return Replay(findings=tuple(map(_finding, flatten(error))))
    same, findings = compare(files, prepared)
    return Replay(same, (*findings, *stated, *_differences(verdict.facts, recorded, f"{MANIFEST}#/facts")))


def credential_differences(
    files: Mapping[str, bytes], verdict: Verdict, prepared: Prepared
) -> tuple[Finding, ...]:
    """Where the credential states something else than the run gives; nothing where there is none."""
    if not verdict.credential:
        return ()
    again = statement(prepared, files[MANIFEST], issuer=verdict.signer, seals=_bound_seals(files, verdict))
    return tuple(_differences(verdict.credential, again, f"{CREDENTIAL}#"))


def compare(files: Mapping[str, bytes], prepared: Prepared) -> tuple[int, tuple[Finding, ...]]:
    """How many files of a folder are what a run gives, and every difference of files, leaves and parts."""
    same, findings = _compare_files(files, prepared)
    return same, (*findings, *_compare_leaves(files, prepared), *_compare_parts(files, prepared))


def run_again(
    files: Mapping[str, bytes], plugins: Sequence[Plugin] = ()
) -> tuple[Prepared, tuple[Finding, ...]]:
    """The run of a folder that nobody has signed yet, and how it differs from what stands there.

    Raises:
        GatewayError: the source is not there or cannot be read, or its run is not recorded.
    """
    bound = manifest.parse(files[MANIFEST])
    stopped = _other_program(bound.facts)
    if stopped:
        return rebuild(files, bound.facts, plugins), stopped
    prepared, recorded = _again(files, bound.facts, plugins)
    _, findings = compare(files, prepared)
    return prepared, (*findings, *_differences(bound.facts, recorded, f"{MANIFEST}#/facts"))


def _again(
    files: Mapping[str, bytes], recorded: Mapping[str, object], plugins: Sequence[Plugin]
) -> tuple[Prepared, Mapping[str, object]]:
    """The run again, and the facts that its manifest has to record; salted where it was prepared so."""
    prepared = rebuild(files, recorded, plugins)
    parts = manifest.parse(files[MANIFEST]).parts
    if not domestic.is_salted(parts):
        return prepared, facts(prepared)
    originals = domestic.Originals.among({part.name: part for part in parts})
    return domestic.settle(prepared, originals), domestic.facts_of(prepared, originals)


def _bound_seals(files: Mapping[str, bytes], verdict: Verdict) -> dict[str, bytes]:
    """The others' signatures that the credential names: those that were there when it was made."""
    related = verdict.credential.get("relatedResource")
    named = (
        {str(e.get("name")) for e in related if isinstance(e, dict)} if isinstance(related, list) else set()
    )
    return {name: files[name] for name in sorted(named & files.keys()) if is_seal(name)}


def _finding(error: GatewayError) -> Finding:
    if error.error_code.startswith("replay."):
        return Finding(error.error_code, error.path, error.saw, params=error.params)
    return Finding("replay.differs", MANIFEST, str(error))


def _compare_files(files: Mapping[str, bytes], prepared: Prepared) -> tuple[int, list[Finding]]:
    beside = {MANIFEST, JWS, CREDENTIAL, SALTS, *filter(is_seal, files)}
    kept = {n: data for n, data in files.items() if n not in beside and not n.endswith(LEAVES)}
    names = sorted({*kept, *(n for n, f in prepared.files.items() if not f.is_private or n in kept)})
    again = {name: file.data for name, file in prepared.files.items()}
    differing = [name for name in names if kept.get(name) != again.get(name)]
    return len(names) - len(differing), [Finding("replay.differs", name) for name in differing]


def _compare_leaves(files: Mapping[str, bytes], prepared: Prepared) -> Iterator[Finding]:
    """Leaf digests cannot be made again without the key, but they must be those of their part."""
    for name in with_leaves(prepared.files):
        if name not in files or name + LEAVES not in files:
            continue
        try:
            fit = not leaves.compare(files[name + LEAVES], files[name])
        except GatewayError:
            fit = False
        if not fit:
            yield Finding("replay.differs", name + LEAVES)


def _compare_parts(files: Mapping[str, bytes], prepared: Prepared) -> Iterator[Finding]:
    """The manifest lists the parts that the run gives, no more and no fewer, as what they are."""
    expected = {**prepared.files, **{n + LEAVES: prepared.files[n] for n in with_leaves(prepared.files)}}
    signed = manifest.parse(files[MANIFEST]).parts
    for name in sorted(expected.keys() - {part.name for part in signed}):
        yield Finding("replay.differs", f"{MANIFEST}#/parts", name)
    for index, part in enumerate(signed):
        at = f"{MANIFEST}#/parts/{index}"
        file = expected.get(part.name)
        if file is None:
            yield Finding("replay.differs", at, part.name)
            continue
        again: dict[str, object] = {
            "mediaType": file.media_type,
            "class": file.disclosure.value,
            "mayBeAbsent": file.is_private,
        }
        told: dict[str, object] = {
            "mediaType": part.media_type,
            "class": part.disclosure,
            "mayBeAbsent": part.may_be_absent,
        }
        if part.name in prepared.files and part.name not in files and not part.salted:
            again["sha256"], told["sha256"] = sha256_hex(file.data), part.sha256
        if part.schema_ is not None:
            told["schema"] = part.schema_.id
        yield from _differences(told, again, at)


def _differences(signed: object, again: object, at: str) -> Iterator[Finding]:
    """The places at which two JSON values are not the same."""
    if isinstance(signed, Mapping) and isinstance(again, Mapping):
        for name in sorted({*signed, *again}):
            yield from _differences(signed.get(name), again.get(name), at + pointer([name]))
    elif isinstance(signed, list) and isinstance(again, list) and len(signed) == len(again):
        for index, (one, other) in enumerate(zip(signed, again, strict=True)):
            yield from _differences(one, other, f"{at}/{index}")
    elif type(signed) is not type(again) or signed != again:
        saw = "" if isinstance(signed, (Mapping, list)) or signed is None else shorten(str(signed))
        yield Finding("replay.differs", at, saw)


def _other_program(facts: Mapping[str, object]) -> tuple[Finding, ...]:
    tool = facts.get("tool")
    version = str(tool.get("version")) if isinstance(tool, dict) else ""
    if version != gateway.__version__:
        params = {"expected": version}
        return (Finding("replay.other-version", MANIFEST, gateway.__version__, params=params),)
    tables = str(facts.get("tables"))
    if tables != resources.tables_digest():
        params = {"expected": tables}
        return (Finding("replay.other-tables", MANIFEST, resources.tables_digest(), params=params),)
    return ()
