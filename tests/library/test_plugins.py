"""Somebody else's package: its formats, rules and tables join by name, and its faults bear its name."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import gateway
from gateway.__main__ import main
from gateway.codec.base import Evidence, Member, Reading, Writing

ROOT = Path(__file__).resolve().parents[2]
ACME = Path(__file__).resolve().parent / "acme" / "acme_carbon"
ENTRIES = """[hutong.formats]
acme = acme_carbon:CARD
broken = acme_nowhere:CARD

[hutong.rules]
acme = acme_carbon:RULES

[hutong.tables]
acme = acme_carbon:TABLES
"""
TEA = ROOT / "examples" / "tea.json"


def install(site: Path, *, name: str = "acme-carbon", entries: str = ENTRIES) -> None:
    """What an installer leaves behind of a wheel."""
    info = site / f"{name.replace('-', '_')}-1.2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(entries, encoding="utf-8")


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder that Acme's package is installed in, and that Python looks into."""
    site = tmp_path / "site"
    shutil.copytree(ACME, site / "acme_carbon", ignore=shutil.ignore_patterns("__pycache__"))
    install(site)
    monkeypatch.syspath_prepend(str(site))
    yield site
    sys.modules.pop("acme_carbon", None)


def context(*plugins: gateway.Plugin) -> gateway.Context:
    return gateway.Context(plugins=plugins)


