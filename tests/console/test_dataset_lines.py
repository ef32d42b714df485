"""The lines of the report on data sets say what messages say, and are counted without being parsed."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from gateway import messages
from gateway.codec.accounting import Account
from gateway.codec.dataset_run import Sent
from gateway.console.dataset_lines import Tally, lines_of, note_json
from gateway.errors import InputError
from gateway.model.dataset import DatasetKind, Key
from gateway.report import Fate, Note

ODD = 'a "note": {"code": "x", "fate": "y" \\ {value} %s \n 流 \u2028'


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"path": "/exchanges/a~1b", "value": "1.0", "written": "2"},
        {"path": ODD, "value": ODD, "written": ODD, "params": {"saw": ODD, "scheme": ODD}},
        {"path": "/", "kg": Decimal("1.50"), "params": {"value": "another"}},
    ],
)
def test_every_note_as_messages_say_it(told: dict[str, object]) -> None:
    codes = [*messages.catalogue(), "plugin.without-a-row"]
    assert len(codes) > 1000
    for code in codes:
        note = Note(code, **{"path": "", "fate": Fate.DROPPED, **told})  # type: ignore[arg-type]
        assert note_json(note) == json.dumps(messages.to_json(note), ensure_ascii=False), code


def test_counting_is_not_deceived_by_texts() -> None:
    key = Key(DatasetKind.PROCESS, ODD, "01.00.000")
    other = Key(DatasetKind.FLOW, "f")
    notes = (Note("codec.no-place", ODD, Fate.DROPPED, ODD), Note("ecospold.spelled", "/a", Fate.CONVERTED))
    refused = (InputError(ODD, code="ecospold.lacks", path="/name", format="ecospold2@2.0"),)
    lines = list(lines_of(Sent(None, {key: Account(frozenset({"/a", "/b"}), notes)}, {other: refused})))
    told = [json.loads(line) for line in lines]
    assert [one["dataset"]["id"] for one in told] == [ODD, ODD, ODD, "f"]
    tally = Tally()
    for line in lines:
        tally.add(line)
    assert (tally.written, tally.carried, tally.refused, tally.left_out) == (1, 2, 1, 0)
    assert tally.fates == {"dropped": 1, "converted": 1}
    assert tally.codes == {"codec.no-place": 1, "ecospold.spelled": 1}
