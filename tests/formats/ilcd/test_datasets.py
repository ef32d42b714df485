"""ILCD data sets through the model and back: nothing lost, one meaning of spread, nothing made up."""

from __future__ import annotations

import copy
import json
import random
import uuid
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from gateway.codec.base import Context
from gateway.codec.dataset_run import Sent, write_bundle
from gateway.codec.datasets import Bundle, bundle_of
from gateway.codec.shelf import FileShelf
from gateway.codec.xmltree import Value, XmlTree, read_tree
from gateway.errors import GatewayError
from gateway.formats.datasets import find_dataset_format
from gateway.formats.ilcd.binding import rest_of
from gateway.formats.ilcd.bound_others import dataset
from gateway.formats.ilcd.graph import KINDS
from gateway.formats.ilcd.spreads import printed, spread
from gateway.formats.ilcd.unbound_others import dataset_node
from gateway.formats.ilcd.unbound_process import _review
from gateway.model.activity import Place
from gateway.model.base import LangText, Missing, Reason
from gateway.model.dataset import Dataset, DatasetKind, Link, LinkRole, Reference
from gateway.model.inventory import Flow, FlowKind, FlowProperty, FlowPropertyValue, UnitEntry, UnitGroup
from gateway.model.process import Direction, Distribution, Exchange, Process, ProcessKind, Review
from gateway.pipeline.datasets import convert_datasets, open_datasets
from gateway.quantity.number import Number
from gateway.report import Fate, Note

SEED = 15804
PLANT = "6a5e0fd8-4f5b-4f0c-9a3a-2b7c1d9e0f11"
STEEL, SLAG, SCRAP, CO2 = (f"6a5e0fd8-4f5b-4f0c-9a3a-2b7c1d9e0f{n}" for n in (21, 22, 23, 24))


# --- every published sample -------------------------------------------------------------------------------


def trees(data: Path, pattern: str) -> Iterator[tuple[str, XmlTree]]:
    for file in sorted(data.glob(pattern)):
        try:
            tree = read_tree(file.read_bytes())
        except GatewayError:
            continue  # a list of classes or locations
        if tree.structure.name in KINDS:
            yield file.relative_to(data).as_posix(), tree


def differences(a: Value, b: Value, at: str = "") -> Iterator[str]:
    if isinstance(a, dict) and isinstance(b, dict):
        for key in [*a, *(k for k in b if k not in a)]:
            if key in a and key in b:
                yield from differences(a[key], b[key], f"{at}/{key}")
            else:
                yield f"{at}/{key}"
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for n, (x, y) in enumerate(zip(a, b, strict=True)):
            yield from differences(x, y, f"{at}/{n}")
    elif a != b:
        yield f"{at}: {a!r} → {b!r}"


def through_the_model(tree: XmlTree) -> list[str]:
    kind, before = KINDS[tree.structure.name], copy.deepcopy(tree.root)
    made = dataset(kind, tree.root)
    return list(differences(before, dataset_node(kind, made, rest_of(made.extras))))


@pytest.mark.oracle
@pytest.mark.parametrize("folder", ["ilcd", "ilcd-epd", "ilcd-tiangong"])
def test_samples_come_back_as_they_were(oracle_data: Path, folder: str) -> None:
    found = {name: through_the_model(tree) for name, tree in trees(oracle_data, f"lca/{folder}/*.xml")}
    assert len(found) >= {"ilcd": 10, "ilcd-epd": 2, "ilcd-tiangong": 1}[folder]
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.oracle
def test_a_share_of_tiangong_comes_back_as_it_was(oracle_data: Path) -> None:
    found = list(trees(oracle_data, "tiangong/*/*.xml"))
    share = random.Random(SEED).sample(found, 150)
    assert {name: wrong for name, tree in share if (wrong := through_the_model(tree))} == {}


@pytest.mark.oracle
@pytest.mark.exhaustive
def test_all_of_tiangong_comes_back_as_it_was(oracle_data: Path) -> None:
    found = {name: through_the_model(tree) for name, tree in trees(oracle_data, "tiangong/*/*.xml")}
    assert len(found) == 1110
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


# --- documents of our own ---------------------------------------------------------------------------------


def reference(uuid: str, kind: str = "flow", name: str = "flow") -> str:
    text = f'<common:shortDescription xml:lang="en">{name}</common:shortDescription>'
    return f'type="{kind} data set" refObjectId="{uuid}" uri="../{kind}s/{uuid}.xml">{text}'


