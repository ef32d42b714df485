"""ILCD processes, from tree to model."""

from __future__ import annotations

from typing import Any

from gateway.codec.xmltree import Node
from gateway.formats.ilcd.binding import Binder, names, number, prune
from gateway.formats.ilcd.bound_exchanges import exchanges_and_results
from gateway.formats.ilcd.bound_results import results, scenarios
from gateway.formats.ilcd.bound_reviews import completeness, compliance, reviews
from gateway.formats.ilcd.bound_values import coded, nodes_of, text_of, uncertainty
from gateway.formats.ilcd.process_terms import CLASS_PATH, COMPLIANCE_PATH, KIND_PATH, KINDS, PARAMETER_PATH
from gateway.model.dataset import DatasetKind
from gateway.model.process import Parameter, Period, Process, Publication


def process(root: Node) -> Process:
    """A process out of its tree, which is used up."""
    binder = Binder(DatasetKind.PROCESS, root)
    binder.bind()
    fields: dict[str, Any] = {
        "kind": coded(root, KIND_PATH, KINDS),
        "classifications": binder.classes(CLASS_PATH),
        "parameters": _parameters(binder),
        "completeness": completeness(root),
        "reviews": reviews(binder),
        "compliance": compliance(binder, COMPLIANCE_PATH),
        "scenarios": scenarios(binder),
    }
    exchanges, flow_results = exchanges_and_results(binder)
    fields |= {"exchanges": exchanges, "results": (*flow_results, *results(binder))}
    fields["period"] = Period.model_validate(binder.group("period"))
    fields["publication"] = Publication.model_validate(binder.group("publication"))
    binder.rest.keep("", prune(binder.root))
    return Process.model_validate(fields | binder.common())


def _parameters(binder: Binder) -> tuple[Parameter, ...]:
    found = []
    for node in nodes_of(binder.root, PARAMETER_PATH):
        name = text_of(node, "@name") or ""
        comment = names(node.get("comment"))
        if comment is not None:
            del node["comment"]
        found.append(
            Parameter(
                name=name,
                formula=text_of(node, "formula"),
                value=number(node.pop("meanValue", None)),
                uncertainty=uncertainty(node, "minimumValue", "maximumValue"),
                comment=comment,
            )
        )
        binder.rest.keep(f"parameters/{len(found) - 1}", node)
    return tuple(found)
