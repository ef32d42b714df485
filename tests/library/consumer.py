"""A platform's code that uses every public name, for type checkers only: what they see is what there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import assert_type

import gateway
from gateway import (
    Audit,
    Changes,
    Context,
    Coverage,
    Declaration,
    Disclosure,
    End,
    Evaluation,
    ExchangeError,
    Explanation,
    FactorAccounts,
    Fate,
    Finding,
    FlowList,
    Format,
    GatewayError,
    InputError,
    InternalError,
    KeyType,
    Levers,
    Made,
    MappingError,
    MapRow,
    MapSet,
    Match,
    Matcher,
    Note,
    Outcome,
    Package,
    Plugin,
    PluginError,
    Prepared,
    PrivateKey,
    Problems,
    Quantity,
    Replay,
    Report,
    Request,
    Severity,
    Snapshot,
    Source,
    Suggester,
    Translation,
    TrustError,
    UsageError,
    Validation,
    Verdict,
    WhatIf,
    signing,
)


def read_and_write(data: bytes, plugins: Sequence[Plugin]) -> Mapping[str, bytes]:
    context = Context(disclosure=Disclosure.C0, plugins=tuple(plugins))
    source = gateway.read(Package.of(data, name="x"), format="cn-pcf@1", context=context)
    assert_type(source, Source)
    assert_type(source.declaration, Declaration)
    assert_type(gateway.check(data), Report)
    assert_type(gateway.detect(source.package).format, Format)
    assert_type(gateway.list_formats(plugins), tuple[Format, ...])
    outcomes = gateway.convert(source, to=["pact"], disclosure=Disclosure.C0, options={"preview": "yes"})
    assert_type(outcomes, tuple[Outcome, ...])
    return {m.name: m.data for o in outcomes if o.package is not None for m in o.package.members}


def name(source: Source, table: bytes, mapped: bytes, values: bytes) -> tuple[MapRow, ...]:
    translation = gateway.translate(source.declaration, target="ef-3.1")
    assert_type(translation, Translation[Declaration])
    flows = FlowList(gateway.build_list({"flows.csv": table}, name="EF 3.1", version="3.1"))
    matcher = Matcher(flows, witnesses=[flows])
    assert_type(matcher.match(End(name="benzene")), Match)
    made = gateway.make_map([End(name="benzene")], matcher, suggester=Suggester(matcher))
    assert_type(made, Made)
    assert_type(gateway.audit_map(made.map), Audit)
    written = gateway.write_map(made.map, to="glad")
    assert_type(gateway.read_map(written.data).map, MapSet)
    assert_type(gateway.what_if(source, Levers(gwp_set="AR6")), WhatIf)
    rows, numbers = gateway.read_factor_map(mapped), gateway.read_factor_values(values)
    assert_type(gateway.map_factors(source, rows, numbers), FactorAccounts)
    return made.map.rows


def heal(data: bytes) -> dict[str, bytes]:
    files = list(gateway.repair(Package.of(data, name="package.zip")))
    told: list[Note] = [note for file in files for note in file.mends]
    kept: list[Finding] = [part.finding for file in files for part in file.aside]
    assert len(told) + len(kept) >= 0
    return {file.name: file.data for file in files if file.data is not None}


def judge(source: Source, previous: Source) -> list[str]:
    answers = gateway.evaluate(source, ["eu-battery"], previous=previous)
    assert_type(answers, tuple[Evaluation, ...])
    assert_type(gateway.coverage(source, "EV"), Coverage)
    assert_type(gateway.compare(previous, source), Changes)
    return [answer.head.text("zh") for answer in answers if answer.blocking]


def explain(source: Source, folder: Mapping[str, bytes]) -> list[Explanation]:
    found = [gateway.explain(source, pointer) for pointer in gateway.figures(source)]
    assert_type(found, list[Explanation])
    return [*found, gateway.explain_issued(folder, "pact/product-footprint.json#/pcf")]


def issue(data: bytes) -> dict[str, bytes]:
    key = PrivateKey.generate(KeyType.P256)
    request = Request(to=("pact",))
    prepared = gateway.prepare(data, request)
    assert_type(prepared, Prepared)
    assert_type(gateway.draft(prepared), dict[str, bytes])
    folder = gateway.sign(prepared, key)
    again, _ = gateway.issue(data, request, key=key)
    verdict = gateway.verify(folder)
    assert_type(verdict, Verdict)
    assert_type(gateway.replay(folder, verdict), Replay)
    return folder if again.written else {}


def countersign(prepared: Prepared, key: PrivateKey, policy: bytes) -> Validation:
    package = prepared.source.package
    context = gateway.salted(prepared.source.context, package, key)
    salted = gateway.prepare(package, prepared.request, context=context)
    folder = gateway.prepare_manifest(salted, key)
    folder |= gateway.seal_with_key(folder, key)
    assert callable(gateway.seal_with_sm2)
    snapshot = gateway.load_snapshot({"policy.json": policy}, now=datetime.now(UTC))
    assert_type(snapshot, Snapshot)
    assert_type(gateway.validate_file(b"", snapshot, objects={"a.json": b"{}"}), Validation)
    return gateway.validate(gateway.share(folder), snapshot)


def seal(pem: bytes, chain: bytes, data: bytes) -> bytes:
    sealer = signing.Sealer.from_pem(pem, chain)
    made = signing.sign_asic({"a.json": ("application/json", data)}, sealer, signing_time=datetime.now(UTC))
    assert_type(signing.verify_any(made), signing.Verified)
    assert_type(signing.answer_verify(data), signing.Answer)
    return made


def workbook(source: Source) -> tuple[bytes, bytes]:
    return gateway.template("battery", targets=["pact"], filled=True), gateway.annotate(source)


def machines(source: Source) -> bool:
    assert_type(gateway.to_json(source.report), dict[str, object])
    return gateway.declaration_from_json(b"{}") == source.declaration


def extend(name: str, pack: bytes) -> list[Plugin]:
    return [gateway.load_plugin(name), gateway.load_rules(pack, name="pack.json")]


def say(subject: Finding | Note | GatewayError) -> str:
    if isinstance(subject, Finding):
        return subject.saw if subject.severity is Severity.ERROR else subject.at
    if isinstance(subject, Note):
        assert_type(subject.fate, Fate)
        return subject.value
    if isinstance(subject, Problems):
        return " ".join(say(inner) for inner in subject.exceptions if isinstance(inner, GatewayError))
    return gateway.describe(subject, "zh").what


def exit_code(error: GatewayError) -> int:
    match error:
        case UsageError():
            return 2
        case InputError():
            return 4
        case TrustError():
            return 6
        case MappingError():
            return 7
        case ExchangeError() | PluginError():
            return 8
        case InternalError():
            return 1
        case _:
            return 1


def total(source: Source) -> Quantity | None:
    declared = source.declaration.result_set("declared")
    amount = declared.carbon.total if declared is not None else None
    return amount if isinstance(amount, Quantity) else None


VERSION: str = gateway.__version__
