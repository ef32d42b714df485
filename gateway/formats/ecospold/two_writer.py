"""A process as a data set of EcoSpold 2: every language, ids for everything, treated waste below zero."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.codec.base import Context
from gateway.codec.datasets import Bundle, measured
from gateway.codec.xmlstructure import structure
from gateway.errors import GatewayError, InputError
from gateway.formats.ecospold import bind, groups
from gateway.formats.ecospold.bind import Tree, put, restore, write_fields
from gateway.formats.ecospold.conform import conform
from gateway.formats.ecospold.contexts import context
from gateway.formats.ecospold.excuses import NO_ADDRESS, NOT_STATED, UNSPECIFIED
from gateway.formats.ecospold.gases import known_id
from gateway.formats.ecospold.ids import fixed, fixed_or_new, is_id, new_id
from gateway.formats.ecospold.lacking import lack_of, refuse_factor
from gateway.formats.ecospold.measures import as_kilograms
from gateway.formats.ecospold.two_reader import ACTIVITY, ADMINISTRATION, FAMILY, MODELLING, PEOPLE, VERSION
from gateway.formats.ecospold.two_values import property_entry, synonyms, uncertainty
from gateway.formats.ecospold.values import date_form, languages, location_code, moment, product, spell, times
from gateway.model.activity import Place
from gateway.model.base import here
from gateway.model.dataset import Coefficient, DatasetKind, Key, LinkRole, Reference
from gateway.model.inventory import Flow, FlowKind
from gateway.model.process import Direction, Exchange, Process, ProcessKind, Review
from gateway.model.sources import Contact
from gateway.quantity.number import Number
from gateway.report import Fate, Note

SCENARIO: Final = "Business-as-Usual"
GENERATOR: Final = "Hutong"
_CERTAIN: Final = Exchange.model_fields["uncertainty"].default
_KIND_CODES: Final = {ProcessKind.LCI_RESULT: "2", ProcessKind.EPD: "2"}


@dataclass(slots=True)
class Written:
    """A data set's tree, and what the writer has to say of it."""

    node: Tree
    id: str = ""
    is_child: bool = False
    notes: list[Note] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    flows: dict[str, Key] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)  # ids of the source's exchanges as they stand in the file
    contacts: dict[str, Key] = field(default_factory=dict)
    lacks: list[GatewayError] = field(default_factory=list)


def activity_id(id_: str) -> str:
    """The id of an activity: its own, or one made of it."""
    return id_ if is_id(id_) else new_id("activity", id_)


