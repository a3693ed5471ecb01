"""How scripts of simple dynamic families are made: edits of the gold script, with a task's numbers filled in.

`@name@` stands for a number of the task in the text of an edit; all `$` are LAMMPS's own.
"""

import re

from mdgym.benchmarks.scripts import Writer
from mdgym.tasks.task import Task

# Constants of LAMMPS, units metal: eV/K, and eV of one g/mol (Å/ps)^2.
BOLTZMANN = {"metal": 8.617343e-5, "lj": 1.0}
MVV2E = {"metal": 1.0364269e-4, "lj": 1.0}
# Parts of gold scripts, as patterns.
RUN = r"^run\s+(\d+)$"
LAST_RUN = r"^run\s+(\d+)\n(?!(?s:.*)^run\s)"
BATH = r"^fix\s+(bath|heat)\s+all\s+langevin.*$"
MOVE = r"^fix\s+\S+\s+all\s+nve$"
CREATE = r"^velocity\s+all\s+create.*$"
TIMESTEP = r"^timestep.*$"
PAIR = r"^pair_style.*\npair_coeff.*$"


def numbers(task: Task) -> dict[str, float]:
    """Return what a script can know: the numbers of the prompt, those of the gold script, and accepted values."""
    contract = task.contract
    assert contract is not None and contract.duration is not None
    found: dict[str, float] = dict(task.parameters)
    timestep = float(_word(task, "timestep", 1))
    runs = [int(run) for run in re.findall(RUN, task.gold, re.M)]
    found |= {"dt": timestep, "settle": runs[0], "steps": runs[-1], "duration": contract.duration}
    found |= {"mass": contract.masses[0], "atoms": contract.atoms[0], "T": float(task.parameters["temperature"])}
    found |= {"k": BOLTZMANN[contract.units], "m": contract.masses[0] * MVV2E[contract.units]}
    found |= {f"known_{q.name}": r.value for q in contract.quantities if (r := task.reference(q.name))}
    return {name: value for name, value in found.items() if isinstance(value, (int, float))}


def edit(*pairs: tuple[str, str]) -> Writer:
    """Return the writer of the gold script with its first match of each pattern replaced.

    Args:
        pairs: Pattern, and new text as for `re.sub` with the numbers of the task in it.
    """

    def write(task: Task) -> str:
        text = task.gold
        for pattern, new in pairs:
            text, times = re.subn(pattern, filled(new, task), text, count=1, flags=re.M)
            assert times, f"{task.family}: no '{pattern}'"
        return text

    return write


def added(text: str) -> Writer:
    """Return the writer of the gold script with commands after it."""
    return lambda task: f"{task.gold}\n{filled(text, task)}\n"


def filled(text: str, task: Task) -> str:
    """Fill in numbers."""
    known = numbers(task)
    return re.sub(r"@(\w+)@", lambda match: f"{known[match[1]]:.10g}", text)


def _word(task: Task, command: str, place: int) -> str:
    return next(line.split()[place] for line in task.gold.splitlines() if line.split()[:1] == [command])
