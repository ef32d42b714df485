"""The registry of formats, in a fixed order, and detection by content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.codec.base import Evidence, Format, Package
from gateway.codec.plugin import Plugin, join
from gateway.errors import InputError, UsageError
from gateway.formats.aas import FOOTPRINT as AAS_FOOTPRINT
from gateway.formats.aas import PARTS as AAS_PARTS
from gateway.formats.aas import PASSPORT as AAS_PASSPORT
from gateway.formats.batterypass import FORMAT as BATTERYPASS
from gateway.formats.catenax import BATTERY_CODE
from gateway.formats.catenax import BATTERY_PASS as CATENAX_BATTERY_PASS
from gateway.formats.catenax import COMPONENT as CATENAX_COMPONENT
from gateway.formats.catenax import PRODUCT_PASSPORT as CATENAX_DPP
from gateway.formats.cbam import INPUT as CBAM_DATA
from gateway.formats.cbam import PACKAGE as CBAM_INSTALLATION
from gateway.formats.cn_pcf import FORMAT as CN_PCF
from gateway.formats.en18223 import FORMAT as EN18223
from gateway.formats.eudpp import FORMAT as EUDPP_LCA
from gateway.formats.html import FORMAT as HTML
from gateway.formats.ilcd import EPD as ILCD_EPD
from gateway.formats.openepd import FORMAT as OPENEPD
from gateway.formats.ouranos import FORMAT as OURANOS
from gateway.formats.pact import FORMATS as FOOTPRINTS
from gateway.formats.passport_data import FORMAT as PASSPORT_DATA
from gateway.formats.untp import CONFORMITY as UNTP_DCC
from gateway.formats.untp import DPP_061 as UNTP_DPP_061
from gateway.formats.untp import DPP_070 as UNTP_DPP_070

_FORMATS: tuple[Format, ...] = (
    CN_PCF,
    *FOOTPRINTS,
    CATENAX_COMPONENT,
    CATENAX_BATTERY_PASS,
    CATENAX_DPP,
    BATTERY_CODE,
    BATTERYPASS,
    AAS_FOOTPRINT,
    AAS_PASSPORT,
    AAS_PARTS,
    EN18223,
    HTML,
    ILCD_EPD,
    PASSPORT_DATA,
    UNTP_DPP_061,
    UNTP_DPP_070,
    UNTP_DCC,
    EUDPP_LCA,
    OURANOS,
    CBAM_DATA,
    CBAM_INSTALLATION,
    OPENEPD,
)

# Formats that go together under one name.
GROUPS: dict[str, tuple[str, ...]] = {
    "battery-passport": ("batterypass@1.2", "aas-02035-3@1.0", "en18223@2026")
}


@dataclass(frozen=True, slots=True)
class Detected:
    """A format and why the bytes look like it."""

    format: Format
    evidence: Evidence


def formats(plugins: Sequence[Plugin] = ()) -> tuple[Format, ...]:
    """All formats, in the order in which they are tried and listed; those of ``plugins`` come last.

    Raises:
        PluginError: a plugin brings an id or a family that is there already.
    """
    return join(_FORMATS, GROUPS, plugins) if plugins else _FORMATS


def find(name: str, plugins: Sequence[Plugin] = ()) -> tuple[Format, ...]:
    """The formats behind ``name``: an id, an id without version (the newest), or a group.

    Raises:
        UsageError: there is no such format.
        PluginError: see ``formats``.
    """
    if name in GROUPS:
        return tuple(one for member in GROUPS[name] for one in find(member))
    there = formats(plugins)
    exact = [f for f in there if f.id == name]
    family = [f for f in there if f.folder == name]
    if not exact and not family:
        known = ", ".join([*(f.id for f in there), *GROUPS])
        raise UsageError(name, code="usage.unknown-format", known=known)
    return tuple((exact or family)[-1:])


def evidence(package: Package, plugins: Sequence[Plugin] = ()) -> tuple[Detected, ...]:
    """Every format that fits, the strongest evidence first."""
    found = [Detected(f, e) for f in formats(plugins) if (e := f.detect(package)) is not None]
    return tuple(sorted(found, key=lambda d: -d.evidence.strength))


def detect(package: Package, plugins: Sequence[Plugin] = ()) -> Detected:
    """The one format that fits best.

    Raises:
        InputError: none fits.
        UsageError: two fit equally well; the caller must say which.
        PluginError: a plugin's format did not answer.
    """
    found = evidence(package, plugins)
    if not found and len(package.members) == 1 and package.only.start in (b"{", b"["):
        assert package.json is not None  # looks like JSON: if it is broken, this says where
        from gateway.formats.pact import envelope

        if (several := envelope.count(package)) > 1:
            raise InputError(several, path=package.name, code="input.several-footprints")
    if not found:
        from gateway.frontdoor.workbook import is_any_workbook  # only what fits nothing is looked at so

        foreign = len(package.members) == 1 and is_any_workbook(package.only.data)
        code = "input.foreign-workbook" if foreign else "input.unknown-format"
        raise InputError(package.name, path=package.name, code=code)
    if len(found) > 1 and found[1].evidence.strength == found[0].evidence.strength:
        names = " · ".join(f"--from {d.format.id}" for d in found)
        raise UsageError(package.name, path=package.name, code="usage.ambiguous-format", choices=names)
    return found[0]
