"""Run a format's reader or writer so that no loss is silent, whoever wrote it.

A leaf is carried only if reading our own output back yields it. Every other leaf gets exactly one
note: the writer's own word on it, or "dropped". A writer that claims a leaf which is not read back,
changes one without saying so, or adds one without saying so, has broken its promise: that is our
bug, and nothing leaves the house.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from gateway.codec.base import Context, Format, Package, Reading, Writing, need_writer
from gateway.errors import GatewayError, InternalError, PluginError, flatten, raise_all, shorten
from gateway.model.base import Leaf, Missing
from gateway.model.declaration import Declaration
from gateway.model.results import KG_CO2E
from gateway.model.walk import Same, by_path, keyed, same, unescape
from gateway.quantity import Quantity, round_significant, show
from gateway.report import Exact, Fate, Note, Severity

# What a writer may say of a leaf that it writes otherwise, and of one that it adds.
_CHANGES = frozenset(
    {Fate.CONVERTED, Fate.ROUNDED, Fate.TRUNCATED, Fate.CHOSEN, Fate.AGGREGATED, Fate.WITHHELD}
)
_ADDITIONS = frozenset({Fate.DEFAULTED, Fate.INFERRED})
# What is said to be there with fewer digits or letters must be there.
_STILL_THERE = frozenset({Fate.ROUNDED, Fate.TRUNCATED})
_DIGITS = 15


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
    _judge(format_, writing.package)
    reread = format_.read(writing.package, context).declaration
    before, after = by_path(declaration), by_path(reread)
    notes = _said(writing)
    carried = frozenset(path for path, leaf in before.items() if same(leaf, after.get(path)))
    raise_all(_broken(format_, writing, before, after, notes, carried))
    kept = [
        _with_stake(notes.get(path) or _dropped(path, leaf), declaration, leaf)
        for path, leaf in before.items()
        if path not in carried
    ]
    added = [notes[path] for path in after if path not in before]
    return Written(writing.package, (*kept, *added), carried, reread, writing.left_out)


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


def shown(leaf: Leaf | None) -> str:
    """A leaf for people, on one line; an endless quotient rounded to 15 digits."""
    if isinstance(leaf, Quantity):
        text = show(leaf.amount)
        amount = text if "/" not in text else show(round_significant(leaf.amount, _DIGITS))
        return f"{amount} {leaf.unit}"
    if isinstance(leaf, Missing):
        return leaf.missing.value
    return "" if leaf is None else shorten(str(leaf))


def _judge(format_: Format, package: Package) -> None:
    findings = format_.validate(package) if format_.validate else ()
    raise_all(
        InternalError(f.saw, path=f.at, code="internal.output-breaks-schema", format=format_.id, rule=f.code)
        for f in findings
        if f.severity is Severity.ERROR
    )


def _said(writing: Writing) -> dict[str, Note]:
    notes: dict[str, Note] = {}
    for note in writing.notes:
        if note.path in notes:
            raise InternalError(note.code, path=note.path, code="internal.two-notes")
        notes[note.path] = note
    return notes


def _broken(
    format_: Format,
    writing: Writing,
    before: Mapping[str, Leaf],
    after: Mapping[str, Leaf],
    notes: Mapping[str, Note],
    carried: frozenset[str],
) -> Iterator[InternalError]:
    """The promises that the output does not keep."""

    def broken(code: str, path: str) -> InternalError:
        saw = f"{shown(before.get(path))} → {shown(after.get(path))}"
        return InternalError(saw, path=path, code=code, format=format_.id)

    for path in sorted(writing.claims - carried):
        if path in before:
            yield broken("internal.claimed-not-carried", path)
    for path, note in notes.items():
        if path in carried:
            yield broken("internal.needless-note", path)
        elif path not in after and note.fate in _STILL_THERE:
            yield broken("internal.changed-but-gone", path)
        elif path not in before and (path not in after or note.fate not in _ADDITIONS):
            yield broken("internal.note-on-nothing", path)
    for path in after:
        if path in carried:
            continue
        allowed = _CHANGES if path in before else _ADDITIONS
        if path not in notes or notes[path].fate not in allowed:
            yield broken("internal.unexplained-difference", path)


def _dropped(path: str, leaf: Leaf) -> Note:
    return Note("codec.no-place", path, Fate.DROPPED, shown(leaf))


def _with_stake(note: Note, declaration: Declaration, leaf: Leaf) -> Note:
    value = note.value or shown(leaf)
    kg = note.kg if note.kg is not None else stake(declaration, note.path, leaf)
    return replace(note, value=value, kg=kg)
