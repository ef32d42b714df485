"""Addresses a client may connect to: https, a named public host from a list, and nothing clever."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from gateway.errors import InputError
from gateway.frontdoor.identity import HOST

_HTTPS: Final = re.compile(r"https://([A-Za-z0-9.-]+)(?::443)?((?:[/?][!-~]*)?)")
_DID_WEB: Final = re.compile(r"did:web:([A-Za-z0-9.-]+)((?::[A-Za-z0-9._-]+)*)")
# RFC 6761 and RFC 9476 (special use), IANA "internal" and what home routers use
_NEVER_PUBLIC: Final = frozenset(
    {
        "localhost",
        "local",
        "localdomain",
        "internal",
        "intranet",
        "lan",
        "home",
        "corp",
        "onion",
        "arpa",
        "alt",
    }
)


def require_https(url: str, *, allowed_hosts: Collection[str], path: str = "") -> str:
    """``url`` if a client may fetch it: https on port 443, its host on the list.

    A host is a name, never an address in any notation: what the name resolves to is for the client to
    check at connection time, and the list must not hold private names.

    Raises:
        InputError: ``url.not-https``, ``url.not-public``, ``url.not-allowed``.
    """
    found = _HTTPS.fullmatch(url)
    if not found or "\\" in url or "#" in url or ".." in found[2].partition("?")[0].split("/"):
        raise InputError(url, code="url.not-https", path=path)
    host = require_public_host(found[1], path=path)
    if host not in {allowed.lower() for allowed in allowed_hosts}:
        raise InputError(host, code="url.not-allowed", path=path)
    return url


def require_public_host(host: str, *, path: str = "") -> str:
    """``host`` in lower case if it is a name below a public top-level domain.

    Numbers in the last label mean an IPv4 address to some reader (WHATWG URL, 3.5), so it needs a letter.
    """
    lower = host.lower()
    top = lower.rpartition(".")[2]
    if (
        not HOST.fullmatch(lower)
        or "." not in lower
        or top in _NEVER_PUBLIC
        or not re.fullmatch(r"[a-z]{2,63}|xn--[a-z0-9-]+", top)
    ):
        raise InputError(host, code="url.not-public", path=path)
    return lower


def did_web_url(did: str, *, allowed_hosts: Collection[str], path: str = "") -> str:
    """The address of the document of a ``did:web``, if a client may fetch it. Ports are refused.

    Source: did:web method specification, 2.5.2.
    """
    found = _DID_WEB.fullmatch(did)
    if not found:
        raise InputError(did, code="url.not-https", path=path)
    folder = found[2].replace(":", "/") or "/.well-known"
    return require_https(f"https://{found[1]}{folder}/did.json", allowed_hosts=allowed_hosts, path=path)
