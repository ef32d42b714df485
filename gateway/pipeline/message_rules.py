"""The rule pack ``pact``: what PACT asks of a footprint message, with the force and the clause of each rule.

Two kinds of rules: what must be true of a message, as its validation finds it; and what the methodology
wants reported, by the codes SHALL, BIO, CCS, CCU, SHOULD and MAY of ``mappings/codes/pact_properties.csv``.
PACT binds who claims it: for them SHALL is in force, and codes with a year bind from its last day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Final

from gateway import messages, resources
from gateway.codec.schema import judge
from gateway.formats.pact.carrier import Carrier
from gateway.formats.pact.catalogue import CARRIERS, PACT_3
from gateway.formats.pact.hub import Hub
from gateway.formats.pact.rules import as_pact3, validate_hub
from gateway.pipeline.convert import Source
from gateway.recognition.evaluate import Evaluation, Result
from gateway.recognition.outcome import Answer, ClauseRead, Force, Outcome, Said
from gateway.recognition.ruleset import Applies, Kind, Pack, Rule
from gateway.report import Finding

PACT: Final = "pact"
_TITLE: Final = {"en": "PACT: product carbon footprints for exchange", "zh": "PACT：产品碳足迹交换"}
_SOURCE: Final = (
    "Own statement of PACT Technical Specifications 3.0.3 and the reporting rules of Methodology 3."
)
_STATUS: Final = "voluntary, by those who claim it"
_DAY: Final = date(2026, 11, 22)
_LATER: Final = Applies(date(2027, 12, 31))
_KINDS: Final[Mapping[str, Kind]] = {"SHOULD": "soft", "MAY": "info"}
_PLACES: Final = "/pcf/geography"  # at most one of three
_BIO: Final = (
    "biogenicCO2Uptake",
    "landUseChangeGhgEmissions",
    "landManagementBiogenicCO2Emissions",
    "landManagementBiogenicCO2Removals",
    "biogenicNonCO2Emissions",
    "biogenicCarbonContent",
)
_HUNDRED: Final = 100


@cache
def pack() -> Pack:
    """The pack as its two tables say."""
    rules = (*_told_rules(), *_reported_rules())
    return Pack(PACT, _TITLE, "3.0", _DAY, _SOURCE, rules)


def evaluate(source: Source, on: date) -> Evaluation:
    """Every rule's answer about one message; of anything else, that the pack does not concern it."""
    carrier = CARRIERS.get(source.format.id)
    if carrier is None:
        answer = Answer(Outcome.NOT_APPLICABLE, Said("rules.message-other", {"format": source.format.id}))
        return _all(answer, on)
    document = source.package.json
    if judge(document, carrier.schema) or not isinstance(document, dict):
        return _all(Answer(Outcome.NEEDS_EVIDENCE, Said("rules.message-broken")), on)
    hub = carrier.read(document)[0]
    found: dict[str, list[Finding]] = {}
    for finding in validate_hub(hub, carrier):
        found.setdefault(finding.code, []).append(finding)
    answers = (_answer(rule, hub, carrier, found) for rule in pack().rules)
    return Evaluation(
        pack(), on, tuple(_result(r, a, on) for r, a in zip(pack().rules, answers, strict=True))
    )


def _all(answer: Answer, on: date) -> Evaluation:
    return Evaluation(pack(), on, tuple(_result(rule, answer, on) for rule in pack().rules))


def _result(rule: Rule, answer: Answer, on: date) -> Result:
    outcome = answer.outcome
    if outcome is Outcome.FAIL and rule.clause_read is not ClauseRead.FULL:
        outcome = Outcome.NEEDS_EVIDENCE
    return Result(rule, outcome, answer.outcome, rule.force(on, {}), answer, answer.paths)


