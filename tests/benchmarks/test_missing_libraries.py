"""Commands where optional libraries are not installed: one sentence that says what to install, and exit code 2."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

EXAMS = str(Path(__file__).parent / "exams")
URL = "http://localhost:1/v1"
AGENTS = {
    f"openai:tiny@{URL}": "mdgym[agents]",
    f"openai+tools:tiny@{URL}": "mdgym[agents]",
    "hf:nowhere": "mdgym[train]",
    "vllm:nowhere": "mdgym[vllm]",
}
COMMANDS = {
    "eval": ("eval", "--suite", "micro"),
    "solve": ("solve", "Melt argon."),
    "runtime": ("bench", "runtime", "--quick"),
    "evalbench": ("bench", "evalbench", "--data", EXAMS),
    "iitd": ("bench", "iitd", "--data", EXAMS),
}
LINES = {f"{command} {agent}": [*words, "--agent", agent] for command, words in COMMANDS.items() for agent in AGENTS}
WANTED = {name: AGENTS[words[-1]] for name, words in LINES.items()}
LINES |= {
    "judge": [*COMMANDS["evalbench"], "--agent", "silent", "--judge", f"openai:tiny@{URL}"],
    "scaling": ["bench", "scaling", "--quick"],
    "sample efficiency": ["bench", "sample-efficiency", "--quick"],
    "quickstart": ["quickstart", "--configs", str(Path(__file__).parents[2] / "configs" / "tiny")],
    "workers": ["eval", "--agent", "silent", "--suite", "micro", "--workers", "2"],
}
WANTED |= {
    "judge": "mdgym[agents]",
    "scaling": "mdgym[ray]",
    "workers": "mdgym[ray]",
    "sample efficiency": "mdgym[train]",
    "quickstart": "mdgym[train]",
}
# Without any of what setup.cfg calls an extra.
CODE = """
import contextlib, io, json, sys
for name in "accelerate datasets matplotlib openai peft ray torch transformers trl vllm yaml".split():
    sys.modules[name] = None
from mdgym import cli
found = {}
for name, words in json.loads(sys.argv[1]).items():
    sys.argv = ["mdgym", *words]
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        try:
            cli.main()
        except SystemExit as ended:
            found[name] = [ended.code, said.getvalue()]
        except Exception as error:
            found[name] = [1, repr(error)]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What each command said, all in one process, which takes most of its time to start."""
    command = [sys.executable, "-c", CODE, json.dumps(LINES)]
    folder = tmp_path_factory.mktemp("bare")
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=folder).stdout)


@pytest.mark.parametrize("name", LINES)
def test_missing_library_is_one_sentence_that_says_what_to_install(found, name):
    code, said = found[name]
    assert code == 2 and said.count("\n") == 1
    assert said.endswith(f'pip install "{WANTED[name]}"\n')
