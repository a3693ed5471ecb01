"""`run` and `minimize`: bounded before they start, recorded while they last."""

import random
import re

from mdgym.engine.bookkeeping import Bookkeeping
from mdgym.engine.execution import FORBIDDEN, QUOTA, SCRIPT_ERROR, Segment
from mdgym.engine.handle import Handle, LammpsError
from mdgym.engine.job import ScriptJob
from mdgym.engine.probe import Probe
from mdgym.script.lexer import clean, quote_words, split_words
from mdgym.script.nested import RunEvery, nested_commands, parse_run
from mdgym.script.rules import refusal

MAX_SEGMENTS = 2_000
# What may not stand inside `run N every M "..."`: it would steer the input, or start dynamics within dynamics.
NOT_NESTED = frozenset(
    "run minimize rerun jump label next include quit clear temper neb prd tad hyper read_data read_restart".split()
)
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")


class Halt(Exception):
    """The script ends here without being complete."""

    def __init__(self, status: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Runs:
    """All dynamics of one script.

    Args:
        handle: The LAMMPS instance.
        job: The script with its limits.
        secret: A name for the probe that the script cannot guess.
        books: What is in force.

    Attributes:
        segments: The recording so far.
        steps: Steps that have ended.
        unwatched: Why the recording does not account for all dynamics; empty when it does.
        capped: A run was shortened, as the caller had asked.
    """

    def __init__(self, handle: Handle, job: ScriptJob, secret: str, books: Bookkeeping) -> None:
        self.handle = handle
        self.limits = job.limits
        self.segments: list[Segment] = []
        self.steps = 0
        self.unwatched = ""
        self.capped = False
        self._books = books
        self._secret = secret
        self._readable = frozenset(job.readable)
        self._probe = Probe(handle, secret, job.heat_flux)
        self._atom_steps = 0.0
        # where the frames lie must be hidden from the script, yet the same each time
        self._hidden = random.Random(f"frames {job.seed}")

    def run(self, words: tuple[str, ...], text: str, line: int) -> None:
        """Execute a `run` command.

        Raises:
            Halt: It asks for more than a script may use, or for what cannot be watched.
            LammpsError: LAMMPS refuses it.
        """
        parsed = parse_run(words)
        flattened = [inside for command in parsed.commands for inside in self._check_nested(command)]
        if not _INTEGER.fullmatch(parsed.steps):
            self.handle.command(text)  # LAMMPS says what is wrong with the number
            raise Halt(SCRIPT_ERROR, f"'{parsed.steps}' is not a number of steps")
        steps = int(parsed.steps)
        if "upto" in parsed.options:
            steps -= self.handle.step
        cap = self.limits.run_steps
        if cap is not None and steps > cap:
            self.capped, steps = True, cap
            words = _rewrite(parsed, str(cap), ("upto", "start", "stop", "pre"))
            text = quote_words(words)
        elif "pre" in parsed.options:
            # the probe must be set up with the run; set up anew, the physics is the same
            words = _rewrite(parsed, parsed.steps, ("pre",))
            text = quote_words(words)
        self._spend(max(1, self.handle.atoms) * max(steps, 0))
        self._record("run", text, line, steps, parsed.commands)
        for inside in flattened:
            # what they left in force stays in force: in the next runs, too
            if inside[0] != "unfix" and len(inside) > 1:
                self._books.note(inside)

    def minimize(self, words: tuple[str, ...], text: str, line: int) -> None:
        """Execute a `minimize` command; its steps are bounded by what is left of the limit.

        Raises:
            Halt: The limit is used up.
            LammpsError: LAMMPS refuses it.
        """
        atoms = max(1, self.handle.atoms)
        left = int((self.limits.atom_steps - self._atom_steps) / atoms)
        cap = self.limits.run_steps
        if cap is not None:
            left = min(left, max(cap, 1000))
        limited = len(words) >= 5 and _INTEGER.fullmatch(words[3]) is not None and int(words[3]) > left
        if limited:
            text = quote_words((*words[:3], str(left), *words[4:]))
        before = self.steps
        self._record("minimize", text, line, 0, ())
        done = self.steps - before
        if limited and done >= left:
            if cap is None:
                raise Halt(QUOTA, "the minimization used up the atom x steps that a script may run")
            self.capped = True
        self._atom_steps += atoms * done

    def unwatch(self, reason: str) -> None:
        """Note that the recording is not complete; the first reason stays."""
        self.unwatched = self.unwatched or reason

    def _record(self, command: str, text: str, line: int, steps: int, nested: tuple[str, ...]) -> None:
        handle = self.handle
        if len(self.segments) >= MAX_SEGMENTS:
            self.unwatch(f"more than {MAX_SEGMENTS} runs in one script")
        watching = not self.unwatched
        if watching:
            try:
                if command == "run":
                    self._probe.start_run(steps, True, self._hidden)
                else:
                    self._probe.start_minimization()
            except LammpsError as error:
                self._probe.remove()
                # Without a box LAMMPS's own complaint about the run is the one to show.
                watching = False
                if handle.has_box:
                    self.unwatch(f"the run cannot be recorded: {error}".replace(self._secret, "probe_"))
        fixes = tuple(map(self._by_true_group, self._books.fixes)) if watching else ()
        first = handle.step
        handle.command(text)
        last = handle.step
        if watching:
            if command == "run":
                samples, frames, complete = self._probe.finish_run()
            else:
                samples, frames, complete = self._probe.finish_minimization(), (), True
            timestep = float(handle.lmp.extract_global("dt"))
            segment = Segment(
                command, line, first, last, timestep, self._probe.every, samples, frames,
                self._books.force_field, fixes, self._books.take_touched(), nested, complete,
            )  # fmt: skip
            self.segments.append(segment)
            if not complete:
                self.unwatch("the recording does not account for every step of a run")
        self.steps += last - first

    def _by_true_group(self, text: str) -> str:
        """Write "all" for the group of a `fix` when it holds all atoms now."""
        words = text.split(" ")
        if words[0] != "fix" or len(words) < 4 or words[2] == "all":
            return text
        counter = self._secret + "n"
        try:
            self.handle.command(f"variable {counter} equal count({words[2]})")
            whole = self.handle.variable(counter) == self.handle.atoms
            self.handle.command(f"variable {counter} delete")
        except LammpsError:
            whole = False
        return " ".join((*words[:2], "all", *words[3:])) if whole else text

    def _check_nested(self, text: str) -> list[tuple[str, ...]]:
        """Return the words of a nested command and of all that stand inside it."""
        waiting, found = [clean(text)], []
        while waiting:
            words = split_words(waiting.pop())
            if not words:
                continue
            if words[0] in NOT_NESTED or "$" in words[0]:
                raise Halt(SCRIPT_ERROR, f"'{words[0]}' cannot be used inside 'run ... every'")
            refused = refusal(words, self._readable)
            if refused is not None:
                raise Halt(FORBIDDEN if refused.attack else SCRIPT_ERROR, refused.message)
            found.append(words)
            waiting.extend(map(clean, nested_commands(words)))
        return found

    def _spend(self, atom_steps: float) -> None:
        self._atom_steps += atom_steps
        if self._atom_steps > self.limits.atom_steps:
            raise Halt(QUOTA, f"more than {self.limits.atom_steps:g} atoms x steps were asked for")


def _rewrite(run: RunEvery, steps: str, without: tuple[str, ...]) -> tuple[str, ...]:
    """Write a `run` command anew, leaving options out."""
    words, rest = ["run", steps], list(run.options)
    while rest:
        count = {"upto": 1, "start": 2, "stop": 2, "pre": 2, "post": 2}[rest[0]]
        option, rest = rest[:count], rest[count:]
        if option[0] not in without:
            words += option
    if run.every is not None:
        words += ["every", run.every, *(run.commands or ("NULL",))]
    return tuple(words)
