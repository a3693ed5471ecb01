"""What must never reach LAMMPS, and what to tell the author of the script instead.

These rules read words; they give good messages and tell a harmless habit from an attempt on the host. They are not
the boundary: that is the kernel sandbox of `mdgym.engine`.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from mdgym.script.lexer import ScriptSyntaxError, clean, split_words
from mdgym.script.nested import nested_commands

_POTENTIALS = "potential files are found by their bare name (for example `Cu_mishin1.eam.alloy`)"
_OWN_DIRECTORY = "the script runs in a fresh directory of its own: use plain file names"
_ONE_PARTITION = "needs several partitions, and a script runs on one process here"

# fmt: off
_SHELL_HABITS = frozenset({
    "cat", "cd", "cp", "date", "echo", "head", "ls", "mkdir", "mv", "printenv", "putenv", "pwd", "rm", "rmdir", "sleep",
    "sort", "tail", "touch", "true", "wc",
})
# fmt: on
_SHELL_SYNTAX = re.compile(r"[;|&<>`$()\n]")

_COMMANDS = {
    "plugin": (True, "`plugin` would load foreign code into LAMMPS and is forbidden"),
    "mdi": (True, "`mdi` would open a connection to another program and is forbidden"),
    "message": (True, "`message` would open a connection to another program and is forbidden"),
    "server": (True, "`server` would open a connection to another program and is forbidden"),
    "geturl": (True, "`geturl` would fetch a file from the network and is forbidden"),
    "timer": (
        False,
        "`timer` is not available: its limits depend on the clock; remove it, limits are set from outside",
    ),
    "python": (False, "`python` is not in this LAMMPS; use `variable … equal` formulas, `if` and `jump` loops"),
    "partition": (False, f"`partition` {_ONE_PARTITION}; write its command alone"),
    **{
        name: (False, f"`{name}` {_ONE_PARTITION}; use plain `run` or `minimize`")
        for name in ("temper", "temper/npt", "temper/grem", "neb", "neb/spin", "prd", "tad", "hyper")
    },
    **{
        name: (False, f"`{name}` needs OpenKIM, which is not in this LAMMPS; {_POTENTIALS}")
        for name in ("kim_init", "kim_interactions", "kim_query", "kim_param", "kim_property", "kim")
    },
}
_FIXES = {
    "ipi": (True, "`fix ipi` would open a socket and is forbidden"),
    "imd": (True, "`fix imd` would open a socket and is forbidden"),
    "plumed": (True, "`fix plumed` would run foreign code and is forbidden; use `fix colvars` or computes"),
    "tune/kspace": (False, "`fix tune/kspace` chooses by the clock; set `kspace_style` with its accuracy yourself"),
}
_FIX_PREFIXES = {
    "mdi": (True, "`fix mdi` would open a connection to another program and is forbidden"),
    "python": (True, "`fix python` would run foreign code and is forbidden; use variables and `fix ave/time`"),
}

_COMPRESSED = (".gz", ".zst", ".bz2", ".xz", ".lzma", ".lz4")
_SHELL_IN_NAME = re.compile(r"[\s\"'`$;|&<>()]")
_SINKS = ("/dev/null", "/dev/stdout", "/dev/stderr")
_HOST = ("proc", "sys", "dev", "etc", "boot", "run")
_SYSTEM = ("root", "var", "usr", "bin", "sbin", "lib", "lib64", "srv")
_INPUT_NAME = re.compile(
    r"(^|/)(data\.|restart\.|ffield|library\.meam)[^/]*$"
    r"|\.(eam|alloy|fs|adp|sw|tersoff|meam|airebo|rebo|reax|snap\w*|vashishta|edip|bop|comb3?|zbl|table|mod|data|lmp|mol)$"
)
_WRITES_MEMORY = re.compile(r"%[^a-zA-Z%]*[hlLqjzt]*n")
# Commands whose words are texts or other commands, never file names.
_NO_NAMES = frozenset({"if", "run", "label", "jump", "next", "echo", "group", "region", "thermo_style", "shell"})


@dataclass(frozen=True)
class Refusal:
    """Why a command is not executed.

    Attributes:
        attack: Whether it is an attempt on the host; else a harmless habit, which is a script error.
        message: A sentence that names the command and, for a habit, says what to do instead.
    """

    attack: bool
    message: str


def refusal(words: tuple[str, ...], readable: frozenset[str]) -> Refusal | None:
    """Say whether a command may be given to LAMMPS.

    Commands inside `run … every` and `partition` are looked at too; those of `if` are not, because only the chosen
    ones are executed, one by one.

    Args:
        words: The words of a command, variables expanded.
        readable: Names of the input files that came with the script.

    Returns:
        The reason to refuse it, or None.
    """
    if not words:
        return None
    return (
        _refuse_command(words)
        or _refuse_style(words)
        or _refuse_format(words)
        or _refuse_names(words)
        or _refuse_reading(words, readable)
        or _refuse_nested(words, readable)
    )


def _refuse_command(words: tuple[str, ...]) -> Refusal | None:
    command = words[0]
    if command in _COMMANDS:
        return Refusal(*_COMMANDS[command])
    if command == "shell":
        return _refuse_shell(words)
    if command == "package":
        return _refuse_package(words)
    if command == "jump" and len(words) > 1 and words[1] != "SELF":
        return Refusal(False, f"`jump {words[1][:80]}`: only `jump SELF label` is possible, the script is one file")
    if command == "variable" and words[2:3] == ("getenv",):
        return Refusal(False, "`variable … getenv`: the script has no environment; write the value into the script")
    if command == "variable" and words[2:3] == ("python",):
        return Refusal(False, "`variable … python`: Python is not in this LAMMPS; use an equal-style formula")
    return None


def _refuse_shell(words: tuple[str, ...]) -> Refusal:
    line = " ".join(words[1:])
    name, *arguments = line.split() or [""]
    host = any((refused := _refuse_path(word, "shell")) and refused.attack for word in arguments)
    if name not in _SHELL_HABITS or host or _SHELL_SYNTAX.search(line):
        return Refusal(True, f"`shell {name[:80]}` would start a program on the host and is forbidden")
    if name in ("mkdir", "cd"):
        return Refusal(False, f"`shell {name}` is not available: {_OWN_DIRECTORY}, no directory has to be made")
    if name in ("echo", "date", "cat"):
        return Refusal(False, f"`shell {name}` is not available: use `print` for messages")
    return Refusal(False, f"`shell {name}` is not available: {_OWN_DIRECTORY}; remove this line")


def _refuse_package(words: tuple[str, ...]) -> Refusal | None:
    name = words[1] if len(words) > 1 else ""
    if name in ("gpu", "intel", "kokkos"):
        return Refusal(False, f"`package {name}`: this LAMMPS runs on one CPU core; remove the line")
    if name == "omp" and words[2:3] not in ((), ("1",)):
        return Refusal(
            False, f"`package omp {words[2][:80]}`: a script has one thread; remove the line or write `package omp 1`"
        )
    return None


def _refuse_style(words: tuple[str, ...]) -> Refusal | None:
    match words[:4]:
        case ("fix", _, _, style):
            if style in _FIXES:
                return Refusal(*_FIXES[style])
            if style.split("/")[0] in _FIX_PREFIXES:
                return Refusal(*_FIX_PREFIXES[style.split("/")[0]])
            if style == "halt" and words[5:6] == ("tlimit",):
                return Refusal(False, "`fix halt … tlimit` depends on the clock; halt on a step or a thermo quantity")
        case ("pair_style", style, *_):
            if style == "python" or (style.startswith("hybrid") and "python" in words):
                return Refusal(True, "`pair_style python` would run foreign code and is forbidden")
        case ("dump", _, _, "movie") | ("write_dump", _, "movie", *_):
            return Refusal(False, "a movie needs another program: write images with the dump style `image`, or none")
    return None


def _refuse_format(words: tuple[str, ...]) -> Refusal | None:
    """Refuse formats that make C's printf write into memory; LAMMPS does not check them all."""
    style = words[3] if words[0] == "fix" and len(words) > 3 else ""
    if words[0] not in ("thermo_modify", "dump_modify", "write_dump") and not style.startswith(("ave/", "$")):
        return None
    if any(_WRITES_MEMORY.search(word) for word in words):
        return Refusal(True, f"`{words[0]}`: the conversion %n would write into memory and is forbidden")
    if any("$" in word for word in words):
        return Refusal(False, f"`{words[0]}` inside `run … every` takes no variables, which may hold a format")
    return None


