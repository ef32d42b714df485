"""Write a domestic declaration as a workbook: forms, tables, and a sheet for what has no cell of its own.

A value is written into its cell only if our reader gets exactly the same value out of it; everything
else stands on the last sheet as JSON text with its place. So nothing is lost, whatever it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.codec.fields import STAR
from gateway.codec.jsonwrite import encode
from gateway.formats.cn_pcf.workbook_document import Place, listed, scalars
from gateway.formats.cn_pcf.workbook_guide import Kind
from gateway.formats.cn_pcf.workbook_layout import DECLARED, NAMED_BY, Block, Field, layout
from gateway.formats.cn_pcf.workbook_values import Content, Lang, TableRow, Value, cell_value
from gateway.formats.cn_pcf.writer import document
from gateway.model.declaration import Declaration


def write_workbook(
    declaration: Declaration,
    *,
    lang: tuple[Lang, Lang] = ("zh", "en"),
    targets: Sequence[str] = (),
) -> bytes:
    """The declaration as an .xlsx; the same declaration gives the same bytes.

    Args:
        lang: which language's labels come first.
        targets: formats whose required cells are marked.
    """
    from gateway.formats.cn_pcf._workbook_render import render

    kind: Kind = "product" if declaration.battery is None else "battery"
    return render(lay_out(declaration), kind=kind, lang=lang, targets=targets)


def lay_out(declaration: Declaration) -> Content:
    """Every value of the declaration at its cell, or among the rest."""
    values, kept = document(declaration)
    work = _Laying(values)
    for block in layout().blocks.values():
        if block.is_table:
            work.table(block)
        else:
            work.form(block)
    rest = [(work.selector(place), encode(value)) for place, value in work.left.items()]
    foreign = [(name, text) for name, text in sorted(declaration.extras.items()) if name not in kept]
    return Content(work.forms, work.tables, [*rest, *foreign])


# A name that no cell would hold, or nobody would recognise, names nothing.
_LONGEST_NAME = 200


@dataclass(slots=True)
class _Laying:
    """One document while it is laid out. ``left``: the scalars that have no cell yet."""

    root: Mapping[str, object]
    left: dict[Place, object] = field(init=False)
    forms: dict[str, Value] = field(default_factory=dict)
    tables: dict[tuple[str, ...], list[TableRow]] = field(default_factory=dict)
    _names: dict[Place, list[str | None]] = field(default_factory=dict)
    _counts: dict[Place, Counter[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.left = dict(scalars(self.root))

    def form(self, block: Block) -> None:
        for own in block.fields:
            value = self._take(own, own.steps)
            if value is not None:
                self.forms[own.key] = value

    def table(self, block: Block) -> None:
        rows = self.tables.setdefault(block.prefix, [])
        for place, parents in self._places(block.prefix):
            values: dict[str, Value] = {}
            for own in block.fields:
                value = self._take(own, (*place, *own.steps[len(block.prefix) :]))
                if value is not None:
                    values[own.key] = value
            if values:
                rows.append(TableRow(parents, values))

    def selector(self, place: Place) -> str:
        """A place for the rest's sheet: items by their names, so that a row may be moved."""
        text, at, pattern = "", (), ()  # type: tuple[str, Place, tuple[str, ...]]
        for step in place:
            pattern = (*pattern, STAR if isinstance(step, int) else step)
            if isinstance(step, int):
                text += f"/[{self._ref(at, pattern, step)}]"
            else:
                text += "/" + step.replace("~", "~0").replace("/", "~1").replace("[", "~2")
            at = (*at, step)
        return text

    def _take(self, own: Field, place: Place) -> Value | None:
        """The value at a place, if its cell can say it; it is not left then."""
        found = _get(self.root, place)
        inner = [place] if not isinstance(found, (list, Mapping)) else [p for p, _ in scalars(found, place)]
        if place not in self.left and not all(p in self.left for p in inner):
            return None
        value = cell_value(own, found)
        if value is None:
            return None
        for p in inner:
            self.left.pop(p, None)
        return value

    def _places(self, prefix: tuple[str, ...]) -> Iterator[tuple[Place, tuple[str, ...]]]:
        """The items of a table's list with what names their parents."""
        if prefix[:2] == ("resultSets", STAR) and len(prefix) > 2:
            yield from self._below(("results",), prefix[2:], prefix[:2], (DECLARED,))
        yield from self._below((), prefix, (), ())

    def _below(
        self, place: Place, steps: tuple[str, ...], pattern: tuple[str, ...], parents: tuple[str, ...]
    ) -> Iterator[tuple[Place, tuple[str, ...]]]:
        if not steps:
            yield place, parents
            return
        step, rest = steps[0], steps[1:]
        pattern = (*pattern, step)
        found = _get(self.root, place)
        if step.startswith("{"):
            for name in found if isinstance(found, Mapping) else ():
                yield from self._below((*place, str(name)), rest, pattern, (*parents, str(name)))
        elif step != STAR:
            yield from self._below((*place, step), rest, pattern, parents)
        else:
            for index in range(len(found) if isinstance(found, list) else 0):
                named = (*parents, self._ref(place, pattern, index)) if rest else parents
                yield from self._below((*place, index), rest, pattern, named)

    def _ref(self, list_place: Place, pattern: tuple[str, ...], index: int) -> str:
        """What names an item: its own name where no other has it, else its position."""
        names = self._names_of(list_place, NAMED_BY.get(listed(pattern), ""))
        name = names[index]
        own = list_place == ("resultSets",) and name == DECLARED
        if (
            name is None
            or own
            or name.startswith("#")
            or name != name.strip()
            or len(name) > _LONGEST_NAME
            or any(c in name for c in "[]/~")
        ):
            return f"#{index + 1}"
        return name if self._counts[list_place][name] == 1 else f"#{index + 1}"

    def _names_of(self, list_place: Place, key: str) -> list[str | None]:
        if list_place not in self._names:
            found = _get(self.root, list_place)
            assert isinstance(found, list)
            names = [item.get(key) if isinstance(item, Mapping) else None for item in found]
            self._names[list_place] = [n if isinstance(n, str) and n else None for n in names]
            self._counts[list_place] = Counter(n for n in names if isinstance(n, str))
        return self._names[list_place]


def _get(root: object, place: Place) -> object:
    node = root
    for step in place:
        if isinstance(node, Mapping) and isinstance(step, str):
            node = node.get(step)
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            node = node[step]
        else:
            return None
    return node
