"""Reviews, compliance and completeness of ILCD data sets, from tree to model."""

from __future__ import annotations

from gateway.codec.xmltree import Node, Value
from gateway.formats.ilcd.binding import Binder, names, put, take
from gateway.formats.ilcd.bound_values import nodes_of, text_of
from gateway.formats.ilcd.process_terms import (
    COMPLIANCE,
    FLOW_COMPLETENESS,
    MODEL_COMPLETENESS,
    PRODUCT_MODEL,
    REVIEW_PATH,
)
from gateway.model.dataset import Reference
from gateway.model.process import Compliance, Rating, Review, Scope


def completeness(root: Node) -> tuple[Rating, ...]:
    """How complete the product model and the elementary flows are."""
    found = []
    whole = take(root, MODEL_COMPLETENESS)
    if isinstance(whole, str):
        found.append(Rating(aspect=PRODUCT_MODEL, value=whole))
    nodes = nodes_of(root, FLOW_COMPLETENESS)
    if all(set(one) == {"@type", "@value"} for one in nodes):
        return (*found, *(Rating(aspect=str(one["@type"]), value=str(one["@value"])) for one in nodes))
    put(root, FLOW_COMPLETENESS, list[Value](nodes))
    return tuple(found)


def reviews(binder: Binder) -> tuple[Review, ...]:
    """The reviews, as the data set tells them."""
    found = []
    for n, node in enumerate(nodes_of(binder.root, REVIEW_PATH)):
        part = f"reviews/{n}"
        details, other = names(node.get("common:reviewDetails")), names(node.get("common:otherReviewDetails"))
        for key, text in (("common:reviewDetails", details), ("common:otherReviewDetails", other)):
            if text is not None:
                del node[key]
        reviewers = nodes_of(node, ("common:referenceToNameOfReviewerAndInstitution",))
        report = node.pop("common:referenceToCompleteReviewReport", None)
        found.append(
            Review(
                kind=text_of(node, "@type"),
                scopes=_scopes(node),
                ratings=_ratings(node),
                details=details,
                other_details=other,
                reviewers=tuple(
                    binder.reference(f"{part}/reviewers/{i}", one) for i, one in enumerate(reviewers)
                ),
                report=binder.reference(f"{part}/report", report)
                if isinstance(report, dict)
                else Reference(),
            )
        )
        binder.rest.keep(part, node)
    return tuple(found)


def _scopes(node: Node) -> tuple[Scope, ...]:
    found = []
    for one in nodes_of(node, ("common:scope",)):
        methods = one.get("common:method", [])
        told = [m.get("@name") for m in methods if isinstance(m, dict)] if isinstance(methods, list) else []
        found.append(Scope(name=str(one.get("@name", "")), methods=tuple(map(str, told))))
    return tuple(found)


def _ratings(node: Node) -> tuple[Rating, ...]:
    path = ("common:dataQualityIndicators", "common:dataQualityIndicator")
    return tuple(
        Rating(aspect=str(one.get("@name", "")), value=str(one.get("@value", "")))
        for one in nodes_of(node, path)
    )


def compliance(binder: Binder, path: tuple[str, ...]) -> tuple[Compliance, ...]:
    """What a data set says it complies with."""
    found = []
    for n, node in enumerate(nodes_of(binder.root, path)):
        system = node.pop("common:referenceToComplianceSystem", None)
        ratings = [(aspect, text_of(node, key)) for key, aspect in COMPLIANCE]
        found.append(
            Compliance(
                system=binder.reference(f"compliance/{n}/system", system)
                if isinstance(system, dict)
                else Reference(),
                approval=text_of(node, "common:approvalOfOverallCompliance"),
                ratings=tuple(Rating(aspect=a, value=v) for a, v in ratings if v is not None),
            )
        )
        binder.rest.keep(f"compliance/{n}", node)
    return tuple(found)
