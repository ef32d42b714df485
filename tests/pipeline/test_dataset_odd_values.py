"""Values that schemas let pass and nobody expects: read as what they are, or refused, and not as our bug."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from gateway.codec.base import Context
from gateway.codec.dataset_run import write_bundle
from gateway.codec.datasets import Bundle, bundle_of
from gateway.codec.shelf import FileShelf
from gateway.errors import GatewayError
from gateway.formats.datasets import find_dataset_format
from gateway.model.base import LangText
from gateway.model.dataset import ClassEntry, Classification, DatasetKind
from gateway.model.inventory import Flow, FlowKind, UnitGroup
from gateway.model.process import Parameter, Process
from gateway.model.sources import Contact
from gateway.pipeline.datasets import Part, convert_datasets, open_datasets
from gateway.quantity.number import Number
from tests.formats.ecospold import worlds
from tests.pipeline.test_dataset_units import DOCUMENT, EXCHANGE

TARGETS = ["ilcd", "openlca", "ecospold1", "ecospold2"]


def mill(exchanges: str) -> FileShelf:
    return FileShelf("mill.xml", {"mill.xml": DOCUMENT.format(exchanges=exchanges).encode()})


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "text", [".5", "+5.", "-.5e-3", "5.E2", "0.1234567890123456789012345678901234567890"]
)
def test_every_spelling_of_a_double_is_its_number(text: str, target: str) -> None:
    opened = open_datasets(mill(EXCHANGE.format(n=2, unit="kg", amount=text)), context=Context())
    sent = list(convert_datasets(opened, to=target))
    files = {one.member.name: one.member.data for one in sent if one.member is not None}
    back = open_datasets(FileShelf("", files), format=target, context=Context()).bundle
    (key,) = (key for key in back.keys if key.kind is DatasetKind.PROCESS)
    process = back.read(key).dataset
    assert isinstance(process, Process)
    plain = Fraction(text.replace(".E", ".0E").replace("-.", "-0.").rstrip("."))
    amounts = [Fraction(one.amount.value) for one in process.exchanges if isinstance(one.amount, Number)]
    assert sorted(amounts) == sorted([Fraction(1), plain])


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('number="2" name="in kg"', 'number="1" name="in kg"'),
        ('name="mill"\n localName="mill"', 'name=""\n localName=""'),
        ('name="mill" unit', 'name="" unit'),
    ],
)
def test_what_is_wrong_is_never_our_bug(old: str, new: str, target: str) -> None:
    (data,) = mill(EXCHANGE.format(n=2, unit="kg", amount="3")).files.values()
    assert old.encode() in data
    shelf = FileShelf("mill.xml", {"mill.xml": data.replace(old.encode(), new.encode())})
    errors: list[GatewayError] = []
    for one in convert_datasets(open_datasets(shelf, context=Context()), to=target):
        errors += [error for found in one.refused.values() for error in found]
    assert [str(error) for error in errors if error.error_code.startswith("internal.")] == []


def converted(shelf: FileShelf, target: str) -> tuple[set[str], dict[str, str]]:
    """The codes of what was refused, and what the notes say of which path of the process."""
    refused: set[str] = set()
    notes: dict[str, str] = {}
    for one in convert_datasets(open_datasets(shelf, context=Context()), to=target):
        refused |= {error.error_code for found in one.refused.values() for error in found}
        for key, account in one.accounts.items():
            if key.kind is DatasetKind.PROCESS:
                notes |= {note.path: note.code for note in account.notes}
    return refused, notes


ALLOCATION = """<allocation referenceToCoProduct="1" allocationMethod="{method}" fraction="{share}">
<referenceToInputOutput{more}>{number}</referenceToInputOutput>
<referenceToInputOutput>{again}</referenceToInputOutput></allocation>"""


def shared(*allocations: str, exchanges: str = "") -> FileShelf:
    return mill(exchanges + "".join(allocations))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("more", ["", ' number="1"'])
@pytest.mark.parametrize("again", ["1", "+3", "99"])
@pytest.mark.parametrize("method", ["-1", "0"])
def test_an_exchange_named_twice_has_one_share(target: str, more: str, again: str, method: str) -> None:
    told = ALLOCATION.format(method=method, share="80", number="1", again=again, more=more)
    refused, notes = converted(shared(told), target)
    assert {code for code in refused if not code.endswith("not-held")} <= (
        {"dataset.defects-in-the-way"} if more else set()
    )
    assert not any(path.endswith("/share") for path in notes) or target == "ecospold2"
    opened = open_datasets(shared(told), context=Context()).bundle
    found = {f.code for key in opened.keys for f in opened.read(key).findings}
    assert ("ecospold.share-of-nothing" in found) is (again != "1")


def test_two_shares_of_one_product_contradict_each_other() -> None:
    one = ALLOCATION.format(method="-1", share="80", number="1", again="1", more="")
    refused, _ = converted(shared(one, one.replace("80", "50")), "openlca")
    assert refused == {"openlca.two-shares"}
    assert converted(shared(one, one), "openlca")[0] == set()


def test_a_co_product_with_the_flow_of_another_product_is_told_apart() -> None:
    twin = EXCHANGE.format(n=7, unit="kg", amount="2").replace("<inputGroup>5</inputGroup>", "{}")
    twin = twin.format("<outputGroup>2</outputGroup>").replace('name="in kg"', 'name="mill"')
    share = ALLOCATION.format(method="-1", share="80", number="7", again="7", more="")
    refused, _ = converted(shared(share.replace('CoProduct="1"', 'CoProduct="7"'), exchanges=twin), "openlca")
    assert refused == {"openlca.product-twice"}


@pytest.mark.parametrize("target", TARGETS)
def test_persons_and_sources_of_one_number_are_told(target: str) -> None:
    (data,) = mill("").files.values()
    person = b'<person number="1" name="y" address="x" companyCode="x" countryCode="CN"/>'
    source = b'<source number="7" firstAuthor="%b" year="2020" title="x" placeOfPublications="x"/>'
    data = data.replace(b"<person", person + b"<person", 1)
    data = data.replace(
        b"</modellingAndValidation>", source % b"a" + source % b"b" + b"</modellingAndValidation>"
    )
    opened = open_datasets(FileShelf("mill.xml", {"mill.xml": data}), context=Context()).bundle
    found = [f for key in opened.keys if key.kind is DatasetKind.PROCESS for f in opened.read(key).findings]
    assert [(f.code, f.saw) for f in found if "person" in f.code] == [
        ("ecospold.person-number-twice", "1"),
        ("ecospold.person-number-twice", "7"),
    ]
    refused, _ = converted(FileShelf("mill.xml", {"mill.xml": data}), target)
    assert [code for code in refused if code.startswith("internal.")] == []


@pytest.mark.parametrize("target", TARGETS)
def test_a_process_without_persons_is_written_with_one_that_is_not_stated(target: str) -> None:
    (data,) = mill("").files.values()
    lost = data.replace(b'dataEntryBy person="1"', b'dataEntryBy person="2"')
    assert [c for c in converted(FileShelf("", {"mill.xml": lost}), target)[0] if "not-held" not in c] == []


@pytest.mark.parametrize("target", TARGETS)
def test_a_part_of_a_package_is_written_alone(target: str) -> None:
    opened = open_datasets(mill(EXCHANGE.format(n=2, unit="kg", amount="3")), context=Context())
    keys = [key for key in opened.bundle.keys if key.kind is DatasetKind.PROCESS]
    sent = list(convert_datasets(opened, to=target, keys=keys))
    assert [str(e) for one in sent for found in one.refused.values() for e in found] == []
    assert sum(len(one.accounts) for one in sent) >= 1


def odd_world(kind: type, **changes: Any) -> Bundle:
    """The usual world, with the first data set of a kind changed."""
    usual = worlds.world()
    found = [usual.read(key).dataset for key in usual.keys]
    at = next(n for n, one in enumerate(found) if isinstance(one, kind))
    found[at] = found[at].model_copy(update=changes)
    return bundle_of(found)


def sent_to(target: str, bundle: Bundle) -> tuple[set[str], set[tuple[str, str]]]:
    """The codes of what was refused, and code and path of every note."""
    sent = list(write_bundle(find_dataset_format(target), bundle, Context()))
    refused = {error.error_code for one in sent for found in one.refused.values() for error in found}
    notes = {(n.code, n.path) for one in sent for a in one.accounts.values() for n in a.notes}
    return refused - {"ecospold.not-held"}, notes


NAMELESS = (Classification(classes=(ClassEntry(name=""), ClassEntry(name="Other"), ClassEntry(id="7"))),)


@pytest.mark.parametrize(
    ("kind", "changes", "note"),
    [
        (Contact, {"classifications": NAMELESS}, ("class-without-name", "/classifications/0/classes/0/name")),
        (Contact, {"name": LangText({"en": ""})}, ("name-from-elsewhere", "/name/en")),
        (
            UnitGroup,
            {"units": worlds.units(("", "1"), ("g", "0.001")), "reference_unit": "1"},
            ("name-from-elsewhere", "/units/0/name"),
        ),
        (Flow, {"compartment": ("", "air")}, ("class-without-name", "/compartment/0")),
    ],
)
def test_what_openlca_has_no_words_for_is_noted(
    kind: type, changes: dict[str, Any], note: tuple[str, str]
) -> None:
    _, notes = sent_to("openlca", odd_world(kind, **changes))
    assert (f"openlca.{note[0]}", note[1]) in notes


@pytest.mark.parametrize("target", ["ecospold1", "ecospold2"])
@pytest.mark.parametrize("factor", ["-1", "0", "2.5"])
def test_a_reference_property_that_does_not_count_as_one_is_refused(target: str, factor: str) -> None:
    (value,) = worlds.flow("f", LangText({"en": "x"}), FlowKind.PRODUCT).properties
    changed = value.model_copy(update={"mean": worlds.n(factor)})
    assert sent_to(target, odd_world(Flow, properties=(changed,)))[0] == {"ecospold.reference-factor"}


def test_a_parameter_whose_name_is_too_long_for_ilcd_is_left_out() -> None:
    parameters = (Parameter(name="p" * 51, value=worlds.n("2")), Parameter(name="q" * 50))
    exchanges = worlds.making().exchanges[:1]
    bundle = odd_world(Process, parameters=parameters, exchanges=exchanges)
    refused, notes = sent_to("ilcd", Part(bundle, bundle.keys[:-2]))  # the others count in another unit
    assert refused == set()
    path = f"/parameters/{'p' * 51}"
    assert {("ilcd.parameter-name-too-long", f"{path}/name"), ("codec.no-place", f"{path}/value")} <= notes
    assert not any("q" * 50 in path for _, path in notes)


def test_a_unit_without_a_name_is_none() -> None:
    process = worlds.making()
    first, *others = process.exchanges
    changed = (first.model_copy(update={"unit": ""}), *others)
    assert sent_to("openlca", odd_world(Process, exchanges=changed))[0] == {"openlca.no-unit"}
