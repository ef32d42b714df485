from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.frontdoor.json import PlainJson
from gateway.signing.rdf import canonical, contexts, jsonld, nquads, numbers
from gateway.signing.rdf.nquads import Blank, Literal, Quad
from tests.conftest import Judges


class TestPublished:
    """The evaluation and map tests of RDFC-1.0."""

    def test_all_of_them(self, oracle_data: Path) -> None:
        place = oracle_data / "signing" / "w3c-rdfc10"
        entries = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
        wrong = []
        for entry in entries:
            quads = nquads.parse((place / entry["action"]).read_bytes())
            name = entry.get("hashAlgorithm", "SHA256").lower()
            expected = (place / entry["result"]).read_text(encoding="utf-8")
            if "Map" in entry["type"]:
                same = canonical.canonical_labels(quads, hash_name=name) == json.loads(expected)
            else:
                same = canonical.canonicalise(quads, hash_name=name) == expected
            if not same:
                wrong.append(entry["id"])
        assert (wrong, len(entries)) == ([], 43)

    def test_poison_graph_is_refused_in_time(self, oracle_data: Path) -> None:
        quads = nquads.parse((oracle_data / "signing/attacks/ld/blank-node-clique.nq").read_bytes())
        began = time.process_time()
        with pytest.raises(canonical.TooMuchWork):
            canonical.canonicalise(quads)
        assert time.process_time() - began < 10


