"""``map audit`` and ``map convert``: what is wrong in a map, and what another format cannot hold of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from gateway import messages
from gateway.console import findings
from gateway.console.converting import Destination
from gateway.console.failures import Exit
from gateway.console.inputs import STDIN, load
from gateway.console.terminal import Console, table
from gateway.errors import UsageError
from gateway.nomenclature.audit import Audit
from gateway.nomenclature.audit import audit as look_at
from gateway.nomenclature.audit_tables import Flows, no_flows, read_factors, read_flows
from gateway.nomenclature.maps import MapFile, MapOutput, read_map, write_map
from gateway.report import Finding, Note, Severity
from gateway.storage import files

# What people can take in at once; --json has every finding.
_MOST_LINES = 20


def audit(
    console: Console,
    name: str,
    format_: str | None,
    *,
    source_list: str | None,
    target_list: str | None,
    factors: Sequence[str],
) -> Exit:
    """Look at a map and print what is wrong; an error in it is exit code 7."""
    file = read_map(load(name).only.data, format=format_)
    found = look_at(
        file.map,
        source_flows=_flows(source_list),
        target_flows=_flows(target_list),
        factors=read_factors((path, files.read_file(Path(path))) for path in factors),
    )
    _tell(console, name, file, found)
    console.document(
        {
            "file": name,
            "format": file.format,
            "rows": found.rows,
            "sha256": file.sha256,
            "counts": found.counts(),
            "compared": dict(found.compared),
            "notCompared": dict(found.not_compared),
            "factors": {category: dict(counted) for category, counted in found.factors.items()},
            "findings": [messages.to_json(one) for one in (*file.findings, *found.findings)],
        }
    )
    return Exit.MAPPING if found.errors else Exit.DONE


def _flows(path: str | None) -> Flows:
    return no_flows if path is None else read_flows(files.read_file(Path(path)), name=path)


def _tell(console: Console, name: str, file: MapFile, found: Audit) -> None:
    counted = findings.severities(console, found.findings)
    head = console.say("cli.map-audited", file=name, format=file.format, n=found.rows, counted=counted)
    console.answer(head, "head")
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for one in found.findings:
        groups.setdefault((one.code, one.params["source"], one.params["target"]), []).append(one)
    shown = list(groups.values())[:_MOST_LINES]
    styles = {Severity.ERROR: "bad", Severity.WARNING: "careful", Severity.INFO: ""}
    for group in shown:
        first = group[0]
        what = messages.explain(first, console.lang).what
        times = console.say("cli.map-times", n=len(group)) if len(group) > 1 else ""
        console.answer(f"  {first.at}  {what} {times}".rstrip(), styles[first.severity])  # type: ignore[arg-type]
    if len(groups) > len(shown):
        console.answer(f"  {console.say('cli.map-more', n=len(groups) - len(shown))}")
    for line in table([("", code, str(n)) for code, n in found.counts().items()] or [("", "–", "0")]):
        console.answer(line)
    for check, n in found.compared.items():
        left = found.not_compared[check]
        console.tell(f"  {console.say('cli.map-compared', check=check, n=n, left=left)}")
    for category, counts in found.factors.items():
        told = ", ".join(f"{kind} {n}" for kind, n in counts.items())
        console.answer(f"  {category}: {told}")


def convert(
    console: Console,
    name: str,
    format_: str | None,
    to: str,
    place: Destination,
    *,
    include_proxies: bool,
    strict: bool,
) -> Exit:
    """Write a map in another format and say what it cannot hold. ``-`` as destination is stdout."""
    if place.path == STDIN and console.as_json:
        raise UsageError("-o - --json", code="usage.two-documents")
    if place.path != STDIN:
        files.refuse_existing(place.place, force=place.force)
    file = read_map(load(name).only.data, format=format_)
    made = write_map(file.map, to=to, include_proxies=include_proxies)
    if place.path == STDIN:
        click.echo(made.data, nl=False)
    else:
        files.write_file(place.place, made.data, force=place.force)
    _tell_conversion(console, name, file, made)
    if place.path != STDIN:
        console.tell(console.say("cli.output", place=place.path))
    console.document(
        {
            "file": name,
            "format": file.format,
            "to": to,
            "rows": len(file.map.rows),
            "written": made.rows,
            "findings": [messages.to_json(one) for one in file.findings],
            "notes": [messages.to_json(one) for one in made.notes],
            "output": place.path,
        }
    )
    return Exit.LOSS if strict and any(map(findings.is_loss, made.notes)) else Exit.DONE


def _tell_conversion(console: Console, name: str, file: MapFile, made: MapOutput) -> None:
    for one in file.findings[:_MOST_LINES]:
        for line, style in findings.lines(console, one, "  "):
            console.complain(line, style)
    console.tell(
        console.say("cli.map-written", file=name, n=made.rows, of=len(file.map.rows), format=made.format)
    )
    if not made.notes:
        console.tell(f"  {console.say('cli.map-nothing-lost')}", "good")
    for (code, field), notes in _by_field(made.notes).items():
        what = messages.text(code, console.lang, dict(notes[0].params)).what
        label = console.say("cli.map-lost", field=field, n=len(notes), what=what, value=notes[0].value)
        console.tell(f"  {label}", "careful")


def _by_field(notes: Sequence[Note]) -> dict[tuple[str, str], list[Note]]:
    """Notes by code and field, the most frequent first."""
    found: dict[tuple[str, str], list[Note]] = {}
    for note in notes:
        steps = note.path.split("/")[1:]
        field = "/".join(steps[2:]) or steps[0] if steps[0] == "rows" else "/".join(steps)
        found.setdefault((note.code, field), []).append(note)
    order = Counter({key: len(group) for key, group in found.items()})
    return {key: found[key] for key, _ in order.most_common()}
