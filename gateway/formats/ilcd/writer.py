"""Write an ILCD+EPD package: the one that was read, to the letter, or a new one from any declaration."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.codec import jsonwrite
from gateway.codec.base import Context, Package, Writing
from gateway.codec.jsonread import LANGUAGE, UNREAD
from gateway.codec.run import shown
from gateway.codec.xmlstructure import structure
from gateway.codec.xmltree import Node, XmlTree, write_tree
from gateway.errors import GatewayError
from gateway.formats.ilcd.indicators import MEAN, Where, join, node_of
from gateway.formats.ilcd.modules import TOTAL, TOTAL_TEXT, label_of, module_of
from gateway.formats.ilcd.nodes import at, items, put_in_order
from gateway.formats.ilcd.package import Again, as_member, from_text
from gateway.formats.ilcd.reader import (
    ASIDE,
    DATASETS,
    DOCUMENTS,
    FILES,
    LANGUAGES,
    LAYOUT,
    ODD,
    PROCESS,
    SODA,
    read,
)
from gateway.formats.ilcd.results import same_text, values_of, write_amount
from gateway.formats.ilcd.tables import RESULT_SET, TARGET, table
from gateway.formats.ilcd.view import restore, restore_part
from gateway.model.base import LangText, Missing, Reason
from gateway.model.declaration import Declaration
from gateway.model.results import Indicator, ResultRow, ResultSet
from gateway.model.walk import by_path, diff, escape, unescape
from gateway.quantity import Quantity, parse_decimal
from gateway.report import Fate, Note

_KINDS = {PROCESS: ("process", "epd"), "flow": ("flow", ""), "owner": ("contact", "")}
_HOME = f"{TARGET}#/{FILES}/{PROCESS}"


def write(declaration: Declaration, context: Context) -> Writing:
    """The package that the declaration was read from, or a new one.

    Raises:
        Lacks: every field that a new one cannot be without, together.
    """
    if _HOME in declaration.extras:
        return _again(declaration, context)
    from gateway.formats.ilcd.foreign import write_new

    return write_new(declaration, context)


def _again(declaration: Declaration, context: Context) -> Writing:
    written, kept = again(declaration)
    package = Again((as_member(written),), uuid_name(declaration))
    # The language of a text that is withheld goes with it.
    mark, soda, odd = f"/{LANGUAGE}", f"{TARGET}#/{SODA}", f"{TARGET}#/{ODD}"
    # JSON has no schema to break; the XML that is made of it may.
    is_json = any(name.startswith(soda) for name in declaration.extras)
    if odd in declaration.extras or (is_json and odd in read(package, context).declaration.extras):
        return Writing(package, tuple(_respelt(declaration, package, context)))
    claimed = (name for name in kept if not (name.startswith(soda) or name.endswith(mark)))
    claims = {f"/extras/{escape(name)}" for name in claimed}
    return Writing(package, claims=frozenset(claims))


def _respelt(declaration: Declaration, package: Package, context: Context) -> Iterator[Note]:
    """What a source with defects of form says otherwise once it is in order."""
    for path, (before, after) in diff(declaration, read(package, context).declaration).items():
        if after is not None and not path.startswith("/results/"):
            fate = Fate.INFERRED if before is None else Fate.CONVERTED
            yield Note("ilcd.put-in-order", path, fate, shown(before), shown(after))


def again(declaration: Declaration) -> tuple[dict[str, bytes], frozenset[str]]:
    """The files of the package that was read, and the names of the extras that are in them."""
    # Results are put back by themselves, extras grafted: neither is worth a walk along the table.
    plain = declaration.model_copy(update={"results": (), "extras": {}})
    tree = jsonwrite.to_tree(plain, table(), absences=False)
    extras = _without_withheld(declaration)
    kept = jsonwrite.graft(tree, extras, TARGET)
    view: Node = jsonwrite.finish(tree)  # type: ignore[assignment]  # strings, lists and dicts
    files: Any = view[FILES]
    aside: Any = view.get(ASIDE, {})
    orders: Any = view.get(LANGUAGES, {})
    _put_back(view)
    marked = any(name.endswith(f"/{LANGUAGE}") for name in kept)
    written: dict[str, bytes] = {}
    for part, name in files.items():
        root = view[part]
        assert isinstance(root, dict)
        if part == PROCESS:
            result = declaration.result_set(RESULT_SET)
            layout = view.get(LAYOUT, [])
            assert isinstance(layout, list)
            put_results(root, result, layout)
            _amount(root, declaration)
            restore(root)
        else:
            restore_part(part, root)
        if marked:
            _languages(root)
        put_in_order(root, orders.get(part, {}))
        written[name] = _document(*_KINDS[part], root, aside.get(part, {}))
    datasets: Any = view.get(DATASETS, {})
    for name, text in datasets.items():
        dataset = json.loads(text) if isinstance(text, str) else text
        put_in_order(dataset["root"], dataset["languages"])
        profile = "epd" if dataset["kind"] == "process" and _is_epd(dataset["root"]) else ""
        written[name] = _document(dataset["kind"], profile, dataset["root"], dataset)
    documents: Any = view.get(DOCUMENTS, {})
    written |= {name: from_text(text) for name, text in documents.items()}
    return written, kept


def _without_withheld(declaration: Declaration) -> Mapping[str, str]:
    """The extras, less the other languages of a text that is withheld: they would say the same."""
    hidden = {
        path
        for path, leaf in by_path(declaration.model_copy(update={"results": (), "extras": {}})).items()
        if isinstance(leaf, Missing) and leaf.missing is Reason.WITHHELD
    }
    places = tuple(
        f"{TARGET}#/" + "/".join(escape(step) for step in row.source) + "/"
        for row in table().rows
        if row.type == "onelang" and row.pattern in hidden
    )
    if not places:
        return declaration.extras
    return {name: text for name, text in declaration.extras.items() if not name.startswith(places)}


def uuid_name(declaration: Declaration) -> str:
    """The declaration's own id as a name for people."""
    return declaration.document.id if isinstance(declaration.document.id, str) else ""


