"""What a package lacks, and what its data sets share: told by its cause, and nobody else's loss."""

from __future__ import annotations

from collections.abc import Iterable

from gateway import messages
from gateway.codec.base import Context
from gateway.codec.dataset_run import Sent, write_bundle
from gateway.codec.datasets import DatasetFormat, bundle_of
from gateway.errors import GatewayError
from gateway.formats.ecospold import ECOSPOLD1, ECOSPOLD2
from gateway.formats.ecospold.values import languages
from gateway.model.base import LangText
from gateway.model.dataset import DatasetKind, Link, LinkRole, Reference
from gateway.model.process import Period, Process, ProcessKind
from gateway.model.sources import Source
from gateway.quantity.exact import own_arithmetic
from gateway.report import Fate

from . import worlds
from .test_writing import BOTH, again, documents, notes, only, sent

ELSEWHERE = "55555555-0000-4000-8000-000000000001"
BOOK = worlds.names("A book of numbers", "数字之书")


def refused(found: Iterable[Sent], id_: str) -> list[GatewayError]:
    return [e for one in found for key, errors in one.refused.items() if key.id == id_ for e in errors]


@BOTH
def test_a_process_of_no_kind_is_written_as_a_unit_process(format_: DatasetFormat) -> None:
    told = worlds.plant().model_copy(update={"kind": None})
    found = sent(format_, told)
    assert not refused(found, worlds.PLANT)
    assert only(again(format_, found)).kind is ProcessKind.UNIT_PROCESS
    if format_ is ECOSPOLD2:
        assert notes(found, worlds.PLANT)["/kind"].fate is Fate.DEFAULTED


@BOTH
def test_a_flow_that_is_not_there_is_named_once(format_: DatasetFormat) -> None:
    stranger = worlds.exchange("1", ELSEWHERE, "3", worlds.IN)
    stranger = stranger.model_copy(update={"flow": Reference(uuid=ELSEWHERE, name=worlds.names("steam"))})
    own = worlds.exchange("0", worlds.WIDGET, "1", worlds.OUT, is_reference=True)
    (error,) = refused(
        sent(format_, worlds.process(worlds.MAKING, worlds.names("w"), own, stranger)), worlds.MAKING
    )
    assert (error.error_code, error.path, error.saw) == (
        "ecospold.flow-not-here",
        "/exchanges/1/flow",
        "steam",
    )


@BOTH
def test_what_only_a_refused_process_uses_is_said_to_be_left_out(format_: DatasetFormat) -> None:
    """And what a written one uses as well is written, whoever came first."""
    nowhere = worlds.making().model_copy(update={"location": None})
    found = sent(format_, nowhere, worlds.plant())
    assert [e.path for e in refused(found, worlds.MAKING)] == ["/location"]
    assert [e.error_code for e in refused(found, worlds.CH4)] == ["ecospold.not-held"]
    written = {key.id for one in found for key in one.accounts}
    assert {worlds.PLANT, worlds.POWER, worlds.CO2} <= written


def with_sources(*targets: Reference) -> Process:
    links = tuple(Link(role=LinkRole.DATA_SOURCE, target=target) for target in targets)
    return worlds.plant().model_copy(update={"links": links})


def test_a_source_of_which_only_a_reference_tells_is_written() -> None:
    for target in (Reference(uuid=ELSEWHERE, name=BOOK), Reference(name=BOOK)):
        found = sent(ECOSPOLD1, with_sources(target))
        (data,) = documents(found).values()
        assert b'title="A book of numbers"' in data
        assert not refused(found, worlds.PLANT)
        (link,) = only(again(ECOSPOLD1, found)).links[:1]
        assert link.target.name == LangText({"en": "A book of numbers"})


@own_arithmetic
def test_sources_that_read_the_same_there_keep_their_places() -> None:
    """The second cannot be told from the first, and the third is no other one for that."""
    twin = Source(id=ELSEWHERE, name=worlds.names("Twin"), authors="Li, W.", year="2024", title="On widgets")
    book = Source(id=ELSEWHERE[::-1], name=BOOK)
    process = with_sources(*(Reference(uuid=one) for one in (worlds.PAPER, twin.id, book.id)))
    world = worlds.world(process)
    bundle = bundle_of([*(world.read(key).dataset for key in world.keys), twin, book])
    found = list(write_bundle(ECOSPOLD1, bundle, Context()))
    assert [e.error_code for e in refused(found, twin.id)] == ["ecospold.merged"]
    assert not refused(found, worlds.PLANT)
    assert notes(found, worlds.PLANT)["/links/data-source#2/target/uuid"].written == worlds.PAPER
    back = again(ECOSPOLD1, found)
    named = [languages(target.name)["en"] for target in only(back).linked(LinkRole.DATA_SOURCE)]
    assert named == ["On widgets", "On widgets", "A book of numbers"]


def test_kinds_are_said_in_words() -> None:
    (error,) = refused(sent(ECOSPOLD2, worlds.plant().model_copy(update={"period": Period()})), worlds.CH4)
    assert "流数据集" in messages.explain(error, "zh").what
    assert messages.kind(DatasetKind.UNIT_GROUP.value, "zh") == "单位组"
