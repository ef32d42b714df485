"""``sign`` and ``present``: any files in any form, and what one reader is shown of a token."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from gateway.codec.base import Context
from gateway.console import findings, signers
from gateway.console.failures import Exit
from gateway.console.terminal import Console, padded, visible, width
from gateway.errors import UsageError
from gateway.messages import to_json
from gateway.pipeline.issue import PRIVATE
from gateway.report import Finding, Severity
from gateway.signing import forms, keys, sd_jwt, sd_sums
from gateway.signing.did_key import PublicKey
from gateway.signing.digests import sha256_hex
from gateway.signing.sealing import Sealer
from gateway.storage import files


@dataclass(frozen=True, slots=True)
class Hiding:
    """What ``--hide``, ``--holder`` and ``--decoys`` say."""

    places: tuple[str, ...] = ()
    holder: str | None = None
    decoys: int = 0


@dataclass(frozen=True, slots=True)
class Output:
    """Where the result goes."""

    path: str
    force: bool

    def refuse_existing(self) -> None:
        """Say early that it is taken."""
        place = Path(self.path)
        if place.is_dir():
            raise files.OutputExists(path=self.path, code="storage.is-folder")
        files.refuse_existing(place, force=self.force)

    def write(self, data: bytes) -> None:
        """Write it, whole or not at all."""
        files.write_file(Path(self.path), data, force=self.force)


def sign(
    console: Console,
    names: Sequence[str],
    form: forms.Form,
    choice: signers.Choice,
    to: Output,
    *,
    secret: bytes | None,
    hiding: Hiding,
    method: str,
    now: datetime,
) -> Exit:
    """Write the signature over the files; they are left alone."""
    to.refuse_existing()
    if hiding != Hiding() and form is not forms.Form.SD_JWT:
        raise UsageError(form.value, code="signing.hides-nothing")
    held = named_files(names, but=Path(to.path))
    typed = {name: (forms.media_type(name), data) for name, data in held.items()}
    with signers.opened(choice, secret, certified=form in forms.CERTIFIED) as signer:
        hidden = _hidden(hiding, signer, held) if form is forms.Form.SD_JWT else None
        made = forms.sign(typed, form, signer, signing_time=now, hidden=hidden, method=method)
    to.write(made)
    _warn_of_private(console, held)
    places = sd_jwt.verify(made).disclosed if hidden is not None else ()
    warned = _left_open(sd_jwt.disclose(made, ()), now) if hidden is not None else []
    _tell(console, to.path, form, signer, typed, places, warned)
    return Exit.DONE


def named_contexts(pairs: Sequence[str]) -> dict[str, bytes]:
    """JSON-LD contexts by address, from ADDRESS=FILE.

    Raises:
        StorageError: one cannot be read.
        UsageError: a pair is none.
    """
    found: dict[str, bytes] = {}
    for pair in pairs:
        address, equals, place = pair.rpartition("=")
        if not equals:
            raise UsageError(pair, code="usage.context-pair")
        found[address] = files.read_file(Path(place))
    return found


def named_files(names: Sequence[str], *, but: Path | None = None) -> dict[str, bytes]:
    """Files, and those in folders, by the names that a signature gives them.

    That is the path as it was written; where that leads away from here, the file's or folder's own name.

    Args:
        but: what cannot be among them: the output.

    Raises:
        StorageError: one cannot be read.
        UsageError: two have one name, or the output is one.
    """
    found: dict[str, bytes] = {}
    for name in names:
        place = Path(name)
        base = plain_name(name)
        inner = files.load_folder(place) if place.is_dir() else {"": files.read_file(place)}
        for below, data in inner.items():
            if but is not None and (place / below).resolve() == but.resolve():
                raise UsageError(but, code="signing.signs-itself")
            own = "/".join(part for part in (base, below) if part)
            if own in found:
                raise UsageError(own, code="signing.part-twice")
            found[own] = data
    return found


def plain_name(path: str) -> str:
    """How a signature names what lies at ``path``: relative, with ``/``, never upwards; empty for here."""
    place = Path(path)
    if place.is_absolute() or ".." in place.parts:
        return place.resolve().name
    text = PurePosixPath(place.as_posix()).as_posix()
    return "" if text == "." else text


def _hidden(hiding: Hiding, signer: Sealer | keys.Signer, held: Mapping[str, bytes]) -> forms.Hidden:
    """What is hidden, with salts that only the key can make again; of a device or command, with new ones."""
    salts: forms.Salts = _fresh_salt
    if isinstance(signer, keys.PrivateKey):
        salts = sd_jwt.salts_of(signer, b"".join(held.values()))
    holder = PublicKey.from_did(hiding.holder) if hiding.holder is not None else None
    return forms.Hidden(hiding.places, salts, holder, hiding.decoys)


def _fresh_salt(_place: str) -> bytes:
    return secrets.token_bytes(16)


def present(
    console: Console,
    name: str,
    opened: Sequence[str],
    choice: signers.Choice,
    to: Output,
    *,
    secret: bytes | None,
    reader: str,
    nonce: str,
    now: datetime,
) -> Exit:
    """Write a token with only what one reader may see, bound to that reader; say what sums give away."""
    to.refuse_existing()
    token = files.read_file(Path(name)).strip()
    whole = sd_jwt.verify(token)
    if whole.reader:
        raise UsageError(whole.reader, code="envelope.binding")
    places = forms.expand(dict(whole.claims), opened) if opened else ()
    less = sd_jwt.disclose(token, places)
    with signers.opened(choice, secret, certified=False) as holder:
        assert not isinstance(holder, Sealer)
        made = sd_jwt.bind(less, holder, reader=reader, nonce=nonce, at=int(now.timestamp()))
    seen = sd_jwt.verify(made, reader=reader, nonce=nonce)
    # With a place comes whatever it lies in.
    given = {one for one in whole.disclosed for place in places if f"{place}/".startswith(f"{one}/")}
    kept = tuple(one for one in whole.disclosed if one not in given)
    leaks = sd_sums.leaks(sd_sums.find_sums(dict(whole.claims)), kept)
    to.write(made)
    warned = [*_left_open(less, now), *(leak.finding() for leak in leaks)]
    _tell_shown(console, to.path, seen, tuple(sorted(given)), kept, warned)
    return Exit.DONE


def _left_open(shown: bytes, now: datetime) -> list[Finding]:
    """What a showing keeps back that a receiver's verdict may rest on."""
    from gateway.pipeline import kept_back

    places = kept_back.in_showing(shown, Context(now=now))
    return [
        Finding("envelope.verdict-left-open", place, place, severity=Severity.WARNING) for place in places
    ]


