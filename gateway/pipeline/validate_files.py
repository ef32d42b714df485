"""Validate signed files under the receiver's policy: what they cover is read as declarations, too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from gateway.codec.base import Context, Member, Package
from gateway.codec.plugin import Plugin
from gateway.errors import GatewayError
from gateway.frontdoor.json import PlainJson
from gateway.model.base import Part
from gateway.model.declaration import Declaration
from gateway.pipeline.convert import Source, read
from gateway.pipeline.domestic import statement_facts
from gateway.pipeline.recognise import answers_of
from gateway.pipeline.rules import evaluate
from gateway.quantity.exact import own_arithmetic
from gateway.signing.jcs import jcs
from gateway.signing.rdf.contexts import NO_CONTEXTS, Contexts
from gateway.trust import credential_checks, enveloped, validation
from gateway.trust.judgement import Validation
from gateway.trust.snapshot import Snapshot
from gateway.trust.subject import Statement, Subject, statement_of

# Members without which a declaration is read once more; of further ones, nobody asks whether they matter.
_MOST_READ: Final = 16


@own_arithmetic
def validate_file(
    data: bytes,
    snapshot: Snapshot,
    *,
    objects: Mapping[str, bytes] | None = None,
    contexts: Contexts = NO_CONTEXTS,
    reader: str = "",
    nonce: str = "",
    plugins: Sequence[Plugin] = (),
) -> Validation:
    """Validate a credential or a signed file of any envelope.

    The covered parts, read as one declaration, say what scope and rules are held against. What cannot be
    read as one leaves these steps open.

    Args:
        objects: detached files by name.
        contexts: JSON-LD contexts by address, for RDFC proofs.
        reader, nonce: to whom, and to which question, an SD-JWT must be bound.
    """
    known = credential_checks.keys_of(snapshot)
    subject = enveloped.of_file(
        data,
        known,
        objects=objects,
        contexts=contexts,
        reader=reader,
        nonce=nonce,
        certificates=(*snapshot.certificates, *(one for one, _ in snapshot.anchors)),
    )
    source = _source(subject, snapshot, plugins)
    said = _statement(source) if source is not None else None
    if source is not None and subject.closed:
        kept = tuple(_kept_back(subject, source, snapshot, plugins))
        subject = replace(subject, left_open=(*subject.left_open, *kept))
    packs = snapshot.policy.rules
    evaluations = evaluate(source, packs) if source is not None and packs else ()
    return validation.validate_subject(
        subject,
        snapshot,
        statement=said,
        rules=answers_of(evaluations) if source is not None else None,
    )


def _source(subject: Subject, snapshot: Snapshot, plugins: Sequence[Plugin]) -> Source | None:
    """The covered parts as one declaration; None where they are none."""
    if subject.sub is not None or subject.kind != "file" or not subject.parts:
        return None
    members = [
        Member(part.name or "input", part.media_type or "application/octet-stream", part.data)
        for part in sorted(subject.parts, key=lambda part: part.name)
    ]
    try:
        context = Context(now=snapshot.now, plugins=tuple(plugins))
        return read(Package(tuple(members), members[0].name), context=context)
    except GatewayError:
        return None


def _kept_back(
    subject: Subject, whole: Source, snapshot: Snapshot, plugins: Sequence[Plugin]
) -> Iterator[str]:
    """Members of a declaration of which a holder may have kept back what scope, agreement or time rest on.

    All but those that are read, and not as a part that says so: of others, as of members of the top level,
    nobody knows what they were; a further verification may be one. The receiver's rules may ask about each.
    """
    members = sorted({place.partition("/")[2].partition("/")[0] for place in subject.closed})
    for number, name in enumerate(members):
        own = name.replace("~1", "/").replace("~0", "~")
        shown = subject.credential.get(own)
        is_harmless = False
        if name and number < _MOST_READ and not snapshot.policy.rules:
            # An empty list says as little as none: what an entry of it would be read as.
            full = whole if shown != [] else _with(subject, own, [{"id": "-"}], snapshot, plugins)
            rest = _with(subject, own, None, snapshot, plugins)
            is_harmless = full is not None and rest is not None and _is_aside(full, rest)
        if not is_harmless:
            yield f"/{name}/_sd" if name else "/_sd"


def _with(
    subject: Subject, name: str, value: PlainJson, snapshot: Snapshot, plugins: Sequence[Plugin]
) -> Source | None:
    """The declaration with another value of a member; None: without it."""
    rest = {member: held for member, held in subject.credential.items() if member != name}
    data = jcs(rest if value is None else {**rest, name: value})
    parts = tuple(replace(part, data=data) for part in subject.parts)
    return _source(replace(subject, parts=parts), snapshot, plugins)


def _is_aside(one: Source, other: Source) -> bool:
    """Whether two declarations differ in what is read, and not in the parts that bear facts."""
    first, second = (source.declaration.model_copy(update={"extras": {}}) for source in (one, other))
    return first != second and _asked(first) == _asked(second)


def _asked(declaration: Declaration) -> tuple[Part, ...]:
    """The parts that bear the facts of a statement, but for the country."""
    return declaration.document, declaration.product, declaration.method, *declaration.verifications


def _statement(source: Source) -> Statement:
    """As the record of a conversion would tell it."""
    told = dict(statement_facts(source.declaration))
    return statement_of(jcs({"statement": told}))
