"""RDFC-1.0: names for blank nodes that depend on nothing but the graph, within a bound of work.

Some small graphs take longer than the age of the universe; such a one is refused after a fixed number of
steps, the same everywhere, not after a time.

Source: W3C RDF Dataset Canonicalization 1.0 (21 May 2024), 4.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import permutations
from typing import Final

from gateway.errors import TrustError
from gateway.signing.rdf import nquads
from gateway.signing.rdf.nquads import Blank, Quad, Term

MOST_QUADS: Final = 20_000
# Calls of Hash N-Degree Quads and permutations tried; the published tests need 3348 at most.
MOST_STEPS: Final = 20_000


class TooMuchWork(TrustError):
    """The graph is built so that naming its blank nodes takes too long."""

    code = "rdf.too-much-work"


def canonicalise(quads: Sequence[Quad], *, hash_name: str = "sha256") -> str:
    """The canonical N-Quads.

    Raises:
        TooMuchWork: the graph needs more steps than anything sound does.
    """
    labels = canonical_labels(quads, hash_name=hash_name)

    def renamed(term: Term | None) -> Term | None:
        return Blank(labels[term.label]) if isinstance(term, Blank) else term

    return nquads.write(
        Quad(renamed(q.subject), q.predicate, renamed(q.object), renamed(q.graph))  # type: ignore[arg-type]  # a term keeps its kind
        for q in quads
    )


def canonical_labels(quads: Sequence[Quad], *, hash_name: str = "sha256") -> dict[str, str]:
    """The new label of each blank node, both without ``_:``.

    Raises:
        TooMuchWork: as ``canonicalise``.
    """
    if len(quads) > MOST_QUADS:
        raise TooMuchWork(len(quads))
    return _Canonicaliser(quads, hash_name).run()


class _Issuer:
    """4.5: gives labels in the order of asking."""

    __slots__ = ("issued", "prefix")

    def __init__(self, prefix: str, issued: dict[str, str] | None = None) -> None:
        self.prefix, self.issued = prefix, dict(issued or {})

    def issue(self, label: str) -> str:
        if label not in self.issued:
            self.issued[label] = f"{self.prefix}{len(self.issued)}"
        return self.issued[label]

    def copy(self) -> _Issuer:
        return _Issuer(self.prefix, self.issued)


class _Canonicaliser:
    """4.4, over one data set."""

    def __init__(self, quads: Sequence[Quad], hash_name: str) -> None:
        self._digest: Callable[[str], str] = lambda text: hashlib.new(hash_name, text.encode()).hexdigest()
        self._canonical = _Issuer("c14n")
        self._steps = 0
        self._first: dict[str, str] = {}
        self._quads: dict[str, list[Quad]] = defaultdict(list)
        for quad in quads:
            for label in {term.label for _, term in quad.terms if isinstance(term, Blank)}:
                self._quads[label].append(quad)

    def run(self) -> dict[str, str]:
        by_hash: dict[str, list[str]] = defaultdict(list)
        for label in self._quads:
            by_hash[self._first_degree(label)].append(label)
        # (4) unique hashes first, in their order
        for digest in sorted(by_hash):
            if len(by_hash[digest]) == 1:
                self._canonical.issue(by_hash[digest][0])
        # (5) the rest by their surroundings
        for digest in sorted(digest for digest, labels in by_hash.items() if len(labels) > 1):
            paths = []
            for label in by_hash[digest]:
                if label in self._canonical.issued:
                    continue
                issuer = _Issuer("b")
                issuer.issue(label)
                paths.append(self._n_degree(label, issuer))
            for _, issuer in sorted(paths, key=lambda path: path[0]):
                for label in issuer.issued:
                    self._canonical.issue(label)
        return self._canonical.issued

    def _first_degree(self, label: str) -> str:
        """4.6."""
        if label not in self._first:
            lines = sorted(nquads.line(_masked(quad, label)) for quad in self._quads[label])
            self._first[label] = self._digest("".join(lines))
        return self._first[label]

    def _related(self, label: str, quad: Quad, issuer: _Issuer, position: str) -> str:
        """4.7."""
        data = position if position == "g" else f"{position}<{quad.predicate}>"
        known = self._canonical.issued.get(label) or issuer.issued.get(label)
        return self._digest(data + (f"_:{known}" if known else self._first_degree(label)))

    def _n_degree(self, label: str, issuer: _Issuer) -> tuple[str, _Issuer]:
        """4.8."""
        self._count()
        related: dict[str, list[str]] = defaultdict(list)
        for quad in self._quads[label]:
            for position, term in quad.terms:
                if isinstance(term, Blank) and term.label != label:
                    related[self._related(term.label, quad, issuer, position)].append(term.label)
        data = ""
        for digest in sorted(related):
            chosen, chosen_issuer = "", issuer
            for order in self._orders(related[digest]):
                path, trial = self._path(order, issuer, chosen)
                if path and (not chosen or path < chosen):
                    chosen, chosen_issuer = path, trial
            data += digest + chosen
            issuer = chosen_issuer
        return self._digest(data), issuer

    def _orders(self, labels: Sequence[str]) -> Iterator[tuple[str, ...]]:
        for order in permutations(labels):
            self._count()
            yield order

    def _path(self, order: Sequence[str], issuer: _Issuer, chosen: str) -> tuple[str, _Issuer]:
        """4.8.3 (5.4): the path of one order; empty as soon as it cannot become the smallest."""
        trial, path, again = issuer.copy(), "", []
        for label in order:
            if label in self._canonical.issued:
                path += f"_:{self._canonical.issued[label]}"
            else:
                if label not in trial.issued:
                    again.append(label)
                path += f"_:{trial.issue(label)}"
            if _is_behind(path, chosen):
                return "", trial
        for label in again:
            digest, after = self._n_degree(label, trial)
            path += f"_:{trial.issue(label)}<{digest}>"
            trial = after
            if _is_behind(path, chosen):
                return "", trial
        return path, trial

    def _count(self) -> None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise TooMuchWork(self._steps)


def _is_behind(path: str, chosen: str) -> bool:
    return bool(chosen) and len(path) >= len(chosen) and path > chosen


def _masked(quad: Quad, label: str) -> Quad:
    """The statement with this blank node as ``_:a`` and all others as ``_:z``."""

    def mask(term: Term | None) -> Term | None:
        return Blank("a" if term.label == label else "z") if isinstance(term, Blank) else term

    return Quad(mask(quad.subject), quad.predicate, mask(quad.object), mask(quad.graph))  # type: ignore[arg-type]  # a term keeps its kind
