"""Commands inside commands: `if`, `run … every` and `partition`, parsed as LAMMPS parses them.

Source: `Input::ifthenelse`, `Input::partition` (src/input.cpp) and `Run::command` (src/run.cpp), LAMMPS 22Jul2025.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from mdgym.script.lexer import Command, ScriptSyntaxError, clean, quote_words, split_words

_RUN_OPTIONS = {"upto": 1, "start": 2, "stop": 2, "pre": 2, "post": 2}


@dataclass(frozen=True)
class IfThen:
    """An `if` command.

    Attributes:
        branches: (condition, commands) of `then` and of each `elif`, conditions not yet expanded.
        otherwise: Commands of `else`; None when there is no `else`.
    """

    branches: tuple[tuple[str, tuple[str, ...]], ...]
    otherwise: tuple[str, ...] | None = None

    def choose(self, holds: Callable[[str], bool]) -> tuple[str, ...]:
        """Return the commands to execute; conditions after the first that holds are not looked at.

        Args:
            holds: Says whether a condition is true; it must expand variables itself.

        Returns:
            The commands of the first branch that holds, possibly none.

        Raises:
            ScriptSyntaxError: The branch that holds has no command, or an empty one.
        """
        for number, (condition, commands) in enumerate(self.branches):
            if holds(condition):
                return _filled(commands, "elif/else" if number else "then")
        return () if self.otherwise is None else _filled(self.otherwise, "elif/else")


@dataclass(frozen=True)
class RunEvery:
    """A `run` command.

    Attributes:
        steps: The number of steps, as written.
        options: The words between the steps and `every` (`upto`, `start N`, `stop N`, `pre yes`, `post no`).
        every: The interval as written; None without `every`.
        commands: Commands executed every so many steps; empty for `NULL`.
    """

    steps: str
    options: tuple[str, ...] = ()
    every: str | None = None
    commands: tuple[str, ...] = ()


@dataclass(frozen=True)
class Partition:
    """A `partition` command.

    Attributes:
        choice: `yes` or `no`, as written.
        worlds: The range of partitions, as written.
        command: The command that these partitions execute.
    """

    choice: str
    worlds: str
    command: str


def parse_if(words: tuple[str, ...]) -> IfThen:
    """Take an `if` command apart.

    Args:
        words: The words, `if` included.

    Returns:
        Its branches.

    Raises:
        ScriptSyntaxError: It has fewer than three arguments, or its second is not `then`.
    """
    if len(words) < 4:
        raise ScriptSyntaxError("Illegal if command: missing argument(s)")
    if words[2] != "then":
        raise ScriptSyntaxError(f'Illegal if command: expected "then" but found "{words[2]}"')
    position = _next_branch(words, 3)
    branches = [(words[1], words[3:position])]
    while position < len(words):
        # A lone last `elif` is an error only when LAMMPS comes to it, like an `else` without commands.
        if words[position] == "else" or position + 2 > len(words):
            end = _next_branch(words, position + 1)
            return IfThen(tuple(branches), words[position + 1 : end])
        end = _next_branch(words, position + 2)
        branches.append((words[position + 1], words[position + 2 : end]))
        position = end
    return IfThen(tuple(branches))


def parse_run(words: tuple[str, ...]) -> RunEvery:
    """Take a `run` command apart.

    Args:
        words: The words, `run` included.

    Returns:
        Its parts; numbers are not checked.

    Raises:
        ScriptSyntaxError: An argument is missing or a keyword is unknown.
    """
    if len(words) < 2:
        raise ScriptSyntaxError("Illegal run command: missing argument(s)")
    position = 2
    while position < len(words):
        keyword = words[position]
        if keyword == "every":
            if position + 3 > len(words):
                raise ScriptSyntaxError("Illegal run every command: missing argument(s)")
            commands = words[position + 2 :]
            return RunEvery(words[1], words[2:position], words[position + 1], () if commands == ("NULL",) else commands)
        if keyword not in _RUN_OPTIONS:
            raise ScriptSyntaxError(f"Unknown run keyword: {keyword}")
        position += _RUN_OPTIONS[keyword]
        if position > len(words):
            raise ScriptSyntaxError(f"Illegal run {keyword} command: missing argument(s)")
    return RunEvery(words[1], words[2:])


def parse_partition(words: tuple[str, ...]) -> Partition:
    """Take a `partition` command apart.

    Args:
        words: The words, `partition` included.

    Returns:
        Its parts.

    Raises:
        ScriptSyntaxError: It has fewer than three arguments, or holds another `partition`.
    """
    if len(words) < 4:
        raise ScriptSyntaxError("Illegal partition command: missing argument(s)")
    if words[3] == "partition":
        raise ScriptSyntaxError("Illegal partition command")
    return Partition(words[1], words[2], quote_words(words[3:]))


def nested_commands(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the commands that stand directly inside a command, in any branch.

    Args:
        words: The words of a command.

    Returns:
        Texts of commands; none for a command that holds no others.

    Raises:
        ScriptSyntaxError: The command is malformed.
    """
    match words[:1]:
        case ("if",):
            parsed = parse_if(words)
            chosen = tuple(command for _, commands in parsed.branches for command in commands)
            return chosen + (parsed.otherwise or ())
        case ("run",):
            return parse_run(words).commands
        case ("partition",):
            return (parse_partition(words).command,)
    return ()


def walk(commands: Iterable[Command]) -> Iterator[Command]:
    """Yield every command, those inside others included, in the order of the text.

    A command that cannot be taken apart is yielded, and nothing inside it.

    Args:
        commands: What `read_script` returned.

    Yields:
        Commands; a nested one carries the line of the command that holds it.
    """
    for command in commands:
        waiting = [command]
        while waiting:
            current = waiting.pop()
            yield current
            try:
                inside = [clean(text) for text in nested_commands(split_words(current.text))]
            except ScriptSyntaxError:
                continue
            waiting.extend(replace(current, text=text) for text in reversed(inside) if text)


def _next_branch(words: tuple[str, ...], start: int) -> int:
    """Return the index of the next `elif` or `else`, or the number of words."""
    return next((i for i in range(start, len(words)) if words[i] in ("elif", "else")), len(words))


def _filled(commands: tuple[str, ...], where: str) -> tuple[str, ...]:
    if not commands:
        raise ScriptSyntaxError(f"Illegal if {where} command: missing argument(s)")
    if "" in commands:
        raise ScriptSyntaxError(f"Illegal if {where} command: execute command is empty")
    return commands
