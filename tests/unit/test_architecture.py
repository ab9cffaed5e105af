"""The shape of the source: who may import whom, how large a module may be, and what must not occur at all."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "standoff"

# Data flows one way: a package imports only from packages above it (and from itself).
LAYERS = (
    ("errors", "version", "notebook"),
    ("files",),
    ("credibility",),
    ("scenario",),
    ("evidence",),
    ("game",),
    ("solve",),
    ("study",),
    ("graph",),
    ("findings",),
    ("draw",),
    ("brief",),
    ("explore",),
    ("library",),
    ("api",),
    ("__init__",),
    ("cli",),
    ("__main__",),
)
LEVEL = {package: level for level, layer in enumerate(LAYERS) for package in layer}
LONGEST_MODULE = 500
VAGUE = re.compile(r"(?:^|_)(utils?|helpers?|common|managers?|misc)(?:_|$)")
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "sympify", "parse_expr"}
COMPILERS = {"solve/straight_line.py", "solve/verify_kernel.py"}  # they compile trees that they build, never text
FORBIDDEN_ATTRIBUTES = {
    ("yaml", "load"),
    ("yaml", "unsafe_load"),
    ("yaml", "full_load"),
    ("pickle", "load"),
    ("pickle", "loads"),
    ("sympy", "sympify"),
    ("numpy.random", "seed"),
    ("np.random", "seed"),
}

LOOKED_AT = (ast.Import, ast.ImportFrom, ast.If, ast.Call, ast.Attribute, ast.ExceptHandler)
MODULES = sorted(SOURCE.rglob("*.py"))


def name_of(path):
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 2 else parts)


NAMES = {name_of(path) for path in MODULES}


def package_of(module):
    return module.split(".")[1] if "." in module else "__init__"


def imports_of(path, runtime_only=False):
    """Names of standoff's modules that a module imports, anywhere in it; optionally without those for types only."""
    guards = [
        node
        for node in nodes(path)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    ]
    for node in nodes(path):
        if runtime_only and is_for_types(node, guards):
            continue
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "standoff":
                    yield alias.name
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "standoff":
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in NAMES else "standoff.__init__" if node.module == "standoff" else node.module


def is_for_types(node, guards):
    guarded = (guard for guard in guards if guard.lineno <= getattr(node, "lineno", 0) <= guard.end_lineno)
    return isinstance(node, ast.Import | ast.ImportFrom) and any(guarded)


@cache
def parsed(path):
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def nodes(path):
    """The nodes of a module that these tests look at, anywhere in it."""
    return [node for node in ast.walk(parsed(path)) if isinstance(node, LOOKED_AT)]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_package_imports_only_from_packages_above_it(path):
    own = package_of(name_of(path))
    for imported in imports_of(path):
        other = package_of(imported)
        assert other in LEVEL, f"{imported}: add its package to LAYERS where it belongs"
        assert other == own or LEVEL[other] < LEVEL[own], f"{name_of(path)} imports {imported}, which lies below it"


def test_there_are_no_cycles_of_modules():
    graph = {name_of(path): set(imports_of(path, runtime_only=True)) for path in MODULES}
    finished, path = set(), []

    def visit(module):
        assert module not in path, f"a cycle: {' -> '.join([*path[path.index(module) :], module])}"
        if module in finished:
            return
        path.append(module)
        for imported in sorted(graph.get(module, ())):
            visit(imported)
        finished.add(path.pop())

    for module in sorted(graph):
        visit(module)


def test_the_verifier_knows_no_solver():
    verifier = {name_of(path) for path in MODULES if path.parent.name == "solve" and path.stem.startswith("verify")}
    assert "standoff.solve.verify" in verifier
    allowed = verifier | {"standoff.solve.assessment"}
    for module in verifier:
        path = SOURCE.parent / Path(*module.split(".")).with_suffix(".py")
        from_solve = {name for name in imports_of(path) if name.startswith("standoff.solve")}
        assert from_solve <= allowed, f"{module} imports {sorted(from_solve - allowed)}"
        for node in nodes(path):
            if isinstance(node, ast.ImportFrom) and node.module == "standoff.solve.assessment":
                assert {alias.name for alias in node.names} <= {"Assessment", "Witness"}, "dataclasses only"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_stay_small_and_say_what_they_are(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_MODULE
    for part in path.relative_to(SOURCE).with_suffix("").parts:
        assert not VAGUE.search(part), f"{part} says nothing about what is in it"
    assert not text.strip() or ast.get_docstring(parsed(path)), "a module opens with a docstring"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_text_is_run_as_code_and_no_fault_is_swallowed(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    for node in nodes(path):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "compile" and path.relative_to(SOURCE).as_posix() in COMPILERS:
                assert ast.unparse(node.args[0]).startswith("ast.Module("), "a tree, and no text"
                continue
            assert node.func.id not in FORBIDDEN_CALLS, f"line {node.lineno}: {node.func.id}"
        if isinstance(node, ast.Attribute):
            assert (ast.unparse(node.value), node.attr) not in FORBIDDEN_ATTRIBUTES, f"line {node.lineno}"
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"line {node.lineno}: a bare except"
            if all(isinstance(part, ast.Pass) for part in node.body):
                assert ast.unparse(node.type) not in ("Exception", "BaseException"), f"line {node.lineno}: swallows"
                assert "#" in lines[node.body[0].lineno - 1], f"line {node.lineno}: say why nothing needs doing"


def test_no_module_is_imported_through_an_attribute_that_a_function_hides():
    """`standoff.solve` and `standoff.brief` are functions as well as packages: `import standoff.solve.x as y` fails."""
    for path in [*MODULES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]:
        for node in nodes(path):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names if alias.name.startswith("standoff.")]
                if path == SOURCE / "api.py":  # loads the two packages before the functions take their names
                    packages = ("standoff.brief", "standoff.graph", "standoff.solve")
                    names = [name for name in names if name not in packages]
                assert not names, f"{path}:{node.lineno}: write `from ... import ...`"


def test_the_layers_are_those_of_the_source():
    there = {path.stem for path in SOURCE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert there <= set(LEVEL)
