"""ILCD data sets other than processes, from model to tree."""

from __future__ import annotations

from typing import Final, cast

from gateway.codec.xmltree import Node, Value
from gateway.formats.ilcd.binding import (
    class_node,
    classification_nodes,
    langs,
    lay,
    lay_file,
    numeral,
    put,
    reference_node,
    unbind,
    with_rest,
)
from gateway.formats.ilcd.bound_others import (
    CATEGORY_PATH,
    COMPARTMENT,
    FACTOR_PATH,
    FILE_PATH,
    FLOW_KIND_PATH,
    FLOW_KINDS,
    FLOW_REFERENCE,
    INSTANCE_PATH,
    PROPERTY_PATH,
    RESULT_PATH,
    SUPPLY_PATH,
    UNIT_PATH,
    class_path,
)
from gateway.formats.ilcd.unbound_process import Kept, direction_word, process_node, put_uncertainty
from gateway.model.activity import Place
from gateway.model.dataset import ClassEntry, Dataset, DatasetKind
from gateway.model.inventory import Flow, FlowKind, UnitGroup
from gateway.model.process import Process
from gateway.model.sources import ImpactMethod, LifeCycleModel, Source

_FLOW_WORDS: Final = {kind: word for word, kind in FLOW_KINDS.items()}


def dataset_node(kind: DatasetKind, dataset: Dataset, kept: Kept) -> Node:
    """The tree of a data set, with what its own family kept."""
    root = process_node(dataset, kept) if isinstance(dataset, Process) else _other(kind, dataset, kept)
    lay_file(root, kept)
    return root


def _other(kind: DatasetKind, dataset: Dataset, kept: Kept) -> Node:
    root: Node = {}
    unbind(kind, dataset, root, kept)
    put(root, class_path(kind), classification_nodes(dataset.classifications, kept))
    if isinstance(dataset, Flow):
        _flow(root, dataset, kept)
    elif isinstance(dataset, UnitGroup):
        put(root, UNIT_PATH, _units(dataset, kept))
    elif isinstance(dataset, Source):
        files: list[Value] = [with_rest({"@uri": u}, f"files/{n}", kept) for n, u in enumerate(dataset.files)]
        put(root, FILE_PATH, files)
    elif isinstance(dataset, ImpactMethod):
        put(root, FACTOR_PATH, _factors(dataset, kept))
    elif isinstance(dataset, LifeCycleModel):
        _model(root, dataset, kept)
    lay(root, kept.get("", {}))
    return root


def _flow(root: Node, flow: Flow, kept: Kept) -> None:
    put(root, FLOW_KIND_PATH, _FLOW_WORDS[flow.kind])
    put(root, CATEGORY_PATH, _categories(flow, kept))
    if isinstance(flow.location, Place):
        put(root, SUPPLY_PATH, {"en": flow.location.code})
    reference = flow.reference_property
    put(root, FLOW_REFERENCE, reference.id if reference else None)
    nodes: list[Value] = []
    for one in flow.properties:
        part = f"properties/{one.id}"
        node: Node = {"@dataSetInternalID": one.id}
        target = with_rest(reference_node(one.flow_property), f"{part}/flow_property", kept)
        put(node, ("referenceToFlowPropertyDataSet",), target)
        put(node, ("meanValue",), numeral(one.mean))
        put(node, ("minimumValue",), numeral(one.minimum))
        put(node, ("maximumValue",), numeral(one.maximum))
        put(node, ("generalComment",), langs(one.comment))
        nodes.append(with_rest(node, part, kept))
    put(root, PROPERTY_PATH, nodes)


def _categories(flow: Flow, kept: Kept) -> Value | None:
    if not flow.compartment or flow.kind is not FlowKind.ELEMENTARY:
        return None
    ids = kept.get(COMPARTMENT, {})
    told = [(n, name, ids.get(f"/{n}")) for n, name in enumerate(flow.compartment)]
    entries = [(n, ClassEntry(name=name, id=id_ if isinstance(id_, str) else None)) for n, name, id_ in told]
    return [{"common:category": [class_node(n, entry, "@catId") for n, entry in entries]}]


def _units(group: UnitGroup, kept: Kept) -> list[Value]:
    nodes: list[Value] = []
    for one in group.units:
        node: Node = {"@dataSetInternalID": one.id}
        put(node, ("name",), one.name if isinstance(one.name, str) else None)
        put(node, ("meanValue",), numeral(one.factor))
        put(node, ("generalComment",), langs(one.comment))
        nodes.append(with_rest(node, f"units/{one.id}", kept))
    return nodes


def _factors(method: ImpactMethod, kept: Kept) -> list[Value]:
    nodes: list[Value] = []
    for n, one in enumerate(method.factors):
        mine = dict(kept.get(f"factors/{n}", {}))
        node: Node = {}
        put(node, ("referenceToFlowDataSet",), with_rest(reference_node(one.flow), f"factors/{n}/flow", kept))
        put(node, ("exchangeDirection",), direction_word(one.direction))
        put(node, ("location",), one.location.code if isinstance(one.location, Place) else None)
        put(node, ("meanValue",), numeral(one.value))
        put_uncertainty(node, one.uncertainty, ("minimumValue", "maximumValue"), mine)
        put(node, ("dataDerivationTypeStatus",), one.derivation if isinstance(one.derivation, str) else None)
        put(node, ("generalComment",), langs(one.comment))
        lay(node, mine)
        nodes.append(node)
    return nodes


def _model(root: Node, model: LifeCycleModel, kept: Kept) -> None:
    nodes: list[Value] = []
    for one in model.instances:
        part = f"instances/{one.id}"
        node: Node = {"@dataSetInternalID": one.id}
        target = with_rest(reference_node(one.process), f"{part}/process", kept)
        put(node, ("referenceToProcess",), target)
        put(node, ("@multiplicationFactor",), numeral(one.factor))
        lay(node, kept.get(part, {}))
        if "connections" not in node and one.connections:
            node["connections"] = {"outputExchange": _outputs(one.connections)}
        nodes.append(node)
    put(root, INSTANCE_PATH, nodes)
    first = with_rest(reference_node(model.resulting_process), "resulting_process", kept)
    more = [with_rest({}, part, kept) for part in sorted(kept) if part.startswith("resulting/")]
    put(root, RESULT_PATH, [node for node in (first, *more) if node])


def _outputs(connections: object) -> list[Value]:
    from gateway.model.sources import Connection

    outputs: dict[str, list[Value]] = {}
    for one in cast("tuple[Connection, ...]", connections):
        stream: Node = {"@id": one.to}
        if isinstance(one.to_flow, str):
            stream["@flowUUID"] = one.to_flow
        outputs.setdefault(one.flow, []).append(stream)
    return [{"@flowUUID": flow, "downstreamProcess": streams} for flow, streams in outputs.items()]
