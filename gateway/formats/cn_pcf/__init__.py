"""The domestic declaration (cn-pcf@1): the 220 fields of a GB/T 24067 report and what a passport adds."""

from __future__ import annotations

from gateway.codec import shell
from gateway.codec.base import Context, Evidence, Format, Package, Reading
from gateway.errors import GatewayError
from gateway.model.disclosure import Disclosure
from gateway.report import Finding

_HOME = "gateway.formats.cn_pcf"

# Members of the document that no other footprint format has.
_OWN = ("enterprise", "cutoff", "miit", "boundary", "battery", "unit", "results", "lines")
# How a workbook begins; everything else is the JSON form.
_ZIP = b"PK\x03\x04"


def _detect(package: Package) -> Evidence | None:
    if _has_layout(package):
        return Evidence(2, ("workbook", "hutong-layout@1"))
    if len(package.members) != 1:
        return None
    if package.only.data.startswith(_ZIP):
        return _detect_workbook(package)
    if package.only.start != b"{":
        return _detect_register(package)
    try:
        document = package.json
    except GatewayError:
        return None
    if not isinstance(document, dict):
        return None
    own = [name for name in _OWN if isinstance(document.get(name), (dict, list))]
    if isinstance(document.get("document"), dict) and isinstance(document.get("product"), dict) and own:
        return Evidence(2, ("document", "product", *own))
    return None


def _detect_register(package: Package) -> Evidence | None:
    if package.only.data[:1] in (b"", b"<", b"[") or b"\x00" in package.only.data[:512]:
        return None
    from gateway.formats.cn_pcf.register import detect_register

    return detect_register(package)


def _detect_workbook(package: Package) -> Evidence | None:
    from gateway.formats.cn_pcf.workbook_sheets import evidence
    from gateway.frontdoor.workbook import is_workbook, open_workbook

    if not is_workbook(package.only.data):
        return None
    try:
        strength, seen = evidence(open_workbook(package.only.data))
    except GatewayError:
        return None
    return Evidence(strength, ("workbook", *seen)) if strength else None


def _has_layout(package: Package) -> bool:
    """Whether it is a workbook with the layout along which it is read."""
    return len(package.members) == 2 and b'"hutong-layout@1"' in package.members[1].data


def _read(package: Package, context: Context) -> Reading:
    if _has_layout(package):
        from gateway.formats.cn_pcf.foreign_layout import Layout
        from gateway.formats.cn_pcf.foreign_reader import read_with_layout

        workbook, layout = package.members
        return read_with_layout(workbook.data, Layout.from_json(layout.data))
    if len(package.members) == 1 and package.only.data.startswith(_ZIP):
        from gateway.formats.cn_pcf.workbook_reader import read_workbook

        return read_workbook(package, context)
    if len(package.members) == 1 and package.only.start != b"{" and _detect_register(package):
        from gateway.formats.cn_pcf.register import read_one

        return read_one(package)
    from gateway.formats.cn_pcf.reader import read

    return read(package, context)


def _validate(package: Package) -> tuple[Finding, ...]:
    from gateway.codec.schema import judge

    if len(package.members) == 1 and package.only.data.startswith(_ZIP):
        return ()  # the schema is one of the JSON form
    return judge(package.json, "cn_pcf/declaration.schema.json")


FORMAT = Format(
    id="cn-pcf@1",
    title={"zh": "国内产品碳足迹声明", "en": "domestic product carbon footprint declaration"},
    media_type="application/json",
    detect=_detect,
    read=_read,
    write=shell.writer(f"{_HOME}.writer"),
    validate=_validate,
    audience=Disclosure.C3,
)
