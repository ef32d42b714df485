"""@owf/eudi-lote and ETSI's own JSON schema on our trust lists, and on lists with something taken out."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from gateway.errors import GatewayError
from gateway.trust import lote
from tests.conftest import Judges
from tests.signing.sm import made as sm
from tests.trust import made
from tests.trust.conftest import World


def document() -> dict[str, Any]:
    """A list with everything in it."""
    certifier = made.state(
        "cab/iso17029-14065",
        certificates=[sm.LEAF_CERTIFICATE],
        extensions=[made.scope()],
        others=["did:web:cab.example"],
    )
    past = made.state("cab/iso17029-14065", others=["did:web:cab.example"], since="2019-01-01T00:00:00Z")
    entities = [made.entity("TEST certifier", [certifier, past]), made.accreditation_body()]
    return made.document(made.FOREIGN, entities, agreements=[made.agreement()], country="CN")


def holes(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The place of every member."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        yield (*at, name)
        yield from holes(item, (*at, name))


def without(value: Any, at: tuple[str | int, ...]) -> Any:
    made_ = copy.deepcopy(value)
    inner = made_
    for step in at[:-1]:
        inner = inner[step]
    del inner[at[-1]]
    return made_


def takes(data: bytes) -> bool:
    try:
        lote.parse(data)
    except GatewayError:
        return False
    return True


@pytest.mark.judge("eudi-lote")
def test_our_lists_are_valid_and_their_signatures_hold(judges: Judges, tmp_path: Path) -> None:
    body = made.entity("TEST body", [made.state("recogniser", others=["did:web:body.example"])])
    lists = {
        **World(own_entities=[body]).lists(),
        "full.jws": made.signed(document(), made.operator(2, "CN")),
    }
    for number, data in enumerate(lists.values()):
        (tmp_path / f"{number}.jws").write_bytes(data)
    found = judges.node("eudi-lote/judge.mjs", *sorted(tmp_path.glob("*.jws")))
    assert found == [{"valid": True, "errors": [], "signed": True}] * len(lists)


@pytest.mark.judge("eudi-lote")
def test_what_the_judge_refuses_we_refuse(judges: Judges, tmp_path: Path) -> None:
    whole = document()
    # TS 119 602 lets a list be without entries, and so do its schema and we; the judge does not.
    cases = [json.dumps(without(whole, at)) for at in holes(whole) if at != ("LoTE", "TrustedEntitiesList")]
    assert len(cases) > 150
    for number, text in enumerate(cases):
        (tmp_path / f"{number:04}.json").write_text(text)
    found = judges.node("eudi-lote/judge.mjs", *sorted(tmp_path.glob("*.json")))
    refused = [text for text, answer in zip(cases, found, strict=True) if not answer["valid"]]
    assert len(refused) > 20
    assert [text for text in refused if takes(text.encode())] == []


@pytest.mark.oracle
def test_our_lists_agree_with_the_official_schema(oracle_data: Path) -> None:
    folder = oracle_data / "signing/etsi-lote/schema"
    schema, keys = (
        json.loads((folder / name).read_bytes()) for name in ("1960201_json_schema.json", "rfc7517.json")
    )
    known: Registry[Any] = Registry().with_resource(
        "rfcs/rfc7517.json", Resource.from_contents(keys, default_specification=DRAFT7)
    )
    validator = Draft7Validator(schema, registry=known)
    whole = document()
    assert not list(validator.iter_errors(json.loads(lote.parse(json.dumps(whole).encode()).to_bytes())))
    wrong = [without(whole, at) for at in holes(whole)]
    refused = [value for value in wrong if not validator.is_valid(value)]
    assert len(refused) > 20
    assert [value for value in refused if takes(json.dumps(value).encode())] == []


@pytest.mark.oracle
def test_lists_of_other_profiles_are_told_apart(oracle_data: Path) -> None:
    folder = oracle_data / "signing/etsi-lote"
    for name in ("valid.json", "valid-full.json", "valid-emptyTE.json"):
        with pytest.raises(GatewayError):
            lote.parse((folder / name).read_bytes())
