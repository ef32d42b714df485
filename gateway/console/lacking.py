"""``gaps``: what a passport or another carrier still lacks, and who can supply it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway import messages
from gateway.codec.base import Context
from gateway.console.converting import Destination
from gateway.console.failures import Exit
from gateway.console.inputs import load, source_of
from gateway.console.terminal import Console
from gateway.pipeline import rules
from gateway.pipeline.convert import Source, read
from gateway.recognition.outcome import Said
from gateway.storage import files

if TYPE_CHECKING:
    from gateway.pipeline.carrier_gaps import CarrierGaps, Gap


@dataclass(frozen=True, slots=True)
class Asked:
    """The input that is asked about, and what stands beside it (passport data)."""

    name: str
    format: str | None
    layout: str | None
    beside: tuple[str, ...]

    def read(self, console: Console, context: Context) -> Source:
        """The input with what is beside it, joined."""
        package = source_of(console, self.name, self.layout)
        more = tuple(load(name) for name in self.beside)
        source = read(package, format=self.format, context=context, beside=more)
        if errors := len(source.report.errors):
            console.complain(console.say("cli.gaps-errors", n=errors), "careful")
        return source


def gaps(
    console: Console, asked: Asked, category: str, context: Context, *, to: Destination | None = None
) -> Exit:
    """Print which passport data points the input fills, and who can supply the others.

    Raises:
        UsageError: the input names no battery category, and none was given.
    """
    if to is not None:
        files.refuse_existing(to.place, force=to.force)
    found = rules.coverage(asked.read(console, context), category)
    if to is not None:
        from gateway.pipeline.gaps_workbook import gaps_workbook

        files.write_file(to.place, gaps_workbook(found), force=to.force)
        console.tell(console.say("cli.output", place=to.path))
    else:
        for line in found.lines(console.lang):
            console.answer(line)
    console.document({"file": asked.name, **found.to_json()})
    return Exit.DONE


def gaps_for(
    console: Console, asked: Asked, targets: Sequence[str], told: Mapping[str, str], context: Context
) -> Exit:
    """Print what each target still lacks, by who can supply it.

    Raises:
        UsageError: there is no such target, or it is only read.
    """
    from gateway.pipeline.carrier_gaps import carrier_gaps

    found = carrier_gaps(asked.read(console, context), targets, options=told)
    for one in found:
        _tell(console, one)
    console.document({"file": asked.name, "carriers": [_carrier(one) for one in found]})
    return Exit.DONE


def _tell(console: Console, one: CarrierGaps) -> None:
    code = "cli.gaps-of-target" if one.gaps else "cli.gaps-none"
    console.answer(console.say(code, target=one.target, n=len(one.gaps)))
    last = ""
    for gap in one.gaps:
        if gap.supplier != last:
            console.answer(f"  {Said(f'coverage.supplier-{gap.supplier}').text(console.lang)}")
            last = gap.supplier
        console.answer(f"    {messages.explain(gap.lack, console.lang).what}")


def _carrier(one: CarrierGaps) -> dict[str, object]:
    return {"target": one.target, "gaps": [_gap(gap) for gap in one.gaps]}


def _gap(gap: Gap) -> dict[str, object]:
    supplier = {"code": gap.supplier, **Said(f"coverage.supplier-{gap.supplier}").both()}
    return {"lack": messages.to_json(gap.lack), "supplier": supplier}
