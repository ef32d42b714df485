"""How well flows of one list are found in another: precision, coverage, suggestions, time and memory.

Usage: python benchmarks/nomenclature.py [--data FOLDER] [--json] [--quick] [--excluded FILE]
       [--output FILE]

Reads flow lists and published maps from HUTONG_ORACLE_DATA. A *name* is a distinct name with CAS number; it
is covered when one of its rows is mapped without a person, and right when none of its mapped rows is wrong.
A row is right when its substance is one to which the map leads from there, or has the same CAS number. Rows
that CAS numbers or formulas refute are left out with their proof, which does not depend on our answer.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import os
import re
import resource
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from gateway.nomenclature import gases
from gateway.nomenclature.columns import match_columns
from gateway.nomenclature.halocarbons import composition
from gateway.nomenclature.match import Match, Matcher
from gateway.nomenclature.names import cas_number, exact, without_place
from gateway.nomenclature.packing import build
from gateway.nomenclature.query import medium
from gateway.nomenclature.row import End
from gateway.nomenclature.store import FlowList
from gateway.nomenclature.suggest import Suggester

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("HUTONG_ORACLE_DATA", ROOT.parent / "shared" / "data")) / "nomenclature"
LISTS = {
    "EF 3.1": ("ef31_flows.csv.gz", "3.1"),
    "FEDEFL": ("fedefl_1.3.1_flows.csv.gz", "1.3.1"),
    "openLCA": ("openlca_flows_partial.csv.gz", ""),
}
# Map, source list, target list, flow recall of exact names and of CAS and synonyms (baselines, where known).
SETS = (
    ("ei3.9.1-ef31", "ecoinvent", "EF 3.1", 0.604, 0.873),
    ("fedefl-NEI", "NEI", "FEDEFL", 0.735, 0.793),
    ("fedefl-USLCIv2019Q4", "USLCI", "FEDEFL", 0.546, 0.620),
    ("fedefl-IPCC", "IPCC", "FEDEFL", 0.364, 0.483),
    ("fedefl-GHGI_AR5_100", "GHGI", "FEDEFL", None, None),
    ("glad-ei3.6-fedefl_fold0", "ecoinvent", "FEDEFL", None, None),
    ("olca-ilcd_fold0", "EF 3.1", "openLCA", None, None),
    ("olca-simapro_fold0", "SimaPro", "openLCA", None, None),
)
# One CAS number for three carbon classes: it proves nothing.
CLASSED = {"124-38-9", "74-82-8", "630-08-0"}
SEEDS = ("0", "1", "2", "3", "4")


@dataclass(frozen=True, slots=True)
class Truth:
    """A row of a published map."""

    source: End
    target_id: str
    target: str
    context: tuple[str, ...]
    unit: str
    fold: str


def truths(data: Path, name: str, source_list: str) -> Iterator[Truth]:
    """The rows of a published map."""
    text = gzip.decompress((data / "eval" / f"{name}.csv.gz").read_bytes()).decode()
    for row in csv.DictReader(text.splitlines()):
        source = End(
            source_list,
            id=row["src_uuid"],
            name=row["src_name"],
            cas=row["src_cas"],
            context=_parts(row["src_context"]),
            unit=row["src_unit"],
            synonyms=tuple(s for s in row["src_syn"].split("|") if s),
        )
        yield Truth(
            source, row["tgt_uuid"], row["tgt_name"], _parts(row["tgt_context"]), row["tgt_unit"], row["fold"]
        )


def _parts(context: str) -> tuple[str, ...]:
    return tuple(part for part in context.split("/") if part)


class Refuter:
    """Which rows of a map its own data refute. Knows lists and maps, and nothing of our engine's answers."""

    def __init__(
        self, target: FlowList, witnesses: Iterable[FlowList], published: Mapping[str, frozenset[str]]
    ) -> None:
        self.target, self._witnesses, self._published = target, tuple(witnesses), published

    def cas(self, name: str) -> frozenset[str]:
        """The CAS numbers of a name in the target list, or else in another list."""
        for flows in (self.target, *self._witnesses):
            there = flows.by_key.get(exact(name))
            if there is not None and flows.cas(there):
                return flows.cas(there)
        for flows in self._witnesses:
            known = {cas for there in flows.by_synonym.get(exact(name), ()) for cas in flows.cas(there)}
            if len(known) == 1:
                return frozenset(known)
        gas = gases.identify(End(name=name), class_needed=False)
        if isinstance(gas, gases.Gas) and gas.cas:
            return frozenset({gas.cas})
        return self._published.get(exact(name), frozenset())

    def proof(self, truth: Truth) -> str:
        """Why a row cannot be right, or ""."""
        ours, theirs = cas_number(truth.source.cas), self.cas(truth.target)
        if ours and theirs and not theirs & {ours}:
            return f"cas: source {ours}, target {'; '.join(sorted(theirs))}"
        for named in self._there(truth, ours):
            name = self.target.name(named)
            held = self.target.cas(named) or self.cas(name)
            if held and theirs and not held & theirs:
                return (
                    f"cas: the list has {name} ({'; '.join(sorted(held))}), not {'; '.join(sorted(theirs))}"
                )
            one, other = self.target.formula(named), self._formula(truth.target)
            if one and other and composition(one) != composition(other) and "-" not in (one, other):
                return f"formula: there is {name} ({one}), not {other}"
        return ""

    def _there(self, truth: Truth, cas: str) -> Iterator[int]:
        """Substances that the list has under the source's own name or CAS number in the medium of the row."""
        key = exact(truth.source.name)
        keys = {key, without_place(key)} if medium(truth.source.context) == "resource" else {key}
        found = [s for k in sorted(keys) if (s := self.target.by_key.get(k)) is not None]
        found += self.target.by_cas.get(cas, ()) if cas not in CLASSED else ()
        for substance in found:
            contexts = (self.target.context_of_row[row] for row in self.target.rows(substance))
            media = {medium(self.target.contexts[context]) for context in contexts}
            if self.target.keys[substance] != exact(truth.target) and medium(truth.context) in media:
                yield substance

    def _formula(self, name: str) -> str:
        there = self.target.by_key.get(exact(name))
        return "" if there is None else self.target.formula(there)


