"""Others on the packages we write: the owners' schemas of the format, and a reader that builders use.

Losses of ilcdlib 5.5.5, fixed here so that they are seen when they change: it knows EN 15804+A2 indicators
of EF 3.1 by name only; stages that are no EN 15804 modules go to its extension; without a compliance
declaration (we make none) the method is "Unknown LCIA"; it drops the values of a scenario whose text has no
xml:lang, though ILCD reads that as English (our copy says so, and it finds them there).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from gateway.codec.base import Context, Package
from gateway.codec.run import run_writer
from gateway.codec.xmltree import structure_of
from gateway.formats.ilcd import EPD
from gateway.frontdoor import archive
from gateway.frontdoor import xml as xml_door
from gateway.pipeline.convert import convert, read
from gateway.quantity import Quantity

from .test_epd_foreign import FIRST_LIGHT, declaration, written
from .test_epd_samples import ITALY, OEKOBAU, SODA, WOOD, reading

if TYPE_CHECKING:
    from tests.conftest import Judges

Schemas = Callable[[str], etree.XMLSchema]
EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


def packages(data: Path) -> Iterator[tuple[str, Package]]:
    """Every input that becomes a new package, and the samples written again."""
    folders = (EXAMPLES, data / "china" / "sample_inputs", data / "real_inputs")
    for path in (p for folder in folders for p in sorted(folder.glob("*.json")) if p.name[:5] != "test-"):
        (outcome,) = convert(read(Package.of(path.read_bytes(), name=path.name)), to=["ilcd-epd"])
        if outcome.package is not None:
            yield path.stem, outcome.package
    for name in (WOOD, ITALY, OEKOBAU, SODA):
        yield Path(name).stem, run_writer(EPD, reading(data, name).declaration, Context()).package
    yield "first-light", written(declaration(*FIRST_LIGHT)).package


def broken(package: Package, schemas: Schemas, *, processes: bool) -> list[str]:
    """What the owners' schemas say of the processes, or of all other data sets."""
    found = []
    for name, content in archive.open_zip(package.only.data).read_all():
        if not name.endswith(".xml"):
            continue
        element = xml_door.parse(content)
        structure = structure_of(element)
        assert structure is not None, name
        if (structure.name == "process") is processes:
            schema = schemas(structure.name)
            if not schema.validate(element):
                found.append(f"{name}: {schema.error_log}")
    return found


@pytest.mark.oracle
@pytest.mark.judge("ilcd-epd-1.3-xsd")
def test_processes_hold_under_the_owners_epd_schema(oracle_data: Path, epd_schemas: Schemas) -> None:
    seen = list(packages(oracle_data))
    assert len(seen) >= 30
    assert [(name, b) for name, p in seen for b in broken(p, epd_schemas, processes=True)] == []


@pytest.mark.oracle
@pytest.mark.judge("tidas-tools-xsd")
def test_other_data_sets_hold_under_the_ilcd_schemas(oracle_data: Path, ilcd_schemas: Schemas) -> None:
    seen = [
        (name, p) for name, p in packages(oracle_data) if name not in {Path(ITALY).stem, Path(OEKOBAU).stem}
    ]
    assert len(seen) >= 28
    assert [(name, b) for name, p in seen for b in broken(p, ilcd_schemas, processes=False)] == []


@pytest.mark.oracle
@pytest.mark.judge("ilcdlib")
class TestIlcdlib:
    def test_it_reads_our_figures_names_and_unit(
        self, tmp_path: Path, judges: Judges, oracle_data: Path
    ) -> None:
        files = {"first-light.zip": written(declaration(*FIRST_LIGHT)).package}
        for stem in ("01_jinko_pv_epditaly0252", "02_trina_pv_ul2020"):
            data = (oracle_data / "china/sample_inputs" / f"{stem}.json").read_bytes()
            (outcome,) = convert(read(Package.of(data)), to=["ilcd-epd"])
            assert outcome.package is not None
            files[f"{stem}.zip"] = outcome.package
        found = ask(judges, tmp_path, files)
        first = found["first-light.zip"]
        assert first["names"] == {"zh": "铝锭", "en": "aluminium ingot", "de": None}
        assert first["unit"] == [1000.0, "kg"]
        (impacts,) = first["impacts"].values()
        assert means(impacts["gwp"]) == {"A1A2A3": 7.7, "C3": 3.0}
        assert means(impacts["gwp_fossil"]) == {"A1A2A3": 10.0, "C3": 0.0}
        assert means(impacts["gwp_biogenic"]) == {"A1A2A3": -2.5, "C3": 3.0}
        assert means(impacts["gwp_luluc"]) == {"A1A2A3": 0.2, "C3": 0.0}
        assert "gwp_nonCO2" not in impacts
        for stem in ("01_jinko_pv_epditaly0252", "02_trina_pv_ul2020"):
            assert found[f"{stem}.zip"]["unit"] == [3.6, "MJ"]
            (impacts,) = found[f"{stem}.zip"]["impacts"].values()
            assert set(impacts) == {"ext"}  # a total on an untold GWP set is nobody's official indicator

    def test_it_reads_the_same_from_a_package_and_from_our_copy(
        self, tmp_path: Path, judges: Judges, oracle_data: Path
    ) -> None:
        files: dict[str, Package] = {}
        for name in (ITALY, OEKOBAU):
            stem = Path(name).stem
            files[f"theirs-{stem}.zip"] = Package.of((oracle_data / "lca" / name).read_bytes())
            files[f"ours-{stem}.zip"] = run_writer(
                EPD, reading(oracle_data, name).declaration, Context()
            ).package
        found = ask(judges, tmp_path, files)
        for name in (ITALY, OEKOBAU):
            stem = Path(name).stem
            ours, theirs = found[f"ours-{stem}.zip"], found[f"theirs-{stem}.zip"]
            (impacts,) = ours["impacts"].values()
            (original,) = theirs["impacts"].values()
            assert [ours[k] for k in ("uuid", "names", "unit")] == [
                theirs[k] for k in ("uuid", "names", "unit")
            ]
            assert {k: means(v) for k, v in impacts.items()} == {k: means(v) for k, v in original.items()}
            assert len(impacts) >= 5
            own = reading(oracle_data, name).declaration.results[0].rows
            value = own[0].carbon.total_including_uptake
            assert isinstance(value, Quantity)
            assert means(impacts["gwp"])["A1A2A3"] == float(value.amount)


def ask(judges: Judges, folder: Path, files: dict[str, Package]) -> dict[str, Any]:
    """What ilcdlib says of every package, from one run."""
    for name, package in files.items():
        (folder / name).write_bytes(package.only.data)
    found: dict[str, Any] = judges.python("ilcd_epd.py", *(folder / name for name in files))
    return found


def means(scopes: dict[str, Any]) -> dict[str, float]:
    """The values of an impact by module, as ilcdlib names them."""
    return {module: value["mean"] for module, value in scopes.items() if "mean" in value}
