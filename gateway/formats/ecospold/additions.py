"""When a leaf that the source does not have is what EcoSpold asks for, or what it says elsewhere."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from gateway.formats.ecospold.excuses import (
    NO_ADDRESS,
    NO_COUNTRY,
    NO_YEAR,
    NOT_STATED,
    UNSPECIFIED,
    Case,
    Proof,
    field_of,
    is_chosen,
    is_cut,
    is_moment,
    is_our_property,
    is_property_name,
    proof_of,
)
from gateway.formats.ecospold.groups import is_group
from gateway.formats.ecospold.ids import fixed, is_id
from gateway.formats.ecospold.values import date_form
from gateway.model.base import Leaf
from gateway.model.process import ProcessKind
from gateway.quantity.number import Number


def proven_addition(case: Case) -> bool:
    """Whether a leaf that the source does not have is what the format asks for."""
    proof = proof_of(_ADDITIONS, field_of(case.path))
    return proof is not None and bool(proof(case))


def _is_text(case: Case) -> bool:
    return isinstance(case.now, str)


def _is_told_elsewhere(case: Case) -> bool:
    """What another leaf says, whole or as far as there is room; or that nothing was said."""
    now = case.now
    if now == NOT_STATED or now in case.chosen:
        return True
    if not isinstance(now, str) or not now:
        return False
    return any(text == now or is_cut(text, now) for text in case.old.values() if isinstance(text, str))


def _is_amount(case: Case) -> bool:
    """The centre that a distribution is told by is the amount, where no other is told."""
    return case.now == case.new.get(f"{case.path.partition('/uncertainty/')[0]}/amount")


def _is_year_of_period(case: Case) -> bool:
    """The beginning or end of the years that the source tells."""
    told = {
        str(case.old.get(f"/period/{name}"))[:4] for name in ("reference_year", "valid_until", "start", "end")
    }
    return date_form(case.now) != "" and str(case.now)[:4] in told


def _is_new_class(case: Case) -> bool:
    """A second class where only one is told, or none at all; or what was a compartment."""
    words = case.old.get(f"/compartment/{case.path.split('/')[-2]}")
    if words is not None and case.now == words:
        return case.path.startswith("/classifications/0/")
    return case.now in (NOT_STATED, case.old.get("/classifications/0/classes/0/name")) or is_chosen(case)


def _is_compartment_of_class(case: Case) -> bool:
    at = case.path.rpartition("/")[2]
    if case.now == UNSPECIFIED and at == "1" and "/compartment/0" in case.old:
        return True
    return case.now in case.chosen or case.now == case.old.get(f"/classifications/0/classes/{at}/name")


def _is_undefined_model(case: Case) -> bool:
    return case.now in ("Undefined", fixed("system-model")["Undefined"])


def _is_role(case: Case) -> bool:
    return case.now in ("data-source", "entered-by", "generator")


def _equals(*values: Leaf) -> Proof:
    return lambda case: any(type(case.now) is type(value) and case.now == value for value in values)


_ADDITIONS: Final[tuple[tuple[str, Proof], ...]] = (
    # What only this format has, and asks for.
    (r"/extras/ecospold[12]#.*", _is_text),
    (r"/version", _equals("1.0", "1.0.0.0", "1.00")),
    (r"/changed", is_moment),
    (r"/kind", lambda case: case.now == ProcessKind.UNIT_PROCESS),
    (r"/languages/\d+", lambda case: len(str(case.now)) == 2),
    (r"/is_infrastructure|/publication/is_copyrighted", _equals(False)),
    (r"/period/is_valid_throughout", _equals(True)),
    (r"/period/(?:start|end)", _is_year_of_period),
    (r"/classifications/\d+/system", _equals(NOT_STATED, "")),
    (r"/is_person", _equals(False)),
    (r"/classifications/\d+/classes/\d+/id", lambda case: is_id(case.now)),
    (r"/classifications/\d+/classes/\d+/name", _is_new_class),
    (r"/compartment/\d+", _is_compartment_of_class),
    (r"/links/[^/]+/role", _is_role),
    (r"/(?:links/[^/]+/target|reviews/\d+/reviewers/\d+)/uuid", lambda case: is_id(case.now)),
    (r"/(?:links/[^/]+/target|reviews/\d+/reviewers/\d+)/name/[^/]+", _is_told_elsewhere),
    (r"/reviews/\d+/(?:details|other_details)/[^/]+", _equals("")),
    (r"/system_model/(?:uuid|name/en)", _is_undefined_model),
    (r"/properties/[^/]+/flow_property/uuid", is_our_property),
    (r"/properties/[^/]+/flow_property/name/[^/]+", is_property_name),
    (r"/properties/[^/]+/id", _equals("0")),
    (r"/properties/[^/]+/mean", _equals(Number(Decimal(1)))),
    (r"/properties/[^/]+/is_reference", _equals(True)),
    (r"/name/[^/]+|/title|/authors|/address/[^/]+", _is_told_elsewhere),
    (r"/parameters/[^/]+/description/[^/]+|/results/\d+/indicator/name/[^/]+", _is_told_elsewhere),
    (
        r"/results/\d+/indicator/uuid|/exchanges/\*/(?:flow|properties/[^/]+/quantity)/uuid",
        lambda case: is_id(case.now),
    ),
    (r"/year", _equals(NO_YEAR)),
    (r"/country", _equals(NO_COUNTRY)),
    (r"/email", lambda case: case.now == NO_ADDRESS or case.now in case.chosen),
    (r"/exchanges/\*/group", lambda case: is_group(str(case.now))),
    (r"/exchanges/\*/location/code", is_chosen),
    (r"/exchanges/\*/location/scheme", _equals("ecoinvent")),
    (r"/exchanges/\*/flow/name/[^/]+", _is_told_elsewhere),
    (r"/exchanges/\*/uncertainty/centre", _is_amount),
)
