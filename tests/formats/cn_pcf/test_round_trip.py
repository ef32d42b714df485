"""Read, write, read again: nothing differs, nothing of the source is lost, whatever it looks like."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway import resources
from gateway.codec.base import Context, Package, Reading
from gateway.codec.jsonwrite import encode
from gateway.codec.run import Written, run_reader, run_writer
from gateway.errors import GatewayError
from gateway.formats.cn_pcf import FORMAT
from gateway.model.base import Missing
from gateway.model.disclosure import Disclosure, redact
from gateway.model.walk import diff, leaves

EXAMPLES = ["lfp-pack", "tea"]
Example = Callable[[str], dict[str, Any]]


def read(data: bytes) -> Reading:
    return run_reader(FORMAT, Package.of(data), Context())


def written(reading: Reading) -> Written:
    return run_writer(FORMAT, reading.declaration, Context())


def published(oracle_data: Path) -> list[Path]:
    folders = (oracle_data / "china" / "sample_inputs", oracle_data / "real_inputs")
    return [path for folder in folders for path in sorted(folder.glob("*.json"))]


def scalars(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Every scalar and empty container of a document, by pointer."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from scalars(inner, f"{at}/{name.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            yield from scalars(inner, f"{at}/{index}")
    else:
        yield at, value


def accounted(reading: Reading) -> set[str]:
    """The places of the source that stand in a leaf, an extra or a note."""
    places = {note.path for note in reading.notes}
    for origin in reading.origins.values():
        at = getattr(origin, "at", "")
        places |= {at, *(f"{at}/{name}" for name in ("missing", "unit", "text"))}
    return places


def unaccounted(document: Any, reading: Reading) -> list[str]:
    """Scalars of the source that are nowhere. Units and schemes stand in their neighbours."""
    places = accounted(reading)
    beside = ("/unit", "/originScheme")
    return [at for at, _ in scalars(document) if at not in places and not at.endswith(beside)]


class TestPublished:
    """Every published declaration survives, in every disclosure class."""

    def test_nothing_differs(self, oracle_data: Path) -> None:
        paths = published(oracle_data)
        assert len(paths) == 28
        for path in paths:
            before = read(path.read_bytes())
            after = written(before)
            assert after.notes == (), path.name
            assert diff(before.declaration, after.reread) == {}, path.name

    def test_every_scalar_is_accounted_for(self, oracle_data: Path) -> None:
        for path in published(oracle_data):
            assert unaccounted(json.loads(path.read_bytes()), read(path.read_bytes())) == [], path.name

    def test_unknown_members_come_back_as_they_were(self, oracle_data: Path) -> None:
        for path in published(oracle_data):
            document = json.loads(path.read_bytes())
            output = json.loads(written(read(path.read_bytes())).package.only.data)
            for name in document:
                if name.startswith("_"):
                    assert output[name] == document[name], (path.name, name)

    def test_writing_twice_gives_the_same_bytes(self, oracle_data: Path) -> None:
        for path in published(oracle_data):
            once = written(read(path.read_bytes()))
            again = written(read(once.package.only.data))
            assert again.package.only.data == once.package.only.data, path.name

    @pytest.mark.parametrize("allowed", list(Disclosure))
    def test_a_redacted_declaration_is_written_too(self, oracle_data: Path, allowed: Disclosure) -> None:
        for path in published(oracle_data):
            seen = redact(read(path.read_bytes()).declaration, allowed)
            assert run_writer(FORMAT, seen, Context()).notes == (), path.name


@pytest.mark.parametrize("name", EXAMPLES)
class TestExamples:
    """The shipped examples need nothing mended and lose nothing."""

    def test_they_read_clean(self, example: Example, name: str) -> None:
        reading = read(resources.example(f"{name}.json").read_bytes())
        assert reading.findings == ()
        assert {n.path.split("/")[1] for n in reading.notes} == {"_illustrative"}
        assert unaccounted(example(name), reading) == []

    def test_they_come_back_whole(self, example: Example, name: str) -> None:
        output = json.loads(written(read(encode(example(name)).encode())).package.only.data)
        source = dict(scalars(example(name)))
        target = dict(scalars(output))
        twin = {at: at.replace("dlucKg", "lulucKg") for at in source}
        # A unit is written by its code: kWh as kW.h.
        own = [at for at in source if not at.endswith("/unit")]
        assert [at for at in own if str(target.get(twin[at])) != _plain(source[at])] == []

    @pytest.mark.parametrize("allowed", list(Disclosure))
    def test_each_class_is_written(self, name: str, allowed: Disclosure) -> None:
        seen = redact(read(resources.example(f"{name}.json").read_bytes()).declaration, allowed)
        assert run_writer(FORMAT, seen, Context()).notes == ()

    def test_every_leaf_knows_where_it_came_from(self, name: str) -> None:
        reading = read(resources.example(f"{name}.json").read_bytes())
        implied = {"/results/declared/id", "/results/declared/role", "/results/pack/role"}
        implied |= {f"/results/{s}/basis/denominator/per" for s in ("declared", "pack")}
        without = [
            p.path
            for p in leaves(reading.declaration)
            if p.path not in reading.origins and not p.path.startswith("/extras") and p.path not in implied
        ]
        assert [p for p in without if not p.startswith(("/verifications/verification/id",))] == []


def _plain(value: Any) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)


WRONG: dict[str, Any] = {
    "null": None,
    "true": True,
    "integer": 7,
    "decimal": Decimal("0.50"),
    "text": "x§y",
    "empty text": "",
    "empty list": [],
    "list": [1, "b"],
    "empty object": {},
    "object": {"a": {"b": 1}},
}


def changed(document: Any, at: str, value: Any) -> Any:
    """The document with another value at one place."""
    copy = deepcopy(document)
    node = copy
    steps = [step.replace("~1", "/").replace("~0", "~") for step in at.split("/")[1:]]
    for step in steps[:-1]:
        node = node[int(step)] if isinstance(node, list) else node[step]
    if isinstance(node, list):
        node[int(steps[-1])] = value
    else:
        node[steps[-1]] = value
    return copy


def small(document: dict[str, Any]) -> dict[str, Any]:
    """The document with two lines: the others have the same members."""
    return {**document, "lines": document["lines"][:2]}


def places(document: Any, at: str = "") -> Iterator[str]:
    """Every place of a document, containers too."""
    if at:
        yield at
    if isinstance(document, dict):
        for name, inner in document.items():
            yield from places(inner, f"{at}/{name}")
    elif isinstance(document, list):
        for index, inner in enumerate(document):
            yield from places(inner, f"{at}/{index}")


def check_round_trip(document: Any, about: object) -> None:
    """Every scalar is somewhere, and what was read is written back; only empties may lack room."""
    reading = read(encode(document).encode())
    assert document == {} or unaccounted(document, reading) == [], about
    left = [n for n in written(reading).notes if n.value not in ("null", "[]", "{}")]
    assert left == [], about


@pytest.mark.parametrize("kind", WRONG)
def test_any_type_in_any_leaf(example: Example, kind: str) -> None:
    """Each leaf of the complete battery takes each wrong type: told, kept, written back, never a crash."""
    document = small(example("lfp-pack"))
    leaves_ = [at for at, _ in scalars(document) if not at.startswith("/_")]
    for start in range(6):
        odd = document
        for at in leaves_[start::6]:
            odd = changed(odd, at, WRONG[kind])
        check_round_trip(odd, (kind, start))


@pytest.mark.parametrize("kind", WRONG)
def test_any_type_in_any_container(example: Example, kind: str) -> None:
    document = small(example("lfp-pack"))
    leaves_ = {at for at, _ in scalars(document)}
    containers = [at for at in places(document) if at not in leaves_ and not at.startswith("/_")]
    offset = list(WRONG).index(kind) % 2
    for at in containers[offset::2]:
        check_round_trip(changed(document, at, WRONG[kind]), (kind, at))


def test_a_wrong_type_is_said(example: Example) -> None:
    """Whatever cannot be taken as it stands has a finding or a note at its place."""
    document = small(example("lfp-pack"))
    changes = [at for at, _ in scalars(document) if not at.startswith("/_")]
    odd = document
    for at in changes:
        odd = changed(odd, at, {"a": 1})
    reading = read(encode(odd).encode())
    said = {n.path for n in reading.notes} | {f.at for f in reading.findings}
    assert {f"{at}/a" for at in changes} <= said


# What the door lets in: no control characters, no characters that Unicode has not assigned.
words = st.text(st.characters(exclude_categories=["C"]), max_size=4)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)


class TestAnything:
    """Random JSON inside a declaration: read without a crash, kept, and written back."""

    @settings(suppress_health_check=[HealthCheck.too_slow], max_examples=40)
    @given(st.data())
    def test_in_any_place(self, data: st.DataObject) -> None:
        document = json.loads(resources.example("tea.json").read_bytes())
        document = small(document)
        for _ in range(data.draw(st.integers(1, 3))):
            at = data.draw(st.sampled_from([p for p in places(document) if not p.startswith("/_")]))
            document = changed(document, at, data.draw(json_values))
        check_round_trip(document, document)

    @settings(max_examples=150)
    @given(st.dictionaries(st.sampled_from(["document", "lines", "results", "sites", "x"]), json_values))
    def test_as_a_whole(self, document: dict[str, Any]) -> None:
        check_round_trip(document, document)

    @given(json_values.filter(lambda value: not isinstance(value, dict)))
    def test_a_document_that_is_none(self, value: Any) -> None:
        with pytest.raises(GatewayError) as error:
            read(json.dumps(value).encode())
        assert error.value.error_code == "cn-pcf.not-an-object"


class TestShape:
    """What the form says by its shape."""

    def test_sets_by_member_have_their_denominators(self) -> None:
        reading = read(b'{"results": {"perPackKg": 5, "perKWhKg": 2, "perKgKg": 1, "totalKg": 3}}')
        found = {r.id: r.basis.denominator.per.value for r in reading.declaration.results}
        assert found == {
            "pack": "pack",
            "kwh-unstated": "kwh-unstated",
            "kg": "kg",
            "declared": "declared-unit",
        }
        assert [n.code for n in reading.notes] == ["cn-pcf.denominator"] * 3

    def test_a_verification_covers_the_declared_set_only(self) -> None:
        reading = read(b'{"results": {"totalKg": 3, "perPackKg": 5}, "verification": {"kind": "third"}}')
        assert reading.declaration.verifications[0].covers == ("declared",)
        none = read(b'{"results": {"totalKg": 3}, "verification": {"kind": "none"}}')
        assert none.declaration.verifications[0].covers == ()

    def test_years_countries_and_scenarios_do_not_mix(self) -> None:
        data = (
            b'{"results": {"history": [{"year": 2024, "kg": 1}], "variants": [{"country": "CN", "kg": 2}],'
            b' "totalsByScenario": {"S1": 3}}}'
        )
        found = [(v.year, v.country, v.scenario) for v in read(data).declaration.results[0].variants]
        assert found == [(2024, None, None), (None, "CN", None), (None, None, "S1")]
        assert written(read(data)).notes == ()

    def test_null_totals_say_so(self) -> None:
        (result,) = read(b'{"results": {"totalKg": null}}').declaration.results
        assert isinstance(result.carbon.total, Missing)
        output = json.loads(written(read(b'{"results": {"totalKg": null}}')).package.only.data)
        assert output == {"results": {"totalKg": None}}

    @pytest.mark.parametrize("own", ["5", "null", "{}", "[]", '{"/lines": 7}', '{"/lines/0": 7}'])
    def test_an_unread_of_the_source_and_ours(self, own: str) -> None:
        """What a source calls _unread is a member like any other; nothing of either is lost in silence."""
        reading = read(f'{{"_unread": {own}, "lines": "x"}}'.encode())
        assert sorted(reading.declaration.extras.values()) == sorted(
            ['"x"', own if own[1:] in ("", "ull", "}", "]") else "7"]
        )
        after = written(reading)
        assert len(after.carried) + len(after.notes) == 2

    def test_extras_stay_with_their_set(self) -> None:
        data = (
            b'{"resultSets": [{"totalKg": 1, "id": "x", "note": "of x"},'
            b' {"totalKg": 2, "id": "y", "note": "of y"}],'
            b' "results": {"totalKg": 3, "perPackKg": 4, "note": "of all"}}'
        )
        output = json.loads(written(read(data)).package.only.data)
        assert [(s["id"], s.get("note")) for s in output["resultSets"]] == [
            ("x", "of x"),
            ("y", "of y"),
            ("pack", None),
        ]
        assert (output["results"]["totalKg"], output["results"]["note"]) == ("3", "of all")

    def test_several_verifications_stay_several(self) -> None:
        data = b'{"verifications": [{"id": "a", "kind": "third"}, {"id": "b", "kind": "second"}]}'
        assert [v.id for v in read(data).declaration.verifications] == ["a", "b"]
        assert written(read(data)).notes == ()
