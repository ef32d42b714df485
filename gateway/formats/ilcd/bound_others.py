"""ILCD data sets other than processes, from tree to model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from gateway.codec.xmltree import Node, Value
from gateway.formats.ilcd.binding import (
    FAMILY,
    Binder,
    class_entry,
    names,
    number,
    prune,
    put,
    take,
)
from gateway.formats.ilcd.bound_process import process
from gateway.formats.ilcd.bound_values import nodes_of, place_of, taken, text_of, uncertainty
from gateway.formats.ilcd.process_terms import DIRECTIONS
from gateway.model.activity import Place
from gateway.model.base import LangText
from gateway.model.dataset import Dataset, DatasetKind, Reference
from gateway.model.inventory import (
    CarbonClass,
    Flow,
    FlowKind,
    FlowProperty,
    FlowPropertyValue,
    UnitEntry,
    UnitGroup,
)
from gateway.model.sources import (
    CharacterisationFactor,
    Connection,
    Contact,
    ImpactMethod,
    Instance,
    LifeCycleModel,
    Source,
)

# ILCD 1.1 list of flow types, by the word of the format.
FLOW_KINDS: Final[Mapping[str, FlowKind]] = {
    "Elementary flow": FlowKind.ELEMENTARY,
    "Product flow": FlowKind.PRODUCT,
    "Waste flow": FlowKind.WASTE,
    "Other flow": FlowKind.OTHER,
}
FLOW_KIND_PATH: Final = ("modellingAndValidation", "LCIMethod", "typeOfDataSet")
# The part of the rest that holds the ids of compartments in the list of categories.
COMPARTMENT: Final = "compartment"
FLOW_INFO: Final = ("flowInformation", "dataSetInformation", "classificationInformation")
CATEGORY_PATH: Final = (*FLOW_INFO, "common:elementaryFlowCategorization")
FLOW_REFERENCE: Final = ("flowInformation", "quantitativeReference", "referenceToReferenceFlowProperty")
SUPPLY_PATH: Final = ("flowInformation", "geography", "locationOfSupply")
PROPERTY_PATH: Final = ("flowProperties", "flowProperty")
UNIT_PATH: Final = ("units", "unit")
FILE_PATH: Final = ("sourceInformation", "dataSetInformation", "referenceToDigitalFile")
FACTOR_PATH: Final = ("characterisationFactors", "factor")
INSTANCE_PATH: Final = ("lifeCycleModelInformation", "technology", "processes", "processInstance")
RESULT_PATH: Final = (
    "lifeCycleModelInformation",
    "dataSetInformation",
    "referenceToResultingProcess",
)
CLASS_TOPS: Final[Mapping[DatasetKind, str]] = {
    DatasetKind.FLOW: "flowInformation",
    DatasetKind.FLOW_PROPERTY: "flowPropertiesInformation",
    DatasetKind.UNIT_GROUP: "unitGroupInformation",
    DatasetKind.SOURCE: "sourceInformation",
    DatasetKind.CONTACT: "contactInformation",
    DatasetKind.METHOD: "LCIAMethodInformation",
    DatasetKind.MODEL: "lifeCycleModelInformation",
}


def class_path(kind: DatasetKind) -> tuple[str, ...]:
    """Where a data set says its classes."""
    return (CLASS_TOPS[kind], "dataSetInformation", "classificationInformation", "common:classification")


def dataset(kind: DatasetKind, root: Node) -> Dataset:
    """A data set out of its tree, which is used up."""
    if kind is DatasetKind.PROCESS:
        return process(root)
    binder = Binder(kind, root)
    binder.bind()
    special, model = _SPECIAL[kind]
    fields = special(binder)
    if "classifications" not in fields:
        fields["classifications"] = binder.classes(class_path(kind))
    binder.rest.keep("", prune(binder.root))
    return model.model_validate(fields | binder.common())


def _flow(binder: Binder) -> dict[str, Any]:
    root = binder.root
    kind = take(root, FLOW_KIND_PATH)
    if not isinstance(kind, str) or kind not in FLOW_KINDS:
        put(root, FLOW_KIND_PATH, kind)
    flow_kind = FLOW_KINDS.get(str(kind), FlowKind.OTHER)
    compartment = _compartment(binder) if flow_kind is FlowKind.ELEMENTARY else ()
    supply = names(take(root, SUPPLY_PATH))
    is_code = supply is not None and set(supply.root) == {"en"} and bool(supply["en"].strip())
    if supply is not None and not is_code:
        put(root, SUPPLY_PATH, dict(supply.root))  # a text in several languages is no code
    reference = take(root, FLOW_REFERENCE)
    properties = tuple(_property(binder, node, reference) for node in nodes_of(root, PROPERTY_PATH))
    if not any(one.is_reference for one in properties):
        put(root, FLOW_REFERENCE, reference)
    return {
        "kind": flow_kind,
        "compartment": compartment,
        "carbon_class": _carbon_class(binder.values.get("name")),
        "location": Place(code=supply["en"], scheme=FAMILY) if supply is not None and is_code else None,
        "properties": properties,
    }


def _compartment(binder: Binder) -> tuple[str, ...]:
    """The compartments of an elementary flow; their ids in the list of categories stay with the rest."""
    found = take(binder.root, CATEGORY_PATH)
    one = found[0] if isinstance(found, list) and len(found) == 1 else None
    steps = one.get("common:category") if isinstance(one, dict) and set(one) == {"common:category"} else None
    entries = [class_entry(s, n, "@catId") for n, s in enumerate(steps if isinstance(steps, list) else [])]
    if not entries or not all(entry is not None and isinstance(entry.name, str) for entry in entries):
        put(binder.root, CATEGORY_PATH, found)
        return ()
    told = [entry for entry in entries if entry is not None]
    ids: Node = {str(n): entry.id for n, entry in enumerate(told) if isinstance(entry.id, str)}
    binder.rest.keep(COMPARTMENT, ids)
    return tuple(str(entry.name) for entry in told)


def _property(binder: Binder, node: Node, reference: Value | None) -> FlowPropertyValue:
    id_ = text_of(node, "@dataSetInternalID") or ""
    target = node.pop("referenceToFlowPropertyDataSet", None)
    comment = taken(node, ("generalComment",), names)
    part = f"properties/{id_}"
    found = FlowPropertyValue(
        id=id_,
        flow_property=binder.reference(f"{part}/flow_property", target)
        if isinstance(target, dict)
        else Reference(),
        mean=number(node.pop("meanValue", None)),
        minimum=number(node.pop("minimumValue", None)),
        maximum=number(node.pop("maximumValue", None)),
        is_reference=True if id_ == reference else None,
        comment=comment,
    )
    binder.rest.keep(part, node)
    return found


# How EF flow names say where the carbon comes from.
_CLASSES: Final = (
    ("(land use change)", CarbonClass.LAND_USE_CHANGE),
    ("(fossil)", CarbonClass.FOSSIL),
    ("(biogenic)", CarbonClass.BIOGENIC),
)


def _carbon_class(name: object) -> CarbonClass | None:
    english = (name.get("en") or "").casefold() if isinstance(name, LangText) else ""
    return next((found for word, found in _CLASSES if english.endswith(word)), None)


def _flow_property(binder: Binder) -> dict[str, Any]:
    return {}


def _unit_group(binder: Binder) -> dict[str, Any]:
    units = []
    for node in nodes_of(binder.root, UNIT_PATH):
        id_ = text_of(node, "@dataSetInternalID") or ""
        units.append(
            UnitEntry(
                id=id_,
                name=text_of(node, "name"),
                factor=number(node.pop("meanValue", None)),
                comment=taken(node, ("generalComment",), names),
            )
        )
        binder.rest.keep(f"units/{id_}", node)
    return {"units": tuple(units)}


def _source(binder: Binder) -> dict[str, Any]:
    files = []
    for n, node in enumerate(nodes_of(binder.root, FILE_PATH)):
        files.append(text_of(node, "@uri") or "")
        binder.rest.keep(f"files/{n}", node)
    return {"files": tuple(files)}


def _contact(binder: Binder) -> dict[str, Any]:
    return {}


def _method(binder: Binder) -> dict[str, Any]:
    factors = []
    for n, node in enumerate(nodes_of(binder.root, FACTOR_PATH)):
        flow = node.pop("referenceToFlowDataSet", None)
        direction = DIRECTIONS.get(str(node.get("exchangeDirection")))
        if direction is not None:
            del node["exchangeDirection"]
        factors.append(
            CharacterisationFactor(
                flow=binder.reference(f"factors/{n}/flow", flow) if isinstance(flow, dict) else Reference(),
                direction=direction,
                location=place_of(node),
                value=number(node.pop("meanValue", None)),
                derivation=text_of(node, "dataDerivationTypeStatus"),
                comment=taken(node, ("generalComment",), names),
                uncertainty=uncertainty(node, "minimumValue", "maximumValue"),
            )
        )
        binder.rest.keep(f"factors/{n}", node)
    return {"factors": tuple(factors)}


def _model(binder: Binder) -> dict[str, Any]:
    instances = []
    for node in nodes_of(binder.root, INSTANCE_PATH):
        id_ = text_of(node, "@dataSetInternalID") or ""
        process_ = node.pop("referenceToProcess", None)
        instances.append(
            Instance(
                id=id_,
                process=binder.reference(f"instances/{id_}/process", process_)
                if isinstance(process_, dict)
                else Reference(),
                factor=number(node.pop("@multiplicationFactor", None)),
                connections=_connections(node),
            )
        )
        binder.rest.keep(f"instances/{id_}", node)
    results = nodes_of(binder.root, RESULT_PATH)
    first = binder.reference("resulting_process", results[0]) if results else Reference()
    for n, node in enumerate(results[1:]):
        binder.rest.keep(f"resulting/{n}", node)
    return {"instances": tuple(instances), "resulting_process": first}


def _connections(node: Node) -> tuple[Connection, ...]:
    """Output, process and its input; an output that goes to several is several connections.

    The nodes stay with the rest as well: the model has no place for shares and locations of a connection.
    """
    connections = node.get("connections")
    outputs = connections.get("outputExchange") if isinstance(connections, dict) else None
    found = []
    for output in outputs if isinstance(outputs, list) else []:
        streams = output.get("downstreamProcess") if isinstance(output, dict) else None
        for stream in streams if isinstance(streams, list) else []:
            if isinstance(output, dict) and isinstance(stream, dict):
                to_flow = stream.get("@flowUUID")
                found.append(
                    Connection(
                        flow=str(output.get("@flowUUID", "")),
                        to=str(stream.get("@id", "")),
                        to_flow=to_flow if isinstance(to_flow, str) else None,
                    )
                )
    return tuple(found)


_SPECIAL: Final[Mapping[DatasetKind, tuple[Callable[[Binder], dict[str, Any]], type[Dataset]]]] = {
    DatasetKind.FLOW: (_flow, Flow),
    DatasetKind.FLOW_PROPERTY: (_flow_property, FlowProperty),
    DatasetKind.UNIT_GROUP: (_unit_group, UnitGroup),
    DatasetKind.SOURCE: (_source, Source),
    DatasetKind.CONTACT: (_contact, Contact),
    DatasetKind.METHOD: (_method, ImpactMethod),
    DatasetKind.MODEL: (_model, LifeCycleModel),
}
