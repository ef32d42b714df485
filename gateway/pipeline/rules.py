"""What the rules of either side say of an input: the functions that library, command and HTTP share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date
from typing import TYPE_CHECKING

from gateway.codec.base import Context
from gateway.codec.plugin import Plugin
from gateway.errors import PluginError
from gateway.pipeline.convert import Source, form_cells
from gateway.quantity.exact import own_arithmetic

# Imported where they are used: most runs ask no rules, and a check is to answer at once.
if TYPE_CHECKING:
    from gateway.recognition.change import Changes
    from gateway.recognition.coverage import Coverage
    from gateway.recognition.evaluate import Evaluation
    from gateway.recognition.ruleset import Pack


def packs(names: Sequence[str], plugins: Sequence[Plugin] = ()) -> tuple[Pack, ...]:
    """The rule packs of these names, each once, in this order.

    Raises:
        UsageError: there is no such pack.
        PluginError: a plugin brings a pack with an id that is taken.
        MappingError: what it brings is no pack.
    """
    if not names:
        return ()
    from gateway.pipeline import message_rules
    from gateway.recognition import ruleset

    brought = brought_packs(plugins)
    others = (message_rules.PACT, *brought)

    def found(name: str) -> Pack:
        if name == message_rules.PACT:
            return message_rules.pack()
        if name in brought:
            return ruleset.read_pack(brought[name], name=name)
        return ruleset.pack(name, more=others)

    return tuple(map(found, dict.fromkeys(names)))


def brought_packs(plugins: Sequence[Plugin]) -> dict[str, bytes]:
    """The documents of the rule packs that plugins bring, by id.

    Raises:
        PluginError: an id is taken, or is not the one that the document says.
    """
    from gateway.pipeline import message_rules
    from gateway.recognition import ruleset

    found: dict[str, bytes] = {}
    for plugin in plugins:
        for name, data in plugin.packs.items():
            if name in ruleset.PACKS or name == message_rules.PACT or name in found:
                raise PluginError(name, path=plugin.name, code="plugin.duplicate-pack", plugin=plugin.name)
            own = ruleset.read_pack(data, name=name).id
            if own != name:
                raise PluginError(own, path=f"packs/{name}", code="plugin.wrong-part", plugin=plugin.name)
            found[name] = data
    return found


def day(context: Context) -> date:
    """The day of the run, in UTC as a manifest records it: it decides what is in force."""
    return context.now.astimezone(UTC).date()


@own_arithmetic
def evaluate(
    source: Source, names: Sequence[str], *, on: date | None = None, previous: Source | None = None
) -> tuple[Evaluation, ...]:
    """Ask every rule of the packs ``names`` about ``source``. Findings of rules never block writing.

    Args:
        on: the day that decides what is in force; without it, the day of the source's context.
        previous: the version that this one follows, for rules about changes.

    Raises:
        UsageError: there is no such pack, or it names a test that there is not.
        MappingError, PluginError: a plugin's pack cannot be used.
    """
    asked = packs(names, source.context.plugins)
    if not asked:
        return ()
    from gateway.pipeline import message_rules
    from gateway.recognition import evaluate as rules

    today = on or day(source.context)
    cells = form_cells(source)
    return tuple(
        message_rules.evaluate(source, today)
        if pack.id == message_rules.PACT
        else rules.evaluate(
            source.declaration,
            pack,
            origins=source.origins,
            on=today,
            previous=previous.declaration if previous else None,
            places=cells,
        )
        for pack in asked
    )


@own_arithmetic
def coverage(source: Source, category: str = "") -> Coverage:
    """Which of the Commission's 71 passport data points ``source`` fills, and who can supply the others.

    Args:
        category: EV, LMT or IND (industrial above 2 kWh); empty takes the declaration's own.

    Raises:
        UsageError: no such category, or the declaration names none.
    """
    from gateway.recognition import coverage as gaps

    return gaps.coverage(source.declaration, category, origins=source.origins)


@own_arithmetic
def compare(old: Source, new: Source) -> Changes:
    """What differs in ``new`` from ``old``, and whether a new calculation is due."""
    from gateway.recognition import change

    return change.compare(old.declaration, new.declaration)
