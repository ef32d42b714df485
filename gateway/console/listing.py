"""``nomenclature build`` and ``map make``: compact flow lists, and a map out of two of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path

from gateway.console.converting import Destination
from gateway.console.failures import Exit
from gateway.console.inputs import STDIN, load
from gateway.console.terminal import Console
from gateway.errors import MappingError, UsageError
from gateway.nomenclature.flow import Edition, Flow
from gateway.nomenclature.flow_sources import read_flows
from gateway.nomenclature.making import Made, ends, make_map
from gateway.nomenclature.maps import write_map
from gateway.nomenclature.match import Matcher
from gateway.nomenclature.packing import build as pack_files
from gateway.nomenclature.review import read_decisions
from gateway.nomenclature.row import MapRow, tier_code
from gateway.nomenclature.store import FlowList
from gateway.nomenclature.suggest import Suggester
from gateway.storage import files

# Flow lists that installable packages ship: the package, and the file in it.
PACKAGED = {"bw2io": "ecoinvent elementary flows 3.9.xml"}
_SIGNATURE = ".jws"
# What people can take in at once; the map has every one.
_MOST_GASES = 10


def build(
    console: Console, names: Sequence[str], package: str | None, edition: Edition, to: Destination
) -> Exit:
    """Build a compact list and say what is in it.

    Raises:
        GatewayError: there is nothing to read, or it cannot be read.
    """
    files.refuse_existing(to.place, force=to.force)
    sources = [Path(name) for name in names] + ([packaged(package)] if package else [])
    if not sources:
        raise UsageError("FILE", code="nomenclature.no-source")
    for source in sources:
        files.read_file(source)  # says what is wrong with a path as for any other file
    made = pack_files(
        sources, name=edition.list, version=edition.version, licence=edition.licence, source=edition.source
    )
    found = FlowList(made)
    files.write_file(to.place, made, force=to.force)
    facts = {
        "list": str(found.edition),
        "flows": len(found),
        "substances": found.substances,
        "contexts": len(found.contexts),
        "withCas": sum(bool(found.cas(number)) for number in range(found.substances)),
        "digest": found.edition.digest,
        "output": to.path,
    }
    console.answer(console.say("cli.list-built", **{name: str(fact) for name, fact in facts.items()}), "good")
    console.document(facts)
    return Exit.DONE


def packaged(name: str) -> Path:
    """The flow list in an installed package; its code is not run.

    Raises:
        UsageError: there is none that is known, or it is not installed.
    """
    known = ", ".join(PACKAGED)
    if name not in PACKAGED:
        raise UsageError(name, code="nomenclature.unknown-package", known=known)
    try:
        listed = metadata.distribution(name).files or []
    except metadata.PackageNotFoundError as error:
        raise UsageError(name, code="nomenclature.not-installed") from error
    for one in listed:
        if one.name == PACKAGED[name]:
            return Path(str(one.locate()))
    raise UsageError(name, code="nomenclature.unknown-package", known=known)


def make(
    console: Console,
    name: str,
    lists: Sequence[str],
    source_list: str,
    decisions: str | None,
    suggestions: int,
    format_: str,
    to: Destination,
) -> Exit:
    """Find the flows of a file in a list, write the map, and say what was left alone and why.

    Raises:
        GatewayError: a file cannot be read, or a signature does not hold.
    """
    files.refuse_existing(to.place, force=to.force)
    target, *others = (FlowList.load(Path(place)) for place in lists)
    decided = decisions_of(decisions)
    matcher = Matcher(target, witnesses=others, overrides=decided)
    found, known_as = _flows(name)
    suggester = Suggester(matcher, witnesses=others) if suggestions else None
    sources = ends(found, source_list=source_list or known_as)
    made = make_map(sources, matcher, suggester=suggester, limit=suggestions)
    written = write_map(made.map, to=format_)
    files.write_file(to.place, written.data, force=to.force)
    _tell(console, name, made, str(target.edition))
    console.tell(console.say("cli.output", place=to.path))
    console.document(
        {
            "file": name,
            "format": format_,
            "rows": len(made.matches),
            "written": written.rows,
            "tiers": made.tiers,
            "abstained": made.reasons,
            "output": to.path,
        }
    )
    return Exit.DONE


def decisions_of(place: str | None) -> tuple[MapRow, ...]:
    """The decisions in a file; a signature beside it must hold."""
    if place is None:
        return ()
    path = Path(place)
    beside = path.with_name(path.name + _SIGNATURE)
    return read_decisions(files.read_file(path), files.read_file(beside) if beside.exists() else None).rows


def _flows(name: str) -> tuple[Iterator[Flow], str]:
    """The flows of a compact list or of any file with flows, and which list it says it is."""
    data = load(name).only.data if name == STDIN else files.read_file(Path(name))
    try:
        compact = FlowList(data)
    except MappingError as error:
        if error.error_code != "nomenclature.not-a-flow-list":
            raise
        return read_flows(data, name=name, ids=False), ""
    return compact.flows(), compact.edition.list


def _tell(console: Console, name: str, made: Made, target: str) -> None:
    applied = sum(made.tiers.values())
    console.answer(
        console.say("cli.map-made", file=name, n=len(made.matches), applied=applied, target=target), "head"
    )
    for tier, count in made.tiers.items():
        console.answer(f"  {console.say(tier_code(tier))}: {count}")
    for reason, count in made.reasons.items():
        console.answer(f"  – {console.say(f'nomenclature.why-{reason}')} {count}")
    heavy = made.at_stake
    for match in heavy[:_MOST_GASES]:
        kg = str(match.at_stake)
        console.complain(
            console.say(
                "cli.map-at-stake",
                name=match.source.name,
                kg=kg,
                why=console.say(f"nomenclature.why-{match.abstained}"),
            ),
            "careful",
        )
    if len(heavy) > _MOST_GASES:
        console.complain(console.say("cli.map-more", n=len(heavy) - _MOST_GASES), "careful")
