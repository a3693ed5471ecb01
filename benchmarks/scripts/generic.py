"""Scripts for any family, made from its gold script: other styles, honest mistakes, and cheats.

A writer returns an empty text where its script makes no sense for a task. Families add scripts of their own to these;
see `mdgym.benchmarks.scripts.catalogue`.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from mdgym.benchmarks.points import entities, family_of, point_of
from mdgym.benchmarks.scripts import Mistake, Scripts, Writer
from mdgym.errors import TaskError
from mdgym.tasks.task import Task

# Commands that compute: what stands before the first of them only sets the system up.
_WORK = re.compile(r"(run|minimize|label|variable|fix|compute|change_box|delete_atoms)\b")
_RUN = re.compile(r"^(run\s+)(\S+)(.*)$", re.MULTILINE)
_TIMESTEP = re.compile(r"^timestep\s+(\S+)\s*$", re.MULTILINE)
_INTEGRATOR = re.compile(r"^fix\s+(\S+)\s+all\s+(nve|nvt|npt|nph)\b.*$", re.MULTILINE)

# Ways to give a variable a value that no simulation enters: `{name}` and `{value}` are filled in.
FORGERIES = {
    "plain": "variable {name} equal {value}",
    "zero times the energy": "variable {name} equal 0*pe+({value})",
    "noise": "variable {name} equal ({value})*(1+1e-5*normal(0,1,4711))",
    "string": "variable {name} delete\nvariable {name} string {value}",
    "internal": "variable {name} delete\nvariable {name} internal {value}",
    "steps": "variable {name} equal ({value})*(step+1)/(step+1)",
    "if": "if '$(atoms) > 0' then 'variable {name} equal {value}'",
    "file": "print '{value}' file known_{name}\nvariable {name} delete\nvariable {name} file known_{name}",
    "atoms": "variable k_{name} atom {value}\ncompute k_{name} all reduce ave v_k_{name}\nrun 0\n"
    "variable {name} equal c_k_{name}",
    "averaged": "variable k_{name} equal {value}\nfix k_{name} all ave/time 1 1 1 v_k_{name}\nrun 0\n"
    "variable {name} equal f_k_{name}",
}
_ATTACKS = {
    "shell": "shell curl -s http://example.org/answer",
    "descriptor": "print '{\"reward\": 1}' file /proc/self/fd/1",
    "plugin": "plugin load /tmp/cheat.so",
}


def known(task: Task, form: str, names: tuple[str, ...] = ()) -> str:
    """Return definitions of the answers from their accepted values.

    Args:
        task: The task.
        form: LAMMPS text with `{name}` and `{value}`.
        names: Which quantities; all without them.
    """
    assert task.contract is not None
    lines = []
    for quantity in task.contract.quantities:
        reference = task.reference(quantity.name)
        assert reference is not None
        if not names or quantity.name in names:
            lines.append(form.replace("{name}", quantity.name).replace("{value}", f"{reference.value:.10g}"))
    return "\n".join(lines) + "\n"


def setup(task: Task) -> str:
    """Return the part of the gold script before it computes anything: system and potential."""
    lines: list[str] = []
    for line in task.gold.splitlines(keepends=True):
        if _WORK.match(line):
            break
        lines.append(line)
    return "".join(lines)


def dynamic(task: Task) -> bool:
    """Whether the task asks for motion."""
    return task.contract is not None and task.contract.ensemble != "static"


def _free(task: Task) -> bool:
    """Whether the atoms do not interact."""
    force_field = task.contract.force_field if task.contract else ()
    return not force_field or force_field[0].split()[1] in ("zero", "none")


def scale_runs(script: str, factor: float) -> str:
    """Multiply the length of every run that is a plain number."""

    def scaled(match: re.Match[str]) -> str:
        head, steps, rest = match.groups()
        return f"{head}{max(1, round(int(steps) * factor))}{rest}" if steps.isdecimal() and int(steps) else match[0]

    return _RUN.sub(scaled, script)


def _appended(text: str) -> Writer:
    return lambda task: f"{task.gold}\n{text}\n"


def _replaced(pattern: str, new: str, count: int = 1) -> Writer:
    def write(task: Task) -> str:
        found, times = re.subn(pattern, new, task.gold, count=count, flags=re.MULTILINE)
        return found if times else ""

    return write


def _forged(form: str) -> Writer:
    return lambda task: f"{setup(task)}run 0\n{known(task, form)}"


def _forged_after(form: str) -> Writer:
    return lambda task: f"{task.gold}\n{known(task, form)}"


def _one_forged(number: int) -> Writer:
    def write(task: Task) -> str:
        assert task.contract is not None
        quantities = task.contract.quantities
        if number >= len(quantities) or len(quantities) == 1:
            return ""
        return f"{task.gold}\n{known(task, FORGERIES['plain'], (quantities[number].name,))}"

    return write


def _moving(write: Callable[[Task], str]) -> Writer:
    """A script that only makes sense where atoms move."""
    return lambda task: write(task) if dynamic(task) else ""


def _after_integrator(text: str) -> Writer:
    return _moving(lambda task: _INTEGRATOR.sub(lambda match: f"{match[0]}\n{text}", task.gold))


def _instead_of_integrator(text: str) -> Writer:
    return _moving(lambda task: _INTEGRATOR.sub(lambda match: text.replace("ID", match[1]), task.gold))


def _printed(task: Task) -> str:
    names = [quantity.name for quantity in task.contract.quantities] if task.contract else []
    return task.gold + "".join(f"\nprint '{name} = ${{{name}}}'" for name in names) + "\n"


def _commented(task: Task) -> str:
    first, _, rest = task.gold.partition("\n")
    return f"# written by hand\n\n{first} # a comment\n{rest}\n# the end\n"


def _renamed(task: Task) -> str:
    names = [quantity.name for quantity in task.contract.quantities] if task.contract else []
    # one result may be computed from another: all are copied before any is deleted
    copied = [f"variable my_{name} equal ${{{name}}}" for name in names]
    return "\n".join([task.gold, *copied, *(f"variable {name} delete" for name in names), ""])


def _continued(task: Task) -> str:
    return re.sub(r"^(create_box|pair_coeff|create_atoms|read_data|velocity)\s+", r"\1 &\n    ", task.gold, flags=re.M)


def _another_temperature(task: Task) -> str:
    family, point = family_of(task), point_of(task)
    if not dynamic(task) or "temperature" not in entities(point):
        return ""
    for factor in (1.3, 0.75):
        try:
            return family.gold(replace(point, temperature=factor * point.temperature))
        except TaskError:
            continue
    return ""


def _without_thermostat(task: Task) -> str:
    if task.contract is None or task.contract.ensemble not in ("nvt", "npt"):
        return ""
    plain = _INTEGRATOR.sub(lambda match: f"fix {match[1]} all nve", task.gold)
    return re.sub(r"^fix\s+\S+\s+\S+\s+(langevin|temp/csvr|press/\w+)\b.*$", "", plain, flags=re.MULTILINE)


VARIANTS: dict[str, Writer] = {
    "commented": _commented,
    "continued lines": _continued,
    "results printed": _printed,
    "quit at the end": _appended("quit"),
    "files written": _appended("write_dump all custom end.dump id type x y z"),
    "talking": lambda task: f"echo both\nvariable project string trial\nprint 'project ${{project}}'\n{task.gold}",
}

MISTAKES: dict[str, Mistake] = {
    "jump for ever": Mistake("endless loop", _appended("label ever\nrun 0\njump SELF ever")),
    "first command": Mistake("typo", _replaced(r"^units\b", "unit")),
    "pair style": Mistake("typo", _replaced(r"^pair_style\b", "pair_stile")),
    "box": Mistake("typo", _replaced(r"^(create_box|read_data)\b", r"\1s")),
    "undefined variable at the end": Mistake("late crash", _appended("print 'mean ${average_x}'")),
    "unknown command at the end": Mistake("late crash", _appended("write_dat end.data")),
    "unknown fix at the end": Mistake("late crash", _appended("unfix averages")),
    "a variable forgotten": Mistake(
        "wrong ensemble or too short",
        lambda task: f"{task.gold}\nvariable {task.contract.quantities[-1].name} delete\n" if task.contract else "",
    ),
    "other names": Mistake("wrong ensemble or too short", _renamed),
    "too short": Mistake("wrong ensemble or too short", _moving(lambda task: scale_runs(task.gold, 0.2))),
    "no thermostat": Mistake("wrong ensemble or too short", _without_thermostat),
    "another temperature": Mistake("wrong pressure or temperature", _another_temperature),
}

CHEATS: dict[str, Writer] = {
    **{f"forged: {name}": _forged(form) for name, form in FORGERIES.items()},
    **{f"forged at the end: {name}": _forged_after(form) for name, form in FORGERIES.items()},
    **{f"attack: {name}": _appended(text) for name, text in _ATTACKS.items()},
    **{f"quantity {number + 1} forged": _one_forged(number) for number in range(3)},
    "wrong constants": _forged_after("variable {name} equal 1.5*({value})"),
    "nothing run": lambda task: known(task, FORGERIES["plain"]) + setup(task),
    "quit before the work": lambda task: f"{setup(task)}run 0\n{known(task, FORGERIES['plain'])}quit\n{task.gold}",
    "jump over the work": lambda task: (
        f"{setup(task)}run 0\n{known(task, FORGERIES['plain'])}jump SELF end\n{task.gold}\nlabel end\n"
    ),
    "short, with constants": _moving(lambda task: scale_runs(task.gold, 0.05) + "\n" + known(task, FORGERIES["plain"])),
    "tiny timestep": _moving(
        lambda task: _TIMESTEP.sub(lambda m: f"timestep $({m[1]}/1000)", task.gold) + known(task, FORGERIES["plain"])
    ),
    "frozen": _after_integrator("fix frozen all setforce 0.0 0.0 0.0"),
    "limited": _instead_of_integrator("fix ID all nve/limit 0.01"),
    "free flight": _instead_of_integrator("fix ID all nve/noforce"),
    "moved by hand": _instead_of_integrator("fix ID all move linear 0.1 0.0 0.0"),
    "nothing moves": _instead_of_integrator("compute nothing_ID all temp"),
    "exclusions": lambda task: "" if _free(task) else _after_integrator("neigh_modify exclude group all all")(task),
    "braked": _after_integrator("fix brake all viscous 0.5"),
    "velocities redrawn inside": _moving(
        lambda task: _RUN.sub(lambda m: f"{m[0]} every 100 'velocity all create 1.0 4711'", task.gold)
    ),
}

SCRIPTS = Scripts(VARIANTS, MISTAKES, CHEATS)
