"""Tests about parties and records: plant, verification, identifiers, catalogue, export, versions."""

from __future__ import annotations

from typing import Final

from gateway.model import identifiers
from gateway.model.base import here
from gateway.model.declaration import Declaration
from gateway.recognition._ask import (
    Case,
    absent,
    failed,
    missing,
    not_applicable,
    passed,
    saw,
    text,
    unproven,
)
from gateway.recognition._checks_battery import not_filed
from gateway.recognition.change import compare
from gateway.recognition.outcome import Answer, Said

_FULL: Final = ("assembly", "full")


def one_model_one_plant(case: Case) -> Answer:
    """One battery model from one plant."""
    plants = [(f"/sites/{s.id}", s) for s in case.declaration.sites if s.role in _FULL]
    gone = absent(case, "/product/model")
    if len(plants) > 1:
        told = {"count": str(len(plants)), "sites": ", ".join(site.id for _, site in plants)}
        return failed(Said("rules.several-plants", told), *[path for path, _ in plants])
    if not plants:
        return missing(*gone, "/sites")
    path = plants[0][0]
    gone = (*gone, *absent(case, f"{path}/address"))
    return (
        missing(*gone)
        if gone
        else passed(Said("rules.one-plant", {"site": plants[0][1].id}), path, "/product/model")
    )


def notified_body(case: Case) -> Answer:
    """A notified body of the EU is named; national bodies are evidence for it, not in its place."""
    seen = case.declaration.verifications
    for item in seen:
        path = f"/verifications/{item.id}/notified_body_number"
        number_ = text(item.notified_body_number)
        if number_ and identifiers.notified_body(number_):
            return failed(saw(path, number_), path)
        if number_:
            return passed(saw(path, number_), path)
    for item in seen:
        for name in ("cnas_number", "cnca_approval"):
            if text(getattr(item, name)):
                path = f"/verifications/{item.id}/{name}"
                return failed(saw(path, getattr(item, name)), path)
    start = f"/verifications/{seen[0].id}" if seen else "/verifications/verification"
    return failed(Said("rules.no-notified-body"), f"{start}/notified_body_number")


def third_party_report(case: Case) -> Answer:
    """A third party verified, and its report is named by digest."""
    outside = not_filed(case)
    if outside is not None:
        return outside
    seen = case.declaration.verifications
    kinds = [(f"/verifications/{item.id}", item) for item in seen if text(item.kind)]
    if not kinds:
        return missing("/verifications/verification/kind")
    thirds = [(path, item) for path, item in kinds if item.kind in case.texts("kinds")]
    if not thirds:
        return failed(saw(f"{kinds[0][0]}/kind", kinds[0][1].kind), f"{kinds[0][0]}/kind")
    path, item = thirds[0]
    if not text(item.report_digest):
        return missing(f"{path}/report_digest")
    return passed(saw(f"{path}/kind", item.kind), f"{path}/kind", f"{path}/report_digest")


def uscc_valid(case: Case) -> Answer:
    """The unified social credit code has the right characters, length and check digits."""
    path, code = "/enterprise/uscc", text(case.declaration.enterprise.uscc)
    if not code:
        return missing(path)
    return (failed if identifiers.uscc(code) else passed)(saw(path, code), path)


def province_known(case: Case) -> Answer:
    """The administrative division lies in a province of the list."""
    path, code = "/enterprise/gb2260", text(case.declaration.enterprise.gb2260)
    if not code:
        return missing(path)
    return (failed if identifiers.gb2260(code) else passed)(saw(path, code), path)


def in_catalogue(case: Case) -> Answer:
    """The product is an item of the pilot catalogue."""
    path, item = "/product/classification/cnca_item", text(case.declaration.product.classification.cnca_item)
    if not item:
        return missing(path)
    entry = case.table("items").get(item)
    if entry is None:
        return not_applicable(saw(path, item), path)
    assert isinstance(entry, dict)
    seen = Said(
        "rules.catalogue-item", {"item": item, "name_zh": str(entry["zh"]), "name_en": str(entry["en"])}
    )
    return passed(seen, path)


def export_gate(case: Case) -> Answer:
    """What the sender says about taking the data out: no important data, a basis, a named recipient."""
    export = case.declaration.export
    gone = absent(case, "/export/important_data", "/export/basis", "/export/grants")
    if export.important_data not in (None, "none") and here(export.important_data):
        return failed(saw("/export/important_data", export.important_data), "/export/important_data")
    if export.basis == "blocked":
        return failed(saw("/export/basis", export.basis), "/export/basis")
    if gone:
        return missing(*gone)
    nameless = [i for i, grant in enumerate(export.grants) if not text(grant.recipient)]
    if nameless:
        return missing(f"/export/grants/{nameless[0]}/recipient")
    return passed(saw("/export/basis", export.basis), "/export/basis", "/export/grants")


def recalculated(case: Case) -> Answer:
    """After a change of the bill of materials or energy mix there is a new version with new results."""
    if case.previous is None:
        if not case.declaration.document.supersedes:
            return not_applicable(Said("rules.no-earlier-version"), "/document/supersedes")
        earlier = ", ".join(case.declaration.document.supersedes)
        return unproven(Said("rules.earlier-not-given", {"earlier": earlier}), "/document/supersedes")
    changes = compare(case.previous, case.declaration)
    if not changes.due:
        return passed(Said("rules.nothing-changed"), "/document/version")
    what = changes.reasons[0]
    newer = _version(case.previous) != _version(case.declaration)
    answer = passed if newer and changes.results_changed else failed
    return answer(what.said, *[what.path], "/document/version")


def _version(declaration: Declaration) -> tuple[object, object]:
    return declaration.document.id, declaration.document.version
