"""What a snapshot gains by fetching, and that a failure stays unknown."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.exchange.guarded import NotFetched
from gateway.exchange.refresh import refresh
from gateway.signing.jcs import jcs
from tests.trust import made
from tests.trust.conftest import World

PLACE = "https://body.example/status/revocation.json"
AT = "https://lists.example.org/own.jws"
CREDENTIAL = jcs(
    {
        "issuer": "did:web:body.example",
        "credentialStatus": [{"type": "BitstringStatusListEntry", "statusListCredential": PLACE}],
    }
)


@pytest.fixture
def files() -> dict[str, bytes]:
    world = World(policy={"hosts": ["body.example"]})
    content = made.document(made.OWN, [], agreements=world.agreements)
    content["LoTE"]["ListAndSchemeInformation"]["DistributionPoints"] = [AT]
    return world.files() | {"lists/own.jws": made.signed(content)}


def web(answers: dict[str, bytes]) -> Any:
    def get(url: str) -> bytes:
        if url not in answers:
            raise NotFetched("404", path=url)
        return answers[url]

    return get


def test_everything_that_the_credential_names(files: dict[str, bytes]) -> None:
    younger = made.signed(made.document(made.OWN, [], sequence=2))
    answers = {
        AT: younger,
        "https://body.example/.well-known/did.json": jcs({"id": "did:web:body.example"}),
        PLACE: jcs({"id": PLACE}),
    }
    gained, problems = refresh(files, CREDENTIAL, web(answers))
    assert problems == ()
    assert sorted(name.partition("/")[0] for name in gained) == ["dids", "lists", "status"]
    assert set(gained.values()) == set(answers.values())
    # The list that was there is kept beside the younger one.
    assert not set(gained) & set(files)


def test_what_was_there_is_replaced(files: dict[str, bytes]) -> None:
    held = files | {"status/mine.json": jcs({"id": PLACE, "old": True})}
    gained, _ = refresh(held, CREDENTIAL, web({PLACE: jcs({"id": PLACE})}))
    assert gained == {"status/mine.json": jcs({"id": PLACE})}


def test_what_cannot_be_had_is_told_and_nothing_is_lost(files: dict[str, bytes]) -> None:
    gained, problems = refresh(files, CREDENTIAL, web({}))
    assert gained == {}
    assert [p.code for p in problems] == ["list.not-fetched"] * 3


def test_another_document_than_was_asked_for(files: dict[str, bytes]) -> None:
    gained, problems = refresh(files, CREDENTIAL, web({PLACE: jcs({"id": PLACE + "x"}), AT: b"no list"}))
    assert gained == {}
    assert len(problems) == 3


def test_nothing_is_fetched_without_a_policy() -> None:
    with pytest.raises(GatewayError):
        refresh({}, CREDENTIAL, web({}))
