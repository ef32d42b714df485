"""Run a format's reader or writer so that no loss is silent, whoever wrote it.

Every output is judged by our schema and read back; what ``codec.accounting`` finds unexplained is our bug,
and nothing leaves the house.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from gateway.codec.accounting import account, shown
from gateway.codec.base import Context, Format, Package, Reading, need_writer
from gateway.errors import GatewayError, InternalError, PluginError, flatten, raise_all
from gateway.model.base import Leaf
from gateway.model.declaration import Declaration
from gateway.model.results import KG_CO2E
from gateway.model.walk import Same, by_path, keyed, unescape
from gateway.quantity import Quantity
from gateway.report import Exact, Note, Severity

__all__ = ["Written", "run_reader", "run_writer", "shown", "stake"]


@dataclass(frozen=True, slots=True)
class Written:
    """A package that was read back and agrees with its source but for ``notes``."""

    package: Package
    notes: tuple[Note, ...]
    carried: frozenset[str]
    reread: Declaration
    left_out: tuple[GatewayError, ...] = ()


def run_reader(format_: Format, package: Package, context: Context) -> Reading:
    """Read ``package``; only a ``GatewayError`` comes out of a broken one."""
    try:
        return format_.read(package, context)
    except GatewayError:
        raise
    except (RecursionError, MemoryError) as error:
        raise InternalError(type(error).__name__, path=package.name, code="internal.reader-failed") from error


def run_writer(format_: Format, declaration: Declaration, context: Context) -> Written:
    """Write ``declaration``, judge the output by our schema, read it back and account for every leaf.

    Raises:
        InputError: the target cannot be written; each error names a field that it lacks.
        InternalError: the output does not keep a promise.
        PluginError: the same of a plugin's format.
    """
    try:
        return _write(format_, declaration, context)
    except GatewayError as error:
        broken = next((e for e in flatten(error) if isinstance(e, InternalError)), None)
        if not format_.plugin or broken is None:
            raise
        params = {"plugin": format_.plugin, "format": format_.id, "promise": broken.error_code}
        raise PluginError(broken.saw, path=broken.path, code="plugin.broken-promise", **params) from error


def _write(format_: Format, declaration: Declaration, context: Context) -> Written:
    writing = need_writer(format_)(declaration, context)
    _judge(format_, writing.package, writing.inherited)
    reread = format_.read(writing.package, context).declaration
    before, after = by_path(declaration), by_path(reread)
    found = account(format_.id, before, after, writing.notes, writing.claims)
    notes = tuple(_with_stake(n, declaration, before[n.path]) if n.path in before else n for n in found.notes)
    return Written(writing.package, notes, found.carried, reread, writing.left_out)


def stake(declaration: Declaration, path: str, leaf: Leaf | None) -> Exact | None:
    """The kg CO2e that hang on one leaf: a result itself, or the result of the line it is in."""
    if not isinstance(leaf, Quantity):
        return None
    if leaf.unit == KG_CO2E:
        return leaf.amount
    steps = path.split("/")
    if steps[1] != "lines":
        return None
    return _line_results(Same(declaration)).get(unescape(steps[2]))


# Asked for each leaf of each line; without it, a declaration of 10,000 lines takes minutes.
@lru_cache(maxsize=4)
def _line_results(same_: Same) -> Mapping[str, Exact]:
    declaration = same_.part
    assert isinstance(declaration, Declaration)
    results = ((key, getattr(line, "result", None)) for key, line in keyed(declaration.lines))
    return {key: result.amount for key, result in results if isinstance(result, Quantity)}


def _judge(format_: Format, package: Package, inherited: frozenset[str]) -> None:
    findings = format_.validate(package) if format_.validate else ()
    raise_all(
        InternalError(f.saw, path=f.at, code="internal.output-breaks-schema", format=format_.id, rule=f.code)
        for f in findings
        if f.severity is Severity.ERROR and f.code not in inherited
    )


def _with_stake(note: Note, declaration: Declaration, leaf: Leaf) -> Note:
    value = note.value or shown(leaf)
    kg = note.kg if note.kg is not None else stake(declaration, note.path, leaf)
    return replace(note, value=value, kg=kg)