class Writer:
    """Writes one process of a bundle."""

    def __init__(self, bundle: Bundle, context_: Context, key: Key) -> None:
        self.bundle, self.context, self.key = bundle, context_, key
        process = bundle.read(key).dataset
        assert isinstance(process, Process)
        self.process = process
        self.same = bind.has_extras(process, FAMILY)
        self.node: Tree = {}
        self.done = Written(self.node, activity_id(process.id))
        self.done.is_child = f"{FAMILY}#/~child" in process.extras
        self.kept = _kept(process.extras)

    def write(self) -> Written:
        """The data set. What it cannot be without is among ``lacks``."""
        process = self.process
        write_fields(process, self.node, FAMILY, "en")
        self._activity()
        self._place_and_time()
        self._flow_data()
        self._modelling()
        self._people()
        restore(self.node, process.extras, FAMILY)
        if not self.done.is_child:
            self._defaults()
        self._fit()
        return self.done

    def _lack(self, path: str) -> None:
        self.done.lacks.append(InputError("", code="ecospold.lacks", path=path, format="ecospold2@2.0"))

    def _note(self, code: str, path: str, fate: Fate, value: str, written: str) -> None:
        self.done.notes.append(Note(code, path, fate, value, written))

    # The activity

    def _activity(self) -> None:
        process = self.process
        activity: Tree = {"@id": self.done.id}
        if process.kind is not None:
            activity["@type"] = _KIND_CODES.get(process.kind, "1")
        if texts := languages(process.name):
            activity["activityName"] = texts
        if entries := synonyms(process.synonyms):
            activity["synonym"] = entries
        put(self.node, *ACTIVITY, value=activity | (bind.below(self.node, *ACTIVITY) or {}))
        classes = []
        for one in process.classifications:
            names = [entry.name for entry in one.classes if isinstance(entry.name, str)]
            if names and isinstance(one.system or "", str):
                last = one.classes[-1].id
                value, system = "/".join(names), one.system or NOT_STATED
                id_ = (
                    last if isinstance(last, str) and len(last) == 36 else new_id("class", str(system), value)
                )
                classes.append(
                    {
                        "@classificationId": id_,
                        "classificationSystem": {"en": system},
                        "classificationValue": {"en": value},
                    }
                )
        unique = {entry["@classificationId"] for entry in classes}
        if classes and len(unique) == len(classes):
            put(self.node, "activityDescription", "classification", value=classes)

    def _place_and_time(self) -> None:
        place = self.process.location
        code = location_code(place.scheme, place.code) if isinstance(place, Place) else None
        if code is not None:
            pointer = "/activityDescription/geography/@geographyId"
            geography = bind.below(self.node, "activityDescription", "geography") or {}
            geography["@geographyId"] = self._extra(pointer) or fixed_or_new("geography", code)
            geography["shortname"] = {"en": code}
            put(self.node, "activityDescription", "geography", value=geography)
        period = self.process.period
        year = f"{period.reference_year}" if here(period.reference_year) else None
        until = f"{period.valid_until}" if here(period.valid_until) else None
        start = period.start if isinstance(period.start, str) else year
        end = period.end if isinstance(period.end, str) else until or year or start
        time = bind.below(self.node, "activityDescription", "timePeriod") or {}
        for key, text, rest in (("@startDate", start, "-01-01"), ("@endDate", end, "-12-31")):
            if day := _day(text, rest):
                time[key] = day
            else:
                time.pop(key, None)
        put(self.node, "activityDescription", "timePeriod", value=time)

    def _extra(self, pointer: str) -> str | None:
        return self.process.extras.get(f"{FAMILY}#{pointer}")

    # Exchanges

    def _flow_data(self) -> None:
        data: Tree = {}
        products: list[tuple[Exchange, Flow | None]] = []
        elementary: list[tuple[Exchange, Flow | None]] = []
        for exchange in self.process.exchanges:
            flow = self._flow(exchange)
            kind = self._is_elementary(exchange, flow)
            (elementary if kind else products).append((exchange, flow))
        for name, told in (("intermediateExchange", products), ("elementaryExchange", elementary)):
            entries = [self._exchange(name, index, one, flow) for index, (one, flow) in enumerate(told)]
            self.done.order += [one.id for one, _ in told]
            if entries:
                data[name] = entries
        if parameters := self._parameters():
            data["parameter"] = parameters
        if results := self._results():
            data["impactIndicator"] = results
        put(self.node, "flowData", value=data)

    def _flow(self, exchange: Exchange) -> Flow | None:
        key = self.bundle.find(DatasetKind.FLOW, exchange.flow)
        if key is None:
            return None
        self.done.flows[exchange.id] = key
        flow = self.bundle.read(key).dataset
        if not isinstance(flow, Flow):
            return None
        refuse_factor(f"/exchanges/{exchange.id}/flow", flow, self.done.lacks, "ecospold2@2.0")
        return flow

    def _is_elementary(self, exchange: Exchange, flow: Flow | None) -> bool:
        if isinstance(exchange.group, str) and groups.is_group(exchange.group):
            return exchange.group in ("from-nature", "to-nature")
        if flow is not None and flow.kind is not FlowKind.OTHER:
            return flow.kind is FlowKind.ELEMENTARY
        if not isinstance(exchange.group, str) and not self.done.is_child:
            lack_of("flow", exchange, self.bundle, self.done.lacks, "ecospold2@2.0")
        return False

    def _exchange(self, name: str, index: int, exchange: Exchange, flow: Flow | None) -> Tree:
        path = f"/exchanges/{exchange.id}"
        pointer = f"/flowData/{name}/{index}"
        elementary = name == "elementaryExchange"
        unit = self._unit(exchange, path)
        if elementary and exchange.is_reference:
            self._lack(f"{path}/is_reference")
        amount, is_input = self._side(exchange, path, elementary)
        id_ = self._flow_id(exchange, flow, elementary)
        in_list = elementary and not self.same and id_ in fixed("elementary").values()
        if in_list and unit != "kg" and (factor := as_kilograms(unit)):
            amount = product(amount, factor)
            self._note("ecospold.in-list-unit", f"{path}/unit", Fate.CONVERTED, unit, "kg")
            unit = "kg"
        entry: Tree = {"@id": self._exchange_id(exchange)}
        self._amount(entry, exchange, amount, path)
        if id_:
            entry["@elementaryExchangeId" if elementary else "@intermediateExchangeId"] = id_
        if unit:
            entry["unitName"] = {"en": unit}
            entry["@unitId"] = self._extra(f"{pointer}/@unitId") or fixed_or_new("unit", unit)
        self._about_flow(entry, exchange, flow, pointer, elementary)
        if isinstance(exchange.formula, str):
            entry["@mathematicalRelation"] = exchange.formula
        if not elementary and isinstance(exchange.provider.uuid, str):
            entry["@activityLinkId"] = activity_id(exchange.provider.uuid)
        if comment := languages(exchange.comment):
            entry["comment"] = comment
        kept = self.kept.get(f"{pointer}/uncertainty") if self.kept else None
        if exchange.uncertainty is not _CERTAIN or kept is not None:
            spread = uncertainty(exchange.uncertainty, exchange.amount, kept)
            if spread is not None:
                entry["uncertainty"] = spread
        if exchange.properties:
            entry["property"] = [
                property_entry(one, self._property_kept(f"{pointer}/property/{n}"))
                for n, one in enumerate(exchange.properties)
            ]
        if code := self._group(exchange, is_input, elementary):
            entry["inputGroup" if is_input else "outputGroup"] = code
        return entry

    def _side(self, exchange: Exchange, path: str, elementary: bool) -> tuple[Coefficient, bool]:
        """Amount and side: a treated waste is an output below zero, an avoided product such an input."""
        is_input = exchange.direction is Direction.INPUT
        turned = (exchange.is_reference and is_input) or (exchange.is_avoided and not is_input)
        if elementary or not turned:
            return exchange.amount, is_input
        was, now = ("input", "output") if is_input else ("output", "input")
        self._note("ecospold.turned", f"{path}/direction", Fate.CONVERTED, was, now)
        return times(exchange.amount, -1), not is_input

    def _amount(self, entry: Tree, exchange: Exchange, amount: Coefficient, path: str) -> None:
        text, rounded = spell(amount)
        if text:
            entry["@amount"] = text
        elif not self.done.is_child:
            self._lack(f"{path}/amount")
        if rounded or (amount is not exchange.amount and amount != exchange.amount):
            fate = Fate.ROUNDED if amount == exchange.amount else Fate.CONVERTED
            self._note("ecospold.restated", f"{path}/amount", fate, spell(exchange.amount)[0], text)

    def _property_kept(self, pointer: str) -> Tree:
        found: Tree = {"uncertainty": self.kept.get(f"{pointer}/uncertainty")}
        id_ = self._extra(f"{pointer}/@unitId")
        if id_ or not self.same:  # it may be left out, and stays so
            found["@unitId"] = id_
        return found

    def _exchange_id(self, exchange: Exchange) -> str:
        if len(exchange.id) == 36 or (self.done.is_child and not exchange.id):
            return exchange.id
        found = new_id("exchange", self.done.id, exchange.id)
        self.done.renamed[exchange.id] = found
        return found

    def _flow_id(self, exchange: Exchange, flow: Flow | None, elementary: bool) -> str:
        own = flow.id if flow is not None else exchange.flow.uuid
        found = known_id(flow) if elementary and flow is not None and not self.same else None
        if found is not None:
            return found
        if not isinstance(own, str):
            texts = languages(exchange.flow.name)
            return new_id("flow", *texts.values()) if texts else ""
        return own if len(own) == 36 or not own else new_id("flow", own)

    def _about_flow(
        self, entry: Tree, exchange: Exchange, flow: Flow | None, pointer: str, elementary: bool
    ) -> None:
        texts = languages(flow.name if flow is not None else None) or languages(exchange.flow.name)
        if texts:
            entry["name"] = texts
        elif not self.done.is_child:
            self._lack(f"/exchanges/{exchange.id}/flow/name")
        if flow is None:
            return
        if isinstance(flow.cas, str):
            entry["@casNumber"] = flow.cas
        if elementary and isinstance(flow.formula, str):
            entry["@formula"] = flow.formula
        if entries := synonyms(flow.synonyms):
            entry["synonym"] = entries
        if elementary:
            words: tuple[str, ...] = (None if self.same else context(flow, "ecoinvent")) or flow.compartment
            if words:
                category, sub = words[0], words[-1] if len(words) > 1 else UNSPECIFIED
                kept = self._extra(f"{pointer}/compartment/@subcompartmentId")
                entry["compartment"] = {
                    "@subcompartmentId": kept or fixed_or_new("subcompartment", f"{category}/{sub}"),
                    "compartment": {"en": category},
                    "subcompartment": {"en": sub},
                }

    def _unit(self, exchange: Exchange, path: str) -> str:
        if isinstance(exchange.unit, str):
            return exchange.unit
        if (found := measured(exchange.flow, self.bundle)) is not None:
            self.done.units[f"{path}/unit"] = found.unit
            return found.unit
        if not self.done.is_child:
            lack_of("unit", exchange, self.bundle, self.done.lacks, "ecospold2@2.0")
        return ""

    def _group(self, exchange: Exchange, is_input: bool, elementary: bool) -> str | None:
        if elementary:
            return "4"
        if exchange.is_reference and not is_input:
            return "0"
        if exchange.is_waste and not is_input:
            return "3"
        code = groups.code_of(exchange.group, is_input=is_input)
        if code in (("1", "2", "3", "5") if is_input else ("2", "3", "5")):
            return code
        if self.done.is_child and exchange.group is None:
            return None
        return "5" if is_input else "2"

    # Parameters and results

    def _parameters(self) -> list[Tree]:
        entries = []
        for index, told in enumerate(self.process.parameters):
            pointer = f"/flowData/parameter/{index}"
            id_ = self._extra(f"{pointer}/@parameterId") or new_id("parameter", self.done.id, told.name)
            entry: Tree = {"@parameterId": id_, "@amount": spell(told.value)[0]}
            if told.name != id_:
                entry["@variableName"] = told.name
            entry["name"] = languages(told.description) or {"en": told.name}
            if isinstance(told.unit, str):
                entry["unitName"] = {"en": told.unit}
                if not self.same:  # elsewhere it may be left out, and stays so
                    entry["@unitId"] = fixed_or_new("unit", told.unit)
            if isinstance(told.formula, str):
                entry["@mathematicalRelation"] = told.formula
            spread = uncertainty(told.uncertainty, told.value, self.kept.get(f"{pointer}/uncertainty"))
            if spread is not None:
                entry["uncertainty"] = spread
            if comment := languages(told.comment):
                entry["comment"] = comment
            entries.append(entry)
        return entries

    def _results(self) -> list[Tree]:
        """Declared results, where none is told by module: the format could not keep them apart."""
        told = self.process.results
        if any(one.module or one.scenario or not isinstance(one.amount, Number) for one in told):
            return []
        entries = []
        for one in told:
            texts = languages(one.indicator.name)
            label = texts.get("en") or next(iter(texts.values()), NOT_STATED)
            id_ = one.indicator.uuid if isinstance(one.indicator.uuid, str) else new_id("indicator", label)
            entry: Tree = {
                "@impactIndicatorId": id_,
                "@amount": spell(one.amount)[0],
                "name": texts or {"en": label},
            }
            if isinstance(one.unit, str):
                entry["unitName"] = {"en": one.unit}
            entries.append(entry)
        return entries

    # Modelling and administration

    def _modelling(self) -> None:
        model = self.process.system_model
        if isinstance(model.uuid, str):
            put(self.node, *MODELLING, "representativeness", "@systemModelId", value=model.uuid)
        if texts := languages(model.name):
            put(self.node, *MODELLING, "representativeness", "systemModelName", value=texts)
        reviews = [self._review(one) for one in self.process.reviews]
        if reviews and (self.same or all(review is not None for review in reviews)):
            put(self.node, *MODELLING, "review", value=[review or {} for review in reviews])
        self.node.setdefault("modellingAndValidation", {})

    def _review(self, review: Review) -> Tree | None:
        entry: Tree = {}
        for target in review.reviewers[:1]:
            entry |= self._person(target, "@reviewerId", "@reviewerName", "@reviewerEmail")
        if isinstance(review.date, str):
            entry["@reviewDate"] = review.date
        if details := languages(review.details):
            entry["details"] = bind.passages(details)
        if other := languages(review.other_details):
            entry["otherDetails"] = other
        if "@reviewerId" not in entry or "@reviewDate" not in entry:
            return entry if self.same else None
        return entry

    def _people(self) -> None:
        version = self.process.version if isinstance(self.process.version, str) else ""
        parts = [str(int(part)) for part in version.split(".") if part.isdecimal()]
        if version and parts:
            values = dict(zip(VERSION, (*parts, "0", "0", "0", "0"), strict=False))
            file = bind.below(self.node, *ADMINISTRATION, "fileAttributes") or {}
            put(self.node, *ADMINISTRATION, "fileAttributes", value=values | file)
        for step, role in PEOPLE:
            targets = self.process.linked(role)
            if not targets and role is LinkRole.GENERATOR:
                targets = self.process.linked(LinkRole.OWNER)
            if targets:
                own = bind.below(self.node, *ADMINISTRATION, step) or {}
                person = self._person(targets[0], "@personId", "@personName", "@personEmail")
                put(self.node, *ADMINISTRATION, step, value=person | own)

    def _person(self, target: Reference, id_key: str, name_key: str, email_key: str) -> Tree:
        key = self.bundle.find(DatasetKind.CONTACT, target)
        contact = self.bundle.read(key).dataset if key is not None else None
        id_ = str(target.uuid) if isinstance(target.uuid, str) else ""
        found: Tree = {
            id_key: id_ if len(id_) == 36 else new_id("person", id_, *languages(target.name).values())
        }
        texts = languages(target.name)
        email: object = None
        if isinstance(contact, Contact) and key is not None:
            self.done.contacts[found[id_key]] = key
            texts = languages(contact.short_name) or languages(contact.name) or texts
            email = contact.email
            if not self.same and contact.is_person is not False:
                email = None  # what is personal goes on only where it came from such a file
        if texts:
            found[name_key] = texts.get("en") or next(iter(texts.values()))
        if isinstance(email, str) and email:
            found[email_key] = email
        elif not self.same:
            found[email_key] = self.context.options.get("email") or NO_ADDRESS
        return found

    def _defaults(self) -> None:
        """What the format asks for and the source does not say; but no name, place or time."""
        activity = bind.below(self.node, *ACTIVITY)
        assert activity is not None
        label = activity.get("activityName") or {}
        name = label.get("en") or next(iter(label.values()), "")
        values = {"@activityNameId": new_id("activity-name", name), "@type": "1", "@specialActivityType": "0"}
        _fill(activity, values)
        description = self.node["activityDescription"]
        description.setdefault("technology", {})
        description["timePeriod"].setdefault("@isDataValidForEntirePeriod", "true")
        scenario = description.setdefault("macroEconomicScenario", {})
        _fill(scenario, {"@macroEconomicScenarioId": fixed("scenario")[SCENARIO]})
        scenario.setdefault("name", {"en": SCENARIO})
        if not self.same:
            # Optional in the schema; openLCA imports no data set that does not have it.
            self.node["modellingAndValidation"].setdefault("representativeness", {})
        if (model := bind.below(self.node, *MODELLING, "representativeness")) is not None:
            _fill(model, {"@systemModelId": fixed("system-model")["Undefined"]})
            model.setdefault("systemModelName", {"en": "Undefined"})
        for entry in self.node["modellingAndValidation"].get("review", ()):
            version = {key.replace("@m", "@reviewedM", 1): "0" for key in VERSION}
            _fill(entry, version)
        administration = self.node.setdefault("administrativeInformation", {})
        nobody = {"@personId": new_id("person", NOT_STATED), "@personName": NOT_STATED}
        nobody["@personEmail"] = self.context.options.get("email") or NO_ADDRESS
        for step, _ in PEOPLE:
            _fill(administration.setdefault(step, {}), nobody if not administration.get(step) else {})
            if "@personId" in administration[step]:
                _fill(administration[step], {k: v for k, v in nobody.items() if k != "@personId"})
        administration["dataGeneratorAndPublication"].setdefault("@isCopyrightProtected", "false")
        file = administration.setdefault("fileAttributes", {})
        _fill(file, dict(zip(VERSION, "1000", strict=True)))
        if not self.same:
            _fill(file, {"@defaultLanguage": "en", "@fileGenerator": GENERATOR})
            # Of the data set: the same source gives the same bytes whenever it is written.
            if (told := moment(self.process.changed, self.process.created)) is not None:
                file.setdefault("@fileTimestamp", told)
        self._result_defaults()
        if not name:
            self._lack("/name")
        if "geography" not in description or "shortname" not in description["geography"]:
            self._lack("/location")
        for key, side in (("@startDate", "start"), ("@endDate", "end")):
            if key not in description["timePeriod"]:
                self._lack(f"/period/{side}")

    def _result_defaults(self) -> None:
        for entry in self.node["flowData"].get("impactIndicator", ()):
            _fill(
                entry,
                {
                    "@impactMethodId": new_id("method", NOT_STATED),
                    "@impactCategoryId": new_id("category", NOT_STATED),
                },
            )
            for key in ("impactMethodName", "impactCategoryName"):
                entry.setdefault(key, {"en": NOT_STATED})

    def _fit(self) -> None:
        """Within what the format allows; what stays impossible is a lack."""
        name = "childActivityDataset" if self.done.is_child else "activityDataset"
        content = structure("dataset", family=FAMILY).content.keys[name].content
        assert content is not None
        known = bool(self.done.lacks)
        for at in conform(self.node, content):
            if not known:
                self._lack(at)


def _kept(extras: Any) -> dict[str, Tree]:  # noqa: ANN401 - a mapping of texts
    """What places of uncertainties printed, by pointer of the uncertainty."""
    found: dict[str, Tree] = {}
    for key, value in extras.items():
        if key.startswith(f"{FAMILY}#") and "/uncertainty/" in key:
            base, _, rest = key[len(FAMILY) + 1 :].partition("/uncertainty/")
            put(found.setdefault(f"{base}/uncertainty", {}), *rest.split("/"), value=value)
    return found


def _fill(node: Tree, values: dict[str, str]) -> None:
    for key, value in values.items():
        node.setdefault(key, value)


def _day(text: object, rest: str) -> str | None:
    """A day of a time: the first or last of a year or month."""
    form = date_form(text)
    if not form or not isinstance(text, str):
        return None
    if form == "Date":
        return text
    found = re.match(r"(\d{4})(?:-(\d{2}))?", text)
    if found is None:
        return None
    if found[2] is None:
        return f"{found[1]}{rest}"
    last = "28" if found[2] == "02" else "30" if found[2] in ("04", "06", "09", "11") else "31"
    return f"{found[1]}-{found[2]}-{'01' if rest == '-01-01' else last}"
