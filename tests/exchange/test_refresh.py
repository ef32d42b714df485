"""What a snapshot gains by fetching, and that a failure stays unknown."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.exchange.guarded import NotFetched
from gateway.exchange.refresh import refresh
from gateway.frontdoor.json import BOM
from gateway.pipeline import statuses
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from gateway.trust import snapshot
from tests.signing import seals
from tests.trust import made
from tests.trust.conftest import World

BASE = "https://body.example/status"
PLACE = f"{BASE}/revocation.json"
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
        PLACE: dated(),
    }
    gained, problems = refresh(files, CREDENTIAL, web(answers), now=made.NOW)
    assert problems == ()
    assert sorted(name.partition("/")[0] for name in gained) == ["dids", "lists", "status"]
    assert set(gained.values()) == set(answers.values())
    # The list that was there is kept beside the younger one.
    assert not set(gained) & set(files)


KEY, OTHER = PrivateKey(seals.key("Ed25519", 1)), PrivateKey(seals.key("Ed25519", 2))


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_list_with_an_end_of_line(end: bytes, files: dict[str, bytes]) -> None:
    """Held or served so, as editors and downloads leave it, it has a younger one all the same."""
    younger = made.signed(made.document(made.OWN, [], sequence=2)) + end
    held = files | {"lists/own.jws": files["lists/own.jws"] + end}
    gained, problems = refresh(held, b"{}", web({AT: younger}), now=made.NOW)
    assert (list(gained.values()), problems) == ([younger], ())


def test_under_a_byte_order_mark(files: dict[str, bytes]) -> None:
    """Held or served so, a document is the same one, and takes that one's place."""
    document = BOM + jcs({"id": "did:web:body.example"})
    held = files | {"policy.json": BOM + files["policy.json"], "dids/body.json": document}
    place = "https://body.example/.well-known/did.json"
    gained, _ = refresh(held, CREDENTIAL, web({place: document}), now=made.NOW)
    assert list(gained) == ["dids/body.json"]
    assert snapshot.load(held | gained, now=made.NOW).dids


def dated(hours: float = 0, key: PrivateKey | None = KEY) -> bytes:
    """A list of statuses that was made so many hours ago, and signed."""
    made_ = statuses.create(BASE, key or KEY, made.NOW - timedelta(hours=hours))["revocation.json"]
    return (
        made_ if key else jcs({name: value for name, value in json.loads(made_).items() if name != "proof"})
    )


@pytest.mark.parametrize(
    ("hours", "is_taken"), [(1, True), (2, True), (3, False), (-0.05, True), (-1, False)]
)
def test_an_older_list_of_statuses_is_not_taken(
    files: dict[str, bytes], hours: float, is_taken: bool
) -> None:
    """Else whoever serves it could make a revocation forgotten."""
    held = files | {"status/mine.json": dated(2)}
    gained, problems = refresh(held, CREDENTIAL, web({PLACE: dated(hours)}), now=made.NOW)
    assert (gained == {"status/mine.json": dated(hours)}) is is_taken
    assert (PLACE in {problem.at for problem in problems}) is not is_taken


@pytest.mark.parametrize("stated", [None, "soon", 5])
def test_a_list_of_statuses_without_its_day_is_not_taken(files: dict[str, bytes], stated: Any) -> None:
    gained, _ = refresh(
        files, CREDENTIAL, web({PLACE: jcs({"id": PLACE, "validFrom": stated})}), now=made.NOW
    )
    assert gained == {}


def test_what_was_there_is_replaced(files: dict[str, bytes]) -> None:
    held = files | {"status/mine.json": dated(2)}
    gained, _ = refresh(held, CREDENTIAL, web({PLACE: dated()}), now=made.NOW)
    assert gained == {"status/mine.json": dated()}


def test_of_two_of_one_moment_both_are_kept(files: dict[str, bytes]) -> None:
    """Nobody knows which is the later: one in which something is revoked must not be forgotten."""
    made_ = statuses.create(BASE, KEY, made.NOW - timedelta(hours=1))
    revoked = statuses.change(made_, 5, "revocation", KEY, made.NOW - timedelta(hours=1))["revocation.json"]
    held = files | {"status/mine.json": revoked}
    gained, _ = refresh(held, CREDENTIAL, web({PLACE: made_["revocation.json"]}), now=made.NOW)
    assert list(gained.values()) == [made_["revocation.json"]]
    assert "status/mine.json" not in gained
    again, _ = refresh(held, CREDENTIAL, web({PLACE: revoked}), now=made.NOW)
    assert again == {"status/mine.json": revoked}


@pytest.mark.parametrize("key", [None, OTHER])
def test_nobody_else_can_put_a_list_in_its_place(files: dict[str, bytes], key: PrivateKey | None) -> None:
    """Else a revocation could be wiped out with bytes that nobody believes."""
    held = files | {"status/mine.json": dated(2)}
    gained, problems = refresh(held, CREDENTIAL, web({PLACE: dated(0, key)}), now=made.NOW)
    assert "status/mine.json" not in gained
    assert PLACE in {problem.at for problem in problems}


def test_what_cannot_be_had_is_told_and_nothing_is_lost(files: dict[str, bytes]) -> None:
    gained, problems = refresh(files, CREDENTIAL, web({}), now=made.NOW)
    assert gained == {}
    assert [p.code for p in problems] == ["list.not-fetched"] * 3


def test_another_document_than_was_asked_for(files: dict[str, bytes]) -> None:
    gained, problems = refresh(
        files, CREDENTIAL, web({PLACE: jcs({"id": PLACE + "x"}), AT: b"no list"}), now=made.NOW
    )
    assert gained == {}
    assert len(problems) == 3


def test_nothing_is_fetched_without_a_policy() -> None:
    with pytest.raises(GatewayError):
        refresh({}, CREDENTIAL, web({}), now=made.NOW)


def test_what_is_not_asked_any_more_is_told(files: dict[str, bytes]) -> None:
    """A document may name as many lists as it likes."""
    named = [{"statusListCredential": f"https://body.example/{number}"} for number in range(60)]
    asked: list[str] = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        raise NotFetched(url)

    _, problems = refresh(files, jcs({"credentialStatus": named}), fetch, now=made.NOW)
    left = [one.at for one in problems if one.code == "list.not-asked"]
    assert (len(asked), asked + left) == (50, list(dict.fromkeys(asked + left)))
    assert len(left) == 11