def put_results(root: Node, result: ResultSet | None, layout: list[Any]) -> None:
    """Indicators and module names into a process, each indicator to its place of ``layout``."""
    if result is None:
        return
    totals = dict(_totals(result, layout))
    # No row may stand where the totals do.
    taken: set[Where] = {(TOTAL, None)} if totals else set()
    rows: dict[Where, ResultRow] = {}
    for row in result.rows:
        module = module_of(row, taken)
        rows[module, row.scenario if isinstance(row.scenario, str) else None] = row
    waiting: dict[str, list[Indicator]] = {}
    for indicator in result.indicators:
        waiting.setdefault(indicator.id, []).append(indicator)
    nodes: list[tuple[str, int, Node]] = []
    for place in layout:
        if "carbon" in place:
            node: Node | None = _climate(place, result, rows, totals)
        else:
            node = _indicator(place, waiting)
        if node is not None:
            nodes.append((place["group"], int(place["index"]), node))
    join(root, nodes)
    labels = {TOTAL: TOTAL_TEXT} if totals else {}
    for (module, _), row in rows.items():
        labels.setdefault(module, label_of(row, module))
    _name_modules(root, labels)


def _totals(result: ResultSet, layout: list[Any]) -> Iterator[tuple[str, str]]:
    """The totals that stand as values of their own, by class: all but those at ``meanAmount``."""
    for place in layout:
        if "carbon" in place and place["rest"].get(MEAN) != "":
            text = write_amount(getattr(result.carbon, place["carbon"]))
            if text is not None:
                yield place["carbon"], text


