"""Receive an issued folder: check it, and run the conversion again to see that it gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import gateway
from gateway import resources
from gateway.errors import GatewayError
from gateway.pipeline.issue import LEAVES, PRIVATE, Prepared
from gateway.pipeline.rebuild import private_source, rebuild
from gateway.report import Finding
from gateway.trust.verify import CREDENTIAL, JWS, MANIFEST, Verdict
from gateway.trust.verify import verify as check_signatures


@dataclass(frozen=True, slots=True)
class Replay:
    """The second run: how many parts came out alike, and what did not."""

    same: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether every part came out with the same bytes."""
        return self.same > 0 and not self.findings


def verify(files: Mapping[str, bytes]) -> Verdict:
    """What holds of an issued folder, offline, without its private part where the manifest allows."""
    return check_signatures(files)


def replay(files: Mapping[str, bytes], verdict: Verdict) -> Replay:
    """Run the conversion again from the source with the recorded request and compare the bytes.

    ``verdict`` must hold: what was changed after signing is not worth a second run. Leaf digests are
    left out, because their salts come from the signer's key.
    """
    if private_source(files) is None or not verdict.holds:
        return Replay(findings=(Finding("replay.no-source", PRIVATE),))
    stopped = _other_program(verdict.facts)
    if stopped:
        return Replay(findings=stopped)
    try:
        prepared = rebuild(files, verdict.facts)
    except GatewayError as error:
        return Replay(findings=(Finding("replay.differs", MANIFEST, str(error)),))
    return _compare(files, prepared)


def _compare(files: Mapping[str, bytes], prepared: Prepared) -> Replay:
    signed = {MANIFEST, JWS, CREDENTIAL}
    kept = {n: data for n, data in files.items() if n not in signed and not n.endswith(LEAVES)}
    names = sorted({*kept, *(n for n, f in prepared.files.items() if not f.is_private or n in kept)})
    again = {name: file.data for name, file in prepared.files.items()}
    differing = [name for name in names if kept.get(name) != again.get(name)]
    findings = tuple(Finding("replay.differs", name) for name in differing)
    return Replay(len(names) - len(differing), findings)


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
