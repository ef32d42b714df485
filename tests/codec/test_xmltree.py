"""XML to tree and back: conventions, defects, places, and nothing lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from gateway.codec.xmlstructure import structure
from gateway.codec.xmltree import XmlTree, read_tree, write_tree
from gateway.errors import InputError
from gateway.report import Fate

ILCD = (
    'xmlns="http://lca.jrc.it/ILCD/Process" xmlns:c="http://lca.jrc.it/ILCD/Common" '
    'xmlns:e="http://www.iai.kit.edu/EPD/2013" xmlns:v="urn:vendor"'
)
UUID = "0f2f3d5a-7c63-4c0e-8e5a-0d7f6f0f9a11"


def process(inside: str = "", *, names: str = "", more: str = "", head: str = "") -> bytes:
    """A process with its UUID, and what a test puts beside it."""
    return (
        f'<processDataSet {ILCD} version="1.1"{head}><processInformation><dataSetInformation>'
        f"<c:UUID>{UUID}</c:UUID>{names}</dataSetInformation>{inside}</processInformation>{more}"
        "</processDataSet>"
    ).encode()


def at(tree: XmlTree, *steps: str | int) -> Any:
    node: Any = tree.root
    for step in steps:
        node = node[step]
    return node


def codes(tree: XmlTree) -> list[str]:
    return [finding.code for finding in tree.findings]


class TestConvention:
    """The same shape whatever the document happens to hold."""

    def test_prefixes_are_ours_not_the_documents(self) -> None:
        tree = read_tree(process())
        assert tree.root == {
            "@version": "1.1",
            "processInformation": {"dataSetInformation": {"common:UUID": UUID}},
        }
        assert not tree.findings

    def test_languages_are_an_object(self) -> None:
        names = '<name><baseName xml:lang="zh">电芯</baseName><baseName>cell</baseName></name>'
        tree = read_tree(process(names=names))
        name = at(tree, "processInformation", "dataSetInformation", "name")
        assert name == {"baseName": {"zh": "电芯", "en": "cell"}}

    def test_what_may_repeat_is_a_list(self) -> None:
        flow = "<referenceToReferenceFlow>1</referenceToReferenceFlow>"
        tree = read_tree(process(f"<quantitativeReference>{flow}</quantitativeReference>"))
        assert at(tree, "processInformation", "quantitativeReference") == {"referenceToReferenceFlow": ["1"]}

    def test_text_beside_attributes(self) -> None:
        names = (
            "<classificationInformation><c:classification><c:class level='0'>Energy</c:class>"
            "</c:classification></classificationInformation>"
        )
        tree = read_tree(process(names=names))
        found = at(tree, "processInformation", "dataSetInformation", "classificationInformation")
        assert found == {"common:classification": [{"common:class": [{"@level": "0", "#text": "Energy"}]}]}

    def test_amounts_of_an_epd_are_a_list(self) -> None:
        more = '<c:other><e:amount e:module="A1-A3">1.20</e:amount></c:other>'
        tree = read_tree(process(more=more))
        assert at(tree, "common:other") == {"epd:amount": [{"@epd:module": "A1-A3", "#text": "1.20"}]}

    def test_texts_are_kept_to_the_letter(self) -> None:
        names = "<name><baseName> two  spaces\n\ta &amp; b &lt; c&#13; </baseName></name>"
        tree = read_tree(process(names=names))
        text = at(tree, "processInformation", "dataSetInformation", "name", "baseName", "en")
        assert text == " two  spaces\n\ta & b < c\r "
        assert read_tree(write_tree(tree)).root == tree.root

    def test_spaces_around_a_number_mean_nothing_and_are_noted(self) -> None:
        inside = "<time><c:referenceYear> 2024\n</c:referenceYear></time>"
        tree = read_tree(process(inside))
        assert at(tree, "processInformation", "time", "common:referenceYear") == "2024"
        assert [(note.code, note.fate, note.written) for note in tree.notes] == [
            ("xml.spaces", Fate.MENDED, "2024")
        ]

    def test_spaces_around_a_language_mean_nothing_and_are_noted(self) -> None:
        tree = read_tree(process(names='<c:synonyms xml:lang="de ">Zelle</c:synonyms>'))
        assert at(tree, "processInformation", "dataSetInformation", "common:synonyms") == {"de": "Zelle"}
        assert [note.code for note in tree.notes] == ["xml.spaces"]

    def test_comments_are_noted_as_dropped(self) -> None:
        tree = read_tree(b"<!-- before -->\n" + process("<!-- inside --><![CDATA[<!-- text -->]]><?do it?>"))
        assert [(note.code, note.path, note.value) for note in tree.notes] == [
            ("xml.aside", "line 1", " before "),
            ("xml.aside", "line 2", " inside "),
            ("xml.aside", "line 2", "do it"),
        ]

    def test_an_unknown_namespace_gets_a_prefix_of_its_own(self) -> None:
        tree = read_tree(process(more='<c:other><v:x v:y="1"><v:z/></v:x></c:other>', head=' v:h="2"'))
        assert tree.namespaces == {"ns1": "urn:vendor"}
        assert at(tree, "common:other") == {"ns1:x": {"@ns1:y": "1", "ns1:z": ""}}
        assert read_tree(write_tree(tree)) == tree

    def test_the_marker_decides_the_profile(self) -> None:
        kind = "<modellingAndValidation><LCIMethodAndAllocation><typeOfDataSet>{}</typeOfDataSet>"
        kind += "</LCIMethodAndAllocation></modellingAndValidation>"
        assert read_tree(process(more=kind.format("EPD"))).structure.profile == "epd"
        assert read_tree(process(more=kind.format("LCI result"))).structure.profile == "ilcd"


EXCHANGE = (
    '<exchanges><exchange dataSetInternalID="{id}"><referenceToFlowDataSet type="flow data set" '
    'refObjectId="{ref}"/><meanAmount>{amount}</meanAmount>{more}</exchange></exchanges>'
)


def exchange(*, id: str = "1", ref: str = UUID, amount: str = "1", more: str = "") -> bytes:
    return process(more=EXCHANGE.format(id=id, ref=ref, amount=amount, more=more))


DEFECTS: Mapping[str, tuple[bytes, str, str]] = {
    "order": (process("<time/><quantitativeReference/>"), "xml.order", ""),
    "unknown-element": (process("<colour>red</colour>"), "xml.unknown-element", "red"),
    "unknown-attribute": (process(head=' colour="red"'), "xml.unknown-attribute", "red"),
    "other-with-text": (process(more="<c:other>note</c:other>"), "xml.other-misused", "note"),
    "other-with-language": (
        process(more='<c:other xml:lang="zh"><e:subType>generic dataset</e:subType></c:other>'),
        "xml.other-misused",
        "zh",
    ),
    "other-empty": (process(more="<c:other/>"), "xml.other-empty", ""),
    "other-with-own": (process(more="<c:other><c:name>x</c:name></c:other>"), "xml.other-misused", "x"),
    "not-uuid": (exchange(ref="FLOW-12"), "xml.not-uuid", "FLOW-12"),
    "spreadsheet": (exchange(ref="#REF!"), "xml.spreadsheet-error", "#REF!"),
    "spreadsheet-amount": (exchange(amount="#DIV/0!"), "xml.spreadsheet-error", "#DIV/0!"),
    "not-a-number": (exchange(amount="1,5"), "xml.bad-value", "1,5"),
    "not-in-list": (
        exchange(more="<dataDerivationTypeStatus/>"),
        "xml.not-in-list",
        "",
    ),
    "too-long": (
        exchange(more=f"<generalComment>{'x' * 501}</generalComment>"),
        "xml.too-long",
        "x" * 119 + "…",
    ),
    "missing": (process().replace(f"<c:UUID>{UUID}</c:UUID>".encode(), b""), "xml.missing", ""),
    "repeated": (process("<time/><time/>"), "xml.repeated", ""),
    "language-twice": (
        process(names='<c:synonyms>a</c:synonyms><c:synonyms xml:lang="en">b</c:synonyms>'),
        "xml.language-twice",
        "b",
    ),
    "bad-language": (process(names='<c:synonyms xml:lang="中文">a</c:synonyms>'), "xml.bad-language", "中文"),
    "text-unexpected": (process("stray"), "xml.text-among-elements", "stray"),
    "text-alone": (process("<time>2024</time>"), "xml.text-unexpected", "2024"),
}


class TestDefects:
    """Each is told with code, place and value; what it stands on is kept and written again."""

    @pytest.mark.parametrize("name", DEFECTS)
    def test_is_told(self, name: str) -> None:
        data, code, saw = DEFECTS[name]
        found = read_tree(data).findings
        assert [(finding.code, finding.saw) for finding in found] == [(code, saw)]
        assert found[0].at.startswith("/processDataSet")
        assert "(line 1)" in found[0].at

    @pytest.mark.parametrize("name", DEFECTS)
    def test_is_kept(self, name: str) -> None:
        tree = read_tree(DEFECTS[name][0])
        again = read_tree(write_tree(tree))
        assert (again.root, again.extras) == (tree.root, tree.extras)
        # Only the order is mended by writing.
        left = [code for code in codes(tree) if code != "xml.order"]
        assert codes(again) == left

    def test_a_second_language_is_kept_aside(self) -> None:
        tree = read_tree(DEFECTS["language-twice"][0])
        assert at(tree, "processInformation", "dataSetInformation", "common:synonyms") == {"en": "a"}
        extra = {"@xml:lang": "en", "#text": "b"}
        assert tree.extras == {"/processInformation/dataSetInformation/common:synonyms": (extra,)}

    def test_a_second_element_makes_a_list(self) -> None:
        tree = read_tree(process("<time/><time><c:referenceYear>2024</c:referenceYear></time>"))
        assert at(tree, "processInformation", "time") == [{}, {"common:referenceYear": "2024"}]

    def test_an_element_of_the_full_process_is_told_in_an_epd(self) -> None:
        names = "<name><baseName>x</baseName><mixAndLocationTypes>at plant</mixAndLocationTypes></name>"
        tree = read_tree(process(names=names), structure("process", profile="epd"))
        assert [(f.code, f.params["name"]) for f in tree.findings] == [
            ("xml.not-in-profile", "mixAndLocationTypes")
        ]
        name = at(tree, "processInformation", "dataSetInformation", "name")
        assert name["mixAndLocationTypes"] == {"en": "at plant"}


class TestWriting:
    """Schema order, only what is used, the same bytes each time."""

    def test_order_is_the_schemas(self) -> None:
        root: dict[str, Any] = {
            "processInformation": {
                "time": {"common:dataSetValidUntil": "2030", "common:referenceYear": "2024"},
                "dataSetInformation": {"common:UUID": UUID},
            },
            "@version": "1.1",
        }
        expected = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<processDataSet xmlns="http://lca.jrc.it/ILCD/Process" '
            'xmlns:common="http://lca.jrc.it/ILCD/Common" version="1.1">\n'
            "  <processInformation>\n"
            "    <dataSetInformation>\n"
            f"      <common:UUID>{UUID}</common:UUID>\n"
            "    </dataSetInformation>\n"
            "    <time>\n"
            "      <common:referenceYear>2024</common:referenceYear>\n"
            "      <common:dataSetValidUntil>2030</common:dataSetValidUntil>\n"
            "    </time>\n"
            "  </processInformation>\n"
            "</processDataSet>\n"
        )
        assert write_tree(root, structure("process")).decode() == expected

    def test_elements_of_no_namespace_come_back(self) -> None:
        data = process(more='<c:other><bare xmlns="">x</bare></c:other>')
        tree = read_tree(data)
        assert at(tree, "common:other") == {"none:bare": "x"}
        assert read_tree(write_tree(tree)) == tree

    @pytest.mark.parametrize("character", ["\x00", "\x1f", "\ud800", "\ufffe"])
    def test_a_character_that_xml_cannot_hold_is_refused(self, character: str) -> None:
        root: Any = {"processInformation": {"dataSetInformation": {"common:UUID": f"a{character}"}}}
        with pytest.raises(InputError) as caught:
            write_tree(root, structure("process"))
        assert caught.value.error_code == "xml.unwritable"
        assert caught.value.path == "common:UUID"

    def test_mixed_choices_keep_their_order(self) -> None:
        item = '<n:{}><n:name>x</n:name><n:weightPerc n:value="1"/></n:{}>'
        inside = "".join(item.format(kind, kind) for kind in ("material", "component", "material"))
        other = f'<c:other><n:contentDeclaration xmlns:n="http://www.indata.network/EPD/2019">{inside}'
        data = process(more=f"{other}</n:contentDeclaration></c:other>")
        tree = read_tree(data)
        assert not tree.findings
        declared = at(tree, "common:other", "epd2:contentDeclaration")
        assert declared["#order"] == ["epd2:material", "epd2:component", "epd2:material"]
        again = read_tree(write_tree(tree))
        assert again == tree


class TestPlaces:
    """Every leaf knows where it stood."""

    def test_one_walk_and_single_questions_agree(self) -> None:
        data = exchange(more='<generalComment xml:lang="zh">好</generalComment>')
        tree = read_tree(data)
        places = dict(tree.places())
        assert places["/exchanges/exchange/0/meanAmount"] == (
            "/processDataSet/exchanges/exchange[1]/meanAmount (line 1)"
        )
        assert places["/exchanges/exchange/0/generalComment/zh"].endswith("/generalComment (line 1)")
        assert places["/exchanges/exchange/0/@dataSetInternalID"].endswith("/@dataSetInternalID (line 1)")
        for path, place in places.items():
            assert tree.place(path).replace("exchange/", "exchange[1]/") == place

    def test_what_is_not_there_has_no_place(self) -> None:
        assert read_tree(process()).place("/exchanges/exchange/0") == ""


def test_another_root_is_refused_by_name() -> None:
    with pytest.raises(InputError) as caught:
        read_tree(b'<html xmlns="http://www.w3.org/1999/xhtml"/>')
    assert caught.value.error_code == "xml.other-root"
