"""What our codes are called, where an answer shows them: in both languages, and in JSON as they are."""

from __future__ import annotations

from gateway import messages
from gateway.console import findings
from gateway.console.terminal import Console
from gateway.errors import InputError
from gateway.report import Fate, Note


def test_codes_of_data_sets_are_said_in_words() -> None:
    note = Note("ecospold.turned", "/exchanges/3/direction", Fate.CONVERTED, "input", "output")
    assert "由 输入 改为 输出" in messages.explain(note, "zh").what
    assert "from input to output" in messages.explain(note, "en").what
    own = Note("ecospold.spelled", "/kind", Fate.CONVERTED, "epd", "lci-result")
    assert "LCI 结果" in messages.explain(own, "zh").what
    other = Note("ecospold.spelled", "/reviews/0/kind", Fate.CONVERTED, "other", "product")
    assert messages.explain(other, "zh").what == "other 写作 product。"
    assert messages.to_json(note)["value"] == "input"


def test_a_kind_that_was_seen_is_said_in_words() -> None:
    error = InputError("unit-process", code="dataset.no-footprint", kg="0", name="x", kind="unit-process")
    shown = [text for text, _ in findings.lines(Console("zh"), error)]
    assert any(text.endswith("单元过程") for text in shown)
    assert not any("unit-process" in text for text in shown)
