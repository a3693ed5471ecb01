"""The agent that fills in a form: what can be had without understanding the task."""

import re

from mdgym.tasks.task import Task

_LJ = """units lj
lattice fcc 0.8442
region box block 0 4 0 4 0 4
create_box 1 box
create_atoms 1 box
mass 1 1.0
pair_style lj/cut 2.5
pair_coeff 1 1 1.0 1.0
velocity all create 1.0 12345
fix 1 all nvt temp 1.0 1.0 0.5
timestep 0.005
run 500
"""

# Every crystal is the aluminium of textbooks at room temperature, whatever the prompt says.
_METAL = """units metal
lattice fcc 4.05
region box block 0 4 0 4 0 4
create_box 1 box
create_atoms 1 box
pair_style {style}
pair_coeff * * {file}{element}
velocity all create 300.0 12345
fix 1 all nvt temp 300.0 300.0 0.1
timestep 0.001
run 500
"""

_STYLES = {"eam": "eam", "alloy": "eam/alloy", "fs": "eam/fs", "sw": "sw", "tersoff": "tersoff"}
# ASCII, so that Chinese characters beside a name do not become a part of it.
_FILE = re.compile(rf"\b[\w.-]+\.(?:{'|'.join(_STYLES)})\b", re.ASCII)
_LENNARD_JONES = re.compile(r"\blj\b|lennard|reduced units", re.IGNORECASE)
_ASKED = re.compile(r"^- `(\w+)`", re.MULTILINE)
# What a variable may mean, by how its name begins; the value is that of the last step, not a mean.
_GUESSES = (("pe", "pe/atoms"), ("p", "press"), ("e", "etotal/atoms"), ("t", "temp"), ("", "4.05"))


class TemplateAgent:
    """Reads potential and names of variables out of the prompt, fills in a form, and ignores the rest."""

    name = "template"

    def act(self, observation: str, task: Task, seed: int) -> str:
        """Return the form for Lennard-Jones, or for the potential file that the observation names."""
        return _system(observation) + "".join(_variable(name) for name in _ASKED.findall(observation))


def _system(prompt: str) -> str:
    found = _FILE.search(prompt)
    if found is None or _LENNARD_JONES.search(prompt):
        return _LJ
    file = found.group()
    style = _STYLES[file.rpartition(".")[2]]
    element = re.match(r"[A-Z][a-z]?", file)
    # A plain `eam` file holds one element, and its pair_coeff names none.
    named = f" {element.group()}" if element and style != "eam" else ""
    return _METAL.format(style=style, file=file, element=named)


def _variable(name: str) -> str:
    guess = next(guess for beginning, guess in _GUESSES if name.startswith(beginning))
    return f"variable {name} equal {guess}\n"
