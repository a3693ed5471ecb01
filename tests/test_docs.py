"""What README.md and docs/ say is tried: blocks run, command lines exist, the site is whole."""

import importlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
import typer
import yaml

from mdgym import cli

ROOT = Path(__file__).parents[1]


def helper(name):
    # tests are no package
    path = Path(__file__).parent / name
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


pages, endpoint_server = helper("pages.py"), helper("agents/endpoint_server.py")

# They evaluate dozens of tasks, or run the tests of a family.
SLOW = {"README.md", "docs/evaluation.md", "docs/own_family.md"}
ENDPOINT = "http://localhost:8000/v1"
ROOMS = ("mdgym", *(f"mdgym.{name}" for name in ("agents", "engine", "envs", "questions", "rewards", "scoring")))


def every_page():
    return [pytest.param(page, id=str(page.relative_to(ROOT))) for page in pages.pages()]


def pages_that_run():
    for page in pages.pages():
        name = str(page.relative_to(ROOT))
        if any(block.kind in ("python", "bash") and not block.reason for block in pages.blocks(page)):
            yield pytest.param(page, id=name, marks=pytest.mark.slow if name in SLOW else ())


@pytest.fixture
def endpoint():
    """A server that knows the right answer to every task of the fast suite."""
    import mdgym

    gold = {task.prompt: task.gold for task in mdgym.load_suite("micro", "test")}

    def do(server, handler, request):
        answer = endpoint_server.completion(gold[request["messages"][-1]["content"]])
        endpoint_server.reply(answer)(server, handler, request)

    with endpoint_server.EndpointServer() as server:
        server.usual = do
        yield server.url


@pytest.mark.parametrize("page", [*pages_that_run()])
def test_blocks_of_a_page_run_and_print_what_the_page_says(page, tmp_path, endpoint):
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment["PATH"]])
    done = subprocess.run(
        [sys.executable, pages.__file__, page, ENDPOINT, endpoint],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.parametrize("page", every_page())
def test_blocks_are_of_a_kind_that_is_tried_and_data_can_be_read(page):
    for block in pages.blocks(page):
        assert block.kind in ("bash", "indented", "json", "python", "text", "yaml"), f"line {block.line}: {block.kind}"
        if block.kind == "python":
            compile(block.text, page, "exec")
        elif block.kind == "yaml":
            yaml.safe_load(block.text)
        elif block.kind == "json":
            json.loads(block.text)
        elif block.kind == "indented" and block.text.startswith("{"):
            assert all(isinstance(json.loads(line), dict) for line in block.text.splitlines())


@pytest.mark.parametrize("page", every_page())
def test_what_is_not_run_says_why(page):
    reasons = [block.reason for block in pages.blocks(page) if block.reason]
    assert len(reasons) == pages.marks(page), "a mark stands directly above its block: <!-- not run: REASON -->"
    assert all(len(reason.split()) > 2 for reason in reasons)


def left_over(words):
    """Return the words of a command line that are neither its options nor its arguments; a wrong option raises."""
    command = typer.main.get_command(cli.app)
    while hasattr(command, "commands"):
        name, *words = words
        assert name in command.commands, f"no command {name}"
        command = command.commands[name]
    context = command.context_class(command, **command.context_settings)
    return command.make_parser(context).parse_args(list(words))[1]


@pytest.mark.parametrize("page", every_page())
def test_command_lines_exist_with_their_options(page):
    for words in pages.commands(page):
        if words[0] not in ("COMMAND", "--help"):
            left = left_over(words)
            # settings of a training are TRL's; they are looked at below
            assert words[0] == "train" or left == [], words
            assert all((ROOT / word).exists() for word in words if word.startswith("configs/")), words


def test_a_command_line_that_does_not_exist_is_found():
    for words in (["evaluate"], ["eval", "--agnet", "gold"], ["tasks", "find"], ["score", "in.lammps", "--task"]):
        with pytest.raises(Exception, match=r"(?i)no such option|requires an argument|no command"):
            left_over(words)
    assert left_over(["doctor", "at once"]) == ["at once"]


@pytest.mark.slow
def test_settings_of_trainings_exist():
    pytest.importorskip("trl")
    from mdgym.trainers.settings import STAGES, parser

    known = {stage: {"--config", *parser(stage)._option_string_actions} for stage in STAGES}
    lines = [words for page in pages.pages() for words in pages.commands(page) if words[:1] == ["train"]]
    assert lines
    for _, stage, *settings in lines:
        assert {word for word in settings if word.startswith("--")} - {"--settings", "--help"} <= known[stage]


def test_targets_of_make_exist():
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        name
        for page in pages.pages()
        for block in pages.blocks(page)
        if block.kind in ("indented", "bash")
        for name in re.findall(r"^make ([\w-]+)", block.text, re.MULTILINE)
    }
    assert named and named <= targets


def test_links_of_the_readme_lead_somewhere():
    links = re.findall(r"\]\(((?!https?:)[^)#]+)\)", (ROOT / "README.md").read_text())
    assert links and [link for link in links if not (ROOT / link).exists()] == []


def test_site_is_built_without_warnings_and_documents_every_public_name(tmp_path):
    pytest.importorskip("mkdocs")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    # the inventory of Sphinx: four lines of text, and the names, compressed
    packed = (tmp_path / "objects.inv").read_bytes().split(b"\n", 4)[4]
    documented = {line.split()[0] for line in zlib.decompress(packed).decode().splitlines()}
    missing = [
        f"{room}.{name}"
        for room in ROOMS
        for name in importlib.import_module(room).__all__
        if not any(found.startswith(f"{room}.") and found.endswith(f".{name}") for found in documented)
    ]
    assert missing == []
    # `Example:` in a docstring is a note whose >>> become quotations; `Examples:` is code
    assert [
        page.parent.name for page in (tmp_path / "reference").rglob("*.html") if "blockquote" in page.read_text()
    ] == []