def _warn_of_private(console: Console, names: Iterable[str]) -> None:
    """Say that what was written has in it, or tells by plain digests, what is to stay in the house."""
    private = [name for name in names if PRIVATE.strip("/") in PurePosixPath(name).parts[:-1]]
    if private:
        console.complain(console.say("cli.private-inside", n=len(private)), "careful")


def _tell(
    console: Console,
    path: str,
    form: forms.Form,
    signer: Sealer | keys.Signer,
    typed: forms.Files,
    hidden: Sequence[str],
    warned: Sequence[Finding],
) -> None:
    who = signer.certificates[0].subject if isinstance(signer, Sealer) else signer.public_key.did
    console.answer(f"{path}  {form.value}", "good")
    lines = [("cli.signer", who)]
    lines += [
        ("cli.covered", f"{name}  {kind}  SHA-256 {sha256_hex(data)}") for name, (kind, data) in typed.items()
    ]
    lines += [("cli.hidden", place) for place in hidden]
    _rows(console, lines)
    _complain(console, warned)
    console.tell(console.say("cli.signed-and-checked"))
    console.document(
        {
            "output": path,
            "form": form.value,
            "signer": who,
            "parts": [
                {"name": name, "mediaType": kind, "size": len(data), "sha256": sha256_hex(data)}
                for name, (kind, data) in typed.items()
            ],
            "hidden": list(hidden),
            "findings": [to_json(one) for one in warned],
        }
    )


def _tell_shown(
    console: Console,
    path: str,
    seen: sd_jwt.Shown,
    given: Sequence[str],
    kept: Sequence[str],
    warned: Sequence[Finding],
) -> None:
    console.answer(path, "good")
    lines = [("cli.reader", seen.reader), ("cli.nonce", seen.nonce)]
    lines += [("cli.disclosed", place) for place in given]
    lines += [("cli.hidden", place) for place in kept]
    _rows(console, lines)
    _complain(console, warned)
    console.document(
        {
            "output": path,
            "reader": seen.reader,
            "nonce": seen.nonce,
            "disclosed": list(given),
            "hidden": list(kept),
            "findings": [to_json(one) for one in warned],
        }
    )


def _complain(console: Console, warned: Sequence[Finding]) -> None:
    for one in warned:
        for line, style in findings.lines(console, one, "  "):
            console.complain(line, style)


def _rows(console: Console, lines: Sequence[tuple[str, str]]) -> None:
    names = {code: console.say(code) for code, _ in lines}
    column = max(map(width, names.values())) + 2
    for code, text in lines:
        console.answer(f"  {padded(names[code], column)}{visible(text)}")
