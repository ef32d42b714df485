"""Read, write and judge a footprint message of any version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gateway import resources
from gateway.codec import carrier_schema, jsonwrite
from gateway.codec.accounting import shown
from gateway.codec.base import BasisRequest, Context, Member, Package, Reading, Writing
from gateway.codec.lacks import Lacks, lack
from gateway.codec.schema import judge
from gateway.errors import GatewayError, InputError, flatten, raise_all, shorten
from gateway.formats.pact import rules
from gateway.formats.pact.bridge import PARAMETERS
from gateway.formats.pact.carrier import Carrier, Document, Told
from gateway.formats.pact.catalogue import PACT_3
from gateway.formats.pact.hub import (
    Hub,
    declaration_of,
    hub_of,
    is_message,
    key_of,
    keys,
    leaves_of,
    line,
)
from gateway.frontdoor import json as json_door
from gateway.model.base import Leaf
from gateway.model.declaration import Declaration
from gateway.model.origin import Origin
from gateway.model.results import KG_CO2E
from gateway.model.walk import by_path, escape, same, unescape
from gateway.quantity import Exact, Quantity, minus, parse_decimal
from gateway.report import Fate, Finding, Note, Severity

MEDIA_TYPE = "application/json"
# What is kg CO2e among the keys that are no leaf of the model.
_KG = ("Emissions", "Removals", "Leakage", "Capture", "Uptake")


def read(package: Package, carrier: Carrier, findings: tuple[Finding, ...] = ()) -> Reading:
    """The declaration of one message; what has no key is kept where it stood.

    Raises:
        InputError: the bytes are no JSON object.
    """
    document = package.json
    if not isinstance(document, dict):
        raise InputError(package.name, path="", code="footprint.no-object")
    hub, left = carrier.read(document)
    leaves = leaves_of(hub)
    origins = {path: Origin(_place(carrier, path)) for path in leaves if key_of(path)}
    notes = []
    for at, value in left:
        path = f"/extras/{escape(f'{carrier.id}#{at}')}"
        leaves[path], origins[path] = line(value), Origin(at)
        notes.append(Note("input.kept-as-extra", at, Fate.UNREAD, shorten(line(value))))
    return Reading(declaration_of(hub, leaves), tuple(notes), findings, origins)


def _place(carrier: Carrier, path: str) -> str:
    return carrier.find(key_of(path))


def write(
    declaration: Declaration,
    context: Context,
    carrier: Carrier,
    *,
    basis: BasisRequest,
) -> Writing:
    """The message of one version, as one file; everything it lacks is raised together.

    Raises:
        Lacks: every field that is missing, together.
    """
    stated = is_message(declaration)
    told: dict[str, Note] = {}
    if stated:
        hub = hub_of(declaration)
    else:
        hub, told = _restated(declaration, context, carrier, basis)
        told = {**_in_texts(declaration, hub), **told}
    document, codes = made(hub, context.options, carrier)
    if _put_back(document, declaration, f"{carrier.id}#"):
        raise_all(_lacks(document, carrier, [], judge(document, carrier.schema)))
    data = (jsonwrite.encode(document) + "\n").encode("utf-8")
    name = declaration.document.id if isinstance(declaration.document.id, str) else ""
    package = Package((Member(_file_name(carrier), MEDIA_TYPE, data),), name)
    after = by_path(read(package, carrier).declaration)
    notes = tuple(explain(by_path(declaration), after, codes, told, strict=stated))
    return Writing(package, notes, inherited=errors_of(hub) if stated else frozenset())


def _in_texts(declaration: Declaration, hub: Hub) -> dict[str, Note]:
    """Texts of the declaration that stand within a text of the message, and cannot be told apart there."""
    found: dict[str, Note] = {}
    for key, home in _TEXTS.items():
        written = str(hub.get(key, ""))
        for path, leaf in by_path(declaration).items():
            if path.startswith(home) and isinstance(leaf, str) and leaf and leaf in written:
                found[path] = Note("footprint.in-a-text", path, Fate.AGGREGATED)
    return found


def _file_name(carrier: Carrier) -> str:
    """Versions stand side by side in one folder."""
    version = carrier.id.partition("@")[2]
    return f"{carrier.family}.json" if carrier is PACT_3 else f"{carrier.family}-{version}.json"


def _put_back(document: Document, declaration: Declaration, own: str) -> bool:
    """What had no key, where it stood; where something else stands now, it is left out. Whether any was."""
    found = False
    for name, text in declaration.extras.items():
        if not name.startswith(own):
            continue
        *above, last = (unescape(step) for step in name.removeprefix(own).split("/")[1:])
        node: Any = document
        for step in above:
            node = node[0] if step == "0" and isinstance(node, list) else node.get(step)
            if not isinstance(node, (dict, list)):
                break
        if isinstance(node, dict) and last not in node:
            node[last] = json_door.parse(text.encode())
            found = True
    return found


def errors_of(hub: Hub) -> frozenset[str]:
    """The rules that a message breaks already as it came."""
    found = rules.validate_hub(hub, PACT_3)
    return frozenset(f.code for f in found if f.severity is Severity.ERROR)


def made(hub: Hub, options: Mapping[str, str], carrier: Carrier) -> tuple[Document, dict[str, str]]:
    """The document of a message, and why each key in it is not as the source has it.

    Raises:
        Lacks: every field that is missing or cannot be written, together.
    """
    document, ready = prepared(hub, options, carrier)
    refuse(document, carrier, ready, judge(document, carrier.schema))
    return document, ready.codes


def prepared(hub: Hub, options: Mapping[str, str], carrier: Carrier) -> tuple[Document, Told]:
    """The document of a message before anybody has judged it."""
    ready = carrier.prepare(hub, options, carrier)
    return carrier.write(ready.hub), ready


def refuse(document: Document, carrier: Carrier, ready: Told, broken: tuple[Finding, ...]) -> None:
    """Say what a document lacks, if it is broken or not ready.

    Raises:
        Lacks: every field that is missing or cannot be written, together.
    """
    if broken or ready.lacks:
        raise_all(_lacks(document, carrier, ready.lacks, broken))


def _lacks(
    document: Document,
    carrier: Carrier,
    own: list[tuple[str, str, dict[str, str]]],
    broken: tuple[Finding, ...],
) -> Iterator[GatewayError]:
    """What is missing or does not fit: with the field of the model, or the parameter that fills it."""
    for key, code, facts in own:
        yield _lack(carrier, key, code, facts)
    seen = {key for key, *_ in own}
    absent = set(_absent(document, carrier))
    for place in carrier.places:
        pointer = place.pointer.replace("/0", "/[]")
        if pointer in absent and place.key.name not in seen:
            absent.discard(pointer)
            seen.add(place.key.name)
            yield _lack(carrier, place.key.name, None, {})
    for finding in broken if not seen else ():
        yield Lacks(
            finding.saw, path=finding.at, code="footprint.unfit", target=carrier.id, **dict(finding.params)
        )


def _absent(document: Document, carrier: Carrier) -> Iterator[str]:
    """The places that a document cannot be without and does not have."""
    family, _, version = carrier.id.partition("@")
    if carrier is PACT_3:
        for row in resources.table("codes/pact_properties.csv"):
            above, _, name = row["place"].rpartition("/")
            if row["required"] and above in ("", "/pcf"):
                node = document.get("pcf", {}) if above else document
                if name not in node:
                    yield row["place"]
    elif family == "pact":
        yield from carrier_schema.lacking(
            "carriers/pact2_structure.csv", f"ProductFootprint-{version}", document
        )
    else:
        yield from carrier_schema.lacking("carriers/catenax_structure.csv", f"Pcf-{version}", document)


def _lack(carrier: Carrier, key: str, code: str | None, facts: Mapping[str, str]) -> Lacks:
    name = next((name for name, own in PARAMETERS.items() if own == key), "")
    if code is None:
        code = "footprint.needs-parameter" if name else "footprint.lacks"
    found = lack(carrier.id, keys()[key].model or key, code=code, **facts)
    member = carrier.find(key)
    own = {"member": member, "name": name or key.rpartition("/")[2], "choices": _choices(carrier, member)}
    found.params.update(own | dict(facts))
    return found


def _choices(carrier: Carrier, member: str) -> str:
    """The values that a parameter may have, where they are a closed list."""
    family, _, version = carrier.id.partition("@")
    if family == "pact":
        return ""
    found = carrier_schema.values_at("carriers/catenax_structure.csv", f"Pcf-{version}", member)
    return f" ({' · '.join(found)})" if found else ""


def explain(
    before: Mapping[str, Leaf],
    after: Mapping[str, Leaf],
    codes: Mapping[str, str],
    told: Mapping[str, Note],
    *,
    strict: bool,
) -> Iterator[Note]:
    """One note for every leaf that is changed, added or gone for a reason that we know.

    ``told`` are the notes of a restatement before this step. With ``strict`` a change without a code stays
    unexplained, and is our bug.
    """
    for path, leaf in after.items():
        old = before.get(path)
        if same(old, leaf):
            continue
        code = codes.get(key_of(path)) or _spelled(path) or (None if strict else "footprint.rendered")
        earlier = told.get(path)
        if old is None:
            if code is not None:
                fate = Fate.DEFAULTED if code in _BY_DEFAULT else Fate.INFERRED
                yield Note(code, path, fate, "", shown(leaf))
        elif earlier is not None and earlier.fate not in (Fate.DROPPED, Fate.WITHHELD):
            yield earlier
        elif code is not None:
            yield Note(code, path, Fate.CONVERTED, shown(old), shown(leaf), kg=_difference(old, leaf))
    for path, old in before.items():
        if path not in after:
            yield from _without(path, old, codes, told.get(path))


def _without(path: str, old: Leaf, codes: Mapping[str, str], told: Note | None) -> Iterator[Note]:
    """Why a leaf is not there any more, where there is more to say than that it has no place."""
    key = key_of(path)
    if told is not None:
        yield told if told.fate not in _STILL else _gone(path, old, told.code)
    elif key in codes:
        yield _gone(path, old, codes[key])
    elif key.startswith("/pcf/verification/"):
        yield _gone(path, old, "footprint.verification-has-no-place")
    elif key and _is_kg(key) and path.startswith("/extras/"):
        yield _gone(path, old, "codec.no-place")


_TEXTS = {
    "/pcf/exemptedEmissionsDescription": "/boundary/excluded/",
    "/pcf/productOrSectorSpecificRules": "/method/pcr/",
}
_BY_DEFAULT = frozenset(
    {"footprint.told-by-caller", "footprint.region-global", "footprint.version-counts-from-0"}
)
_STILL = frozenset({Fate.ROUNDED, Fate.TRUNCATED})
_SPELLED = frozenset({"/pcf/secondaryEmissionFactorSources", "/pcf/productOrSectorSpecificRules"})


def _spelled(path: str) -> str | None:
    key = key_of(path)
    if key in _SPELLED or key == "/catenax/productOrSectorSpecificRules":
        return "footprint.spelled-otherwise"
    if key.startswith("/catenax/") and key.rpartition("/")[2] == "carbonContentTotal":
        return "footprint.contents-added-up"
    return None


def _is_kg(key: str) -> bool:
    own = keys().get(key)
    return own is not None and own.kind == "number" and key.endswith(_KG)


def _gone(path: str, old: Leaf, code: str) -> Note:
    kg: Exact | None = None
    if isinstance(old, str) and path.startswith("/extras/") and _is_kg(key_of(path)):
        kg = parse_decimal(old)
    return Note(code, path, Fate.DROPPED, shown(old), kg=kg)


def _difference(old: Leaf, new: Leaf) -> Exact | None:
    if isinstance(old, Quantity) and isinstance(new, Quantity) and old.unit == new.unit == KG_CO2E:
        return minus(old.amount, new.amount)
    return None


def _restated(
    declaration: Declaration, context: Context, carrier: Carrier, basis: BasisRequest
) -> tuple[Hub, dict[str, Note]]:
    """The message of a declaration in its own form: first as PACT 3.0 has it."""
    from gateway.formats.pact.writer import write as write_own

    try:
        writing = write_own(declaration, context, basis=basis)
    except GatewayError as error:
        for one in flatten(error):
            one.params["target"] = carrier.id
        raise
    document: Any = json_door.parse(writing.package.only.data)
    document.pop("extensions", None)
    hub, _ = PACT_3.read(document)
    return hub, {note.path: note for note in writing.notes}
