"""Passport data alone, before there is a declaration: written as far as it goes, and never a bug of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.formats import find, formats
from gateway.model.access import Audience
from gateway.pipeline.convert import convert, read

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "passport-data" / "lfp-pack.json"
PASSPORTS = tuple(f.id for f in formats() if f.write is not None and "audience" in f.parameters)


@pytest.mark.parametrize("audience", list(Audience))
@pytest.mark.parametrize("target", PASSPORTS)
def test_each_passport_is_written_or_says_what_it_lacks(target: str, audience: Audience) -> None:
    assert find(target)
    source = read(EXAMPLE.read_bytes())
    (made,) = convert(source, to=[target], options={"audience": audience.value, "preview": "yes"})
    assert made.package is not None or made.lacks


def test_the_documents_of_part_2_say_who_numbers_them() -> None:
    (made,) = convert(read(EXAMPLE.read_bytes()), to=["aas-02035@1.0"])
    told = {note.written for note in made.notes if note.code == "aas.document-domain"}
    assert told == {"0199:5299000EXAMPLE000096"}
