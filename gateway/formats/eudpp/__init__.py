"""The LCA module of the EU DPP core ontology as JSON-LD (eudpp-lca@1.9): a footprint with its modules."""

from __future__ import annotations

from gateway.codec import shell
from gateway.codec.base import Context, Evidence, Format, Package, Reading
from gateway.model.disclosure import Disclosure

_HOME = "gateway.formats.eudpp"

_VOCABULARY = "https://w3id.org/eudpp#"
_TYPES = ("EPDStudy", "LCAStudy")


def _detect(package: Package) -> Evidence | None:
    document = package.json_object
    context = document.get("@context") if document is not None else None
    named = isinstance(context, dict) and context.get("@vocab") == _VOCABULARY
    kind = document.get("@type") if document is not None else None
    return Evidence(3, (_VOCABULARY, str(kind))) if named and kind in _TYPES else None


def _read(package: Package, context: Context) -> Reading:
    from gateway.formats.eudpp.study import read

    return read(package)


FORMAT = Format(
    id="eudpp-lca@1.9",
    title={"zh": "欧盟 DPP 核心本体 LCA 模块（JSON-LD）", "en": "EU DPP core ontology, LCA module (JSON-LD)"},
    media_type="application/ld+json",
    detect=_detect,
    read=_read,
    write=shell.writer(f"{_HOME}.study"),
    audience=Disclosure.C0,
    schema_edition="EUDPP LCA ontology 1.9.4",
    set_name="declared",
)