def exchange(id_: int, flow: str, direction: str, inner: str, location: str = "") -> str:
    place = f"<location>{location}</location>" if location else ""
    return (
        f'<exchange dataSetInternalID="{id_}"><referenceToFlowDataSet {reference(flow)}'
        f"</referenceToFlowDataSet>{place}<exchangeDirection>{direction}</exchangeDirection>{inner}</exchange>"
    )


def amounts(mean: str, resulting: str | None = None, more: str = "") -> str:
    second = f"<resultingAmount>{mean if resulting is None else resulting}</resultingAmount>"
    return f"<meanAmount>{mean}</meanAmount>{second}{more}"


def process(
    exchanges: str,
    *,
    references: tuple[int, ...] = (0,),
    kind: str = "Unit process, single operation",
    names: str = '<baseName xml:lang="en">steel</baseName><baseName xml:lang="zh">钢</baseName>',
    info: str = "",
    results: str = "",
    more: str = "",
) -> bytes:
    told = "".join(f"<referenceToReferenceFlow>{one}</referenceToReferenceFlow>" for one in references)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<processDataSet xmlns="http://lca.jrc.it/ILCD/Process" xmlns:common="http://lca.jrc.it/ILCD/Common"
    xmlns:epd="http://www.iai.kit.edu/EPD/2013" xmlns:house="https://example.org/house"
    xmlns:xml="http://www.w3.org/XML/1998/namespace" version="1.1"{more}>
