"""Which indicator states which carbon class on which GWP set: the known ids, and ours where none is true."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from functools import cache
from typing import Final

from gateway.codec.fields import code_list
from gateway.formats.ilcd.tables import climate_ids, indicators
from gateway.model.results import Carbon

# Own namespace for our LCIA method references (RFC 9562, 5.5), made once and never changed.
_NAMESPACE: Final = uuid.UUID("0b0a8f0e-5c0d-5f2b-9a53-7c3d8f1f6f4e")
# EF 3.1 climate change has the GWP100 of AR6 to the digit for every gas that both list; EF 3.0 has AR5 with
# climate-carbon feedbacks, which no domestic set is.
_EF31: Final = frozenset({"EF3.1", "AR6"})
# EN 15804+A2 has the biogenic class as a net value and counts uptake in the total; our others are not its.
_ALWAYS: Final = ("fossil", "luluc")
# EN 15804+A2, C.2.4: uptake is −1 where it happens and +1 where it leaves; a set that counts neither, or
# does not say, has other figures in these classes.
_BY_CONVENTION: Final = ("total_including_uptake", "biogenic")
_CONVENTION: Final = "m1p1"
# No "CO2" and no bare "GWP" in them: readers that look at names would take ours for official indicators.
_CLASS_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "total": ("carbon footprint, total", "产品碳足迹总量"),
    "total_including_uptake": ("carbon footprint with biogenic uptake", "计入生物固碳的碳足迹"),
    "fossil": ("fossil emissions", "化石源排放"),
    "biogenic": ("biogenic, net", "生物源（净值）"),
    "biogenic_emission": ("biogenic emissions", "生物成因排放"),
    "biogenic_co2": ("biogenic carbon dioxide emissions", "生物成因二氧化碳排放"),
    "biogenic_non_co2": ("biogenic emissions of other gases", "生物成因非二氧化碳排放"),
    "biogenic_uptake": ("biogenic carbon dioxide uptake", "生物成因清除"),
    "luluc": ("land use and land use change", "土地利用变化"),
    "aircraft": ("aircraft emissions", "航空运输排放"),
    "packaging": ("packaging emissions", "包装排放"),
}


def climate_id(carbon: str, gwp_set: str | None, biogenic: str | None = None) -> str:
    """The id of the indicator for a carbon class: the official one only where set and convention are its.

    Args:
        biogenic: the declared convention for biogenic carbon, a code of the list BIO.
    """
    is_its = carbon in _ALWAYS or (carbon in _BY_CONVENTION and biogenic == _CONVENTION)
    if gwp_set in _EF31 and is_its:
        return climate_ids("EF3.1")[carbon]
    return own_id(carbon, gwp_set)


def own_id(carbon: str, gwp_set: str | None) -> str:
    """Our own method reference for a class on a GWP set."""
    return str(uuid.uuid5(_NAMESPACE, f"climate-change/{carbon}/{gwp_set or ''}"))


def names(carbon: str, gwp_set: str | None, biogenic: str | None) -> dict[str, str]:
    """What an indicator of ours is called."""
    en, zh = _CLASS_NAMES[carbon]
    row = indicators().get(climate_id(carbon, gwp_set, biogenic))
    if row is not None:
        return {
            "en": f"{row['name_en']} ({row['code']}, EF 3.1)",
            "zh": f"{row['name_zh']}（{row['code']}，EF 3.1）",
        }
    label = code_list("GWP_SET").get(gwp_set or "unknown", code_list("GWP_SET")["unknown"])
    is_told = label["code"] != "unknown"
    en_set = f"GWP100 of {label['label_en']}" if is_told else "gas factors not told"
    zh_set = f"GWP100：{label['label_zh']}" if is_told else "温室气体系数来源未说明"
    return {"en": f"{en}, as declared ({en_set})", "zh": f"{zh}，按声明（{zh_set}）"}


@cache
def own_classes() -> Mapping[str, tuple[str, str]]:
    """Class and GWP set of our own ids; the set is empty where none was told."""
    sets = ["", *code_list("GWP_SET")]
    return {own_id(carbon, told): (carbon, told) for carbon in Carbon.model_fields for told in sets}


@cache
def known_classes() -> Mapping[str, tuple[str, str]]:
    """Class and GWP set of every climate indicator, official or ours.

    EN 15804+A1 does not bind its indicator to one GWP set.
    """
    found = dict(own_classes())
    for id_, row in indicators().items():
        if row["carbon"]:
            edition = row["editions"]
            found[id_] = (row["carbon"], edition if edition in ("EF3.0", "EF3.1") else "")
    return found
