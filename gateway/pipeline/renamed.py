"""Give a target the declared set by the name that it knows, and take the name back out of what is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gateway.codec.run import Written
from gateway.errors import GatewayError
from gateway.model.declaration import Declaration
from gateway.model.results import Per, Role
from gateway.model.walk import escape
from gateway.report import Fate, Note


@dataclass(frozen=True, slots=True)
class Renamed:
    """The set's own name and that of the target; both are empty where nothing was renamed."""

    own: str = ""
    theirs: str = ""

    def path(self, path: str) -> str:
        """The path of a leaf in the source."""
        home = f"/results/{escape(self.theirs)}/"
        if not self.theirs or not path.startswith(home):
            return path
        return f"/results/{escape(self.own)}/{path.removeprefix(home)}"

    def put_back(self, errors: Sequence[GatewayError]) -> None:
        """Errors are about the source's own set."""
        for error in errors:
            error.path = self.path(error.path)

    def undone(self, written: Written) -> Written:
        """What was written, told by the paths of the source; that the set goes by another name is noted."""
        if not self.theirs:
            return written
        name = f"/results/{escape(self.own)}/id"
        notes = (replace(n, path=self.path(n.path)) for n in written.notes)
        note = Note("convert.set-renamed", name, Fate.CONVERTED, self.own, self.theirs)
        self.put_back(written.left_out)
        kept = frozenset(map(self.path, written.carried)) - {name}
        return replace(written, notes=(*(n for n in notes if n.path != name), note), carried=kept)


def named_as(declaration: Declaration, name: str) -> tuple[Declaration, Renamed]:
    """The declaration with its only declared set per declared unit called ``name``, if none is called so."""
    fits = [
        r
        for r in declaration.results
        if r.role is Role.DECLARED and r.basis.denominator.per is Per.DECLARED_UNIT
    ]
    if not name or len(fits) != 1 or declaration.result_set(name) is not None:
        return declaration, Renamed()
    results = tuple(r.model_copy(update={"id": name}) if r is fits[0] else r for r in declaration.results)
    return declaration.model_copy(update={"results": results}), Renamed(fits[0].id, name)