<processInformation><dataSetInformation><common:UUID>{PLANT}</common:UUID><name>{names}</name>
<classificationInformation><common:classification><common:class level="0">Metals</common:class>
</common:classification></classificationInformation>{info}</dataSetInformation>
<quantitativeReference type="Reference flow(s)">{told}</quantitativeReference>
<time><common:referenceYear>2024</common:referenceYear></time>
<geography><locationOfOperationSupplyOrProduction location="CN"/></geography><technology/>
</processInformation>
<modellingAndValidation><LCIMethodAndAllocation><typeOfDataSet>{kind}</typeOfDataSet>
</LCIMethodAndAllocation></modellingAndValidation>
<administrativeInformation><publicationAndOwnership>
<common:dataSetVersion>01.00.000</common:dataSetVersion></publicationAndOwnership>
</administrativeInformation>
<exchanges>{exchanges}</exchanges>{results}</processDataSet>""".encode()


def opened(*documents: bytes) -> Bundle:
    shelf = FileShelf("package", {f"ILCD/processes/{n}.xml": one for n, one in enumerate(documents)})
    return find_dataset_format("ilcd").open(shelf, Context())


def read(document: bytes) -> Process:
    bundle = opened(document)
    found = bundle.read(bundle.keys[0]).dataset
    assert isinstance(found, Process)
    return found


def again(document: bytes) -> XmlTree:
    """The document as our writer gives it out again; with nothing to say about it."""
    shelf = FileShelf("package", {"ILCD/processes/x.xml": document})
    (sent,) = convert_datasets(open_datasets(shelf), to="ilcd")
    assert sent.refused == {}, sent.refused
    assert [note for account in sent.accounts.values() for note in account.notes] == []
    assert sent.member is not None
    return read_tree(sent.member.data)


def assert_same_again(document: bytes) -> None:
    before, after = read_tree(document), again(document)
    assert list(differences(before.root, after.root)) == []
    assert after.extras == before.extras
    assert after.namespaces == before.namespaces


def exchanges_of(document: bytes) -> dict[str, Exchange]:
    return {one.id: one for one in read(document).exchanges}


STEEL_OUT = exchange(0, STEEL, "Output", amounts("1000.0"))


class TestSpread:
    """ILCD prints 95 % of a distribution; the model keeps the deviation itself."""

    @pytest.mark.parametrize(
        ("kind", "text", "deviation"),
        [
            (Distribution.LOG_NORMAL, "1.44", "1.2"),
            (Distribution.LOG_NORMAL, "1.21", "1.1"),
            (Distribution.NORMAL, "0.5", "0.25"),
            (Distribution.NORMAL, "3", "1.5"),
        ],
    )
    def test_the_deviation(self, kind: Distribution, text: str, deviation: str) -> None:
        found = spread(kind, text)
        assert isinstance(found, Number)
        assert found.value == Decimal(deviation)
        assert printed(kind, found) == text

    @pytest.mark.parametrize("kind", [None, Distribution.TRIANGULAR, Distribution.UNIFORM])
    def test_no_width_where_there_is_none(self, kind: Distribution | None) -> None:
        assert spread(kind, "1.44") is None
        assert printed(kind, Number(Decimal("1.2"))) is None

    def test_a_negative_square_has_no_root(self) -> None:
        assert spread(Distribution.LOG_NORMAL, "-1.44") is None
        assert spread(Distribution.LOG_NORMAL, "abc") is None

    @pytest.mark.parametrize("text", ["1.3", "1.050", "1.2E0", "2.0", "-1"])
    def test_the_printed_figure_comes_back(self, text: str) -> None:
        """Also where its root has no end, and as it was printed."""
        more = (
            "<uncertaintyDistributionType>log-normal</uncertaintyDistributionType>"
            f"<relativeStandardDeviation95In>{text}</relativeStandardDeviation95In>"
        )
        document = process(STEEL_OUT + exchange(1, CO2, "Output", amounts("2", more=more)))
        found = exchanges_of(document)["1"].uncertainty
        assert found.distribution is Distribution.LOG_NORMAL
        if not text.startswith("-"):
            assert isinstance(found.spread, Number)
            assert isinstance(found.spread.value, Decimal)
            assert abs(found.spread.value**2 - Decimal(text)) < Decimal("1e-30")
        assert through_the_model(read_tree(document)) == []

    def test_a_least_and_a_most(self) -> None:
        more = (
            "<minimumAmount>1.0</minimumAmount><maximumAmount>3.5</maximumAmount>"
            "<uncertaintyDistributionType>uniform</uncertaintyDistributionType>"
        )
        document = process(STEEL_OUT + exchange(1, CO2, "Output", amounts("2", more=more)))
        found = exchanges_of(document)["1"].uncertainty
        assert (str(found.minimum), str(found.maximum)) == ("1.0", "3.5")
        assert_same_again(document)


class TestExchanges:
    """Direction, reference and amount are what the document says."""

    def test_shares_of_co_products_are_fractions(self) -> None:
        shares = "".join(
            f'<allocation internalReferenceToCoProduct="{n}" allocatedFraction="{share}"/>'
            for n, share in ((0, "62.50"), (1, "37.5"))
        )
        document = process(
            STEEL_OUT
            + exchange(1, SLAG, "Output", amounts("300"))
            + exchange(2, CO2, "Output", amounts("2", more=f"<allocations>{shares}</allocations>")),
            references=(0, 1),
        )
        found = exchanges_of(document)["2"].allocations
        told = {one.product: one.share.value for one in found if isinstance(one.share, Number)}
        assert told == {"0": Decimal("0.625"), "1": Decimal("0.375")}
        assert_same_again(document)

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_several_reference_flows(self, order: tuple[int, ...]) -> None:
        document = process(STEEL_OUT + exchange(1, SLAG, "Output", amounts("3")), references=order)
        assert [one.id for one in read(document).references] == ["0", "1"]
        assert_same_again(document)

    def test_an_input_as_reference(self) -> None:
        """A treatment process takes its waste in; its reference stays an input."""
        document = process(exchange(0, SCRAP, "Input", amounts("1")))
        (found,) = read(document).references
        assert found.direction is Direction.INPUT
        assert_same_again(document)

    def test_a_reference_to_no_exchange_is_left_out_and_said(self) -> None:
        """The schema refuses it; the one beside it is unharmed."""
        document = process(STEEL_OUT, references=(0, 9))
        assert [one.id for one in read(document).references] == ["0"]
        (sent,) = convert_datasets(open_datasets(FileShelf("package", {"x.xml": document})), to="ilcd")
        (account,) = sent.accounts.values()
        ((fate, value),) = [(note.fate, note.value) for note in account.notes]
        assert (fate, value) == (Fate.DROPPED, '"9"')

    def test_no_reference_at_all(self) -> None:
        document = process(STEEL_OUT, references=())
        assert read(document).references == ()
        assert_same_again(document)

    def test_no_resulting_amount(self) -> None:
        document = process(exchange(0, STEEL, "Output", "<meanAmount>7.50</meanAmount>"))
        assert str(exchanges_of(document)["0"].amount) == "7.50"
        assert through_the_model(read_tree(document)) == []

    def test_two_notations_of_one_amount(self) -> None:
        assert_same_again(process(exchange(0, STEEL, "Output", amounts("1.0", "1"))))
        assert_same_again(process(exchange(0, STEEL, "Output", amounts("1E+3", "1000"))))

    def test_a_parameter_before_the_amount(self) -> None:
        inner = f"<referenceToVariable>share</referenceToVariable>{amounts('2', '1.0')}"
        variable = (
            '<mathematicalRelations><variableParameter name="share"><meanValue>0.5</meanValue>'
            "</variableParameter></mathematicalRelations>"
        )
        document = process(STEEL_OUT + exchange(1, CO2, "Output", inner)).replace(
            b"<technology/>", b"<technology/>" + variable.encode()
        )
        found = exchanges_of(document)["1"]
        assert (str(found.mean_amount), found.parameter, str(found.amount)) == ("2", "share", "1.0")
        assert [(one.name, str(one.value)) for one in read(document).parameters] == [("share", "0.5")]
        assert_same_again(document)


class TestTexts:
    """Languages, foreign elements and empty nodes."""

    def test_two_texts_in_one_language(self) -> None:
        units = "".join(
            f'<functionalUnitOrOther xml:lang="{lang}">{text}</functionalUnitOrOther>'
            for lang, text in (("zh", "甲"), ("en", "one"), ("zh", "乙"), ("en", "two"))
        )
        document = process(STEEL_OUT).replace(
            b"</quantitativeReference>", f"{units}</quantitativeReference>".encode()
        )
        assert read_tree(document).extras
        assert_same_again(document)

    def test_where_the_schema_wants_one_text_it_is_refused_with_all_that_it_breaks(self) -> None:
        comments = "".join(
            f'<common:generalComment xml:lang="{lang}">{n}</common:generalComment>'
            for n, lang in enumerate(("zh", "en", "zh", "en"))
        )
        shelf = FileShelf("package", {"x.xml": process(STEEL_OUT, info=comments)})
        (sent,) = convert_datasets(open_datasets(shelf), to="ilcd")
        (errors,) = sent.refused.values()
        assert [one.error_code for one in errors] == ["ilcd.not-valid"] * 2
        assert sent.member is None

    def test_elements_and_attributes_of_others(self) -> None:
        other = '<common:other><house:grade house:by="QA">A1</house:grade></common:other>'
        document = process(STEEL_OUT, info=other, more=' house:stamp="7"')
        assert_same_again(document)
        assert "https://example.org/house" in again(document).namespaces.values()

    def test_empty_nodes_stay_empty(self) -> None:
        document = process(STEEL_OUT)
        root = again(document).root
        information = root["processInformation"]
        assert isinstance(information, dict)
        assert information["technology"] == {}
        assert_same_again(document)

    def test_names_in_every_language(self) -> None:
        names = "".join(
            f'<baseName xml:lang="{lang}">{text}</baseName>'
            for lang, text in (("de", "Stahl"), ("zh", "钢 &amp; 铁"), ("en", "steel"), ("fr", "acier"))
        )
        document = process(STEEL_OUT, names=names)
        name = read(document).name
        assert isinstance(name, LangText)
        assert name.root == {"de": "Stahl", "zh": "钢 & 铁", "en": "steel", "fr": "acier"}
        assert_same_again(document)


GWP = "6a37f984-a4b3-458a-a20a-64418c145fa2"
PENRE = "ac857178-2b45-46ec-892a-a9a4332f0372"


def epd() -> bytes:
    scenarios = (
        '<common:other><epd:scenarios><epd:scenario epd:name="landfill" epd:group="end of life" '
        'epd:default="true"><epd:description xml:lang="en">to landfill</epd:description></epd:scenario>'
        '<epd:scenario epd:name="recycling" epd:group="end of life"/></epd:scenarios></common:other>'
    )
    values = (
        '<common:other><epd:amount epd:module="A1-A3">100.0</epd:amount>'
        '<epd:amount epd:module="A4">MND</epd:amount>'
        '<epd:amount epd:module="B1">MNR</epd:amount>'
        '<epd:amount epd:module="C3" epd:scenario="landfill">5</epd:amount>'
        '<epd:amount epd:module="C3" epd:scenario="recycling">1.5</epd:amount>'
        '<epd:amount epd:module="D" epd:scenario="recycling">-30</epd:amount>'
        f"<epd:referenceToUnitGroupDataSet {reference(PLANT, 'unit group', 'kg CO2 eq.')}"
        "</epd:referenceToUnitGroupDataSet></common:other>"
    )
    result = (
        f"<LCIAResults><LCIAResult><referenceToLCIAMethodDataSet {reference(GWP, 'LCIA method', 'GWP')}"
        f"</referenceToLCIAMethodDataSet><meanAmount>0</meanAmount>{values}</LCIAResult></LCIAResults>"
    )
    energy = exchange(
        1, PENRE, "Input", f"<meanAmount>0</meanAmount><resultingAmount>0</resultingAmount>{values}"
    )
    return process(STEEL_OUT + energy, kind="EPD", info=scenarios, results=result)


class TestDeclarations:
    """An EPD's results keep module and scenario, and are no exchanges."""

    def test_modules_and_scenarios(self) -> None:
        found = read(epd())
        assert found.kind is ProcessKind.EPD
        assert [one.id for one in found.exchanges] == ["0"]
        impacts = [one for one in found.results if one.direction is None]
        assert [(one.module, one.scenario) for one in impacts] == [
            ("A1-A3", None),
            ("A4", None),
            ("B1", None),
            ("C3", "landfill"),
            ("C3", "recycling"),
            ("D", "recycling"),
        ]
        assert str(impacts[0].amount) == "100.0"
        assert impacts[1].amount == Missing(missing=Reason.NOT_DECLARED, text="MND")
        assert impacts[2].amount == Missing(missing=Reason.NOT_APPLICABLE, text="MNR")
        assert {one.direction for one in found.results} == {None, Direction.INPUT}

    def test_scenarios_are_kept(self) -> None:
        found = read(epd()).scenarios
        assert [(one.name, one.group, one.is_default) for one in found] == [
            ("landfill", "end of life", True),
            ("recycling", "end of life", None),
        ]

    def test_it_comes_back(self) -> None:
        tree = read_tree(epd())
        assert through_the_model(tree) == []


