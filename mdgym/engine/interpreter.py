"""Walks through a script command by command and hands each to LAMMPS.

LAMMPS never sees the script as a file. Control flow (`label`, `jump`, `next`, `if`, `include`, `quit`) is carried out
here with the meaning it has in LAMMPS's `Input` class, so that each command is known in its final form, variables
substituted, before it is executed: what is refused, recorded, limited or reseeded does not depend on how it was
written.
"""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from mdgym.engine.bookkeeping import Bookkeeping
from mdgym.engine.execution import CRASH, FORBIDDEN, QUOTA, SCRIPT_ERROR, Milestones
from mdgym.engine.handle import Handle, LammpsError
from mdgym.engine.job import ScriptJob
from mdgym.engine.runs import Halt, Runs
from mdgym.script.lexer import Command, ScriptSyntaxError, check_quotes, clean, quote_words, read_script, split_words
from mdgym.script.nested import parse_if
from mdgym.script.perturb import perturb
from mdgym.script.rules import refusal
from mdgym.script.seeds import reseed, reseed_formulas

MAX_DEPTH = 16
# Variables that hold each other twice double in each pass of a loop.
MAX_CHARACTERS = 1 << 20
# An `if` that expands to itself overflows LAMMPS's stack; no honest script nests them so deep.
MAX_IFS = 64
# LAMMPS parses formulas recursively, in time that grows with the square of the depth: 100,000 took 9 s and 2 GB.
MAX_PARENTHESES = 2_000
MOVES_STEP = frozenset("reset_timestep read_restart read_dump rerun clear".split())
_SPECIAL = frozenset("$#")
_QUOTED = re.compile(r'"""[\s\S]*?"""|"[^"]*"|\'[^\']*\'')


class Quit(Exception):
    """The script asked for its own end, which is a proper one."""


class _Cursor:
    def __init__(self, commands: tuple[Command, ...]) -> None:
        self.commands = commands
        self.index = 0