def _answer(rule: Rule, hub: Hub, carrier: Carrier, found: Mapping[str, list[Finding]]) -> Answer:
    if rule.test.startswith("pact."):
        broken = found.get(rule.test, [])
        if not broken:
            return Answer(Outcome.PASS, Said("rules.message-holds"))
        first = broken[0]
        told = {**first.params, "saw": first.saw, "at": first.at}
        return Answer(Outcome.FAIL, Said(first.code, told), tuple(f.at for f in broken))
    if carrier is not PACT_3:
        return Answer(Outcome.NOT_APPLICABLE, Said("rules.message-other", {"format": carrier.id}))
    place, code = rule.paths[0], rule.test
    facts = {"property": place.rpartition("/")[2], "rule": code}
    if _is_told(hub, place):
        return Answer(Outcome.PASS, Said("rules.message-told", facts), (place,))
    if not _is_asked(hub, place, code):
        return Answer(Outcome.NOT_APPLICABLE, Said("rules.message-not-asked", facts), (place,))
    return Answer(Outcome.MISSING_INPUT, Said("rules.message-not-told", facts), (place,))


def _is_told(hub: Hub, place: str) -> bool:
    start = _PLACES if place.startswith(_PLACES) else place
    return any(
        key == place or key.startswith(f"{place}/") or (start == _PLACES and key.startswith(start))
        for key, value in hub.items()
        if value is not None
    )


def _is_asked(hub: Hub, place: str, code: str) -> bool:
    """Whether the condition of a rule code is met; where nothing tells, it is not."""
    document = as_pact3(hub)
    pcf = document["pcf"]
    assert isinstance(pcf, dict)
    name = place.rpartition("/")[2]
    if name == "packagingGhgEmissions":
        return pcf.get("packagingEmissionsIncluded") is True
    if name == "secondaryEmissionFactorSources":
        share = pcf.get("primaryDataShare")
        return share is None or Decimal(str(share)) < _HUNDRED
    if name == "ccuCreditCertification":
        return pcf.get("ccuCalculationApproach") == "Credit"
    codes = code.split(",")
    uses_carbon = "ccuCarbonContent" in pcf or "ccuCalculationApproach" in pcf
    return any(
        {
            "BIO": any(pcf.get(n) not in (None, "") and Decimal(str(pcf[n])) != 0 for n in _BIO),
            "CCS": pcf.get("ccsTechnologicalCO2CaptureIncluded") is True,
            "CCU": uses_carbon,
        }.get(one.partition("-")[0], True)
        for one in codes
    )


def _told_rules() -> tuple[Rule, ...]:
    return tuple(
        Rule(
            id=row["id"],
            kind="hard" if row["kind"] == "hard" else "soft",
            title={"zh": row["title_zh"], "en": row["title_en"]},
            test=row["code"],
            parameters={},
            clause=row["clause"],
            legal_status=_STATUS,
            binding=Force.IN_FORCE,
            applies=None,
            clause_read=ClauseRead.FULL if "Specifications" in row["clause"] else ClauseRead.EXCERPT,
            clause_source=_SOURCE,
            paths=(),
            expected={"zh": row["title_zh"], "en": row["title_en"]},
            fix=_fix(row["code"]),
        )
        for row in resources.table("recognition/pact-rules.csv")
    )


def _reported_rules() -> tuple[Rule, ...]:
    return tuple(
        _reported(row["place"], row["rule"], row["section"])
        for row in resources.table("codes/pact_properties.csv")
        if row["rule"] and "*" not in row["place"] and row["place"].count("/") <= 2
    )


def _reported(place: str, code: str, section: str) -> Rule:
    name = place.rpartition("/")[2]
    title = {"zh": f"已报告 {name}（{code}）", "en": f"{name} is reported ({code})"}
    return Rule(
        id=f"PACT-{name}",
        kind=_KINDS.get(code, "hard"),
        title=title,
        test=code,
        parameters={},
        clause=f"PACT Methodology 3, section {section}" if section else "PACT Technical Specifications 3.0",
        legal_status=_STATUS,
        binding=Force.IN_FORCE,
        applies=_LATER if code.endswith("-2027") else None,
        clause_read=ClauseRead.EXCERPT,
        clause_source=_SOURCE,
        paths=(place,),
        expected=title,
        fix=_fix("pact.not-reported"),
    )


def _fix(code: str) -> dict[str, str]:
    zh, en = messages.text(code, "zh", {}).fix, messages.text(code, "en", {}).fix
    return {"zh": zh, "en": en}