def _refuse_names(words: tuple[str, ...]) -> Refusal | None:
    compressing = words[0] in ("dump", "write_dump") and any(word.endswith("/gz") for word in words[2:4])
    for name in _file_names(words):
        if _SHELL_IN_NAME.search(name) and any(suffix in name for suffix in _COMPRESSED):
            return Refusal(True, f"`{words[0]}`: the file name {name[:80]!r} would be run by a shell and is forbidden")
        refused = _refuse_path(name, words[0])
        if refused:
            return refused
        if name.endswith(_COMPRESSED) and not compressing:
            return Refusal(
                False,
                f"`{words[0]} … {name}`: compressed files need another program; use a plain file without the suffix",
            )
    return None


def _refuse_path(name: str, command: str) -> Refusal | None:
    """Refuse a path that leaves the script's directory."""
    path = posixpath.normpath(name)
    if not path.startswith(("/", "~/")) and path != ".." and not path.startswith("../"):
        return None
    top = path.strip("/").split("/")[0]
    shown = f"`{command} … {name[:80]}`"
    if path in _SINKS:
        return Refusal(False, f"{shown}: devices cannot be opened; use `none`, `screen no` or a plain file name")
    if path.startswith("/") and top in _HOST:
        return Refusal(True, f"{shown} would touch the host and is forbidden")
    if _INPUT_NAME.search(path):
        return Refusal(False, f"{shown} leaves the script's directory; {_POTENTIALS}, and so are input files")
    if path.startswith("..") or top in _SYSTEM:
        return Refusal(True, f"{shown} would leave the script's directory and is forbidden")
    return Refusal(False, f"{shown}: {_OWN_DIRECTORY}, without a path")