@pytest.mark.parametrize("told", ["", "<exchangeDirection>Both</exchangeDirection>"])
def test_a_side_that_nobody_tells_is_not_handed_on(told: str) -> None:
    """Kept in ILCD as it is; another format would have to say one, and is not written (codec)."""
    side = "<exchangeDirection>Output</exchangeDirection>"
    data = process(STEEL_OUT + exchange(1, CO2, "Output", amounts("2", "2")).replace(side, told))
    assert data.count(side.encode()) == 1
    source = open_datasets(FileShelf("a.xml", {"a.xml": data}))
    reading = source.bundle.read(source.bundle.keys[0])
    assert reading.untold == {"/exchanges/1/direction"}
    assert "ilcd.direction-missing" in {one.code for one in reading.findings}
    (sent,) = convert_datasets(source, to="ilcd")
    errors = [error.error_code for found in sent.refused.values() for error in found]
    assert errors == ([] if told == "" else ["dataset.not-told"])


def test_where_a_variable_makes_the_amount_the_mean_is_not_it() -> None:
    inner = "<referenceToVariable>share</referenceToVariable><meanAmount>2</meanAmount>"
    data = process(STEEL_OUT + exchange(1, CO2, "Output", inner))
    found = exchanges_of(data)["1"]
    assert (found.amount, str(found.mean_amount)) == (None, "2")
    assert through_the_model(read_tree(data)) == []


