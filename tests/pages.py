"""Finds what README.md and the pages in docs/ show, and runs it as a reader would.

`python pages.py PAGE [OLD NEW]` runs a page in the working directory, with OLD replaced by NEW:

- Python blocks, in one process and with the same names from the first to the last. A block with a title
  (`title="my_policies.py"`) is written to this file instead, and imported by what comes after.
- Bash blocks, by bash.
- A text block is what the block above it must have printed.

Nothing is run that has a comment `<!-- not run: REASON -->` directly above. Indented blocks are never run.
"""

import contextlib
import io
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[1]
MARK = re.compile(r"<!-- not run: (.+?) -->\s*$")
# What README and guides take for granted: names that the reader of a few lines has at hand.
GIVEN = """
import gymnasium, mdgym
from pathlib import Path
from mdgym.agents import SilentAgent
from mdgym.rewards import current_versions, judge
from mdgym.scoring import SerialPool

task = mdgym.load_suite("micro", "test")[0]
script = answer = task.gold
seed = 0
Path("water.mol").write_text("# water\\n\\n0 atoms\\n")


def my_model(prompt):
    return ""


agent = my_model
env_or_tasks = [task]
with SerialPool() as pool:
    scored = pool.score(task, script, seed)
execution, evidence = scored.execution, scored.evidence
del pool
"""


@dataclass(frozen=True)
class Block:
    """One block of code.

    Attributes:
        kind: "python", "bash", "text", ... or "indented".
        title: The file that it is to be written to; empty for most.
        text: What it holds.
        line: Number of the line above its first one.
        reason: Why it cannot be run; empty for most.
    """

    kind: str
    title: str
    text: str
    line: int
    reason: str


def pages() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: Path) -> Iterator[Block]:
    above = ""
    for token in MarkdownIt().parse(page.read_text()):
        if token.type in ("fence", "code_block"):
            kind, _, rest = (token.info or "indented").partition(" ")
            title = re.match(r'title="([\w.]+)"', rest)
            mark = MARK.search(above)
            yield Block(kind, title[1] if title else "", token.content, token.map[0] + 1, mark[1] if mark else "")
        above = token.content if token.type == "html_block" else ""


def marks(page: Path) -> int:
    return page.read_text().count("<!-- not run")


def commands(page: Path) -> Iterator[list[str]]:
    """Yield the words behind `mdgym` of each command line, be it in a block or inside a sentence."""
    lines = [
        line
        for block in blocks(page)
        if block.kind in ("indented", "bash")
        for line in block.text.replace("\\\n", " ").splitlines()
    ]
    for token in MarkdownIt().parse(page.read_text()):
        lines += [child.content for child in token.children or () if child.type == "code_inline"]
    for line in lines:
        if re.match(r"(mdgym|[\w=]+ .*-m mdgym) ", line) and "..." not in line:
            words = shlex.split(line, comments=True)
            yield words[words.index("mdgym") + 1 :]


def run(page: Path, old: str, new: str) -> None:
    names = {"__name__": "__main__"}
    # a tutorial explains all that it needs
    if page.parent.name != "tutorials":
        exec(GIVEN, names)
    printed = ""
    for block in blocks(page):
        text = block.text.replace(old, new)
        if block.reason:
            continue
        if block.title:
            Path(block.title).write_text(text)
        elif block.kind == "python":
            code = compile("\n" * block.line + text, page, "exec")
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(code, names)
            printed = out.getvalue()
        elif block.kind == "bash":
            printed = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", text], check=True, stdout=subprocess.PIPE, text=True
            ).stdout
        elif block.kind == "text" and printed != text:
            sys.exit(f"{page}, line {block.line}: it prints\n{printed}and not\n{text}")


if __name__ == "__main__":
    sys.path[0] = str(Path.cwd())
    run(Path(sys.argv[1]), *sys.argv[2:4])