class TestQuads:
    """One spelling of each statement; nothing else is read."""

    def test_canonical_spelling(self) -> None:
        text = '<urn:s>  <urn:p> "a\\tb\\u0041\\\\é"@en-GB . # x\n_:x <urn:p> "1"^^<urn:t> _:g .\n'
        assert nquads.write(nquads.parse(text.encode())) == (
            '<urn:s> <urn:p> "a\\tbA\\\\é"@en-GB .\n_:x <urn:p> "1"^^<urn:t> _:g .\n'
        )

    @pytest.mark.parametrize(
        "line",
        [
            "<urn:s> <urn:p> .",
            "<urn:s> _:p <urn:o> .",
            '"s" <urn:p> <urn:o> .',
            "<urn:s> <urn:p> <urn:o>",
            "<urn:s> <urn:p> <urn: o> .",
            '<urn:s> <urn:p> "a\nb" .',
            '<urn:s> <urn:p> "\\ud800" .',
            '<urn:s> <urn:p> "\\x" .',
            '<urn:s> <urn:p> "a" "b" .',
        ],
    )
    def test_anything_else_is_refused(self, line: str) -> None:
        with pytest.raises(nquads.BadQuads):
            nquads.parse(line.encode())

    @given(st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace")))
    def test_only_our_errors_come_out(self, data: bytes) -> None:
        with contextlib.suppress(GatewayError):
            nquads.parse(data)

    @given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
    def test_there_and_back(self, text: str) -> None:
        quad = Quad("urn:s", "urn:p", Literal(text), Blank("g"))
        assert nquads.parse(nquads.line(quad).encode()) == [quad]

    @given(st.permutations(range(6)), st.sampled_from(["a", "zz", "c14n0"]))
    def test_labels_do_not_depend_on_names_or_order(self, order: list[int], prefix: str) -> None:
        def ring(names: list[str]) -> list[Quad]:
            return [Quad(Blank(names[i]), "urn:next", Blank(names[(i + 1) % 6])) for i in range(6)]

        plain = ring([f"n{number}" for number in range(6)])
        other = ring([f"{prefix}{number}" for number in order])
        assert canonical.canonicalise(plain) == canonical.canonicalise([other[i] for i in order])


@pytest.mark.parametrize(
    ("number", "covered"),
    [
        (0, True),
        (-0.0, True),
        (1.0, True),
        (61.25, True),
        (0.62, True),
        (-1.5e-7, True),
        (1e21, True),
        (2**53 - 1, True),
        (1e-7, False),
        (5e-324, False),
        (9e-9, False),
        (0.30000000000000004, False),
        (1.7976931348623157e308, False),
        (2**53, False),
        (1e20, False),
        (123456789012345678.0, False),
    ],
)
def test_numbers_that_engines_write_alike(number: float, covered: bool) -> None:
    assert numbers.is_covered(number) is covered


class TestContexts:
    """Nothing is fetched, nothing is exchanged, nothing is written into the document."""

    CONTEXT = {"urn:c": b'{"@context": {"name": "urn:name"}}'}  # noqa: RUF012

    def test_known_terms_are_canonicalised(self) -> None:
        (found,) = jsonld.canonical(
            [{"@context": "urn:c", "@id": "urn:x", "name": "电池"}], given=self.CONTEXT
        )
        assert found == '<urn:x> <urn:name> "电池" .\n'

    @pytest.mark.parametrize(
        ("document", "code"),
        [
            ({"@context": "urn:c", "@id": "urn:x", "pcf": 5}, "rdf.not-covered"),
            ({"@context": "urn:c", "@id": "x", "name": "a"}, "rdf.not-covered"),
            ({"@context": "urn:c", "@id": "urn:x", "@type": "Thing"}, "rdf.not-covered"),
            ({"@context": "urn:d", "@id": "urn:x"}, "rdf.context-unknown"),
            ({"@context": [{"name": "urn:other"}], "@id": "urn:x"}, "rdf.context-inline"),
            ({"@id": "urn:x"}, "rdf.context-inline"),
            (
                {
                    "@context": "urn:c",
                    "@id": "urn:x",
                    "name": [
                        {"@context": {"gwp": "urn:water", "water": "urn:gwp"}, "@id": "urn:y", "gwp": 2}
                    ],
                },
                "rdf.context-inline",
            ),
            (
                {"@context": "urn:c", "@id": "urn:x", "name": {"@context": None, "@id": "urn:y"}},
                "rdf.context-inline",
            ),
            (
                {
                    "@context": "urn:c",
                    "@id": "urn:x",
                    "name": {"@context": "https://example.org/c", "@id": "urn:y"},
                },
                "rdf.context-unknown",
            ),
        ],
    )
    def test_what_falls_away_is_refused(self, document: dict[str, object], code: str) -> None:
        with pytest.raises(GatewayError) as caught:
            jsonld.canonical([document], given=self.CONTEXT)  # type: ignore[list-item]
        assert caught.value.error_code == code

    def test_exchanged_context_is_refused(self) -> None:
        with pytest.raises(contexts.ContextRefused, match="context-exchanged"):
            contexts.load(contexts.CREDENTIALS_2, {contexts.CREDENTIALS_2: b'{"@context": {}}'})

    def test_attacks(self, oracle_data: Path) -> None:
        refused = {}
        for file in sorted((oracle_data / "signing" / "attacks" / "ld").glob("context-*.json")):
            with pytest.raises(GatewayError) as caught:
                jsonld.canonical([json.loads(file.read_text())], given=self.CONTEXT)
            refused[file.stem] = caught.value.error_code
        assert refused == {
            "context-inline-redefine": "rdf.context-inline",
            "context-recursive": "rdf.context-unknown",
            "context-unknown-url": "rdf.context-unknown",
        }


def test_a_process_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of the kernel, which no code of the process can hold up."""
    monkeypatch.setattr(jsonld, "SECONDS", 0.001)
    deep: dict[str, object] = {"@context": "urn:c", "@id": "urn:x"}
    deep["name"] = [{"@id": f"urn:{number}", "name": "x"} for number in range(20_000)]
    with pytest.raises(GatewayError, match="too-much-work"):
        jsonld.canonical([deep], given=TestContexts.CONTEXT)  # type: ignore[list-item]


class TestTermsOfTwoContexts:
    """Two contexts that exchange two terms would let two values change places under one signature."""

    ONE, TWO = "https://example.org/one", "https://example.org/two"

    def _given(self, one: object, two: object) -> dict[str, bytes]:
        pairs = ((self.ONE, one), (self.TWO, two))
        return {url: json.dumps({"@context": context}).encode() for url, context in pairs}

    def _document(self, *urls: str) -> list[object]:
        return [{"@context": list(urls), "id": "urn:x", "fossil": "1", "biogenic": "2"}]

    def test_an_exchange_would_not_be_seen(self) -> None:
        """The attack itself: the graphs are equal."""
        one = {"fossil": "urn:f", "biogenic": "urn:b"}
        two = {"fossil": "urn:b", "biogenic": "urn:f"}
        given = self._given(one, two)
        document: PlainJson = {"@context": self.ONE, "@id": "urn:x", "fossil": "1", "biogenic": "2"}
        swapped: PlainJson = {"@context": self.TWO, "@id": "urn:x", "fossil": "2", "biogenic": "1"}
        alone = [
            jsonld.canonical([d], given={u: given[u]}) for d, u in ((document, self.ONE), (swapped, self.TWO))
        ]
        assert alone[0] == alone[1]
        for each in (document, swapped):
            with pytest.raises(GatewayError) as refused:
                jsonld.canonical([each], given=given)
            assert (refused.value.error_code, refused.value.saw) == ("rdf.term-twice", "biogenic")

    @pytest.mark.parametrize("urls", [(ONE,), (TWO,), (ONE, TWO), (TWO, ONE)])
    def test_named_or_only_at_hand(self, urls: tuple[str, ...]) -> None:
        given = self._given({"fossil": "urn:f"}, {"fossil": "urn:b"})
        with pytest.raises(GatewayError, match=r"rdf\.term-twice"):
            contexts.collect(self._document(*urls), given)  # type: ignore[arg-type]  # JSON

    def test_inside_a_term(self) -> None:
        inner = {"outer": {"@id": "urn:o", "@context": {"fossil": "urn:b"}}}
        with pytest.raises(GatewayError, match=r"rdf\.term-twice"):
            contexts.collect(self._document(self.ONE), self._given({"fossil": "urn:f"}, inner))  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "two",
        [
            {"fossil": {"@id": "urn:f"}},
            {"u": "urn:", "fossil": "u:f"},
            {"fossil": {"@id": "urn:f", "@protected": True}},
            {"other": "urn:b"},
        ],
    )
    def test_what_is_alike_or_not_used(self, two: object) -> None:
        given = self._given({"fossil": "urn:f"}, two)
        found = contexts.collect(self._document(self.ONE, self.TWO), given)  # type: ignore[arg-type]
        assert set(found) == {self.ONE, self.TWO}


class TestVersion1:
    """The context of version 1 brings meanings for proofs of its own time, which no document of ours has."""

    V1, PROOFS = "https://www.w3.org/2018/credentials/v1", "https://example.org/proofs"

    def _collect(self, judges: Judges, *types: str) -> dict[str, PlainJson]:
        place = judges.place / "vc/node_modules/@digitalbazaar/credentials-context/contexts/v1.jsonld"
        inner = {"created": {"@id": "http://purl.org/dc/terms/created", "@type": "urn:time"}}
        proofs = {"Proof": {"@id": "urn:Proof", "@context": inner}}
        known = {self.V1: place.read_bytes(), self.PROOFS: json.dumps({"@context": proofs}).encode()}
        document: dict[str, PlainJson] = {"@context": [self.V1, self.PROOFS], "id": "urn:x"}
        proof: dict[str, PlainJson] = {"type": list(types), "created": "2026-01-31T08:00:00Z"}
        return contexts.collect([{**document, "proof": proof}], known)

    def test_closed(self, judges: Judges) -> None:
        assert set(self._collect(judges, "Proof")) == {self.V1, self.PROOFS}

    @pytest.mark.parametrize("kind", ["Ed25519Signature2018", "RsaSignature2018"])
    def test_opened_by_such_a_proof(self, judges: Judges, kind: str) -> None:
        with pytest.raises(GatewayError, match=r"rdf\.term-twice"):
            self._collect(judges, "Proof", kind)


class TestSpelling:
    """What is signed is a graph: an end that is written by its IRI is the same end, and nobody reads it."""

    CONTEXT: Final = {
        "id": "@id",
        "type": "@type",
        "cred": "urn:cred#",
        "ends": {"@id": "cred:ends"},
        "over": "urn:cred#ends",
        "held": {"@id": "cred:held", "@context": {"part": "cred:part"}},
        "in": "@included",
        "of": {"@reverse": "cred:held"},
    }
    URL = "https://example.org/context"
    SOUND: Final[dict[str, PlainJson]] = {"id": "urn:x", "held": {"id": "urn:y", "part": "1"}}

    def _graph(self, document: dict[str, PlainJson], **terms: object) -> list[str]:
        given = {self.URL: json.dumps({"@context": {**self.CONTEXT, **terms}}).encode()}
        return jsonld.canonical([{"@context": self.URL, **document}], given=given)

    def test_by_terms(self) -> None:
        assert len(self._graph(self.SOUND)[0].splitlines()) == 2
        assert self._graph({**self.SOUND, "https://example.org/other": "1"})

    @pytest.mark.parametrize(
        "document",
        [
            {"id": "urn:x", "cred:ends": "2026"},
            {"id": "urn:x", "urn:cred#ends": "2026"},
            {"id": "urn:x", "ends": "2026"},
            {"id": "urn:x", "over": "2026"},
            {"@id": "urn:x", "held": "1"},
            {**SOUND, "@included": [{"id": "urn:x", "cred:held": "2"}]},
            {**SOUND, "in": {"id": "urn:z", "held": "2"}},
            {"id": "urn:x", "of": {"id": "urn:z", "held": "1"}},
            {"id": "urn:x", "held": {"id": "urn:y", "held": {"id": "urn:x", "held": "1"}}},
            {"id": "urn:x", "@graph": [{"id": "urn:y", "held": "1"}]},
        ],
    )
    def test_in_other_ways(self, document: dict[str, PlainJson]) -> None:
        with pytest.raises(GatewayError) as refused:
            self._graph(document)
        assert refused.value.error_code == "rdf.respelled"

    def test_by_a_vocabulary_that_ends_inside_a_name(self) -> None:
        other = {"over": None, "@vocab": "urn:cred#en"}
        assert self._graph({"id": "urn:x", "ends": "2026"}, **other)
        with pytest.raises(GatewayError, match="respelled"):
            self._graph({"id": "urn:x", "ds": "2026"}, **other)
