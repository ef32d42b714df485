"""Validate signed files under the receiver's policy: what they cover is read as declarations, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gateway.codec.base import Context
from gateway.codec.plugin import Plugin
from gateway.pipeline import kept_back
from gateway.pipeline.convert import Source
from gateway.pipeline.domestic import statement_facts
from gateway.pipeline.recognise import answers_of
from gateway.pipeline.rules import evaluate
from gateway.quantity.exact import own_arithmetic
from gateway.signing.jcs import jcs
from gateway.signing.rdf.contexts import NO_CONTEXTS, Contexts
from gateway.trust import credential_checks, enveloped, validation
from gateway.trust.judgement import Validation
from gateway.trust.snapshot import Snapshot
from gateway.trust.subject import Statement, statement_of


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
    context = Context(now=snapshot.now, plugins=tuple(plugins))
    is_one = subject.sub is None and subject.kind == "file" and bool(subject.parts)
    source = kept_back.declaration_in(subject.parts, context) if is_one else None
    packs = snapshot.policy.rules
    said = _statement(source) if source is not None else None
    if source is not None and subject.closed:
        kept = kept_back.weighty(
            source, subject.parts, subject.credential, subject.closed, context, all_count=bool(packs)
        )
        subject = replace(subject, left_open=(*subject.left_open, *kept))
    evaluations = evaluate(source, packs) if source is not None and packs else ()
    return validation.validate_subject(
        subject,
        snapshot,
        statement=said,
        rules=answers_of(evaluations) if source is not None else None,
    )


def _statement(source: Source) -> Statement:
    """As the record of a conversion would tell it."""
    told = dict(statement_facts(source.declaration))
    return statement_of(jcs({"statement": told}))
