"""Folders are there whole or not at all, and nothing of anybody else's is replaced."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from gateway import messages
from gateway.errors import UsageError
from gateway.storage import files
from gateway.storage.files import OutputExists, StorageError

TREE = {"report.json": b'{"format": "hutong-report@1"}', "a/b.json": b"{}", "private/source": b"secret"}


def beside(path: Path) -> list[str]:
    return sorted(entry.name for entry in path.parent.iterdir())


class TestWriteFolder:
    """Whole or not at all."""

    def test_reads_back_as_written(self, tmp_path: Path) -> None:
        files.write_folder(tmp_path / "out", TREE)
        assert files.load_folder(tmp_path / "out") == TREE
        assert beside(tmp_path / "out") == ["out"]

    @pytest.mark.skipif(os.name != "posix", reason="file modes are those of POSIX")
    def test_private_is_for_its_owner_only(self, tmp_path: Path) -> None:
        files.write_folder(tmp_path / "out", {"x/private/source": b"secret", "x/open": b""})
        assert (tmp_path / "out/x/private").stat().st_mode & 0o777 == 0o700

    def test_missing_parents_are_made(self, tmp_path: Path) -> None:
        files.write_folder(tmp_path / "a/b/out", TREE)
        assert (tmp_path / "a/b/out/a/b.json").is_file()

    def test_an_empty_folder_is_no_obstacle(self, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        files.write_folder(tmp_path / "out", TREE)
        assert files.load_folder(tmp_path / "out") == TREE

    def test_an_existing_folder_needs_force(self, tmp_path: Path) -> None:
        files.write_folder(tmp_path / "out", TREE)
        with pytest.raises(OutputExists) as caught:
            files.write_folder(tmp_path / "out", {"new": b""})
        assert caught.value.error_code == "storage.exists"
        assert files.load_folder(tmp_path / "out") == TREE

    def test_force_replaces_the_whole_folder(self, tmp_path: Path) -> None:
        files.write_folder(tmp_path / "out", TREE)
        files.write_folder(tmp_path / "out", {"report.json": TREE["report.json"]}, force=True)
        assert files.load_folder(tmp_path / "out") == {"report.json": TREE["report.json"]}
        assert beside(tmp_path / "out") == ["out"]

    def test_force_replaces_a_folder_of_several_runs(self, tmp_path: Path) -> None:
        several = {f"{name}/{inner}": data for name in ("one", "two") for inner, data in TREE.items()}
        files.write_folder(tmp_path / "out", several)
        files.write_folder(tmp_path / "out", TREE, force=True)
        assert files.load_folder(tmp_path / "out") == TREE

    @pytest.mark.parametrize(
        "foreign",
        [
            {"thesis.txt": b"years"},
            {"report.json": b'{"by": "somebody else"}'},
            {"one/report.json": TREE["report.json"], "photos/1.jpg": b""},
        ],
        ids=["a file", "another report", "one of ours beside others"],
    )
    def test_force_never_deletes_what_we_did_not_write(
        self, tmp_path: Path, foreign: dict[str, bytes]
    ) -> None:
        for name, data in foreign.items():
            (tmp_path / "home" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "home" / name).write_bytes(data)
        with pytest.raises(OutputExists) as caught:
            files.write_folder(tmp_path / "home", TREE, force=True)
        assert caught.value.error_code == "storage.not-our-folder"
        assert files.load_folder(tmp_path / "home") == foreign

    @pytest.mark.parametrize("name", ["signatures/1.p7s", "one/signatures/1.p7s", "signatures/more/1.p7s"])
    def test_force_never_deletes_a_signature_of_others(self, tmp_path: Path, name: str) -> None:
        sealed = {"one/report.json": TREE["report.json"], "report.json": TREE["report.json"], name: b"seal"}
        files.write_folder(tmp_path / "out", sealed)
        for fewer in (TREE, {**TREE, name: b"another"}):
            with pytest.raises(OutputExists) as caught:
                files.write_folder(tmp_path / "out", fewer, force=True)
            assert caught.value.error_code == "storage.seal-would-go"
            assert files.load_folder(tmp_path / "out") == sealed
        files.write_folder(tmp_path / "out", {**TREE, name: b"seal"}, force=True)
        assert files.load_folder(tmp_path / "out") == {**TREE, name: b"seal"}

    def test_a_failure_half_way_leaves_the_old_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        files.write_folder(tmp_path / "out", TREE)

        def full(descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(StorageError) as caught:
            files.write_folder(tmp_path / "out", {"report.json": b"new"}, force=True)
        assert caught.value.params["why"] == "enospc"
        assert files.load_folder(tmp_path / "out") == TREE
        assert beside(tmp_path / "out") == ["out"]

    def test_a_failed_swap_brings_the_old_folder_back(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        files.write_folder(tmp_path / "out", TREE)
        rename, calls = Path.rename, []

        def second_fails(self: Path, target: Path) -> Path:
            calls.append(target)
            if len(calls) == 2:
                raise OSError(5, "Input/output error")
            return rename(self, target)

        monkeypatch.setattr(Path, "rename", second_fails)
        with pytest.raises(StorageError):
            files.write_folder(tmp_path / "out", {"report.json": b"new"}, force=True)
        assert files.load_folder(tmp_path / "out") == TREE
        assert beside(tmp_path / "out") == ["out"]

    def test_what_another_process_has_written_meanwhile_is_kept(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settle = files._settle

        def another(folder: Path) -> None:
            monkeypatch.setattr(files, "_settle", settle)
            files.write_folder(tmp_path / "out", TREE)
            settle(folder)

        monkeypatch.setattr(files, "_settle", another)
        with pytest.raises(OutputExists):
            files.write_folder(tmp_path / "out", {"report.json": b"new"})
        assert files.load_folder(tmp_path / "out") == TREE
        assert beside(tmp_path / "out") == ["out"]

    @pytest.mark.parametrize("has_links", [True, False])
    def test_nor_is_a_file_replaced(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, has_links: bool
    ) -> None:
        write = files._write

        def another(path: Path, data: bytes) -> None:
            monkeypatch.setattr(files, "_write", write)
            files.write_file(tmp_path / "out", b"kept")
            write(path, data)

        def no_link(*_: object) -> None:
            raise OSError(95, "Operation not supported")

        if not has_links:
            monkeypatch.setattr(os, "link", no_link)
        monkeypatch.setattr(files, "_write", another)
        with pytest.raises(OutputExists):
            files.write_file(tmp_path / "out", b"new")
        assert (tmp_path / "out").read_bytes() == b"kept"
        assert beside(tmp_path / "out") == ["out"]

    @pytest.mark.parametrize("name", ["../out", "/etc/x", "a//b", "./a"])
    def test_no_name_leads_out(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(AssertionError):
            files.write_folder(tmp_path / "out", {name: b""})
        assert list(tmp_path.iterdir()) == []

    def test_a_file_is_no_folder(self, tmp_path: Path) -> None:
        (tmp_path / "out").write_bytes(b"kept")
        with pytest.raises(UsageError):
            files.write_folder(tmp_path / "out", TREE, force=True)
        assert (tmp_path / "out").read_bytes() == b"kept"


class TestWriteFile:
    """The same for one file."""

    def test_an_existing_file_needs_force(self, tmp_path: Path) -> None:
        place = tmp_path / "x.json"
        files.write_file(place, b"1")
        with pytest.raises(OutputExists):
            files.write_file(place, b"2")
        assert place.read_bytes() == b"1"
        files.write_file(place, b"2", force=True)
        assert place.read_bytes() == b"2"
        assert beside(place) == ["x.json"]

    def test_a_link_stays_and_what_it_names_is_replaced(self, tmp_path: Path) -> None:
        (tmp_path / "real").write_bytes(b"1")
        (tmp_path / "link").symlink_to("real")
        files.write_file(tmp_path / "link", b"2", force=True)
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "real").read_bytes() == b"2"

    def test_a_device_is_never_replaced(self, tmp_path: Path) -> None:
        with pytest.raises(OutputExists) as caught:
            files.write_file(Path("/dev/null"), b"", force=True)
        assert caught.value.error_code == "storage.not-a-file"

    def test_a_place_that_cannot_be_made_is_our_error(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(StorageError):
            files.write_file(tmp_path / "file" / "below", b"")


class TestLoad:
    """Files and folders come in whole, within limits, and from nowhere else."""

    def test_a_file_becomes_a_package(self, tmp_path: Path) -> None:
        (tmp_path / "x.json").write_bytes(b"{}")
        assert files.load(tmp_path / "x.json").only.data == b"{}"

    @pytest.mark.parametrize(
        ("name", "code"),
        [("absent", "storage.absent"), (".", "storage.is-folder"), ("a\0b", "storage.failed")],
    )
    def test_what_is_no_file_is_said(self, tmp_path: Path, name: str, code: str) -> None:
        with pytest.raises(StorageError) as caught:
            files.load(tmp_path / name)
        assert caught.value.error_code == code

    def test_a_large_file_is_not_read(self, tmp_path: Path) -> None:
        (tmp_path / "x").write_bytes(b"12345")
        with pytest.raises(StorageError) as caught:
            files.read_file(tmp_path / "x", limit=4)
        assert caught.value.error_code == "storage.too-large"

    def test_hidden_files_count(self, tmp_path: Path) -> None:
        (tmp_path / ".DS_Store").write_bytes(b"x")
        assert files.load_folder(tmp_path) == {".DS_Store": b"x"}

    def test_a_link_within_the_folder_is_read(self, tmp_path: Path) -> None:
        (tmp_path / "real").write_bytes(b"1")
        (tmp_path / "link").symlink_to("real")
        assert files.load_folder(tmp_path) == {"link": b"1", "real": b"1"}

    @pytest.mark.parametrize("aim", ["/etc/hostname", "..", "nowhere", "link", "/dev/null"])
    def test_a_link_that_leads_away_is_refused(self, tmp_path: Path, aim: str) -> None:
        (tmp_path / "link").symlink_to(aim)
        with pytest.raises(StorageError):
            files.load_folder(tmp_path)

    def test_a_linked_folder_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "out" / "real").mkdir(parents=True)
        (tmp_path / "out" / "again").symlink_to("real")
        with pytest.raises(StorageError) as caught:
            files.load_folder(tmp_path / "out")
        assert caught.value.error_code == "storage.link-leads-away"

    def test_a_pipe_is_refused_and_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(StorageError) as caught:
            files.load_folder(tmp_path)
        assert caught.value.error_code == "storage.not-a-file"

    @pytest.mark.parametrize(("name", "code"), [("absent", "storage.absent"), ("file", "storage.no-folder")])
    def test_what_is_no_folder_is_said(self, tmp_path: Path, name: str, code: str) -> None:
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(StorageError) as caught:
            files.load_folder(tmp_path / name)
        assert caught.value.error_code == code

    def test_too_many_files_are_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "MAX_FOLDER_FILES", 2)
        for n in range(3):
            (tmp_path / str(n)).write_bytes(b"")
        with pytest.raises(StorageError) as caught:
            files.load_folder(tmp_path)
        assert caught.value.error_code == "storage.too-many-files"

    def test_a_folder_is_bounded_as_a_whole(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "MAX_FOLDER_BYTES", 5)
        for name in "ab":
            (tmp_path / name).write_bytes(b"1234")
        with pytest.raises(StorageError) as caught:
            files.load_folder(tmp_path)
        assert caught.value.error_code == "storage.too-large"


@pytest.mark.parametrize(
    ("number", "code", "en", "zh"),
    [
        (errno.EACCES, "eacces", "not permitted", "没有访问权限"),
        (errno.EEXIST, "eexist", "in the way", "同名"),
        (errno.EISDIR, "eisdir", "is a folder", "这是文件夹"),
        (errno.ELOOP, "eloop", "in a circle", "循环"),
        (errno.ENAMETOOLONG, "enametoolong", "too long", "过长"),
        (errno.ENOENT, "enoent", "no such file", "没有此文件"),
        (errno.ENOSPC, "enospc", "no space", "空间已满"),
        (errno.ENOTDIR, "enotdir", "is no folder", "不是文件夹"),
        (errno.ENOTEMPTY, "enotempty", "not empty", "非空"),
        (errno.EPERM, "eperm", "does not allow", "不允许"),
        (errno.EROFS, "erofs", "only be read", "只读"),
        (errno.EDOM, "the system's words", "the system's words", "the system's words"),
    ],
)
def test_why_the_system_refused_is_said_in_both_languages(number: int, code: str, en: str, zh: str) -> None:
    why = messages.reason(OSError(number, "the system's words"))
    assert why == code
    error = StorageError(path="x", why=why)
    assert en in messages.explain(error, "en").what
    assert zh in messages.explain(error, "zh").what


def test_links_in_a_circle_are_named(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(StorageError) as caught:
        files.write_file(tmp_path / "loop" / "below", b"")
    assert "循环" in messages.explain(caught.value, "zh").what


def test_no_folder_is_made_of_a_name_that_was_mistyped(tmp_path: Path) -> None:
    place = tmp_path / "statsu"
    with pytest.raises(StorageError) as caught, files.alone(place):
        pass
    assert caught.value.error_code == "storage.absent"
    assert not place.exists()
    with files.alone(place, make=True):
        assert place.is_dir()