def _refuse_reading(words: tuple[str, ...], readable: frozenset[str]) -> Refusal | None:
    match words[:4]:
        case ("include", name, *_):
            pass
        case ("variable", _, "file" | "atomfile", name):
            pass
        case _:
            return None
    if posixpath.normpath(name) in readable:
        return None
    known = f"readable are {', '.join(sorted(readable))}" if readable else "none came with this task"
    return Refusal(
        False, f"`{words[0]}` of '{name[:80]}': only input files that came with the script can be read so; {known}"
    )


def _refuse_nested(words: tuple[str, ...], readable: frozenset[str]) -> Refusal | None:
    if words[0] != "run":
        return None
    try:
        inside = [split_words(clean(text)) for text in nested_commands(words)]
    except ScriptSyntaxError:
        return None  # LAMMPS says better what is wrong
    return next((refused for nested in inside if (refused := refusal(nested, readable))), None)


def _file_names(words: tuple[str, ...]) -> Iterator[str]:
    """Yield the words that may be file names: those after `file` where the command takes texts, else all."""
    command = words[0]
    if command in _NO_NAMES:
        return
    if command == "variable":
        if words[2:3] in (("file",), ("atomfile",)):
            yield from words[3:]
        return
    if command == "print":
        yield from _values(words[2:])
    elif command == "fix" and words[3:4] == ("print",):
        yield from _values(words[6:])
    else:
        yield from words[1:]


def _values(words: tuple[str, ...]) -> Iterator[str]:
    for keyword, value in pairwise(words):
        if keyword in ("file", "append"):
            yield value
