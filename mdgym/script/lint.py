"""Say what is wrong with a script before it runs; a right script gets no finding.

Where a word holds a variable nothing is said about it, and where the script reads another input file nothing is said
about what that file may have done. LAMMPS has the last word: the linter is for messages.
"""

import difflib
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from mdgym.script.lexer import Command, ScriptSyntaxError, check_quotes, read_script, split_words
from mdgym.script.nested import nested_commands, walk
from mdgym.script.progress import Progress
from mdgym.script.rules import refusal

# command: (category of its style, index of the style among the words)
_STYLED = {
    "angle_style": ("angle", 1),
    "atom_style": ("atom", 1),
    "bond_style": ("bond", 1),
    "compute": ("compute", 3),
    "dihedral_style": ("dihedral", 1),
    "dump": ("dump", 3),
    "fix": ("fix", 3),
    "improper_style": ("improper", 1),
    "kspace_style": ("kspace", 1),
    "min_style": ("minimize", 1),
    "pair_style": ("pair", 1),
    "region": ("region", 2),
    "run_style": ("integrate", 1),
}
_VARIABLE = re.compile(r"\$(?:\{([^{}]*)\}|([A-Za-z0-9_]))")
_QUOTED = re.compile(r"\"\"\".*?\"\"\"|\"[^\"]*\"|'[^']*'", re.DOTALL)
_MOST = 100  # findings of a kind: enough for a reader, and a bound for a hostile script
_LONGEST_NAME = 64  # difflib is quadratic in the length of a name


@dataclass(frozen=True)
class Catalogue:
    """What a LAMMPS build knows.

    Attributes:
        commands: Names of all commands.
        styles: Names per category, with the categories of `lammps.available_styles` (atom, pair, fix, …).
        potentials: Names of the potential files that come with it.
    """

    commands: frozenset[str]
    styles: dict[str, frozenset[str]]
    potentials: frozenset[str]


@dataclass(frozen=True)
class Finding:
    """Something wrong in a script.

    Attributes:
        line: Line number, from 1.
        severity: "error" when LAMMPS would stop or the script is not accepted, "warning" when it may be meant so.
        message: What is wrong and, where known, what is right.
    """

    line: int
    severity: Literal["error", "warning"]
    message: str


def lint(script: str, catalogue: Catalogue, readable: frozenset[str] = frozenset()) -> tuple[Finding, ...]:
    """Check a script.

    Args:
        script: The script.
        catalogue: What the LAMMPS build knows.
        readable: Names of the input files that come with the script.

    Returns:
        Findings in the order of lines, at most 100 of a kind; those inside `if` and `run every` are warnings, for
        they may never be reached.
    """
    try:
        top = read_script(script)
    except ScriptSyntaxError as error:
        return (Finding(1, "error", str(error)),)
    if not top:
        return (Finding(1, "error", "the script has no commands"),)
    surely_reached = {id(command) for command in top}
    commands = list(walk(top))
    found = list(islice(_wrong_commands(commands, surely_reached, catalogue, readable), _MOST))
    parsed = list(_parsed(commands))
    if not any(words[0] == "include" for _, words in parsed):
        found += islice(_undefined_variables(parsed), _MOST)
        found += islice(_missing_labels(parsed), _MOST)
        found += islice(_missing_files(parsed, catalogue, readable), _MOST)
        found += islice(_missing_steps(parsed, surely_reached), _MOST)
    unique = {(finding.line, finding.message): finding for finding in reversed(found)}
    return tuple(sorted(reversed(unique.values()), key=lambda finding: finding.line))


def _parsed(commands: Iterable[Command]) -> Iterator[tuple[Command, tuple[str, ...]]]:
    for command in commands:
        try:
            words = split_words(command.text)
        except ScriptSyntaxError:
            continue
        if words:
            yield command, words


def _wrong_commands(
    commands: list[Command], surely_reached: set[int], catalogue: Catalogue, readable: frozenset[str]
) -> Iterator[Finding]:
    for command in commands:
        for message in _command_messages(command, catalogue, readable):
            yield Finding(command.line, "error" if id(command) in surely_reached else "warning", message)


