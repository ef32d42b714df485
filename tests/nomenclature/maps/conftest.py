"""Maps that the tests of this folder share."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from gateway.model.inventory import CarbonClass
from gateway.nomenclature.row import End, MapRow, MapSet, Predicate, Signal, Tier

_RELATIONS = {"=": Predicate.EXACT, "<": Predicate.BROADER, ">": Predicate.NARROWER}


def _context(text: str) -> tuple[str, ...]:
    return tuple(text.split("/")) if text else ()


def _published(path: Path, source: str, target: str) -> MapSet:
    with gzip.open(path) as packed:
        table = list(csv.DictReader(io.TextIOWrapper(packed, encoding="utf-8")))
    rows = tuple(
        MapRow(
            End(
                source,
                id=row["src_uuid"],
                name=row["src_name"],
                cas=row["src_cas"],
                context=_context(row["src_context"]),
                unit=row["src_unit"],
                synonyms=tuple(filter(None, row["src_syn"].split("|"))),
            ),
            End(
                target,
                id=row["tgt_uuid"],
                name=row["tgt_name"],
                context=_context(row["tgt_context"]),
                unit=row["tgt_unit"],
            ),
            predicate=_RELATIONS.get(row["condition"], Predicate.CLOSE),
            factor=Decimal(row["factor"]) if row["factor"] else None,
            raw_predicate=row["condition"],
        )
        for row in table
    )
    return MapSet(rows, id=f"{source}-{target}".replace(" ", "-"))


@pytest.fixture(scope="session")
def published(oracle_data: Path) -> Callable[[str, str, str], MapSet]:
    """A published map by its name, with names for its lists."""
    return lambda name, source, target: _published(
        oracle_data / "nomenclature" / "eval" / f"{name}.csv.gz", source, target
    )


@pytest.fixture
def full() -> MapSet:
    """Every field filled once; a split, both kinds of refusal, a proxy and an unknown relation."""
    gas = End(
        "EF",
        "3.1",
        "id 1 / x",
        "Carbon dioxide, fossil",
        "en",
        "124-38-9",
        "CO2",
        ("air", "urban"),
        "kg",
        "Mass",
        "CN",
        CarbonClass.FOSSIL,
        ("CO2", "二氧化碳"),
    )
    blend = End("EF", "3.1", "r410a", "R-410A", unit="kg")
    everything = MapRow(
        gas,
        End("ecoinvent", "3.9.1", "u-2", "二氧化碳", context=("air",), unit="kg"),
        predicate=Predicate.BROADER,
        factor=Fraction(1, 3),
        factor_basis="unit; see the note",
        tier=Tier.NORMALISED,
        confidence=Decimal("0.82"),
        evidence=(Signal("name", "a|b", "list 1"),),
        conflicts=(Signal("cas", "124-38-9"),),
        losses=("compartment-coarsened",),
        justification="semapv:LexicalMatching",
        comment="a comment, “quoted”",
        author="Ann",
        reviewer="李四",
        date=date(2026, 1, 2),
        tool="hutong 0.1",
        licence="CC0-1.0",
        raw_predicate="<",
        extra=(("Flow Condition (S)", "x"), ("MemoSource", "y")),
    )
    rows = (
        everything,
        MapRow(blend, End("EF", "3.1", "r32", "HFC-32", unit="kg"), share=Decimal("0.5"), comment="blend"),
        MapRow(blend, End("EF", "3.1", "r125", "HFC-125", unit="kg"), share=Decimal("0.5"), comment="blend"),
        MapRow(
            End("EF", "3.1", "l", "lead II"), End("EI", id="pb", name="lead"), Predicate.NONE, comment="no"
        ),
        MapRow(End("EF", "3.1", "", "nameless"), End(), Predicate.NONE),
        MapRow(
            End("EF", "3.1", "p", "p", unit="kg"),
            End("", "", "q", "q", unit="g"),
            Predicate.PROXY,
            Decimal("1000.0"),
        ),
        MapRow(
            End("EF", "3.1", "p2", "p2"),
            End("", "", "q", "q"),
            Predicate.CLOSE,
            Decimal("1.10"),
            raw_predicate="?",
        ),
    )
    return MapSet(
        rows,
        id="https://example.org/map",
        title="A map",
        version="1.0",
        description="All there is",
        created="2026-01-01T00:00:00+00:00",
        licence="CC0-1.0",
        authors=("Ann", "李四"),
        header=(("odd", "x"),),
    )
