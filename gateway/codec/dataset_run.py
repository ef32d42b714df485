"""Write a bundle of data sets so that no loss is silent: every file is judged, read back and accounted for.

What is compared is what a data set says, not how its format says it. A reference to a data set of the same
package is that data set's identity; its label, address and kind only repeat it. An exchange whose format
tells the unit by way of the flow has that unit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gateway.codec.accounting import Account
from gateway.codec.base import Context, Member
from gateway.codec.dataset_books import Books, Known
from gateway.codec.datasets import Bundle, DatasetFormat, Piece, need_pieces
from gateway.codec.shelf import FileShelf
from gateway.errors import GatewayError, InputError, InternalError, Problems, flatten, raise_all
from gateway.model.dataset import Key
from gateway.model.walk import escape, unescape
from gateway.report import Fate, Note, Severity

__all__ = ["Known", "Sent", "write_bundle"]


@dataclass(frozen=True, slots=True)
class Sent:
    """One file of the output, and for every data set of the source in it what became of its leaves.

    ``becomes`` says which data set of the output each is.
    """

    member: Member | None
    accounts: Mapping[Key, Account] = field(default_factory=dict)
    refused: Mapping[Key, tuple[GatewayError, ...]] = field(default_factory=dict)
    becomes: Mapping[Key, Key] = field(default_factory=dict)


def write_bundle(
    format_: DatasetFormat,
    bundle: Bundle,
    context: Context,
    *,
    known: Known | None = None,
    read_back: bool = True,
) -> Iterator[Sent]:
    """Write ``bundle`` file by file.

    Args:
        known: what was learned of the output when an earlier part of the same bundle was written; it is
            added to.
        read_back: reads every file back and accounts for each leaf; without it every account is empty.

    A file that breaks the format's schema or a promise is not given out, and its data sets are among the
    refused. It is our bug (``InternalError``), unless the source of one of them has errors of its own: what
    is there twice, or is no value, cannot always be put together again.

    Raises:
        UsageError: the format is only read.
    """
    books = Books(bundle, known or Known())
    for piece in need_pieces(format_)(bundle, context):
        try:
            accounts = _account(format_, piece, books, context, read_back=read_back)
        except (InputError, InternalError, Problems) as error:
            errors = tuple(_whose(error, format_, piece, bundle))
            yield Sent(None, {}, {**piece.refused, **dict.fromkeys(piece.becomes, errors)})
        else:
            yield Sent(piece.member, accounts, piece.refused, piece.becomes)


def _whose(
    error: GatewayError | Problems, format_: DatasetFormat, piece: Piece, bundle: Bundle
) -> Iterator[GatewayError]:
    """The errors of a file: ours, or those of its source if that has errors where it was read."""
    found = [
        finding
        for key in piece.becomes
        for finding in bundle.read(key).findings
        if finding.severity is Severity.ERROR
    ]
    for one in flatten(error):
        if isinstance(one, InternalError) and found:
            params = {"format": format_.id, "n": str(len(found)), "first": found[0].at}
            yield InputError(one.saw, path=one.path, code="dataset.defects-in-the-way", **params)
        else:
            yield one


def _account(
    format_: DatasetFormat, piece: Piece, books: Books, context: Context, *, read_back: bool
) -> dict[Key, Account]:
    if piece.member is None:
        return {}
    _judge(format_, piece.member)
    if not read_back:
        fresh = [source for source in piece.becomes if source not in books.done]
        books.done.update(fresh)
        return dict.fromkeys(fresh, Account(frozenset(), ()))
    back = format_.open(FileShelf(piece.member.name, {piece.member.name: piece.member.data}), context)
    books.learn(piece, back)
    accounts = {}
    for source, target in piece.becomes.items():
        if source not in books.done:
            before, after = books.bundle.read(source), back.read(target)
            _refuse_untold(format_, before.untold, after.untold, piece.renamed.get(source, {}))
            found = books.compare(format_.id, piece, source, after.dataset)
            lost = tuple(filter(_is_lost, before.notes))
            accounts[source] = Account(found.carried, (*found.notes, *lost)) if lost else found
            books.done.add(source)
    return accounts


def _refuse_untold(
    format_: DatasetFormat, before: frozenset[str], after: frozenset[str], renamed: Mapping[str, str]
) -> None:
    """Refuse to tell what the source does not: on which side an exchange stands, for one."""
    told = []
    for path in sorted(before):
        steps = path.split("/")
        steps[2:3] = [escape(renamed.get(unescape(step), unescape(step))) for step in steps[2:3]]
        told += [path] if "/".join(steps) not in after else []
    raise_all(InputError(path, path=path, code="dataset.not-told", format=format_.id) for path in told)


def _is_lost(note: Note) -> bool:
    """Whether a note of the reading names something that the model never held, such as a comment.

    Which style sheet shows a file is no content.
    """
    return note.fate is Fate.DROPPED and not note.value.startswith("xml-stylesheet")


def _judge(format_: DatasetFormat, member: Member) -> None:
    findings = format_.validate(member) if format_.validate else ()
    raise_all(
        InternalError(f.saw, path=f.at, code="internal.output-breaks-schema", format=format_.id, rule=f.code)
        for f in findings
        if f.severity is Severity.ERROR
    )