def test_a_comment_that_no_tree_holds_is_noted() -> None:
    data = process(STEEL_OUT).replace(b"<exchanges>", b"<exchanges><!-- ask Li \xe6\x9d\x8e for the year -->")
    data = data.replace(b"?>", b'?><?xml-stylesheet href="x.xsl"?>', 1)
    source = open_datasets(FileShelf("a.xml", {"a.xml": data}))
    (one,) = [one for one in convert_datasets(source, to="ilcd") if one.accounts]
    (account,) = one.accounts.values()
    notes = [note for note in account.notes if note.code == "xml.aside"]
    assert [(note.fate, note.value.strip()) for note in notes] == [(Fate.DROPPED, "ask Li 李 for the year")]


SODA = {
    "processInformation": {
        "dataSetInformation": {"UUID": PLANT, "name": {"baseName": [{"value": "板", "lang": "zh"}]}},
        "quantitativeReference": {"type": "Reference flow(s)", "referenceToReferenceFlow": [0]},
    },
    "exchanges": {
        "exchange": [
            {
                "dataSetInternalID": 0,
                "referenceToFlowDataSet": {"type": "flow data set", "refObjectId": STEEL},
                "meanAmount": 1.0,
                "resultingAmount": 1.0,
                "resultingflowAmount": 1.0,
                "referenceFlow": True,
                "flowProperties": [
                    {
                        "name": [{"value": "Volume", "lang": "en"}],
                        "uuid": "93a60a56-a3c8-22da-a746-0800200c9a66",
                        "referenceFlowProperty": True,
                        "meanValue": 1.0,
                        "referenceUnit": "m3",
                    }
                ],
                "materialProperties": [
                    {
                        "name": "gross density",
                        "value": "510.45",
                        "unit": "kg/m^3",
                        "unitDescription": "in bulk",
                    }
                ],
            },
            {
                "dataSetInternalID": 1,
                "referenceToFlowDataSet": {"type": "flow data set", "refObjectId": SLAG},
                "exchange direction": "INPUT",
                "meanAmount": 0.5,
                "resultingflowAmount": 0.7,
            },
        ]
    },
    "version": "1.1",
}