def _climate(
    place: Mapping[str, Any],
    result: ResultSet,
    rows: Mapping[Where, ResultRow],
    totals: Mapping[str, str],
) -> Node:
    """An indicator that stands in the rows and the totals as a carbon class."""
    carbon, rest = place["carbon"], dict(place["rest"])
    if rest.get(MEAN) == "":
        total = getattr(result.carbon, carbon)
        rest[MEAN] = same_text(total) if isinstance(total, Quantity) else "0"
    order: list[Where] = [(module, scenario) for module, scenario in place["order"]]
    texts = {where: write_amount(getattr(row.carbon, carbon)) for where, row in rows.items()}
    texts[TOTAL, None] = totals.get(carbon, texts.get((TOTAL, None)))
    wanted = [*order, *(where for where in texts if where not in set(order))]
    values = ((where, text) for where in wanted if (text := texts.get(where)) is not None)
    return node_of(place["group"], rest, place["id"], place.get("version"), place["names"], values)


def _indicator(place: Mapping[str, Any], waiting: dict[str, list[Indicator]]) -> Node | None:
    """An indicator that stands among the set's."""
    same = waiting.get(place["id"])
    if not same:
        return None
    indicator = same.pop(0)
    names = indicator.name.root if isinstance(indicator.name, LangText) else {}
    version = indicator.version if isinstance(indicator.version, str) else None
    id_ = None if "nameless" in place else indicator.id
    return node_of(place["group"], place["rest"], id_, version, names, values_of(indicator))


def _name_modules(root: Node, labels: Mapping[str, str]) -> None:
    """What the rows and totals are called, at the names of their modules."""
    told = {module: label for module, label in labels.items() if label}
    node: Any = root
    steps = ("processInformation", "dataSetInformation", "common:other", "epd:modules")
    for step in steps:
        if not told and step not in node:
            return
        node = node.setdefault(step, {})
    modules = node.setdefault("epd:module", [])
    for module in modules:
        text = told.pop(module.get("@epd:name"), None)
        if text is not None:
            module["#text"] = text
    modules.extend({"@epd:name": module, "#text": text} for module, text in told.items())


def _amount(root: Node, declaration: Declaration) -> None:
    """The amount of the reference flow, where it is not what it was."""
    amount = declaration.unit.amount
    references = at(root, ("processInformation", "quantitativeReference", "referenceToReferenceFlow"))
    wanted = references[0] if isinstance(references, list) and references else None
    for exchange in items(root, ("exchanges", "exchange")):
        if exchange.get("@dataSetInternalID") == wanted and isinstance(amount, Quantity):
            for name in ("meanAmount", "resultingAmount"):
                if name in exchange and not _says(exchange[name], amount):
                    exchange[name] = same_text(amount)


def _says(text: str, amount: Quantity) -> bool:
    try:
        return parse_decimal(text.strip()) == amount.amount
    except GatewayError:
        return False


def _put_back(view: Node) -> None:
    """What stood where something else belongs, to where it stood, as far as there is room."""
    misfits: Any = view.pop(UNREAD, {})
    for place, value in misfits.items():
        steps = [unescape(step) for step in place.split("/")[1:]]
        node: Any = view
        for step in steps[:-1]:
            if isinstance(node, list):
                node = node[int(step)] if step.isdecimal() and int(step) < len(node) else None
            else:
                node = node.get(step) if isinstance(node, dict) else None
        if isinstance(node, dict) and steps[-1] not in node:
            node[steps[-1]] = value


def _languages(node: object) -> None:
    """Texts whose language is not what they look like get their own again."""
    if isinstance(node, list):
        for item in node:
            _languages(item)
    elif isinstance(node, dict):
        own = node.pop(LANGUAGE, None)
        if isinstance(own, str):
            guessed = next((lang for lang in ("en", "zh") if lang in node), None)
            if guessed is not None:
                node[own] = node.pop(guessed)
        for value in node.values():
            _languages(value)


def _document(kind: str, profile: str, root: Node, aside: Mapping[str, Any]) -> bytes:
    own = structure(kind, profile=profile)
    extras = {path: tuple(nodes) for path, nodes in aside.get("extras", {}).items()}
    return write_tree(XmlTree(own, root, aside.get("namespaces", {}), extras))


def _is_epd(root: Mapping[str, Any]) -> bool:
    method = root.get("modellingAndValidation", {}).get("LCIMethodAndAllocation", {})
    return bool(method.get("typeOfDataSet") == "EPD")
