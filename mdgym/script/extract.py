"""Find the LAMMPS script in a language model's answer."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mdgym.script.lexer import SPACE, Command, read_script
from mdgym.script.nested import walk
from mdgym.script.styles import COMMANDS

COMPLETE = "last complete LAMMPS block"
PARTIAL = "last block with a LAMMPS command"
FOREIGN = "last block"
PLAIN = "whole text"

_THINK = re.compile(r"<(/?)think(?:ing)?>", re.IGNORECASE)
_SPACE_RUN = re.compile(f"[{SPACE}]+")
_STARTS_WORK = frozenset({"run", "minimize", "rerun"})


@dataclass(frozen=True)
class Extraction:
    """A script and how it was found.

    Attributes:
        script: The script, lines ended by line feeds alone; possibly empty.
        rule: `COMPLETE`, `PARTIAL`, `FOREIGN` or `PLAIN`.
    """

    script: str
    rule: str


def extract_script(answer: str) -> Extraction:
    """Take the script out of an answer.

    First the thoughts go: what stands in `<think>…</think>`, after a `<think>` that never closes, and before a
    `</think>` that never opened. Then, among the fenced blocks (three or more backticks or tildes, with or without a
    language, the last one possibly unclosed):

    1. the last complete LAMMPS block: more than half of its commands are LAMMPS commands and it contains a `run`,
       `minimize` or `rerun`;
    2. else the last block with any LAMMPS command;
    3. else, where the text has no LAMMPS command either, the last block that is not blank, so that what LAMMPS says of
       it is said of what was meant and not of a fence;
    4. else, as for an answer without fences, the text itself.

    Args:
        answer: Any text; a byte order mark, NUL characters and CR LF line ends are tolerated.

    Returns:
        The script and the rule that found it.
    """
    text = answer.replace("\ufeff", "").replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    text = _without_thoughts(text)
    partial = None
    blocks = [block for block in _fenced_blocks(text) if block.strip()]
    for block in reversed(blocks):
        commands = read_script(block)
        known = sum(map(_is_known, commands))
        if 2 * known > len(commands) and any(_name(command) in _STARTS_WORK for command in walk(commands)):
            return Extraction(block, COMPLETE)
        if partial is None and known:
            partial = block
    if partial is not None:
        return Extraction(partial, PARTIAL)
    if blocks and not any(map(_is_known, read_script(text))):
        return Extraction(blocks[-1], FOREIGN)
    return Extraction(text, PLAIN)


def _without_thoughts(text: str) -> str:
    pieces: list[str] = []
    position = 0
    inside = False
    for tag in _THINK.finditer(text):
        closing = tag.group(1) == "/"
        if closing and not inside:
            pieces.clear()  # the opening tag was part of the prompt
        elif not closing and not inside:
            pieces.append(text[position : tag.start()])
        inside = not closing
        position = tag.end()
    if not inside:
        pieces.append(text[position:])
    return "".join(pieces)


def _fenced_blocks(text: str) -> Iterator[str]:
    """Yield the content of each fenced block."""
    content: list[str] | None = None
    fence = ""
    for line in text.split("\n"):
        mark, info = _fence(line)
        if content is None:
            if mark:
                content, fence = [], mark
        elif mark.startswith(fence):
            # A fence with a language opens the next block, even where the last one was left open.
            yield "\n".join(content).rstrip("\n") + "\n"
            content, fence = ([], mark) if info else (None, "")
        else:
            content.append(line)
    if content is not None:
        yield "\n".join(content).rstrip("\n") + "\n"


def _fence(line: str) -> tuple[str, str]:
    """Return the fence that a line consists of, and the language behind it; empty strings for another line."""
    line = line.strip()
    if not line.startswith(("```", "~~~")):
        return "", ""
    info = line.lstrip(line[0])
    if line[0] in info:
        return "", ""  # code within a sentence
    return line[: len(line) - len(info)], info


def _is_known(command: Command) -> bool:
    return _name(command) in COMMANDS


def _name(command: Command) -> str:
    return _SPACE_RUN.split(command.text, 1)[0]