@dataclass(slots=True)
class Score:
    """One map, scored."""

    name: str
    rows: int = 0
    excluded: list[tuple[str, str, str]] = field(default_factory=list)
    mapped: int = 0
    right: int = 0
    same_flow: int = 0
    by_cas: int = 0
    names: dict[tuple[str, str], list[bool]] = field(default_factory=lambda: defaultdict(list))
    tiers: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    reasons: Counter[str] = field(default_factory=Counter)
    suggested: Counter[tuple[bool, bool]] = field(default_factory=Counter)
    fold1: Counter[str] = field(default_factory=Counter)
    gwp_rows: int = 0
    gwp_error: Decimal = Decimal(0)
    wrong: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def covered(self) -> list[bool]:
        """For every covered name whether it is right."""
        return [all(seen) for seen in self.names.values() if seen]

    def table(self) -> dict[str, Any]:
        """The numbers."""
        covered, names = self.covered, len(self.names)
        with_cas = self.suggested[True, True] + self.suggested[True, False]
        return {
            "set": self.name,
            "rows": self.rows,
            "excluded": len(self.excluded),
            "names": names,
            "coverage": _share(len(covered), names),
            "precision": _share(sum(covered), len(covered)),
            "wrong_names": len(covered) - sum(covered),
            "row_precision": _share(self.right, self.mapped),
            "right_by_equal_cas": self.by_cas,
            "flow_precision": _share(self.same_flow, self.mapped),
            "flow_recall": _share(self.same_flow, self.rows),
            "flow_recall_fold1": _share(self.fold1["found"], self.fold1["rows"]),
            "recall_with_suggestions": _share(
                self.suggested[True, True] + self.suggested[False, True], sum(self.suggested.values())
            ),
            "recall_with_suggestions_where_cas": _share(self.suggested[True, True], with_cas),
            "gwp_rows": self.gwp_rows,
            "gwp_error_kg_co2e": str(self.gwp_error),
            "tiers": _tiers(self.tiers),
            "abstained": dict(sorted(self.reasons.items())),
        }  # fmt: skip


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _tiers(tiers: Mapping[str, list[bool]]) -> dict[str, list[Any]]:
    return {tier: [len(seen), _share(sum(seen), len(seen))] for tier, seen in sorted(tiers.items())}