class Interpreter:
    """Runs one script.

    Args:
        handle: A fresh LAMMPS instance.
        job: The script with its seed and limits.
        secret: A name for the probe that the script cannot guess.
        report: Called before each command with (milestones as bits, line, commands, steps, text).
    """

    def __init__(
        self, handle: Handle, job: ScriptJob, secret: str, report: Callable[[int, int, int, int, str], None]
    ) -> None:
        self.handle = handle
        self.job = job
        self.secret = secret
        self.books = Bookkeeping()
        self.runs = Runs(handle, job, secret, self.books)
        self.commands = 0
        self.milestones = Milestones()
        self.text = ""
        self.at = Command("", 0)
        self._report = report
        self._readable = frozenset(job.readable)
        self._cursor = _Cursor(())
        self._depth = 0
        self._ifs = 0
        self._label: str | None = None
        self._skip_jump = False
        self._passes: dict[tuple[str, int], int] = {}
        self._pair_style: tuple[str, ...] = ()
        self._bond_style: tuple[str, ...] = ()

    def run(self) -> None:
        """Execute the whole script.

        Raises:
            Halt: It cannot go on; the status says why.
        """
        self._set_coupling()
        try:
            self._file(read_script(self.job.script))
        except Quit:
            return
        except ScriptSyntaxError as error:
            raise Halt(SCRIPT_ERROR, str(error)) from error

    def _file(self, commands: tuple[Command, ...]) -> None:
        outer, self._cursor = self._cursor, _Cursor(commands)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Halt(SCRIPT_ERROR, "Too many nested levels of input scripts")
        cursor = self._cursor
        while cursor.index < len(cursor.commands):
            command = cursor.commands[cursor.index]
            cursor.index += 1
            self.at = command
            self._execute(command.text)
        if self._label is not None:
            raise Halt(SCRIPT_ERROR, f"Label wasn't found in input script: {self._label}")
        self._depth -= 1
        self._cursor = outer

    def _execute(self, text: str) -> None:
        self.text = text
        if text.count("(") > MAX_PARENTHESES:
            raise Halt(SCRIPT_ERROR, f"a command holds more than {MAX_PARENTHESES} parentheses")
        try:
            check_quotes(text)
            # in a part that is jumped over variables may be undefined
            if "$" in text and self._label is None:
                self._note(text)  # a formula can crash LAMMPS
                text = self.handle.expand(reseed_formulas(text, self._draw))
                if len(text) > MAX_CHARACTERS:
                    raise Halt(QUOTA, f"a command has more than {MAX_CHARACTERS} characters")
            words = split_words(text)
            if not _SPECIAL.isdisjoint(_QUOTED.sub("", text)):
                # from the value of a variable: LAMMPS, which is handed one command at a time, would read it again
                text = quote_words(words)
            if words:
                self.text = text
                self._dispatch(words, text)
        except (LammpsError, ScriptSyntaxError) as error:
            raise self._fault(str(error)) from error

    def _dispatch(self, words: tuple[str, ...], text: str) -> None:
        name = words[0]
        if self._label is not None and name != "label":
            return
        self.commands += 1
        if self.commands > self.job.limits.commands:
            raise Halt(QUOTA, f"more than {self.job.limits.commands} commands were executed")
        self._note(text)
        refused = refusal(words, self._readable)
        if refused is not None:
            raise Halt(FORBIDDEN if refused.attack else SCRIPT_ERROR, refused.message)
        control = _CONTROL.get(name)
        if control is not None:
            control(self, words)
        elif name == "run":
            self.runs.run(words, text, self.at.line)
            self._mark(ran=True)
        elif name == "minimize":
            self.runs.minimize(words, text, self.at.line)
            self._mark(ran=True)
        else:
            self._plain(words, text)

    def _plain(self, words: tuple[str, ...], text: str) -> None:
        changed = reseed(words, self._draw)
        if self.job.perturbation is not None:
            changed = perturb(changed, self._pair_style, self._bond_style, self.job.perturbation)
        if changed != words:
            text = quote_words(changed)
        before = self.handle.step if words[0] not in MOVES_STEP else None
        self.handle.command(text)
        if words[0] == "pair_style":
            self._pair_style = words
        elif words[0] == "bond_style":
            self._bond_style = words
        elif words[0] == "clear":
            self._set_coupling()
        self.books.note(words)
        if before is not None and self.handle.step != before:
            self.runs.unwatch(f"the command '{words[0]}' runs dynamics that cannot be watched; use run or minimize")
        self._mark()

    def _set_coupling(self) -> None:
        """Let charges feel a changed world: the script's own numbers for them stay as they are."""
        if self.job.perturbation is not None and self.job.perturbation.coupling != 1.0:
            self.handle.command(f"dielectric {1 / self.job.perturbation.coupling!r}")

    def _if(self, words: tuple[str, ...]) -> None:
        self._ifs += 1
        if self._ifs > MAX_IFS:
            raise Halt(CRASH, f"more than {MAX_IFS} if commands inside each other")
        for command in parse_if(words).choose(self._holds):
            self._execute(clean(command))
        self._ifs -= 1

    def _holds(self, condition: str) -> bool:
        flag = self.secret + "if"
        self.handle.command(f'{quote_words(("if", condition, "then"))} "variable {flag} index 1"')
        if not self.handle.has("variable", flag):
            return False
        self.handle.command(f"variable {flag} delete")
        return True

    def _label_command(self, words: tuple[str, ...]) -> None:
        if len(words) != 2:
            raise Halt(SCRIPT_ERROR, "Illegal label command: it takes one name")
        if self._label == words[1]:
            self._label = None

    def _jump(self, words: tuple[str, ...]) -> None:
        if self._skip_jump:
            self._skip_jump = False
            return
        if len(words) not in (2, 3) or words[1] != "SELF":
            raise Halt(SCRIPT_ERROR, "jump takes SELF and a label here: a script is one text, not a file with a name")
        self._cursor.index = 0
        self._label = words[2] if len(words) == 3 else None

    def _next(self, words: tuple[str, ...]) -> None:
        self.handle.command(quote_words(words))
        if len(words) > 1 and not self.handle.has("variable", words[1]):
            self._skip_jump = True

    def _include(self, words: tuple[str, ...]) -> None:
        if len(words) != 2:
            raise Halt(SCRIPT_ERROR, "Illegal include command: it takes one file")
        try:
            text = Path(words[1]).read_text("utf-8", "replace")
        except OSError as error:
            raise Halt(SCRIPT_ERROR, f"Cannot open input script {words[1]}: {error.strerror}") from error
        self._file(read_script(text, words[1]))

    def _quit(self, words: tuple[str, ...]) -> None:
        raise Quit

    def _draw(self, index: int) -> int:
        where = (self.at.file, self.at.line)
        count = self._passes[where] = self._passes.get(where, 0) + 1
        key = f"{self.job.seed} {where} {count} {index}"
        return 1 + int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") % 899_999_998

    def _mark(self, ran: bool = False) -> None:
        m = self.milestones
        box = m.box or self.handle.has_box
        atoms = m.atoms or (box and self.handle.atoms > 0)
        self.milestones = Milestones(box, atoms, m.ran or ran, m.hundred_steps or self.runs.steps >= 100)

    def _note(self, text: str) -> None:
        m = self.milestones
        bits = m.box | m.atoms << 1 | m.ran << 2 | m.hundred_steps << 3
        self._report(bits, self.at.line, self.commands, self.runs.steps, text)

    def _fault(self, message: str) -> Halt:
        if "allocate -" in message:
            # `fix vector` counts its rows from the last run when write_data or write_restart sets the system up again
            return Halt(SCRIPT_ERROR, f"{message}; unfix what records values (`fix vector`) before this command")
        if message.startswith(("Failed to allocate", "Failed to reallocate")) or "std::bad_alloc" in message:
            return Halt(QUOTA, "the script needs more memory than a script may use")
        if message.endswith("Permission denied") and "/" not in self.text:
            return Halt(SCRIPT_ERROR, f"{message}: a file that came with the script cannot be overwritten")
        if message.endswith(("Permission denied", "Operation not permitted")):
            return Halt(FORBIDDEN, message)
        return Halt(SCRIPT_ERROR, message)


_CONTROL: dict[str, Callable[[Interpreter, tuple[str, ...]], None]] = {
    "if": Interpreter._if,
    "label": Interpreter._label_command,
    "jump": Interpreter._jump,
    "next": Interpreter._next,
    "include": Interpreter._include,
    "quit": Interpreter._quit,
}
