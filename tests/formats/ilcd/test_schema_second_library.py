"""A second library loads our schemas, too, and says the same of real and of changed documents."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from gateway import resources
from gateway.codec.xmlstructure import rows, structure
from gateway.codec.xmltree import structure_of
from gateway.codec.xmlverdict import schema_of, valid
from gateway.frontdoor import xml as xml_door

DOCUMENTS_OF_A_KIND = 4
CHANGES = 4


def changed(root: etree._Element, rng: random.Random) -> etree._Element:
    """A copy without one of its elements, or with one twice or in another place."""
    twin = copy.deepcopy(root)
    element = rng.choice([node for node in twin.iter() if node is not twin])
    parent = element.getparent()
    assert parent is not None
    rng.choice([parent.remove, lambda node: node.addnext(copy.deepcopy(node)), parent.append])(element)
    return twin


@pytest.mark.judge("xmlschema")
def test_xmlschema_says_the_same(samples: Mapping[str, bytes], judges: Any, tmp_path: Path) -> None:
    jobs, ours = [], []
    by_kind: dict[tuple[str, str], list[etree._Element]] = {}
    for data in sorted(samples.values(), key=len, reverse=True):
        element = xml_door.parse(data)
        found = structure_of(element)
        assert found is not None
        profiles = [found.profile] if found.name == "process" else ["ilcd", "epd"]
        for profile in profiles:
            by_kind.setdefault((found.name, profile), []).append(element)
    assert len(by_kind) == 2 * len(rows("ilcd", "roots"))
    for (name, profile), roots in sorted(by_kind.items()):
        rng = random.Random(f"{name} {profile}")
        kind = structure(name, profile=profile)
        chosen = rng.sample(roots[:20], min(DOCUMENTS_OF_A_KIND, len(roots[:20])))
        documents = [d for root in chosen for d in (root, *(changed(root, rng) for _ in range(CHANGES)))]
        files = []
        for number, document in enumerate(documents):
            file = tmp_path / f"{name}-{profile}-{number}.xml"
            file.write_bytes(etree.tostring(document))
            files.append(str(file))
        jobs.append({"schema": str(resources.schema(schema_of(kind))), "documents": files})
        ours.append([valid(document, kind) for document in documents])
    (tmp_path / "jobs.json").write_text(json.dumps(jobs), encoding="utf-8")
    theirs = judges.python("xsd.py", tmp_path / "jobs.json")
    different = [
        (file, own, other)
        for job, mine, said in zip(jobs, ours, theirs, strict=True)
        for file, own, other in zip(job["documents"], mine, said, strict=True)
        if own != other
    ]
    assert not different
    assert {True, False} == {verdict for said in theirs for verdict in said}
