"""GeneralProductInformation: written beside the footprint when all of it is there, else what is missing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gateway.codec.base import Context, Member, Package
from gateway.codec.run import Written
from gateway.codec.schema import judge
from gateway.errors import InputError
from gateway.formats.batterypass import FORMAT
from gateway.formats.batterypass.general import FILE_NAME, members
from gateway.messages import explain
from gateway.model.declaration import Declaration
from gateway.model.party import Operator, PartyIds, PostalAddress
from gateway.model.product import Passport
from gateway.quantity import Quantity

Build = Callable[..., Declaration]
Write = Callable[..., Written]
SCHEMA = "batterypass/general-product-information-1.2.schema.json"
PLACE = PostalAddress(country="CN", postal_code="230000", street="示例路1号")


@pytest.fixture
def whole(battery: Build) -> Build:
    """A battery of which everything is known; a year of warranty is what the data model holds."""

    def build(**parts: object) -> Declaration:
        plain = battery()
        enterprise = {
            "address": "安徽省合肥市示例路1号",
            "postal_code": "230000",
            "country": "CN",
            "ids": PartyIds(eu_operator="0223:DE123456789"),
        }
        passport = Passport(
            id="urn:example:evm1",
            product_link="https://example.com/product/EV-M1",
            manufacturing_date=date(2026, 3, 1),
            put_into_service=date(2026, 9, 1),
            status="original",
            study_link=plain.passport.study_link,
            warranty_months=12,
            place=PLACE,
            operator=Operator(
                name="Example Importer GmbH",
                address=PostalAddress(country="DE", postal_code="20095", street="Musterstrasse 1"),
            ),
        )
        update: dict[str, object] = {
            "enterprise": plain.enterprise.model_copy(update=enterprise),
            "product": plain.product.model_copy(update={"mass": Quantity(Decimal(430), "kg")}),
            "passport": passport.model_copy(update=parts),
        }
        return plain.model_copy(update=update)

    return build


def general(found: Written) -> dict[str, Any]:
    (file,) = [m for m in found.package.members if m.name == FILE_NAME]
    loaded = json.loads(file.data)
    assert isinstance(loaded, dict)
    return loaded


@pytest.mark.parametrize("preview", ["yes", "no"])
def test_every_member_as_the_data_model_spells_it(whole: Build, written: Write, preview: str) -> None:
    found = written(whole(), preview=preview)
    assert found.left_out == ()
    assert general(found) == {
        "productIdentifier": "https://example.com/product/EV-M1",
        "batteryPassportIdentifier": "urn:example:evm1",
        "batteryCategory": "ev",
        "manufacturerInformation": {
            "contactName": "示例电池有限公司",
            "postalAddress": {
                "addressCountry": "CN",
                "postalCode": "230000",
                "streetAddress": "安徽省合肥市示例路1号",
            },
            "identifier": "913401000EXAMPLE76",
        },
        "manufacturingDate": "2026-03-01T00:00:00Z",
        "batteryStatus": "Original",
        "batteryMass": 430,
        "manufacturingPlace": {"addressCountry": "CN", "postalCode": "230000", "streetAddress": "示例路1号"},
        "operatorInformation": {
            "contactName": "Example Importer GmbH",
            "postalAddress": {
                "addressCountry": "DE",
                "postalCode": "20095",
                "streetAddress": "Musterstrasse 1",
            },
            "identifier": "0223:DE123456789",
        },
        "puttingIntoService": "2026-09-01T00:00:00Z",
        "warrentyPeriod": "--12",
    }


class TestLeftOut:
    """The footprint is written all the same."""

    def lacks(self, found: Written) -> dict[str, str]:
        assert len(found.package.members) == 1
        for error in found.left_out:
            for lang in ("zh", "en"):
                said = explain(error, lang)
                assert "{" not in said.what + said.fix
                assert said.what
        return {error.path: error.error_code for error in found.left_out}

    def test_a_link_is_no_passport_identifier_there(self, whole: Build, written: Write) -> None:
        found = self.lacks(written(whole(id="https://example.com/passport/1")))
        assert found == {"/passport/id": "batterypass.passport-id-not-urn"}

    @pytest.mark.parametrize("months", [0, 13, 96])
    def test_years_of_warranty_do_not_fit(self, whole: Build, written: Write, months: int) -> None:
        found = self.lacks(written(whole(warranty_months=months)))
        assert found == {"/passport/warranty_months": "batterypass.warranty-not-a-month"}

    def test_the_operator_knows_about_itself(self, whole: Build, written: Write) -> None:
        found = self.lacks(written(whole(operator=Operator(), put_into_service=None)))
        assert set(found) == {
            "/passport/operator/name",
            "/passport/operator/address/country",
            "/passport/operator/address/postal_code",
            "/passport/operator/address/street",
            "/passport/put_into_service",
        }
        assert set(found.values()) == {"batterypass.part-lacks-operator"}

    def test_the_producer_knows_the_rest(self, battery: Build, written: Write) -> None:
        found = self.lacks(written(battery()))
        assert found["/enterprise/postal_code"] == "batterypass.part-lacks"
        assert found["/passport/place/street"] == "batterypass.part-lacks"
        assert "/battery/category" not in found


class TestReader:
    """Both files are read together, in either order, and must say the same."""

    def test_order_does_not_matter(self, whole: Build, written: Write) -> None:
        package = written(whole()).package
        turned = Package(tuple(reversed(package.members)))
        evidence = FORMAT.detect(turned)
        assert evidence is not None
        assert evidence.strength == 3
        one, two = (FORMAT.read(p, Context()).declaration for p in (package, turned))
        assert one == two
        assert members(one)

    def test_changed_information_is_refused(self, whole: Build, written: Write) -> None:
        package = written(whole()).package
        one, two = package.members
        changed = Member(two.name, two.media_type, two.data.replace(b"430", b"431"))
        with pytest.raises(InputError):
            FORMAT.read(Package((one, changed)), Context())

    def test_information_alone_is_read(self, whole: Build, written: Write) -> None:
        alone = Package((written(whole()).package.members[1],))
        assert FORMAT.detect(alone) is not None
        assert FORMAT.validate is not None
        assert FORMAT.validate(alone) == ()
        found = FORMAT.read(alone, Context()).declaration
        assert found.passport.product_link == "https://example.com/product/EV-M1"
        assert found.passport.manufacturing_date == date(2026, 3, 1)
        assert found.enterprise.country == "CN"


def official(data: Path) -> jsonschema.Draft4Validator:
    file = data / "passport/batterypass-1.2/GeneralProductInformation-schema.json"
    return jsonschema.Draft4Validator(json.loads(file.read_text(encoding="utf-8")))


@pytest.mark.judge("batterypass-1.2-general-schema")
def test_official_schema_accepts_it(oracle_data: Path, whole: Build, written: Write) -> None:
    for months in (1, 6, 12):
        document = general(written(whole(warranty_months=months)))
        assert list(official(oracle_data).iter_errors(document)) == []


@pytest.mark.oracle
def test_same_verdict_as_the_official_schema(oracle_data: Path, whole: Build, written: Write) -> None:
    oracle, document = official(oracle_data), general(written(whole()))
    wrongs: list[Any] = [0, None, True, [], {}, ["x"], {"addressCountry": "CN"}]
    for name in document:
        gone = {n: v for n, v in document.items() if n != name}
        for mutant in (gone, *(document | {name: wrong} for wrong in wrongs)):
            assert (judge(mutant, SCHEMA) == ()) == oracle.is_valid(mutant), (name, mutant)
    for name in ("manufacturerInformation", "operatorInformation", "manufacturingPlace"):
        for inner in document[name]:
            mutant = document | {name: {n: v for n, v in document[name].items() if n != inner}}
            assert not oracle.is_valid(mutant)
            assert judge(mutant, SCHEMA)
    # Ours alone: a month and a moment from end to end.
    for name, wrong in (("warrentyPeriod", "P1Y --12"), ("manufacturingDate", "2026-03")):
        assert judge(document | {name: wrong}, SCHEMA)
