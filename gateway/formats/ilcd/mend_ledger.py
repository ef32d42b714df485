"""What was done to a data set: every mend, and every part that was set aside, with its place."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, TypeAlias

from gateway.codec.xmltree import XmlTree
from gateway.errors import shorten
from gateway.formats.ilcd.mend_words import only_languages
from gateway.report import Fate, Finding, Note

Tree: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SetAside:
    """A part of a data set that could not stay: where it stood, why, and all of it."""

    path: str
    finding: Finding
    content: Any


class Ledger:
    """The account of one tree while it is mended."""

    def __init__(self, tree: XmlTree, *, sound: bool) -> None:
        self.tree = tree
        self.sound = sound
        self.mends: list[Note] = []
        self.aside: list[SetAside] = []
        # A second text in a language may stand where nothing says that it is the only one. Elsewhere it
        # breaks the format even where a schema lets it pass: without a language it is English.
        only = only_languages()
        self.stays = {at: nodes for at, nodes in tree.extras.items() if sound and last(at) not in only}
        self.extras = {at: nodes for at, nodes in tree.extras.items() if at not in self.stays}

    def told(self, code: str, path: str, before: str, after: str, **params: str) -> None:
        """Something was put right: what stood at ``path``, and what stands there now."""
        self.mends.append(Note(code, path, Fate.MENDED, before, after, None, params))

    def set_aside(self, path: str, code: str, content: Any, **params: object) -> None:  # noqa: ANN401
        """Keep a part of the source that cannot stay, with all that stands in it."""
        texts = {key: str(value) for key, value in params.items()}
        finding = Finding(code, path, shorten(shown(content)), params=texts)
        self.aside.append(SetAside(path, self.placed(finding, path), content))
        # Second texts in a language do not stand in the tree.
        for at, nodes in self.tree.extras.items():
            if at not in self.stays and (at == path or at.startswith(f"{path}/")):
                self.extras.pop(at, None)
                self.aside.append(SetAside(at, self.placed(finding, at), list(nodes)))

    def placed(self, finding: Finding, path: str) -> Finding:
        """A finding with its place in the source."""
        at = self.tree.place(path) or path
        return Finding(finding.code, at, finding.saw, finding.severity, finding.per, finding.params)


def last(path: str) -> str:
    """The last step of a path."""
    return path.rpartition("/")[2]


def shown(content: Any) -> str:  # noqa: ANN401
    """A part of a tree as text."""
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
