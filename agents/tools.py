"""What a language model may ask for while it writes a script: potential files, commands and styles, lint, short runs.

Each tool is a plain function of a `Workshop` and of words that the model fills in; it answers with text. Signatures and
docstrings are the schemas that a model is shown (`tool_schemas`). What a model does wrong is told to it, never raised.
"""

import difflib
import inspect
import json
import re
import typing
from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable

from mdgym.agents.grammar import GRAMMAR, PAIR_STYLES
from mdgym.agents.workshop import Workshop
from mdgym.engine.execution import COMPLETED
from mdgym.engine.library import potentials_directory
from mdgym.envs.text import clean
from mdgym.policy import Agent, BatchAgent
from mdgym.rewards import feedback
from mdgym.script import Catalogue, Finding, ScriptSyntaxError, extract_script, read_script, split_words, walk
from mdgym.script import lint as find_faults
from mdgym.tasks.task import Task
from mdgym.thermo import thermo

_LONGEST_ANSWER = 6000
# No script for a task is nearly as long, and what is found in a longer one would take too long.
_LONGEST_ARGUMENTS = 30_000
_MOST_FOUND = 20
_FIRST_LINE = 160
_ELEMENT = re.compile(r"[A-Z][a-z]?")
_JSON_TYPES = {str: "string", int: "integer"}

Schema = dict[str, Any]
# Calls the tool of a name with arguments in JSON, and returns its answer.
CallTool = Callable[[str, str], str]
# An answer may call as many tools; each of them may be a short run.
MOST_CALLS = 20
# Whose prompt it is does not matter to what is told of a run.
_ANY_TASK = Task(id="user/tool", prompt="Any.")


@runtime_checkable
class ToolAgent(Agent, Protocol):
    """An agent that can call tools before it answers; the runtime offers them to it."""

    def act_with_tools(self, observation: str, task: Task, seed: int, tools: list[Schema], call: CallTool) -> str:
        """Answer with a script, as `act` does.

        Args:
            observation: What it reads.
            task: The task.
            seed: Seeds whatever the agent samples.
            tools: Schemas of the tools, as `tool_schemas` returns them.
            call: Calls the tool of a name with arguments in JSON, and returns its answer. After `MOST_CALLS` calls it
                only says that these are the most.
        """


@runtime_checkable
class BatchToolAgent(BatchAgent, ToolAgent, Protocol):
    """An agent that can call tools for many observations at once."""

    def act_many_with_tools(
        self,
        observations: Sequence[str],
        tasks: Sequence[Task],
        seeds: Sequence[int],
        tools: list[Schema],
        calls: Sequence[CallTool],
    ) -> list[str]:
        """Answer each observation with a script, as `act_many` does.

        Args:
            observations: Two to `batch_size` prompts; a single one is given to `act_with_tools`.
            tasks: Their tasks.
            seeds: Their seeds.
            tools: Schemas of the tools.
            calls: For each observation, what calls a tool for it; only in the thread that asked, one at a time.

        Returns:
            The answers, in the same order.
        """


def list_potentials(workshop: Workshop, ending: str) -> str:
    """List the potential files that are here.

    Args:
        workshop: Where it works.
        ending: End of their names, such as .eam.alloy; empty for all.
    """
    names = sorted(n for n in {*workshop.catalogue.potentials, *workshop.files} if n.endswith(ending))
    return "\n".join(names) or f"No file here ends with '{ending}'."


def search_potentials(workshop: Workshop, words: str) -> str:
    """Search the potential files by elements, by words of their names, or by words of their citation.

    Args:
        workshop: Where it works.
        words: All must be found, such as "Cu Zr" or "Mishin".
    """
    wanted = words.split()
    found = [n for n in sorted(workshop.catalogue.potentials) if all(_matches(word, n) for word in wanted)]
    lines = [f"{name} ({_style_of(name) or 'see the manual'}): {_first_line(name)}" for name in found[:_MOST_FOUND]]
    if len(found) > _MOST_FOUND:
        lines.append(f"and {len(found) - _MOST_FOUND} more; add a word")
    return "\n".join(lines) or f"No potential file has all of: {', '.join(wanted)}."


def look_up(workshop: Workshop, name: str) -> str:
    """Say whether this LAMMPS has a command or style, of which kind, how a command is written, and what is near it.

    Args:
        workshop: Where it works.
        name: Name of a command or style, such as pair_coeff, nvt or lj/cut.
    """
    name = name.strip()
    catalogue = workshop.catalogue
    lines = [f"command: {GRAMMAR.get(name, name)}"] if name in catalogue.commands else []
    styles = {kind: known for kind, known in catalogue.styles.items() if kind != "command"}
    lines += [f"{kind} style: {name}" for kind, known in sorted(styles.items()) if name in known]
    longer = sorted({s for known in styles.values() for s in known if name and s.startswith(f"{name}/")})
    if longer:
        lines.append(f"longer names: {', '.join(longer[:_MOST_FOUND])}")
    if lines:
        return "\n".join(lines)
    everything = {*catalogue.commands, *(style for known in styles.values() for style in known)}
    near = difflib.get_close_matches(name[:64], everything, n=5, cutoff=0.5)
    return f"This LAMMPS has no '{name[:64]}'." + (f" Near it are: {', '.join(near)}." if near else "")


def lint(workshop: Workshop, script: str) -> str:
    """Say what is wrong with a script, without running it.

    Args:
        workshop: Where it works.
        script: The whole script.
    """
    findings = find_faults(extract_script(script).script, workshop.catalogue, frozenset(workshop.files))
    return "\n".join(f"line {f.line}: {f.severity}: {f.message}" for f in findings) or "Nothing found."