class Evaluation:
    """The lists, and a score for every map."""

    def __init__(self, data: Path, only: Collection[str] = tuple(LISTS)) -> None:
        self._data = data
        self.lists = {
            name: FlowList(build([data / "lists" / file], name=name, version=version))
            for name, (file, version) in LISTS.items()
            if name in only
        }

    def witnesses(self, target: str) -> list[FlowList]:
        """The other lists that publish CAS numbers or synonyms."""
        return [flows for name, flows in self.lists.items() if name not in {target, "openLCA"}]

    @cached_property
    def published(self) -> Mapping[str, frozenset[str]]:
        """The CAS numbers that ecoinvent prints beside its names, for names of lists without CAS numbers.

        Up to version 3.8 an ion has the name of its metal and ", ion", from 3.9 on its charge: cadmium II.
        """
        found: dict[str, set[str]] = defaultdict(set)
        for name in ("ei3.9.1-ef31", "glad-ei3.6-fedefl_fold0"):
            for truth in truths(self._data, name, "ecoinvent"):
                if cas := cas_number(truth.source.cas):
                    found[exact(truth.source.name)].add(cas)
                    if ion := re.fullmatch(r"(\w+) (?:i{1,3}|iv|vi?|ion)", exact(truth.source.name)):
                        found[f"{ion[1]},ion"].add(cas)
        return {name: frozenset(cas) for name, cas in found.items()}

    def matcher(self, target: str) -> Matcher:
        """Our engine for one target list."""
        return Matcher(self.lists[target], witnesses=self.witnesses(target))

    @cached_property
    def _climate(self) -> Mapping[str, Decimal]:
        text = (self._data / "gwp" / "ef31_climate_change_cf.csv").read_text(encoding="utf-8")
        return {row["uuid"]: Decimal(row["cc_total"] or 0) for row in csv.DictReader(text.splitlines())}

    def score(self, name: str, source_list: str, target_list: str) -> Score:
        """One map."""
        score, matcher = Score(name), self.matcher(target_list)
        refuter = Refuter(self.lists[target_list], self.witnesses(target_list), self.published)
        rows = list(truths(self._data, name, source_list))
        leads: dict[tuple[str, str, tuple[str, ...]], set[str]] = defaultdict(set)
        ends: dict[tuple[str, str], End] = {}
        for truth in rows:
            leads[truth.source.name, truth.source.cas, truth.source.context].add(exact(truth.target))
        for truth in rows:
            proof = refuter.proof(truth)
            if proof:
                score.excluded.append((truth.source.name, truth.target, proof))
                continue
            key = (truth.source.name, cas_number(truth.source.cas))
            ends.setdefault(key, truth.source)
            score.names.setdefault(key, [])
            there = leads[truth.source.name, truth.source.cas, truth.source.context]
            self._count(score, truth, matcher.match(truth.source), there, refuter)
        suggester = Suggester(matcher, witnesses=self.witnesses(target_list))
        for key, end in ends.items():
            wanted = {
                name for (n, c, _), those in leads.items() if (n, cas_number(c)) == key for name in those
            }
            hit = any(score.names[key]) or (
                not score.names[key] and any(exact(s.target.name) in wanted for s in suggester.suggest(end))
            )
            score.suggested[bool(key[1]), hit] += 1
        return score

    def _count(self, score: Score, truth: Truth, found: Match, leads: set[str], refuter: Refuter) -> None:
        key = (truth.source.name, cas_number(truth.source.cas))
        score.rows += 1
        score.fold1["rows"] += truth.fold == "1"
        if not found.rows:
            score.reasons[str(found.abstained)] += 1
            return
        row = found.rows[0]
        same = exact(row.target.name) in leads
        held = refuter.cas(row.target.name) - CLASSED
        equal = not same and bool(held & refuter.cas(truth.target))
        score.mapped += 1
        score.right += same or equal
        score.by_cas += equal
        # The IPCC's names lead to every compartment; there the substance is the flow.
        hit = same if score.name == "fedefl-IPCC" else row.target.id == truth.target_id
        score.same_flow += hit
        score.fold1["found"] += hit and truth.fold == "1"
        score.names[key].append(same or equal)
        score.tiers[f"{row.tier}"].append(same or equal)
        if not (same or equal):
            score.wrong.append((truth.source.name, row.target.name, truth.target))
        self._weigh(score, truth, row.target)

    def _weigh(self, score: Score, truth: Truth, target: End) -> None:
        if target.list == "EF 3.1":
            ours, theirs = self._climate.get(target.id), self._climate.get(truth.target_id)
        else:
            ours, theirs = _potential(target.name), _potential(truth.target)
        if ours is not None or theirs is not None:
            score.gwp_rows += 1
            score.gwp_error += abs((ours or Decimal(0)) - (theirs or Decimal(0)))