def test_soda4lca_tells_the_flow_beside_its_exchange() -> None:
    """Property, density and direction have their place in ILCD; what has none is noted."""
    shelf = FileShelf("a.json", {"a.json": b"\xef\xbb\xbf" + json.dumps(SODA).encode()})
    source = open_datasets(shelf, context=Context())
    sent = list(convert_datasets(source, to="ilcd"))
    assert [one.refused for one in sent if one.refused] == []
    files = {one.member.name: one.member.data for one in sent if one.member is not None}
    assert sorted(name.split("/")[1] for name in files) == ["flows", "processes"]
    (flow,) = [data.decode() for name, data in files.items() if "/flows/" in name]
    for text in (
        "gross density",
        "510.45",
        "kg/m^3",
        "in bulk",
        "Volume",
        "93a60a56-a3c8-22da-a746-0800200c9a66",
    ):
        assert text in flow
    bundle = find_dataset_format("ilcd").open(FileShelf("", files), Context())
    assert [one.direction for one in mill_in(bundle).exchanges] == [Direction.OUTPUT, Direction.INPUT]
    lost = {
        path: note.value for path, note in by_path(sent, PLANT).items() if note.code == "ilcd.soda-member"
    }
    assert lost == {
        "/exchanges/exchange/0/flowProperties/0/referenceUnit": '"m3"',
        "/exchanges/exchange/1/resultingflowAmount": '"0.7"',
    }


def test_two_data_sets_of_one_key_are_a_finding() -> None:
    bundle = opened(process(STEEL_OUT), process(STEEL_OUT))
    assert len(bundle.keys) == 1
    assert [one.code for one in bundle.findings] == ["ilcd.dataset-twice"]


# --- data sets of other formats ---------------------------------------------------------------------------


def foreign(*changed: Exchange, **fields: object) -> list[Dataset]:
    """A mill as other formats tell it: ids that are no uuids, names of exchanges, units beside amounts."""
    units = UnitGroup(
        id="mass-units",
        name=LangText({"en": "Units of mass"}),
        reference_unit="kg",
        units=(
            UnitEntry(id="kg", name="kg", factor=Number(Decimal(1))),
            UnitEntry(id="short", name="sh tn", factor=Number(Decimal("907.18474"))),
        ),
    )
    mass = FlowProperty(id="mass", name=LangText({"en": "Mass"}), unit_group=Reference(uuid="mass-units"))
    value = FlowPropertyValue(
        flow_property=Reference(uuid="mass"), mean=Number(Decimal(1)), is_reference=True
    )
    flows = [
        Flow(id=one, kind=FlowKind.PRODUCT, name=LangText({"en": one}), properties=(value,))
        for one in ("steel", "slag")
    ]
    made = Exchange(
        id="made",
        flow=Reference(uuid="steel"),
        direction=Direction.OUTPUT,
        amount=Number.read("2"),
        unit="sh tn",
        is_reference=True,
    )
    told = {"kind": ProcessKind.UNIT_PROCESS, "name": LangText({"en": "mill", "zh": "钢厂"})} | fields
    mill = Process.model_validate({"id": "mill", "exchanges": (made, *changed), **told})
    return [units, mass, *flows, mill]


def by_path(sent: list[Sent], id_: str = "mill") -> dict[str, Note]:
    accounts = [account for one in sent for key, account in one.accounts.items() if key.id == id_]
    return {note.path: note for account in accounts for note in account.notes}


