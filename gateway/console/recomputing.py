"""``whatif`` and ``factors``: a declared footprint recomputed, and what made the difference."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gateway.codec.base import Context
from gateway.console import failures, findings
from gateway.console.converting import Destination
from gateway.console.failures import Exit
from gateway.console.inputs import source_of
from gateway.console.terminal import Console
from gateway.errors import GatewayError
from gateway.model.results import Per
from gateway.pipeline.convert import Source, read
from gateway.pipeline.whatif import WhatIf, what_if
from gateway.quantity import Quantity, normalise_number, parse_decimal
from gateway.recognition import power, scenario_text
from gateway.recognition.scenario import Levers
from gateway.report import Finding, Severity
from gateway.storage import files

TOTAL = "/results/recomputed/carbon/total"


@dataclass(frozen=True, slots=True)
class Asked:
    """The levers as somebody types them."""

    electricity: str | None = None
    gwp: str | None = None
    per: str | None = None
    profile: str | None = None
    energy: str | None = None
    lines: tuple[str, ...] = ()

    def levers(self) -> Levers:
        """The levers.

        Raises:
            UsageError: no such factor.
            NotANumber: the energy is no number.
        """
        return Levers(
            electricity=None if self.electricity is None else power.factor(self.electricity),
            gwp_set=self.gwp or "",
            per=None if self.per is None else Per(self.per),
            profile=self.profile or "",
            energy=None if self.energy is None else _kwh(self.energy),
            lines=self.lines,
        )


def whatif(
    console: Console,
    name: str,
    asked: Asked,
    format_: str | None,
    context: Context,
    *,
    layout: str | None = None,
    explain: bool = False,
) -> Exit:
    """Print the recomputed total beside the declared one, and what each lever adds.

    Raises:
        GatewayError: no lever, or the lines cannot be tied to a declared total.
    """
    levers = asked.levers()
    source = read(source_of(console, name, layout), format=format_, context=context)
    found = what_if(source, levers)
    for line in scenario_text.lines(found.scenario, console.lang):
        console.answer(line)
    document = {"file": name, **scenario_text.to_json(found.scenario)}
    if explain:
        document["explanation"] = _explained(console, found.source)
    _tell(console, found)
    console.document(document)
    return failures.worst(failures.exit_of(error) for error in found.scenario.refused)


def factors(
    console: Console,
    name: str,
    mapping: str,
    values: str | None,
    format_: str | None,
    context: Context,
    *,
    layout: str | None = None,
    to: Destination | None = None,
) -> Exit:
    """Print both totals and every line, and write the table of lines where ``to`` says.

    Raises:
        GatewayError: a table has a defect, or the lines cannot be tied to a declared total.
    """
    from gateway.nomenclature.factor_files import read_map, read_values
    from gateway.pipeline import factor_table
    from gateway.pipeline.factors import map_factors

    if to is not None:
        files.refuse_existing(to.place, force=to.force)
    rows = read_map(files.read_file(Path(mapping)), name=mapping)
    told = read_values(files.read_file(Path(values)), name=values) if values is not None else {}
    source = read(source_of(console, name, layout), format=format_, context=context)
    found = map_factors(source, rows, told)
    for line in factor_table.lines(found, console.lang):
        console.answer(line)
    if to is not None:
        files.write_file(to.place, factor_table.table(found), force=to.force)
        console.tell(console.say("cli.output", place=to.path))
    for finding in found.findings:
        _show(console, finding)
    console.document({"file": name, **factor_table.to_json(found)})
    return Exit.MAPPING if found.undecided else Exit.DONE


def _explained(console: Console, source: Source) -> dict[str, object]:
    from gateway.pipeline import explain

    found = explain.explain(source, TOTAL)
    console.answer()
    for line in explain.as_text(found, console.lang):
        console.answer(line)
    return explain.to_json(found)


def _tell(console: Console, found: WhatIf) -> None:
    """What was refused and what is doubtful, on stderr."""
    for error in found.scenario.refused:
        _show(console, error)
    for finding in found.scenario.findings:
        _show(console, finding)


def _show(console: Console, one: GatewayError | Finding) -> None:
    """An error or warning, whatever --quiet says; a remark only without it."""
    grave = isinstance(one, GatewayError) or one.severity is not Severity.INFO
    for line, style in findings.lines(console, one):
        (console.complain if grave else console.tell)(line, style)


def _kwh(text: str) -> Quantity:
    plain, _ = normalise_number(text)
    return Quantity(parse_decimal(plain), "kW.h")