def _potential(name: str) -> Decimal | None:
    found = gases.identify(End(name=name), class_needed=False)
    return gases.factor(found, "AR6") if isinstance(found, gases.Gas) else None


def evaluate(data: Path) -> tuple[dict[str, Any], list[Score]]:
    """Every map, and all of them together."""
    evaluation = Evaluation(data)
    scores = [evaluation.score(name, source, target) for name, source, target, *_ in SETS]
    covered = [right for score in scores for right in score.covered]
    names = sum(len(score.names) for score in scores)
    rows = sum(score.rows + len(score.excluded) for score in scores)
    excluded = sum(len(score.excluded) for score in scores)
    tiers: dict[str, list[bool]] = defaultdict(list)
    for score in scores:
        for tier, seen in score.tiers.items():
            tiers[tier] += seen
    with_cas = sum((score.suggested for score in scores), Counter[tuple[bool, bool]]())
    return {
        "pooled": {
            "names": names,
            "coverage": _share(len(covered), names),
            "precision": _share(sum(covered), len(covered)),
            "rows": rows,
            "excluded_share": _share(excluded, rows),
            "recall_with_suggestions_where_cas": _share(
                with_cas[True, True], with_cas[True, True] + with_cas[True, False]
            ),
            "gwp_error_kg_co2e": str(sum((score.gwp_error for score in scores), Decimal(0))),
            "tiers": _tiers(tiers),
        },
        "sets": [score.table() for score in scores],
    }, scores  # fmt: skip


def answers(data: Path, limit: int | None = None) -> str:
    """The SHA-256 over every answer to every map: the same for any hash seed."""
    evaluation, digest = Evaluation(data), hashlib.sha256()
    for name, source, target, *_ in SETS:
        matcher = evaluation.matcher(target)
        suggester = Suggester(matcher, witnesses=evaluation.witnesses(target))
        for number, truth in enumerate(truths(data, name, source)):
            if limit is not None and number >= limit:
                break
            found = matcher.match(truth.source)
            digest.update(repr(found).encode())
            if not found.rows:
                digest.update(repr(suggester.suggest(truth.source)).encode())
    return digest.hexdigest()


