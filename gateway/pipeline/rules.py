"""What the rules of either side say of an input: the functions that library, command and HTTP share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date
from typing import TYPE_CHECKING

from gateway.codec.base import Context
from gateway.pipeline.convert import Source

# Imported where they are used: most runs ask no rules, and a check is to answer at once.
if TYPE_CHECKING:
    from gateway.recognition.change import Changes
    from gateway.recognition.coverage import Coverage
    from gateway.recognition.evaluate import Evaluation
    from gateway.recognition.ruleset import Pack


def packs(names: Sequence[str]) -> tuple[Pack, ...]:
    """The rule packs of these names, each once, in this order.

    Raises:
        UsageError: there is no such pack.
    """
    if not names:
        return ()
    from gateway.recognition import ruleset

    return tuple(ruleset.pack(name) for name in dict.fromkeys(names))


def day(context: Context) -> date:
    """The day of the run, in UTC as a manifest records it: it decides what is in force."""
    return context.now.astimezone(UTC).date()


def evaluate(
    source: Source, names: Sequence[str], *, on: date | None = None, previous: Source | None = None
) -> tuple[Evaluation, ...]:
    """Ask every rule of the packs ``names`` about ``source``. Findings of rules never block writing.

    Args:
        on: the day that decides what is in force; without it, the day of the source's context.
        previous: the version that this one follows, for rules about changes.

    Raises:
        UsageError: there is no such pack.
    """
    asked = packs(names)
    if not asked:
        return ()
    from gateway.recognition import evaluate as rules

    return tuple(
        rules.evaluate(
            source.declaration,
            pack,
            origins=source.origins,
            on=on or day(source.context),
            previous=previous.declaration if previous else None,
        )
        for pack in asked
    )


def coverage(source: Source, category: str = "") -> Coverage:
    """Which of the Commission's 71 passport data points ``source`` fills, and who can supply the others.

    Args:
        category: EV, LMT or IND (industrial above 2 kWh); empty takes the declaration's own.

    Raises:
        UsageError: no such category, or the declaration names none.
    """
    from gateway.recognition import coverage as gaps

    return gaps.coverage(source.declaration, category, origins=source.origins)


def compare(old: Source, new: Source) -> Changes:
    """What differs in ``new`` from ``old``, and whether a new calculation is due."""
    from gateway.recognition import change

    return change.compare(old.declaration, new.declaration)
