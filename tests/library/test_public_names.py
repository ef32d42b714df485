"""The library's face: the same names for type checkers and the interpreter, and cheap to import."""

from __future__ import annotations

import ast
import pkgutil
import re
import subprocess
import sys
import warnings
from pathlib import Path
from types import ModuleType

import pytest

import gateway
from gateway import signing

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("pydantic", "lxml", "cryptography", "click", "rich", "jiter", "gateway.model", "gateway.pipeline")


def _typed_names(module: ModuleType) -> dict[str, str]:
    """Name and home of everything in the ``TYPE_CHECKING`` block."""
    assert module.__file__ is not None
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    (block,) = [
        node
        for node in tree.body
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    ]
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    return {alias.asname or alias.name: f"{n.module}.{alias.name}" for n in imports for alias in n.names}


@pytest.mark.parametrize("module", [gateway, signing])
def test_type_checkers_and_interpreter_see_the_same_names(module: ModuleType) -> None:
    typed = _typed_names(module)
    assert sorted(typed) == sorted(set(module.__all__) - {"__version__"})
    loaded = {name: ".".join(place) for name, place in vars(module)["_PLACES"].items()}
    assert loaded == typed


@pytest.mark.parametrize(("module", "name"), [(m, name) for m in (gateway, signing) for name in m.__all__])
def test_every_public_name_is_there_and_explained(module: ModuleType, name: str) -> None:
    value = getattr(module, name)
    assert value is getattr(module, name)
    assert name == "__version__" or value.__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'recieve'"):
        getattr(gateway, "recieve")  # noqa: B009 - mypy knows that it is not there
    with pytest.raises(AttributeError, match="no attribute 'verify_all'"):
        getattr(signing, "verify_all")  # noqa: B009 - as above


def test_names_are_listed() -> None:
    assert set(gateway.__all__) <= set(dir(gateway))
    assert set(signing.__all__) <= set(dir(signing))


def test_import_loads_nothing_heavy() -> None:
    code = f"import gateway, gateway.signing, sys; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_library_does_the_whole_job() -> None:
    data = (ROOT / "examples" / "tea.json").read_bytes()
    source = gateway.read(data)
    assert gateway.check(data).errors == ()
    (outcome,) = gateway.convert(source, to=["pact"])
    assert outcome.package is not None
    key = gateway.PrivateKey.from_pem(_pem())
    _, folder = gateway.issue(data, gateway.Request(to=("pact",)), key=key)
    verdict = gateway.verify(folder)
    assert verdict.holds
    assert not verdict.identified
    assert gateway.replay(folder, verdict).holds


def test_the_readme_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "declaration.json").write_bytes((ROOT / "examples" / "lfp-pack.json").read_bytes())
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(
        r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # it leaves closing the file to the interpreter
        exec(compile(example, "README.md", "exec"), {})  # noqa: S102 - our own text
    printed = capsys.readouterr().out
    assert "16 of 30 clauses read" in printed
    assert "/pcf/fossilGhgEmissions /results/pack/rows/raw/carbon/fossil + " in printed


def test_a_declaration_is_judged_compared_and_measured() -> None:
    source = gateway.read((ROOT / "examples" / "lfp-pack.json").read_bytes())
    (evaluation,) = gateway.evaluate(source, ["gbt-24067"])
    assert evaluation.blocking == ()
    assert len(gateway.coverage(source).points) == 71
    assert not gateway.compare(source, source).due
    assert gateway.explain(source, next(gateway.figures(source))).proven


def test_bad_input_is_a_gateway_error_with_a_text() -> None:
    with pytest.raises(gateway.InputError) as caught:
        gateway.read(b"\x00")
    assert gateway.describe(caught.value, "zh").what
    with pytest.raises(gateway.UsageError):
        gateway.convert(gateway.read((ROOT / "examples" / "tea.json").read_bytes()), to=["nothing"])


def _pem() -> bytes:
    from gateway.signing.did_key import KeyType

    return gateway.PrivateKey.generate(KeyType.ED25519).to_pem(None)


@pytest.mark.parametrize("package", [gateway, signing])
def test_no_public_name_is_that_of_a_module(package: ModuleType) -> None:
    """Whoever imports the module first would find it in the place of the function."""
    modules = {one.name for one in pkgutil.iter_modules(package.__path__)}
    assert modules
    assert modules.isdisjoint(package.__all__)
