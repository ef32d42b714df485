"""Backslashes as old tools of Windows write them: slashes where that is certain, refused elsewhere."""

from __future__ import annotations

import pytest

from gateway.codec.base import Context
from gateway.codec.shelf import ZipShelf
from gateway.errors import InputError
from gateway.frontdoor import archive
from gateway.frontdoor import limits as lim
from gateway.pipeline.datasets import open_datasets
from gateway.report import Severity
from tests.frontdoor.test_archive import Part, build
from tests.pipeline.test_dataset_odd_values import mill

ALLOWED = [lim.PACKAGE_ARCHIVE, lim.DATABASE_ARCHIVE]


def packed(*names: str) -> bytes:
    return build([Part(name.encode()) for name in names])


@pytest.mark.parametrize("limits", ALLOWED)
def test_backslashes_are_slashes_where_no_name_has_one(limits: lim.ArchiveLimits) -> None:
    opened = archive.open_zip(packed("ILCD\\flows\\a.xml", "b.xml"), limits=limits)
    assert opened.names == ("ILCD/flows/a.xml", "b.xml")
    assert opened.windows_names
    assert opened.read("ILCD/flows/a.xml") == opened.read("b.xml")
    assert not archive.open_zip(packed("ILCD/flows/a.xml"), limits=limits).windows_names


@pytest.mark.parametrize("limits", ALLOWED)
@pytest.mark.parametrize(
    "names",
    [
        ("..\\a",),
        ("a\\..\\..\\b",),
        ("a\\.\\b",),
        ("a\\\\b",),
        ("\\a",),
        ("\\\\server\\x",),
        ("C:\\x",),
        ("a\\b/c",),  # both in one name
        ("a\\b", "c/d"),  # both in one archive
    ],
)
def test_nothing_leads_out_and_nothing_is_guessed(limits: lim.ArchiveLimits, names: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as caught:
        archive.open_zip(packed(*names), limits=limits)
    assert caught.value.error_code == "archive.path-outside"


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("a\\b", "A\\B"), "archive.name-clash"),
        (("a\\b", "a\\b"), "archive.duplicate-entry"),
        (("a", "a\\b"), "archive.name-clash"),
    ],
)
def test_no_two_names_become_one(names: tuple[str, ...], code: str) -> None:
    with pytest.raises(InputError) as caught:
        archive.open_zip(packed(*names), limits=lim.PACKAGE_ARCHIVE)
    assert caught.value.error_code == code


def test_other_archives_stay_refused() -> None:
    for limits in (lim.ARCHIVE, lim.ArchiveLimits(allow_nested=True)):
        with pytest.raises(InputError):
            archive.open_zip(packed("a\\b"), limits=limits)


def test_a_package_says_so() -> None:
    (data,) = mill("").files.values()
    entry = Part(b"EcoSpold01\\mill.xml", data)
    shelf = ZipShelf("mill.zip", archive.open_zip(build([entry]), limits=lim.PACKAGE_ARCHIVE))
    opened = open_datasets(shelf, context=Context()).bundle
    assert [(f.code, f.severity) for f in opened.findings] == [("dataset.windows-names", Severity.INFO)]
    plain = open_datasets(mill(""), context=Context()).bundle
    assert opened.keys == plain.keys
    assert [opened.read(key).dataset for key in opened.keys] == [
        plain.read(key).dataset for key in plain.keys
    ]
