"""Codes by the names that people use for them; a name that several codes could have means none."""

from __future__ import annotations

import pytest

from gateway import resources
from gateway.codec.fields import code_list, code_synonyms, folded, named_code

STAGES = {
    "raw": [
        "原材料获取",
        "原材料获取阶段",
        "原材料获取与预加工",
        "原材料",
        "raw material acquisition",
        "Raw material acquisition and pre-processing",
        "raw materials stage",
        "EN15804 A1",
        "EN 15804 A1",
        "A1",
        "Ａ１",
    ],
    "inbound": ["原材料运输", "原材料运输阶段", "inbound transport", "A2", "module A2"],
    "production": [
        "生产",
        "生产阶段",
        "生产制造",
        "制造",
        "制造阶段",
        "产品生产",
        "main production",
        "production",
        "Production stage",
        "manufacturing phase",
        "A3",
        "A3阶段",
        "main production; EN15804 A3",
    ],
    "distribution": ["分销", "分销阶段", "分销运输", "产品配送", "distribution", "distribution stage", "A4"],
    "installation": ["安装", "安装阶段", "installation", "A5"],
    "use": [
        "使用",
        "使用阶段",
        "产品使用",
        "use",
        "use stage",
        "Use phase",
        "B1-B7",
        "B6",
        "B1 - B5",
        "B6~B7",
    ],
    "eol": [
        "回收",
        "回收利用",
        "回收阶段",
        "废弃",
        "废弃处置",
        "生命末期",
        "生命末期阶段",
        "end of life",
        "End-of-Life stage",
        "end of life and recycling",
        "recycling",
        "C1-C4",
        "C1–C4",
        "C1至C4",
        "EN 15804 C1-C4",
        "C3",
    ],
    "credit": ["回收信用", "credits", "D", "module D", "模块D"],
    "upstream": ["上游", "上游阶段", "upstream"],
    "core": ["核心", "核心阶段", "core"],
    "downstream": ["下游", "下游阶段", "downstream"],
}
OTHERS = [
    ("BOUNDARY", "摇篮到大门", "c2g"),
    ("BOUNDARY", "从摇篮到坟墓", "c2gr"),
    ("BOUNDARY", "cradle to gate", "c2g"),
    ("BAT_CAT", "电动汽车动力电池", "EV"),
    ("BAT_CAT", "储能电池", "IND"),
    ("BAT_LEVEL", "电芯", "cell"),
    ("BAT_LEVEL", "单体", "cell"),
    ("BAT_LEVEL", "battery pack", "pack"),
    ("BAT_CHEM", "磷酸铁锂电池", "LFP"),
    ("BAT_CHEM", "NMC", "NCM"),
    ("BAT_CHEM", "镍钴锰", "NCM"),
    ("STANDARD", "GB/T 24067", "GBT24067"),
    ("STANDARD", "GB/T24067-2024", "GBT24067"),
    ("STANDARD", "ISO 14067", "ISO14067"),
    ("STANDARD", "ISO 14040:2006", "GBT24040"),
    ("STANDARD", "团体标准", "T_GROUP"),
    ("DATABASE", "国家温室气体排放因子数据库", "NFDB"),
    ("DATABASE", "中国生命周期基础数据库", "CLCD"),
    ("DATABASE", "CALCD", "CALCD"),
    ("DATABASE", "GaBi", "MLC"),
    ("DATABASE", "National GHG emission factor database", "NFDB"),
    ("EOL_MODEL", "截断法", "cutoff"),
    ("EOL_MODEL", "cut-off", "cutoff"),
    ("EOL_MODEL", "recycled content", "cutoff"),
    ("EOL_MODEL", "CFF", "cff"),
    ("LINE_CAT", "原材料", "material"),
    ("LINE_CAT", "包装", "packaging"),
    ("LINE_CAT", "能耗", "energy"),
    ("LINE_CAT", "固废", "waste"),
    ("LINE_CAT", "副产品", "coproduct"),
    ("ELEC_KIND", "屋顶光伏", "onsite_pv"),
    ("ELEC_KIND", "市电", "grid"),
    ("ELEC_KIND", "自建光伏", "onsite_pv"),
    ("ALLOC", "按质量分配", "mass"),
    ("ALLOC", "economic allocation", "economic"),
    ("GWP_SET", "IPCC AR6", "AR6"),
    ("GWP_SET", "IPCC 2021", "AR6"),
    ("DATA_TYPE", "背景数据", "secondary"),
    ("TRANSPORT", "柴油货车", "road_diesel"),
    ("TRANSPORT", "sea freight", "sea"),
    ("VERIF", "第三方核查", "third"),
    ("PER", "每个电池包", "pack"),
    ("UNIT_KIND", "declared unit", "declared"),
]
ABSTAIN = [
    ("STAGE", "运输"),
    ("STAGE", "运输阶段"),
    ("STAGE", "transport"),
    ("STAGE", "A1-A3"),
    ("STAGE", "A1–A4"),
    ("STAGE", "A4-A5"),
    ("STAGE", "A13"),
    ("STAGE", "A1-C4"),
    ("STAGE", "C0"),
    ("STAGE", "阶段"),
    ("STAGE", "stage"),
    ("STAGE", "EPD"),
    ("STAGE", ""),
    ("BAT_CHEM", "三元"),
    ("TRANSPORT", "公路"),
    ("TRANSPORT", "road"),
    ("ELEC_KIND", "绿电"),
    ("ELEC_KIND", "光伏绿电"),
    ("PER", "kWh"),
    ("DATABASE", "ecoinvent 3.10"),
]


@pytest.mark.parametrize(("code", "name"), [(code, name) for code, names in STAGES.items() for name in names])
def test_stage(code: str, name: str) -> None:
    assert named_code(code_synonyms("STAGE"), name) == code


@pytest.mark.parametrize(("listed", "name", "code"), OTHERS)
def test_other_list(listed: str, name: str, code: str) -> None:
    assert named_code(code_synonyms(listed), name) == code


@pytest.mark.parametrize(("listed", "name"), ABSTAIN)
def test_a_name_of_several_or_none_abstains(listed: str, name: str) -> None:
    assert named_code(code_synonyms(listed), name) is None


def test_no_synonym_stands_at_two_codes_of_a_list() -> None:
    rows = resources.table("codes/declaration.csv")
    for listed in {row["list"] for row in rows}:
        told = [
            (folded(name), code)
            for code, row in code_list(listed).items()
            for name in row["synonyms"].split("|")
            if name
        ]
        assert [name for name, code in told if code_synonyms(listed).get(name) != code] == []
