"""Which of the trust lists at hand may speak.

Of two of one name the younger one does, of two of one number neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from gateway.errors import GatewayError, InputError, flatten
from gateway.trust.identities import identities_in, refuse_unreadable
from gateway.trust.policy import Policy
from gateway.trust.signed_list import HeldList, ListRefused, Seen, read_file, refuse_untrusted


class BadSnapshot(InputError):
    """The folder is no snapshot, or a file in it is damaged."""

    code = "list.bad-snapshot"


@dataclass(frozen=True, slots=True)
class Refused:
    """A list that may not speak, and why. Its entries are known only so that the cause can be named."""

    file: str
    error: GatewayError
    held: HeldList | None = None


@dataclass(frozen=True, slots=True)
class CurrentLists:
    """The lists that may speak, by name, and the others.

    Attributes:
        youngest: of each name the highest number that its operator has signed, whether it may speak or not.
    """

    held: Mapping[str, HeldList]
    refused: tuple[Refused, ...]
    youngest: Mapping[str, Seen]


@dataclass(frozen=True, slots=True)
class _Found:
    """A list of a file; ``is_operators`` where its pinned operator has signed it, and not for tomorrow."""

    file: str
    held: HeldList | None
    errors: tuple[GatewayError, ...]
    is_operators: bool = False


def current(
    files: Iterable[tuple[str, bytes]], policy: Policy, seen: Mapping[str, Seen], now: datetime
) -> CurrentLists:
    """Read the lists of the files, and choose.

    Args:
        files: names and compact tokens.
        seen: the numbers that were seen before, by the list's name.
    """
    found = [_read(file, data, policy, seen, now) for file, data in files]
    # What the operator has signed, current or not: it says that an older one is old.
    known = [one.held for one in found if one.held is not None and one.is_operators]
    lost = _lost_keys(one for one in known if one.name == policy.own_list)
    # Whoever has the key writes any number, and must not make the operator's own lists old ones.
    known = [one for one in known if f"key:{one.operator_key}" not in lost]
    good = [(one.file, one.held) for one in found if one.held is not None and not one.errors]
    refused = [Refused(one.file, error, one.held) for one in found for error in one.errors]
    held: dict[str, HeldList] = {}
    for file, one in good:
        error = _outdone(one, known, lost)
        if error is None:
            held[one.name] = one
        elif error.code != "list.rollback" or not _is_replaced(one, (other for _, other in good)):
            refused.append(Refused(file, error, one))
    return CurrentLists(held, tuple(refused), _youngest(known))


def _read(file: str, data: bytes, policy: Policy, seen: Mapping[str, Seen], now: datetime) -> _Found:
    held, is_operators = None, False
    try:
        held = read_file(data)
        pinned = policy.pinned(held.name)
        is_operators = held.operator_key in pinned and held.content.issued <= now + policy.skew
        for _, service in held.content.services():
            refuse_unreadable(service)
        refuse_untrusted(
            held,
            pinned=pinned,
            seen=seen,
            now=now,
            skew=policy.skew,
            accept_test=policy.accept_test_lists,
            over=policy.over(now),
        )
    except GatewayError as error:
        return _Found(file, held, tuple(flatten(error)), is_operators)
    except ValueError as error:
        return _Found(file, held, (BadSnapshot(path=file, why=str(error)),), is_operators)
    return _Found(file, held, (), is_operators)


def _outdone(held: HeldList, known: Iterable[HeldList], lost: AbstractSet[str]) -> ListRefused | None:
    """Why a list may not speak because of another: its operator's key is lost, or it has rivals."""
    if f"key:{held.operator_key}" in lost:
        return ListRefused(held.operator, path=held.name, code="list.operator-lost")
    rivals = [other for other in known if other.name == held.name]
    sequence, youngest = held.seen.sequence, max(other.seen.sequence for other in rivals)
    if sequence < youngest:
        return ListRefused(sequence, path=held.name, code="list.rollback", expected=str(youngest))
    if any(other.seen.sequence == sequence and other.sha256 != held.sha256 for other in rivals):
        return ListRefused(sequence, path=held.name, code="list.two-of-one-number")
    return None


def _is_replaced(held: HeldList, good: Iterable[HeldList]) -> bool:
    """Whether a younger one lies beside it, which speaks or is told: of this one is nothing to tell."""
    return any(other.name == held.name and other.seen.sequence > held.seen.sequence for other in good)


def _lost_keys(lists: Iterable[HeldList]) -> set[str]:
    """Everything by which a key was ever known that one of the lists calls lost."""
    states = (state for one in lists for _, service in one.content.services() for state in service.states)
    return {name for state in states if state.tells_of_loss for name in identities_in(state)}


def _youngest(known: Iterable[HeldList]) -> dict[str, Seen]:
    """The highest number of each name; none where two lists bear it, for then neither is the one."""
    found: dict[str, set[Seen]] = {}
    for one in known:
        found.setdefault(one.name, set()).add(one.seen)
    youngest: dict[str, Seen] = {}
    for name, all_ in found.items():
        highest = max(seen.sequence for seen in all_)
        twins = [seen for seen in all_ if seen.sequence == highest]
        if len(twins) == 1:
            youngest[name] = twins[0]
    return youngest
