"""The public passport page (html@1) in Chinese, English and German: figures with their basis, no script."""

from __future__ import annotations

from dataclasses import replace

from gateway.codec import shell
from gateway.codec.base import Evidence, Format, Package, passport_basis
from gateway.model.disclosure import Disclosure

_HOME = "gateway.formats.html"

# What a battery's draft method would make of the declared figures: shown on request, never asked for.
_BASIS = replace(passport_basis("per-kwh-delivered"), on_request="preview")


def _detect(package: Package) -> Evidence | None:
    if not package.members or not package.members[0].data.startswith(b"<!DOCTYPE html>"):
        return None
    from gateway.formats.html.reader import language_of

    found = [language_of(member.data) for member in package.members]
    return Evidence(3, ("hutong html@1", *found)) if all(found) else None


FORMAT = Format(
    id="html@1",
    title={"zh": "公开护照页面（中、英、德文）", "en": "public passport page (zh, en, de)"},
    media_type="text/html",
    detect=_detect,
    read=shell.reader(f"{_HOME}.reader"),
    write=shell.writer(f"{_HOME}.writer"),
    basis=_BASIS,
    private_reader=True,
    audience=Disclosure.C0,
)