def run(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, Any]:
    """Exit code and JSON answer of the command."""
    code = main([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


class TestByNameOnly:
    """Nothing joins because it is installed."""

    def test_an_installed_plugin_is_not_even_imported(self, acme: Path) -> None:
        source = gateway.read(TEA.read_bytes())
        with pytest.raises(gateway.UsageError):
            gateway.convert(source, to=["acme-card@1"])
        with pytest.raises(gateway.UsageError):
            gateway.evaluate(source, ["acme-supplier"])
        assert "acme_carbon" not in sys.modules
        assert [f.plugin for f in gateway.list_formats()] == [""] * len(gateway.list_formats())

    def test_only_the_named_one_is_imported(self, acme: Path) -> None:
        plugin = gateway.load_plugin("acme")
        assert (plugin.name, plugin.version) == ("acme", "1.2")
        assert [f.id for f in plugin.formats] == ["acme-card@1"]
        assert "acme_nowhere" not in sys.modules

    def test_what_is_not_installed_is_told_with_what_is(self, acme: Path) -> None:
        with pytest.raises(gateway.UsageError) as caught:
            gateway.load_plugin("emca")
        assert caught.value.params["known"] == "acme, broken"
        assert "emca" in gateway.describe(caught.value, "zh").what

    def test_two_distributions_of_one_name_are_told(self, acme: Path, tmp_path: Path) -> None:
        install(acme, name="acme-copy")
        with pytest.raises(gateway.UsageError) as caught:
            gateway.load_plugin("acme")
        assert caught.value.params["homes"] == "acme-carbon, acme-copy"

    def test_the_others_go_on_as_they_were(self, acme: Path) -> None:
        plain = gateway.read(TEA.read_bytes())
        joined = gateway.read(TEA.read_bytes(), context=context(gateway.load_plugin("acme")))
        assert plain.declaration == joined.declaration
        one, other = gateway.convert(plain, to=["pact"]), gateway.convert(joined, to=["pact"])
        assert one == other


class TestInTheLibrary:
    """Read, write, rules, tables."""

    def test_writes_and_every_loss_is_noted(self, acme: Path) -> None:
        source = gateway.read(TEA.read_bytes(), context=context(gateway.load_plugin("acme")))
        (outcome,) = gateway.convert(source, to=["acme-card"])
        assert outcome.package is not None
        card = json.loads(outcome.package.only.data)
        assert card["kgCO2e"] == "12.420685"
        assert card["scope"] == "C2C"
        assert "/results/declared/carbon/fossil" in {note.path for note in outcome.notes}

    def test_reads_what_it_wrote(self, acme: Path) -> None:
        joined = context(gateway.load_plugin("acme"))
        source = gateway.read(TEA.read_bytes(), context=joined)
        (outcome,) = gateway.convert(source, to=["acme-card@1"])
        assert outcome.package is not None
        again = gateway.read(outcome.package, context=joined)
        assert again.format.plugin == "acme"
        declared = again.declaration.result_set("declared")
        assert declared == replace_results(source)
        assert declared is not None

    def test_its_findings_speak_both_languages(self, acme: Path) -> None:
        data = b'{"acmeCard": "1", "model": "X", "scope": "C2X", "kgCO2e": "5"}'
        report = gateway.check(data, context=context(gateway.load_plugin("acme")))
        (finding,) = [f for f in report.findings if f.code == "acme.scope"]
        assert gateway.describe(finding, "zh").what == "Acme 没有该范围。"
        assert gateway.describe(finding, "en").fix == "Write C2G or C2C."

    def test_its_lacks_refuse_the_target(self, acme: Path) -> None:
        joined = context(gateway.load_plugin("acme"))
        source = gateway.read(b'{"document": {}, "product": {}, "results": {}}', context=joined)
        (outcome,) = gateway.convert(source, to=["acme-card"])
        fields = sorted(error.path for error in outcome.lacks)
        assert fields == ["/boundary/type", "/product/model", "/results/declared/carbon/total"]

    def test_its_rules_are_asked(self, acme: Path) -> None:
        source = gateway.read(TEA.read_bytes(), context=context(gateway.load_plugin("acme")))
        (evaluation,) = gateway.evaluate(source, ["acme-supplier"])
        assert {r.rule.id: r.outcome for r in evaluation.results} == {"ACME-01": "pass", "ACME-02": "pass"}

    def test_a_folder_of_it_can_be_run_again(self, acme: Path) -> None:
        from gateway.signing.did_key import KeyType

        plugin = gateway.load_plugin("acme")
        request = gateway.Request(to=("acme-card", "pact"), rules=("acme-supplier",))
        key = gateway.PrivateKey.generate(KeyType.ED25519)
        _, folder = gateway.issue(TEA.read_bytes(), request, key=key, context=context(plugin))
        verdict = gateway.verify(folder)
        assert verdict.holds
        assert gateway.replay(folder, verdict, plugins=[plugin]).holds
        (finding,) = gateway.replay(folder, verdict).findings
        assert finding.code == "replay.needs-plugin"
        assert finding.saw == "acme 1.2"

    def test_a_rule_pack_travels_in_the_private_part(self) -> None:
        from gateway.signing.did_key import KeyType

        pack = (ACME / "supplier.json").read_bytes()
        request = gateway.Request(to=("pact",), rules=("acme-supplier",))
        key = gateway.PrivateKey.generate(KeyType.ED25519)
        joined = context(gateway.load_rules(pack, name="supplier.json"))
        _, folder = gateway.issue(TEA.read_bytes(), request, key=key, context=joined)
        assert folder["private/rules/acme-supplier.json"] == pack
        assert b"supplier.json" not in folder["manifest.json"].replace(b"acme-supplier.json", b"")
        verdict = gateway.verify(folder)
        assert verdict.holds
        assert gateway.replay(folder, verdict).holds


def replace_results(source: gateway.Source) -> object:
    """The declared set with nothing but its total, as the card carries it."""
    declared = source.declaration.result_set("declared")
    assert declared is not None
    carbon = declared.carbon.model_copy(update=dict.fromkeys(type(declared.carbon).model_fields))
    total = carbon.model_copy(update={"total": declared.carbon.total})
    return type(declared)(id="declared", carbon=total)


class TestByCommand:
    """The same with --plugin, and rule packs by their file."""

    def test_read_write_and_rules(
        self, acme: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        card = tmp_path / "card.json"
        plugin = ["--plugin", "acme"]
        code, told = run(["convert", str(TEA), "--to", "acme-card", *plugin, "-o", str(card)], capsys)
        assert (code, told["targets"][0]["written"]) == (0, True)
        code, told = run(["detect", str(card), *plugin], capsys)
        assert (code, told["files"][0]["format"]) == (0, "acme-card@1")
        code, told = run(["check", str(card), "--rules", "acme-supplier", *plugin], capsys)
        assert code == 5
        (evaluation,) = told["files"][0]["evaluations"]
        assert evaluation["blocking"] == ["ACME-01", "ACME-02"]
        code, told = run(["formats", *plugin], capsys)
        assert "acme-card@1" in [f["id"] for f in told["formats"]]
        code, told = run(["detect", str(card)], capsys)
        assert code == 4

    def test_a_rule_pack_by_its_file(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, told = run(["check", str(TEA), "--rules", str(ACME / "supplier.json")], capsys)
        assert code == 0
        assert told["files"][0]["evaluations"][0]["pack"] == "acme-supplier"

    def test_issue_may_require_a_pack_by_its_file(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The folder keeps the pack, so that the run can be repeated without the file."""
        document = json.loads((ACME / "supplier.json").read_bytes())
        document["rules"][1]["parameters"] = {"fields": ["/battery/category"]}
        pack, key, out = tmp_path / "own.json", str(tmp_path / "key.pem"), str(tmp_path / "out")
        pack.write_text(json.dumps(document), encoding="utf-8")
        assert run(["keygen", "-o", key, "--no-passphrase"], capsys)[0] == 0
        asked = ["issue", str(TEA), "--to", "pact", "--require", str(pack), "--key", key, "-o", out]
        code, told = run(asked, capsys)
        assert code == 5
        assert told["inputs"][0]["evaluations"][0]["blocking"] == ["ACME-02"]
        pack.unlink()
        code, told = run(["verify", out, "--replay"], capsys)
        assert (code, told["replay"]["holds"]) == (0, True)

    def test_a_file_that_is_no_pack(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        code, told = run(["check", str(TEA), "--rules", str(TEA)], capsys)
        assert (code, told["errors"][0]["code"]) == (7, "rules.not-a-pack")

    def test_an_unknown_or_broken_plugin(self, acme: Path, capsys: pytest.CaptureFixture[str]) -> None:
        code, told = run(["check", str(TEA), "--plugin", "emca"], capsys)
        assert (code, told["errors"][0]["code"]) == (2, "plugin.unknown")
        code, told = run(["check", str(TEA), "--plugin", "broken"], capsys)
        assert (code, told["errors"][0]["code"]) == (8, "plugin.raised")

    def test_issue_replay_and_explain(
        self, acme: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        key, out, plugin = str(tmp_path / "key.pem"), str(tmp_path / "out"), ["--plugin", "acme"]
        assert run(["keygen", "-o", key, "--no-passphrase"], capsys)[0] == 0
        code, _ = run(["issue", str(TEA), "--to", "acme-card", "--key", key, "-o", out, *plugin], capsys)
        assert code == 0
        code, told = run(["verify", out, "--replay", *plugin], capsys)
        assert (code, told["replay"]["holds"]) == (0, True)
        assert run(["verify", out, "--replay"], capsys)[0] == 6
        code, told = run(["explain", out, "acme-card/card.json#/kgCO2e", *plugin], capsys)
        assert (code, told["value"]) == (0, "12.420685 kg{CO2eq}")


def bad_plugin(**parts: Any) -> gateway.Plugin:
    return gateway.Plugin("bad", **parts)


def always(answer: Any) -> Any:
    """A function that answers everything alike."""

    def say(*_: object) -> Any:
        return answer

    return say


def card(**parts: Any) -> gateway.Format:
    """A format that fits everything and does what ``parts`` say."""
    plain = {
        "id": "bad-card@1",
        "title": {"en": "bad", "zh": "坏"},
        "media_type": "x/y",
        "detect": always(Evidence(3, ("all",))),
        "read": always(READING),
    }
    return gateway.Format(**plain | parts)


READING = Reading(gateway.Declaration())
NOTE_OF_NUMBERS = Reading(gateway.Declaration(), notes=(1,))  # type: ignore[arg-type]


def raising(*_: object) -> Any:
    raise ZeroDivisionError("by nothing")


NONSENSE: list[tuple[str, Callable[[], gateway.Plugin]]] = [
    ("plugin.wrong-part", lambda: bad_plugin(formats=[card()])),
    ("plugin.wrong-part", lambda: bad_plugin(formats=("acme-card@1",))),
    ("plugin.wrong-part", lambda: bad_plugin(formats=(card(id="Bad Card"),))),
    ("plugin.wrong-part", lambda: bad_plugin(formats=(card(title={"en": "only English"}),))),
    ("plugin.wrong-part", lambda: bad_plugin(packs={"a": "text"})),
    ("plugin.wrong-part", lambda: bad_plugin(packs={"../a": b""})),
    ("plugin.wrong-part", lambda: bad_plugin(packs=7)),
    ("plugin.wrong-part", lambda: bad_plugin(tables={"a": "text"})),
    ("plugin.wrong-part", lambda: bad_plugin(tables={"a": [{"column": 1}]})),
    ("plugin.duplicate-format", lambda: bad_plugin(formats=(card(id="pact@3.0"),))),
    ("plugin.duplicate-format", lambda: bad_plugin(formats=(card(id="pact@9.9"),))),
    ("plugin.duplicate-format", lambda: bad_plugin(formats=(card(id="battery-passport@1"),))),
    ("plugin.duplicate-format", lambda: bad_plugin(formats=(card(), card()))),
    ("plugin.raised", lambda: bad_plugin(formats=(card(detect=raising),))),
    ("plugin.wrong-answer", lambda: bad_plugin(formats=(card(detect=always(answer=True)),))),
    ("plugin.wrong-answer", lambda: bad_plugin(formats=(card(detect=always(Evidence(9, ()))),))),
    ("plugin.raised", lambda: bad_plugin(formats=(card(read=raising),))),
    ("plugin.wrong-answer", lambda: bad_plugin(formats=(card(read=always(None)),))),
    ("plugin.wrong-answer", lambda: bad_plugin(formats=(card(read=always(Reading(None))),))),  # type: ignore[arg-type]
    ("plugin.wrong-answer", lambda: bad_plugin(formats=(card(read=always(NOTE_OF_NUMBERS)),))),
]


def written(data: object, name: str = "x.json") -> Any:
    return always(Writing(gateway.Package((Member(name, "x/y", data),))))  # type: ignore[arg-type]


BAD_WRITERS = [
    ("plugin.raised", raising),
    ("plugin.wrong-answer", always(b"bytes")),
    ("plugin.wrong-answer", written("text")),
    ("plugin.wrong-answer", written(b"", "../x.json")),
    ("plugin.wrong-answer", written(b"", "/x.json")),
    ("plugin.broken-promise", always(replace(written(b"")(), claims=frozenset({"/product/model"})))),
]


class TestFaults:
    """A plugin that raises, answers nonsense or takes what is taken: an error with its name, nothing else."""

    @pytest.mark.parametrize(("code", "make"), NONSENSE)
    def test_reading(self, code: str, make: Callable[[], gateway.Plugin]) -> None:
        with pytest.raises(gateway.PluginError) as caught:
            gateway.read(b"{}", context=context(make()))
        assert caught.value.error_code == code
        for lang in ("zh", "en"):
            assert "bad" in gateway.describe(caught.value, "zh" if lang == "zh" else "en").what

    @pytest.mark.parametrize(("code", "write"), BAD_WRITERS)
    def test_writing(self, code: str, write: Any) -> None:
        plugin = bad_plugin(formats=(card(detect=always(None), write=write),))
        source = gateway.read(TEA.read_bytes(), context=context(plugin))
        with pytest.raises(gateway.PluginError) as caught:
            gateway.convert(source, to=["bad-card"])
        assert caught.value.error_code == code
        assert caught.value.params["plugin"] == "bad"

    def test_its_own_gateway_errors_pass(self) -> None:
        def read(package: gateway.Package, _: gateway.Context) -> Reading:
            raise gateway.InputError(path="/a", code="bad.total", en="No total.", zh="没有合计。")

        with pytest.raises(gateway.InputError) as caught:
            gateway.read(b"{}", context=context(bad_plugin(formats=(card(read=read),))))
        assert gateway.describe(caught.value, "zh").what == "没有合计。"

    @pytest.mark.parametrize(
        ("group", "held", "code"),
        [
            ("formats", "FORMATS = ['pact@3.0']", "plugin.wrong-part"),
            ("formats", "FORMATS = None", "plugin.wrong-part"),
            ("formats", "", "plugin.raised"),
            ("formats", "raise SystemError('no')", "plugin.raised"),
            ("rules", "RULES = b'{}'", "plugin.wrong-part"),
            ("rules", "import pathlib; RULES = {'a': pathlib.Path('/nowhere')}", "plugin.raised"),
            ("tables", "TABLES = {'a': b'x,y\\n1,2,3\\n'}", "plugin.wrong-part"),
            ("tables", "TABLES = {'a': b''}", "plugin.wrong-part"),
            ("tables", "TABLES = {'a': b'\\xff'}", "plugin.wrong-part"),
            ("tables", "TABLES = 7", "plugin.wrong-part"),
        ],
    )
    def test_loading(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: str, held: str, code: str
    ) -> None:
        (tmp_path / "bad_carbon.py").write_text(held + "\n", encoding="utf-8")
        install(tmp_path, entries=f"[hutong.{group}]\nbad = bad_carbon:{group.upper()}\n")
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(sys.modules, "bad_carbon", raising=False)
        with pytest.raises(gateway.PluginError) as caught:
            gateway.load_plugin("bad")
        sys.modules.pop("bad_carbon", None)
        assert caught.value.error_code == code
        assert caught.value.params["plugin"] == "bad"

    def test_a_table_that_nobody_brings(self) -> None:
        with pytest.raises(gateway.UsageError):
            gateway.Context().table("acme-boundaries")

    @pytest.mark.parametrize(
        ("code", "changes"),
        [
            ("plugin.duplicate-pack", {"id": "cn-label"}),
            ("rules.not-a-pack", {"rules": [{"id": "A"}]}),
            ("rules.not-a-pack", {"rules": 5}),
            ("rules.empty-pack", {"rules": []}),
        ],
    )
    def test_packs(self, code: str, changes: dict[str, Any]) -> None:
        document = json.loads((ACME / "supplier.json").read_bytes()) | changes
        data = json.dumps(document).encode()
        with pytest.raises(gateway.GatewayError) as caught:
            ask(gateway.Plugin("bad", packs={document["id"]: data}), document["id"])
        assert caught.value.error_code == code

    @pytest.mark.parametrize(
        ("code", "changes"),
        [
            ("rules.unknown-test", {"test": "no-such-test"}),
            ("rules.bad-parameters", {"parameters": {}}),
            ("rules.bad-parameters", {"parameters": {"fields": 7}}),
            ("rules.bad-parameters", {"test": "gwp-set", "parameters": {"sets": "all"}}),
            ("rules.not-a-pack", {"title": {"en": "x"}}),
            ("rules.not-a-pack", {"expected": {"en": 1, "zh": 2}}),
            ("rules.not-a-pack", {"unknown": 1}),
        ],
    )
    def test_rules(self, code: str, changes: dict[str, Any]) -> None:
        document = json.loads((ACME / "supplier.json").read_bytes())
        document["rules"][1] |= changes
        with pytest.raises(gateway.GatewayError) as caught:
            ask(gateway.Plugin("bad", packs={"acme-supplier": json.dumps(document).encode()}))
        assert caught.value.error_code == code

    def test_a_pack_under_another_name(self) -> None:
        plugin = gateway.Plugin("bad", packs={"other": (ACME / "supplier.json").read_bytes()})
        with pytest.raises(gateway.PluginError):
            ask(plugin, "other")


def ask(plugin: gateway.Plugin, pack: str = "acme-supplier") -> None:
    gateway.evaluate(gateway.read(TEA.read_bytes(), context=context(plugin)), [pack])