def million(data: Path) -> dict[str, Any]:
    """1,000,000 rows against the 332,133 flows of FEDEFL on one core, with the floor of the same run."""
    evaluation_began = time.perf_counter()
    packed = build([data / "lists" / LISTS["FEDEFL"][0]], name="FEDEFL", version="1.3.1")
    built = time.perf_counter() - evaluation_began
    began = time.perf_counter()
    flows = FlowList(packed)
    matcher = Matcher(flows)
    match_columns(matcher, ["Methane"], ["emission/air"], units=["kg"], source_list="FEDEFL")
    loaded = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    order = [(i * 7_919) % len(flows) for i in range(1_000_000)]
    # Strings as a file reader makes them: equal, and not the same objects.
    names = [flows.label_of(i).name.encode().decode() for i in order]
    contexts = ["/".join(flows.contexts[flows.context_of_row[i]]) for i in order]
    units = [flows.units[flows.unit_of_row[i]].encode().decode() for i in order]
    plain = {pair: number for number, pair in enumerate(zip(names, contexts, strict=True))}
    floors, times = [], []
    for _ in range(3):
        began = time.process_time()
        sum(1 for pair in zip(names, contexts, strict=True) if pair in plain)
        floors.append(time.process_time() - began)
        matcher = Matcher(flows)
        began = time.process_time()
        columns = match_columns(matcher, names, contexts, units=units, source_list="FEDEFL")
        times.append(time.process_time() - began)
    same = sum(columns.target[row] == at for row, at in enumerate(order))
    return {
        "rows": len(order),
        "seconds": round(min(times), 2),
        "floor_seconds_of_plain_lookup": round(min(floors), 2),
        "mapped_to_itself": same,
        "build_seconds": round(built, 2),
        "load_seconds": round(loaded, 3),
        "file_bytes": len(packed),
        "memory_after_build_mb": memory // 1024,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def beside_flowmapper(data: Path) -> dict[str, Any]:
    """200 flows of ecoinvent to unspecified air, against all of EF 3.1 there: flowmapper, then we."""
    evaluation, air = Evaluation(data), ("air", "unspecified")
    target, matcher = evaluation.lists["EF 3.1"], evaluation.matcher("EF 3.1")
    rows = [t for t in truths(data, "ei3.9.1-ef31", "ecoinvent") if t.source.context == air][::2][:200]
    there = matcher.place(air, "kg", "ecoinvent").contexts[0]
    flows = [matcher.end(row) for row in range(len(target)) if target.context_of_row[row] == there]
    given = {
        "sources": [_plain(t.source, "air") for t in rows],
        "targets": [_plain(flow, "air") for flow in flows],
    }
    python = ROOT / "tests" / "judges" / "python" / ".venv" / "bin" / "python"
    command = [str(python), str(Path(__file__).with_name("flowmapper_beside.py"))]
    done = subprocess.run(command, input=json.dumps(given), check=True, capture_output=True, text=True)
    theirs = json.loads(done.stdout)
    began = time.perf_counter()
    found = [matcher.match(t.source) for t in rows]
    seconds = time.perf_counter() - began
    wanted = {t.source.id: t.target_id for t in rows}
    ours = [[m.source.id, m.rows[0].target.id] for m in found if m.rows]
    return {
        name: {
            "seconds": took,
            "precision": _share(sum(wanted[s] == t for s, t in pairs), len(pairs)),
            "recall": _share(sum(wanted[s] == t for s, t in pairs), len(wanted)),
        }
        for name, pairs, took in (
            ("flowmapper", theirs["pairs"], theirs["seconds"]),
            ("ours", ours, round(seconds, 3)),
        )
    }


def _plain(flow: End, context: str) -> dict[str, Any]:
    data = {"identifier": flow.id, "name": flow.name, "context": [context], "unit": flow.unit}
    return data | {"CAS number": flow.cas or None, "synonyms": list(flow.synonyms)}


def _in_process(*arguments: str, seed: str = "0") -> str:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, __file__, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout


_COLUMNS = (
    "map",
    "rows",
    "left out",
    "names",
    "coverage",
    "precision",
    "flows right",
    "flow recall of fold 1 (exact, baseline)",
    "recall with 5 suggestions (where CAS)",
    "GWP error",
)


def markdown(report: Mapping[str, Any]) -> str:
    """The report for people."""
    pooled = report["pooled"]
    lines = [_HEAD, f"| {' | '.join(_COLUMNS)} |", "|---|---|---|---|---|---|---|---|---|---|"]
    for one, (*_, plain, base) in zip(report["sets"], SETS, strict=True):
        known = "" if plain is None else f" ({plain}, {base})"
        with_cas = one["recall_with_suggestions_where_cas"]
        lines.append(
            f"| {one['set']} | {one['rows']} | {one['excluded']} | {one['names']} | {one['coverage']} | "
            f"{one['precision']} | {one['flow_precision']} | {one['flow_recall_fold1'] or '–'}{known} | "
            f"{one['recall_with_suggestions']} ({with_cas or '–'}) | "
            f"{one['gwp_error_kg_co2e']} of {one['gwp_rows']} rows |"
        )
    lines += ["", _ALL.format(**pooled), "| tier | rows | precision |", "|---|---|---|"]
    lines += [f"| {tier} | {n} | {share} |" for tier, (n, share) in pooled["tiers"].items()]
    if million := report.get("million"):
        lines += ["", _MILLION.format(**million)]
    if beside := report.get("flowmapper"):
        lines += ["| 200 flows of ecoinvent, air | seconds | precision | recall |", "|---|---|---|---|"]
        lines += [
            f"| {name} | {one['seconds']} | {one['precision']} | {one['recall']} |"
            for name, one in beside.items()
        ]
    if seeds := report.get("seeds"):
        lines += ["", f"{seeds['tried']} values of PYTHONHASHSEED, {seeds['different']} set of answers."]
    lines += ["", "What counts as wrong, name by name (name → ours, the map's):", ""]
    for name, wrong in report.get("wrong", {}).items():
        lines += [f"- {name}: " + "; ".join(f"{one} → {ours}, {theirs}" for one, ours, theirs in wrong)]
    return "\n".join(lines) + "\n"


_HEAD = """# How well names are matched

Written by `python benchmarks/nomenclature.py --output docs/nomenclature.md` from published maps and
flow lists that do not ship with Hutong. A *name* is a distinct name with CAS number; it is covered
when one of its rows is mapped without a person, and right when none of its mapped rows is wrong.
Rows that CAS numbers or formulas refute are left out. "Flows right" asks for the very identifier of
the map: another compartment, or an equal flow under a second identifier, counts as wrong there. In
brackets: exact names, and CAS numbers with synonyms, as measured by others on the same fold. The
GWP error is |our factor − the map's| for 1 kg of every row.
"""
_ALL = """All together: precision {precision} at a coverage of {coverage} of {names} names; {excluded_share}
of {rows} rows left out, each with its proof (`--excluded FILE` writes them). Five suggestions hold
{recall_with_suggestions_where_cas} of the names that have a CAS number.
"""
_MILLION = """{rows:,} rows against 332,133 flows take {seconds} s of one core with their evidence; looking
pairs up in a plain dict takes {floor_seconds_of_plain_lookup} s in the same run. {mapped_to_itself:,}
lead to themselves, the rest to an equal flow under another identifier. The list is {file_bytes:,}
bytes, loads in {load_seconds} s and was built in {build_seconds} s; {memory_mb} MB of memory at
most, the build included.
"""


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--quick", action="store_true", help="without time, memory and hash seeds")
    parser.add_argument("--excluded", type=Path, help="write the rows left out, with their proofs, as CSV")
    parser.add_argument("--output", type=Path, help="write the report for people into a file")
    parser.add_argument("--only", choices=["answers", "million"], help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.only == "answers":
        print(answers(chosen.data))
        return
    if chosen.only == "million":
        print(json.dumps(million(chosen.data)))
        return
    report, scores = evaluate(chosen.data)
    if chosen.excluded:
        with chosen.excluded.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["set", "source", "target", "proof"])
            writer.writerows(
                (score.name, *row) for score in scores for row in dict.fromkeys(sorted(score.excluded))
            )
    if not chosen.quick:
        report["million"] = json.loads(_in_process("--only", "million", "--data", str(chosen.data)))
        if (ROOT / "tests" / "judges" / "python" / ".venv").is_dir():
            report["flowmapper"] = beside_flowmapper(chosen.data)
        digests = {_in_process("--only", "answers", "--data", str(chosen.data), seed=seed) for seed in SEEDS}
        report["seeds"] = {"tried": len(SEEDS), "different": len(digests)}
    report["wrong"] = {score.name: sorted(set(score.wrong)) for score in scores if score.wrong}
    if chosen.output:
        chosen.output.write_text(markdown(report), encoding="utf-8")
    print(json.dumps(report, ensure_ascii=False, indent=2) if chosen.json else markdown(report))


if __name__ == "__main__":
    main()