def sent_to_ilcd(datasets: list[Dataset]) -> tuple[list[Sent], Bundle]:
    context = Context(source="mill")
    sent = list(write_bundle(find_dataset_format("ilcd"), bundle_of(datasets), context))
    files = {one.member.name: one.member.data for one in sent if one.member is not None}
    return sent, find_dataset_format("ilcd").open(FileShelf("", files), context)


def mill_in(bundle: Bundle) -> Process:
    (key,) = [key for key in bundle.keys if key.kind is DatasetKind.PROCESS]
    found = bundle.read(key).dataset
    assert isinstance(found, Process)
    return found


class TestForeign:
    """What the format has no place for is said, never changed in silence."""

    def test_nothing_is_refused(self) -> None:
        sent, _ = sent_to_ilcd(foreign())
        assert [one.refused for one in sent if one.refused] == []

    def test_units_are_converted_by_the_packages_own_group(self) -> None:
        sent, bundle = sent_to_ilcd(foreign())
        (made,) = mill_in(bundle).exchanges
        assert isinstance(made.amount, Number)
        assert made.amount.value == Decimal("1814.36948")
        notes = by_path(sent)
        assert notes["/exchanges/made/amount"].fate is Fate.CONVERTED
        assert notes["/exchanges/made/unit"].written == "kg"

    def test_a_unit_of_no_group_is_refused(self) -> None:
        other = Exchange(id="x", flow=Reference(uuid="slag"), amount=Number.read("1"), unit="m3")
        sent, _ = sent_to_ilcd(foreign(other))
        (errors,) = [e for one in sent for e in one.refused.values()]
        assert [one.error_code for one in errors] == ["ilcd.unit-not-in-group"]

    def test_ids_are_uuids_made_of_the_source(self) -> None:
        sent, bundle = sent_to_ilcd(foreign())
        wanted = str(Context(source="mill").new_id("ilcd/process/mill"))
        assert mill_in(bundle).id == wanted
        assert by_path(sent)["/id"].written == wanted
        assert uuid.UUID(wanted).version == 5
        again, _ = sent_to_ilcd(foreign())
        assert [one.member for one in again] == [one.member for one in sent]

    def test_the_kind_of_what_is_not_here_is_told_by_its_place(self) -> None:
        """The format asks for it; without it the first of two sources went, and the second was the first."""
        links = tuple(Link(role=LinkRole.DATA_SOURCE, target=Reference(uuid=id_)) for id_ in (CO2, SCRAP))
        sent, bundle = sent_to_ilcd(
            foreign(links=links, reviews=(Review(reviewers=(Reference(uuid=SLAG),)),))
        )
        assert [one.refused for one in sent if one.refused] == []
        back = mill_in(bundle)
        assert [link.target.uuid for link in back.links] == [CO2, SCRAP]
        kinds = {path: (n.fate, n.written) for path, n in by_path(sent).items() if path.endswith("/kind")}
        assert kinds == {
            "/links/data-source/target/kind": (Fate.INFERRED, "source data set"),
            "/links/data-source#2/target/kind": (Fate.INFERRED, "source data set"),
            "/reviews/0/reviewers/0/kind": (Fate.INFERRED, "contact data set"),
        }

    def test_a_name_that_tells_the_carbon_is_no_surprise(self) -> None:
        named = LangText({"en": "carbon dioxide (fossil)"})
        datasets = [one.model_copy(update={"name": named}) if one.id == "slag" else one for one in foreign()]
        sent, _ = sent_to_ilcd(datasets)
        assert [one.refused for one in sent if one.refused] == []
        note = by_path(sent, "slag")["/carbon_class"]
        assert (note.code, note.fate, note.written) == ("ilcd.carbon-by-name", Fate.INFERRED, "fossil")

    def test_exchanges_have_numbers(self) -> None:
        other = Exchange(id="by-product", flow=Reference(uuid="slag"), amount=Number.read("1"), unit="kg")
        sent, bundle = sent_to_ilcd(foreign(other))
        assert [one.id for one in mill_in(bundle).exchanges] == ["0", "1"]
        assert [note.code for note in by_path(sent).values()].count("dataset.renumbered") == 1

    def test_an_avoided_product_is_a_negative_input(self) -> None:
        other = Exchange(
            id="saved",
            flow=Reference(uuid="slag"),
            direction=Direction.OUTPUT,
            amount=Number.read("3"),
            unit="kg",
            is_avoided=True,
        )
        sent, bundle = sent_to_ilcd(foreign(other))
        saved = mill_in(bundle).exchanges[1]
        assert saved.direction is Direction.INPUT
        assert saved.amount is not None
        assert str(saved.amount) == "-3"
        told = {p: n.code for p, n in by_path(sent).items() if p.startswith("/exchanges/saved/")}
        assert told == {
            f"/exchanges/saved/{name}": "ilcd.avoided-as-negative"
            for name in ("is_avoided", "direction", "amount")
        }

    def test_places_stand_as_printed(self) -> None:
        sent, bundle = sent_to_ilcd(foreign(location=Place(code="NA-US-TX", scheme="ecoinvent")))
        place = mill_in(bundle).location
        assert isinstance(place, Place)
        assert place.code == "NA-US-TX"
        assert by_path(sent)["/location/scheme"].code == "ilcd.place-as-printed"

    def test_long_texts_are_cut_and_said(self) -> None:
        long = "steel " * 200
        sent, bundle = sent_to_ilcd(foreign(name=LangText({"en": long, "zh": "钢厂"})))
        name = mill_in(bundle).name
        assert isinstance(name, LangText)
        assert len(name.root["en"]) <= 500
        assert long.startswith(name.root["en"])
        assert name.root["zh"] == "钢厂"
        note = by_path(sent)["/name/en"]
        assert (note.code, note.fate) == ("ilcd.text-too-long", Fate.TRUNCATED)

    def test_long_comments_of_exchanges_with_new_numbers_are_cut_and_said(self) -> None:
        """The note has the path of the source; without it the process was refused as changed in silence."""
        long = LangText({"en": "water " * 200})
        flow = Reference(uuid="slag")
        other = Exchange(id="1234567", flow=flow, amount=Number.read("1"), unit="kg", comment=long)
        sent, bundle = sent_to_ilcd(foreign(other))
        assert [one.refused for one in sent if one.refused] == []
        comment = mill_in(bundle).exchanges[1].comment
        assert isinstance(comment, LangText)
        assert long.root["en"].startswith(comment.root["en"])
        note = by_path(sent)["/exchanges/1234567/comment/en"]
        assert (note.code, note.fate) == ("ilcd.text-too-long", Fate.TRUNCATED)

    @pytest.mark.parametrize(
        ("told", "written"),
        [("0.1.5.0", "00.01.005"), ("1.2", "01.02.000"), ("1.2.3.4", "00.00.000"), ("draft", "00.00.000")],
    )
    def test_a_version_in_the_digits_of_the_format(self, told: str, written: str) -> None:
        sent, bundle = sent_to_ilcd(foreign(version=told))
        assert mill_in(bundle).version == written
        note = by_path(sent)["/version"]
        assert (note.fate, note.value, note.written) == (Fate.CONVERTED, told, written)

    def test_words_of_no_list_are_left_out_and_said(self) -> None:
        sent, bundle = sent_to_ilcd(foreign(principle="ByWeather", coverage="most of it"))
        made = mill_in(bundle)
        assert (made.principle, made.coverage) == (None, None)
        notes = by_path(sent)
        assert {notes[path].fate for path in ("/principle", "/coverage")} == {Fate.DROPPED}

    def test_what_stays_invalid_is_refused_with_all_that_it_lacks(self) -> None:
        other = Exchange(id="x", amount=Number.read("1"), unit="kg")
        sent, bundle = sent_to_ilcd(foreign(other, other.model_copy(update={"id": "y"})))
        assert [key.kind for key in bundle.keys if key.kind is DatasetKind.PROCESS] == []
        (errors,) = [e for one in sent for e in one.refused.values()]
        assert len(errors) == 2
        assert {one.error_code for one in errors} == {"ilcd.not-valid"}


def test_a_review_without_a_report_refers_to_none() -> None:
    """Other software looks for the source, and finds that one called null does not exist."""
    bare = _review(
        0, Review(kind="Independent external review", report=Reference(kind="source data set")), {}
    )
    assert bare == {"@type": "Independent external review"}
    told = Review(report=Reference(kind="source data set", uuid="17f775e5-e8fe-584c-9386-402a3e4fb258"))
    assert "common:referenceToCompleteReviewReport" in _review(0, told, {})
