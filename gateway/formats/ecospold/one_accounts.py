"""EcoSpold 1: which data sets of the source the parts of a written document stand for."""

from __future__ import annotations

from gateway.formats.ecospold.excuses import not_stated
from gateway.formats.ecospold.one_page import Written
from gateway.formats.ecospold.one_tree import apart_id
from gateway.model.dataset import DatasetKind, Key


def stands_for(done: Written, flows: list[str]) -> dict[Key, Key]:
    """Flows, sources and contacts of the source, and what they are in the file.

    What only a reference told of is in the file under an id of its own: this is among ``done.chosen``.

    Args:
        flows: the id that the flow of each exchange or factor has in the file.
    """
    found: dict[Key, Key] = {}
    for key, id_ in zip(done.flows, flows, strict=True):
        if key is not None:
            found.setdefault(key, Key(DatasetKind.FLOW, id_))
    meta = done.node["metaInformation"]
    for kind, name, keys, entries in (
        (DatasetKind.SOURCE, "source", done.sources, meta["modellingAndValidation"]["source"]),
        (DatasetKind.CONTACT, "person", done.contacts, meta["administrativeInformation"]["person"]),
    ):
        # Those of the source come first; what the format asks for besides, last.
        for number, entry in enumerate(entries):
            id_ = apart_id(name, entry)
            if number >= len(keys):
                done.chosen.add(not_stated(id_))
            elif (key := keys[number]) is None:
                done.chosen.add(id_)
            else:
                found[key] = Key(kind, id_)
    return found