def short_run(workshop: Workshop, script: str) -> str:
    """Run a script in LAMMPS with each run cut to 100 steps: does it start, and with what values?

    Args:
        workshop: Where it works.
        script: The whole script.
    """
    return _told(workshop, script, 1)


def read_thermo(workshop: Workshop, script: str, rows: int) -> str:
    """Run a script as `short_run` does, and show the course of temperature, pressure and potential energy per atom.

    Args:
        workshop: Where it works.
        script: The whole script.
        rows: How many rows at most, 2 to 20.
    """
    return _told(workshop, script, min(max(rows, 2), 20))


TOOLS: tuple[Callable[..., str], ...] = (list_potentials, search_potentials, look_up, lint, short_run, read_thermo)


def tool_schemas() -> list[Schema]:
    """Return the tools as the OpenAI protocol describes functions, made from their signatures and docstrings."""
    return [_schema(tool) for tool in TOOLS]


def call_tool(workshop: Workshop, name: str, arguments: str) -> str:
    """Call a tool for a model.

    Args:
        workshop: Where it works.
        name: Name of the tool.
        arguments: Its arguments, a JSON object.

    Returns:
        Its answer, or a sentence that says what is wrong with the call.

    Raises:
        InfrastructureError: mdgym failed twice.
    """
    tool = next((tool for tool in TOOLS if tool.__name__ == name), None)
    if tool is None:
        return f"There is no tool '{clean(name[:64], 64)}'; there are: {', '.join(tool.__name__ for tool in TOOLS)}."
    if len(arguments) > _LONGEST_ARGUMENTS:
        return f"The arguments of {name} have {len(arguments)} characters; at most {_LONGEST_ARGUMENTS} are read."
    wanted = _parameters(tool)
    try:
        given = json.loads(arguments or "{}")
    except (ValueError, RecursionError) as error:
        return f"The arguments of {name} are no JSON: {error}."
    # `type`, not `isinstance`: a truth value is an int to Python
    if not isinstance(given, dict) or {key: type(value) for key, value in given.items()} != wanted:
        return f"{name} takes exactly: {', '.join(f'{key} ({_JSON_TYPES[kind]})' for key, kind in wanted.items())}."
    return clean(tool(workshop, **given), _LONGEST_ANSWER)


def potential_hints(script: str, findings: Sequence[Finding], catalogue: Catalogue) -> tuple[str, ...]:
    """Name potential files that may be meant where a script names one that is not here.

    Args:
        script: The script.
        findings: What the linter found in it.
        catalogue: What there is.

    Returns:
        A sentence for each such name: files of the same format for one of its elements, for any when there are none.
    """
    wrong = {finding.line for finding in findings if finding.severity == "error"}
    hints = []
    for command in walk(read_script(script)):
        words = _words(command.text) if command.line in wrong else ()
        if words[:1] == ("pair_coeff",):
            for name in words[3:]:
                if name not in catalogue.potentials:
                    hints += _similar(name, {*words[3:], *_elements(name)}, catalogue)
    return tuple(dict.fromkeys(hints))


def _similar(name: str, symbols: set[str], catalogue: Catalogue) -> list[str]:
    style = _style_of(name)
    if style is None:
        return []
    same = sorted(known for known in catalogue.potentials if _style_of(known) == style)
    fitting = [known for known in same if symbols & set(_elements(known))] or same
    return [f"potential files for {style} here: {', '.join(fitting[:_MOST_FOUND])}"]


def _words(command: str) -> tuple[str, ...]:
    try:
        return split_words(command)
    except ScriptSyntaxError:
        return ()


def _told(workshop: Workshop, script: str, rows: int) -> str:
    if workshop.empty:
        return "No LAMMPS run is left: write the script now."
    execution = workshop.short_run(extract_script(script).script)
    lines = [feedback(_ANY_TASK, execution, ())]
    samples = thermo(execution, max(rows, 2))[-rows:]
    if samples:
        lines.append("step, temperature, pressure, potential energy per atom:")
        lines += [f"{step} {temperature:g} {pressure:g} {energy:g}" for step, temperature, pressure, energy in samples]
    if execution.status == COMPLETED:
        lines += [f"variable {name} = {value:g}" for name, value in execution.variables.items() if value is not None]
    return "\n".join(lines)


def _matches(word: str, name: str) -> bool:
    if _ELEMENT.fullmatch(word):
        return word in _elements(name)
    return word.lower() in f"{name} {_first_line(name)}".lower()


def _elements(name: str) -> list[str]:
    """Return what may be chemical symbols at the beginning of a file's name."""
    return _ELEMENT.findall(re.split(r"[._\-\d]", name, maxsplit=1)[0])


def _style_of(name: str) -> str | None:
    return next((f"pair_style {style}" for end, style in PAIR_STYLES.items() if name.endswith(end)), None)


def _first_line(name: str) -> str:
    with open(potentials_directory() / name, encoding="utf-8", errors="replace") as file:
        return file.readline(4096).strip("# \n")[:_FIRST_LINE]


def _parameters(tool: Callable[..., str]) -> dict[str, type]:
    hints = typing.get_type_hints(tool)
    return {name: hints[name] for name in list(inspect.signature(tool).parameters)[1:]}


def _schema(tool: Callable[..., str]) -> Schema:
    text, _, arguments = (inspect.getdoc(tool) or "").partition("\n\nArgs:\n")
    meanings = dict(re.findall(r"^ +(\w+): (.*)$", arguments, re.MULTILINE))
    properties = {n: {"type": _JSON_TYPES[k], "description": meanings[n]} for n, k in _parameters(tool).items()}
    parameters = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    return {
        "type": "function",
        "function": {"name": tool.__name__, "description": text.replace("\n", " "), "parameters": parameters},
    }
