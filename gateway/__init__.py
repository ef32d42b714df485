"""Hutong: interoperability and mutual recognition of product carbon footprints.

The public names below are loaded when they are first used; everything else in the package may change.

    import gateway

    source = gateway.read(data)
    for outcome in gateway.convert(source, to=["pact"]):
        print(outcome.package or outcome.lacks)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

__all__ = [
    "Audit",
    "Changes",
    "Context",
    "Coverage",
    "Declaration",
    "Disclosure",
    "End",
    "Evaluation",
    "ExchangeError",
    "Explanation",
    "FactorAccounts",
    "Fate",
    "Finding",
    "FlowList",
    "Format",
    "GatewayError",
    "InputError",
    "InternalError",
    "KeyType",
    "Levers",
    "Made",
    "MapRow",
    "MapSet",
    "MappingError",
    "Match",
    "Matcher",
    "Note",
    "Outcome",
    "Package",
    "Plugin",
    "PluginError",
    "Prepared",
    "PrivateKey",
    "Problems",
    "Quantity",
    "Replay",
    "Report",
    "Request",
    "Severity",
    "Snapshot",
    "Source",
    "Suggester",
    "Translation",
    "TrustError",
    "UsageError",
    "Validation",
    "Verdict",
    "WhatIf",
    "__version__",
    "annotate",
    "audit_map",
    "build_list",
    "check",
    "compare",
    "convert",
    "coverage",
    "declaration_from_json",
    "describe",
    "detect",
    "draft",
    "evaluate",
    "explain",
    "explain_issued",
    "figures",
    "issue",
    "list_formats",
    "load_plugin",
    "load_rules",
    "load_snapshot",
    "make_map",
    "map_factors",
    "prepare",
    "prepare_manifest",
    "read",
    "read_factor_map",
    "read_factor_values",
    "read_map",
    "repair",
    "replay",
    "salted",
    "seal_with_key",
    "seal_with_sm2",
    "share",
    "sign",
    "template",
    "to_json",
    "translate",
    "validate",
    "validate_file",
    "verify",
    "what_if",
    "write_map",
]

if TYPE_CHECKING:
    from gateway.codec.base import Context, Format, Package
    from gateway.codec.plugin import Plugin
    from gateway.errors import (
        ExchangeError,
        GatewayError,
        InputError,
        InternalError,
        MappingError,
        PluginError,
        Problems,
        TrustError,
        UsageError,
    )
    from gateway.formats import detect
    from gateway.formats import formats as list_formats
    from gateway.messages import explain as describe
    from gateway.model.declaration import Declaration
    from gateway.model.disclosure import Disclosure
    from gateway.nomenclature.audit import Audit
    from gateway.nomenclature.audit import audit as audit_map
    from gateway.nomenclature.factor_files import read_map as read_factor_map
    from gateway.nomenclature.factor_files import read_values as read_factor_values
    from gateway.nomenclature.making import Made, make_map
    from gateway.nomenclature.maps import read_map, write_map
    from gateway.nomenclature.match import Match, Matcher
    from gateway.nomenclature.packing import build_list
    from gateway.nomenclature.row import End, MapRow, MapSet
    from gateway.nomenclature.store import FlowList
    from gateway.nomenclature.suggest import Suggester
    from gateway.pipeline.convert import Outcome, Source, check, convert, read
    from gateway.pipeline.domestic import prepare_manifest, salted
    from gateway.pipeline.explain import Explanation, explain, explain_issued, figures
    from gateway.pipeline.factors import FactorAccounts, map_factors
    from gateway.pipeline.issue import Prepared, Request, draft, issue, prepare, sign
    from gateway.pipeline.machine import declaration_from_json, to_json
    from gateway.pipeline.plugins import load_plugin, load_rules
    from gateway.pipeline.receive import Replay, replay, verify
    from gateway.pipeline.recognise import validate
    from gateway.pipeline.repair import repair
    from gateway.pipeline.rules import compare, coverage, evaluate
    from gateway.pipeline.seal import seal_with_key, seal_with_sm2
    from gateway.pipeline.share import share
    from gateway.pipeline.translate import translate
    from gateway.pipeline.translation import Translation
    from gateway.pipeline.validate_files import validate_file
    from gateway.pipeline.whatif import WhatIf, what_if
    from gateway.pipeline.workbook import annotate, template
    from gateway.quantity import Quantity
    from gateway.recognition.change import Changes
    from gateway.recognition.coverage import Coverage
    from gateway.recognition.evaluate import Evaluation
    from gateway.recognition.scenario import Levers
    from gateway.report import Fate, Finding, Note, Report, Severity
    from gateway.signing.did_key import KeyType
    from gateway.signing.keys import PrivateKey
    from gateway.trust.folder_verdict import Verdict
    from gateway.trust.judgement import Validation
    from gateway.trust.snapshot import Snapshot
    from gateway.trust.snapshot import load as load_snapshot
else:
    # The same names for the interpreter; a test compares the two.
    _HOMES = {
        "gateway.codec.base": ("Context", "Format", "Package"),
        "gateway.codec.plugin": ("Plugin",),
        "gateway.errors": (
            "ExchangeError",
            "GatewayError",
            "InputError",
            "InternalError",
            "MappingError",
            "PluginError",
            "Problems",
            "TrustError",
            "UsageError",
        ),
        "gateway.formats": ("detect", "formats as list_formats"),
        "gateway.messages": ("explain as describe",),
        "gateway.model.declaration": ("Declaration",),
        "gateway.model.disclosure": ("Disclosure",),
        "gateway.pipeline.convert": ("Outcome", "Source", "check", "convert", "read"),
        "gateway.pipeline.domestic": ("prepare_manifest", "salted"),
        "gateway.pipeline.explain": ("Explanation", "explain", "explain_issued", "figures"),
        "gateway.pipeline.issue": ("Prepared", "Request", "draft", "issue", "prepare", "sign"),
        "gateway.pipeline.machine": ("declaration_from_json", "to_json"),
        "gateway.pipeline.plugins": ("load_plugin", "load_rules"),
        "gateway.pipeline.receive": ("Replay", "replay", "verify"),
        "gateway.pipeline.recognise": ("validate",),
        "gateway.pipeline.repair": ("repair",),
        "gateway.pipeline.rules": ("compare", "coverage", "evaluate"),
        "gateway.pipeline.seal": ("seal_with_key", "seal_with_sm2"),
        "gateway.pipeline.share": ("share",),
        "gateway.pipeline.validate_files": ("validate_file",),
        "gateway.pipeline.workbook": ("annotate", "template"),
        "gateway.quantity": ("Quantity",),
        "gateway.recognition.change": ("Changes",),
        "gateway.recognition.coverage": ("Coverage",),
        "gateway.recognition.evaluate": ("Evaluation",),
        "gateway.report": ("Fate", "Finding", "Note", "Report", "Severity"),
        "gateway.signing.did_key": ("KeyType",),
        "gateway.signing.keys": ("PrivateKey",),
        "gateway.trust.judgement": ("Validation",),
        "gateway.trust.snapshot": ("Snapshot", "load as load_snapshot"),
        "gateway.trust.folder_verdict": ("Verdict",),
        "gateway.nomenclature.audit": ("Audit", "audit as audit_map"),
        "gateway.nomenclature.factor_files": (
            "read_map as read_factor_map",
            "read_values as read_factor_values",
        ),
        "gateway.nomenclature.making": ("Made", "make_map"),
        "gateway.nomenclature.maps": ("read_map", "write_map"),
        "gateway.nomenclature.match": ("Match", "Matcher"),
        "gateway.nomenclature.packing": ("build_list",),
        "gateway.nomenclature.row": ("End", "MapRow", "MapSet"),
        "gateway.nomenclature.store": ("FlowList",),
        "gateway.nomenclature.suggest": ("Suggester",),
        "gateway.pipeline.factors": ("FactorAccounts", "map_factors"),
        "gateway.pipeline.translate": ("translate",),
        "gateway.pipeline.translation": ("Translation",),
        "gateway.pipeline.whatif": ("WhatIf", "what_if"),
        "gateway.recognition.scenario": ("Levers",),
    }
    _PLACES = {
        alias or name: (module, name)
        for module, entries in _HOMES.items()
        for name, _, alias in (entry.partition(" as ") for entry in entries)
    }

    def __getattr__(name: str) -> object:
        """Load a public name when it is first used (PEP 562)."""
        if name not in _PLACES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module, own = _PLACES[name]
        value = globals()[name] = getattr(import_module(module), own)
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
