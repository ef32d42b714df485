"""What the holder of an SD-JWT keeps back of a declaration, and whether a verdict may rest on it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from gateway.codec.base import Context, Member, Package
from gateway.errors import GatewayError
from gateway.frontdoor.json import PlainJson
from gateway.model.base import Part as DeclarationPart
from gateway.model.declaration import Declaration
from gateway.pipeline.convert import Source, read
from gateway.signing import sd_jwt
from gateway.signing.jcs import jcs
from gateway.signing.verified import Part

# Members without which a declaration is read once more; of further ones, nobody asks whether they matter.
_MOST_READ: Final = 16


def in_showing(token: bytes, context: Context) -> tuple[str, ...]:
    """The members whose digests leave a receiver's verdict open, by JSON pointer; ``/``: the top level.

    Args:
        token: an SD-JWT as it is handed to its reader.

    Raises:
        TrustError: it does not hold.
    """
    shown = sd_jwt.verify(token)
    parts = shown.envelope.parts
    whole = declaration_in(parts, context)
    if whole is None:
        return ()
    places = weighty(whole, parts, shown.claims, shown.closed_in, context)
    return tuple(place.removesuffix("/_sd") or "/" for place in places)


def declaration_in(parts: Sequence[Part], context: Context) -> Source | None:
    """The covered parts as one declaration; None where they are none."""
    members = [
        Member(part.name or "input", part.media_type or "application/octet-stream", part.data)
        for part in sorted(parts, key=lambda part: part.name)
    ]
    try:
        return read(Package(tuple(members), members[0].name), context=context)
    except GatewayError:
        return None


def weighty(
    whole: Source,
    parts: Sequence[Part],
    claims: Mapping[str, PlainJson],
    closed: Collection[str],
    context: Context,
    *,
    all_count: bool = False,
) -> Iterator[str]:
    """Members of a declaration of which a holder may have kept back what scope, agreement or time rest on.

    All but those that are read, and not as a part that says so: of others, as of members of the top level,
    nobody knows what they were; a further verification may be one.

    Args:
        whole: what the parts declare as they are shown.
        closed: the objects and lists, by JSON pointer, in which digests stay closed.
        all_count: a receiver's rules may ask about each.
    """
    members = sorted({place.partition("/")[2].partition("/")[0] for place in closed})
    for number, name in enumerate(members):
        own = name.replace("~1", "/").replace("~0", "~")
        is_harmless = False
        if name and number < _MOST_READ and not all_count:
            # An empty list says as little as none: what an entry of it would be read as.
            full = whole if claims.get(own) != [] else _with(parts, claims, own, [{"id": "-"}], context)
            rest = _with(parts, claims, own, None, context)
            is_harmless = full is not None and rest is not None and _is_aside(full, rest)
        if not is_harmless:
            yield f"/{name}/_sd" if name else "/_sd"


def _with(
    parts: Sequence[Part], claims: Mapping[str, PlainJson], name: str, value: PlainJson, context: Context
) -> Source | None:
    """The declaration with another value of a member; None: without it."""
    rest = {member: held for member, held in claims.items() if member != name}
    data = jcs(rest if value is None else {**rest, name: value})
    return declaration_in([replace(part, data=data) for part in parts], context)


def _is_aside(one: Source, other: Source) -> bool:
    """Whether two declarations differ in what is read, and not in the parts that bear facts."""
    first, second = (source.declaration.model_copy(update={"extras": {}}) for source in (one, other))
    return first != second and _asked(first) == _asked(second)


def _asked(declaration: Declaration) -> tuple[DeclarationPart, ...]:
    """The parts that bear the facts of a statement, but for the country."""
    return declaration.document, declaration.product, declaration.method, *declaration.verifications