def _command_messages(command: Command, catalogue: Catalogue, readable: frozenset[str]) -> Iterator[str]:
    """Yield what is wrong with a command whatever stands around it."""
    try:
        check_quotes(command.text)
        words = split_words(command.text)
        nested_commands(words)
    except ScriptSyntaxError as error:
        yield str(error)
        return
    name = words[0] if words else ""
    if "$" in name:
        return
    refused = _refused(words, readable)
    if refused:
        yield refused
    elif name not in catalogue.commands:
        yield f"unknown command '{_shown(name)}'{_nearest(name, catalogue.commands)}"
    elif name in _STYLED:
        category, place = _STYLED[name]
        if len(words) <= place:
            if name != "region" or words[2:] != ("delete",):
                yield f"`{name}` has no style"
            return
        yield from _unknown_style(category, words[place], catalogue)
        if category == "pair" and words[1] in ("hybrid", "hybrid/overlay") and len(words) > 2:
            yield from _unknown_style(category, words[2], catalogue)


def _refused(words: tuple[str, ...], readable: frozenset[str]) -> str | None:
    if any("$" in word for word in words):
        if words[0] in ("include", "jump", "package", "run", "variable"):
            return None
        words = tuple("x" if "$" in word else word for word in words)
    refused = refusal(words, readable)
    return refused.message if refused else None


def _unknown_style(category: str, style: str, catalogue: Catalogue) -> Iterator[str]:
    known = catalogue.styles.get(category)
    if known is not None and "$" not in style and style not in known and style not in ("none", "delete"):
        yield f"unknown {category} style '{_shown(style)}'{_nearest(style, known)}"


def _undefined_variables(parsed: list[tuple[Command, tuple[str, ...]]]) -> Iterator[Finding]:
    defined = {words[1] for _, words in parsed if words[0] in ("variable", "python") and len(words) > 1}
    if any("$" in name for name in defined):
        return
    for command, words in parsed:
        texts = [_QUOTED.sub(" ", command.text)]
        if words[0] in ("if", "print"):
            texts += words[1:2]  # LAMMPS expands these inside quotes too
        elif words[0] == "fix" and words[3:4] == ("print",):
            texts += words[5:6]
        for name in dict.fromkeys(braced or single for text in texts for braced, single in _VARIABLE.findall(text)):
            if name not in defined:
                yield Finding(
                    command.line, "error", f"variable '{_shown(name)}' is never defined{_nearest(name, defined)}"
                )


def _missing_labels(parsed: list[tuple[Command, tuple[str, ...]]]) -> Iterator[Finding]:
    labels = {words[1] for _, words in parsed if words[0] == "label" and len(words) > 1}
    if any("$" in label for label in labels):
        return
    for command, words in parsed:
        if words[:2] == ("jump", "SELF") and len(words) > 2 and "$" not in words[2] and words[2] not in labels:
            yield Finding(
                command.line, "error", f"`jump SELF {_shown(words[2])}`: no such label{_nearest(words[2], labels)}"
            )


def _missing_files(
    parsed: list[tuple[Command, tuple[str, ...]]], catalogue: Catalogue, readable: frozenset[str]
) -> Iterator[Finding]:
    """Yield potential files that neither LAMMPS, nor the task, nor the script itself provides."""
    endings = tuple({posixpath.splitext(name)[1] for name in catalogue.potentials} - {""})
    written = {word for _, words in parsed if words[0] in ("print", "fix", "shell", "variable") for word in words}
    for command, words in parsed:
        if words[0] != "pair_coeff":
            continue
        for word in words[3:]:
            name = posixpath.basename(word)
            if "$" in word or not word.endswith(endings) or _is_number(word):
                continue
            if not {name, word} & (catalogue.potentials | readable | written):
                yield Finding(
                    command.line,
                    "error",
                    f"unknown potential file '{_shown(name)}'{_nearest(name, catalogue.potentials)}",
                )


def _missing_steps(parsed: list[tuple[Command, tuple[str, ...]]], surely_reached: set[int]) -> Iterator[Finding]:
    progress = Progress()
    started = False
    for command, words in parsed:
        reached = id(command) in surely_reached
        if words[0] == "clear" and reached:
            progress = Progress()
        for definite, message in progress.follow(words, reached):
            yield Finding(command.line, "error" if reached and definite else "warning", message)
        started = started or progress.started
    if parsed and not started:
        yield Finding(parsed[-1][0].line, "error", "no `run` or `minimize`: nothing is computed")


def _nearest(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1) if len(name) <= _LONGEST_NAME else []
    return f"; did you mean '{close[0]}'?" if close else ""


def _shown(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "…"


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
