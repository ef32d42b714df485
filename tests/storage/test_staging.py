"""An output grows beside its place, appears whole, and is taken up again after a stop."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from gateway.errors import UsageError
from gateway.storage.files import OutputExists
from gateway.storage.shelves import digest_of, open_shelf
from gateway.storage.staging import REPORT_MARK, Staging


def finished(to: Path, *, force: bool = False) -> Staging:
    staging = Staging(to, "job", force=force)
    staging.put("0", [("flows/a.xml", b"<a/>")], ['{"n": 0}'])
    staging.put("1", [("processes/b.xml", b"<b/>")], ['{"n": 1}'])
    staging.finish({"source": "s"}, ["0", "1"])
    return staging


class TestPlace:
    """Where the output ends up."""

    def test_a_folder(self, tmp_path: Path) -> None:
        finished(tmp_path / "out")
        assert open_shelf(tmp_path / "out").names == ("flows/a.xml", "processes/b.xml")

    def test_a_zip_is_the_same_every_time(self, tmp_path: Path) -> None:
        finished(tmp_path / "out.zip")
        first = digest_of(tmp_path / "out.zip")
        finished(tmp_path / "out.zip", force=True)
        assert digest_of(tmp_path / "out.zip") == first
        assert zipfile.ZipFile(tmp_path / "out.zip").read("flows/a.xml") == b"<a/>"

    def test_several_files_are_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError) as caught:
            finished(tmp_path / "out.xml")
        assert caught.value.error_code == "usage.several-files-to-one"

    def test_the_report_stands_beside_it_in_order(self, tmp_path: Path) -> None:
        finished(tmp_path / "out")
        lines = (tmp_path / "out.report.ndjson").read_text("utf-8").splitlines()
        assert list(map(json.loads, lines)) == [{"report": REPORT_MARK, "source": "s"}, {"n": 0}, {"n": 1}]
        assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "out.report.ndjson"]


class TestReplacing:
    """What stands there already."""

    def test_nothing_is_replaced_unasked(self, tmp_path: Path) -> None:
        finished(tmp_path / "out")
        with pytest.raises(OutputExists):
            Staging(tmp_path / "out", "job", force=False)

    def test_another_folder_is_never_replaced(self, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "thesis.doc").write_bytes(b"")
        with pytest.raises(OutputExists) as caught:
            Staging(tmp_path / "out", "job", force=True)
        assert caught.value.error_code == "storage.not-our-folder"


class TestGoingOn:
    """A run that was stopped."""

    def test_finished_parts_are_known(self, tmp_path: Path) -> None:
        Staging(tmp_path / "out", "job", force=False).put("0", [("a", b"1")], [])
        again = Staging(tmp_path / "out", "job", force=False)
        assert again.has("0")
        assert not again.has("1")
        assert not Staging(tmp_path / "out", "other", force=False).has("0")

    def test_a_part_whose_note_was_cut_off_is_done_again(self, tmp_path: Path) -> None:
        staging = Staging(tmp_path / "out", "job", force=False)
        staging.put("10", [("a", b"1")], [])
        journal = next(tmp_path.glob(".out.*.part/journal"))
        journal.write_text(journal.read_text("utf-8") + "11", encoding="utf-8")
        again = Staging(tmp_path / "out", "job", force=False)
        assert again.has("10")
        assert not again.has("11")

    def test_what_was_kept_is_there(self, tmp_path: Path) -> None:
        staging = Staging(tmp_path / "out", "job", force=False)
        assert staging.kept("known") is None
        staging.keep("known", b"{}")
        assert Staging(tmp_path / "out", "job", force=False).kept("known") == b"{}"

    def test_a_discarded_stage_is_gone(self, tmp_path: Path) -> None:
        staging = Staging(tmp_path / "out", "job", force=False)
        staging.put("0", [("a", b"1")], [])
        staging.discard()
        assert list(tmp_path.iterdir()) == []
