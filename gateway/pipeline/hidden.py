"""A field that a target asks for and that its readers may not see: not lacking, but not to be shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateway.codec.base import Format
from gateway.codec.lacks import lack
from gateway.errors import GatewayError
from gateway.model.access import Access, groups
from gateway.model.base import Missing
from gateway.model.declaration import Declaration
from gateway.model.disclosure import Disclosure, classes
from gateway.model.walk import by_path, places, same


def told_as_hidden(
    errors: Iterable[GatewayError],
    declaration: Declaration,
    redacted: Declaration,
    format_: Format,
    allowed: Disclosure,
) -> Iterator[GatewayError]:
    """The lacks of a target; whoever filled a field is not told to fill it, but who may see it."""
    before, after = by_path(declaration), by_path(redacted)
    for error in errors:
        value = before.get(error.path)
        if value is None or isinstance(value, Missing) or same(value, after.get(error.path)):
            yield error
        else:
            yield _hidden(error, declaration, format_, allowed)


def _hidden(
    error: GatewayError, declaration: Declaration, format_: Format, allowed: Disclosure
) -> GatewayError:
    pattern = next(place.pattern for place in places(declaration) if place.path == error.path)
    part = error.params.get("part", "")
    beside = {"part": part, "member": error.params.get("member", error.path)} if part else {}
    if "audience" in format_.parameters and groups().get(pattern, Access.PUBLIC) is not Access.PUBLIC:
        code = "carrier.part-withheld" if part else "carrier.withheld"
        return lack(format_.id, error.path, code=code, **{"member": error.path, **beside})
    needed = classes(declaration)[error.path]
    code = "target.withheld" if needed <= format_.audience else "target.withheld-always"
    told = {"needed": needed.value, "allowed": allowed.value, "most": format_.audience.value, **beside}
    return lack(format_.id, error.path, code=code, **told)
