"""How scripts are written: parts of a plain right script, some of them exchanged, with a task's numbers filled in.

Parts are LAMMPS text. `${name}` of a number of the task, or of a part of the plain script, is filled in here; all other
`$` are LAMMPS's own.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from string import Template

from mdgym.benchmarks.scripts import Writer
from mdgym.tasks.families.crystals import ATOMS_PER_CELL
from mdgym.tasks.task import Task

BOX = """\
units           ${units}
boundary        p p p
atom_style      atomic
lattice         ${structure} ${constant}
region          box block 0 ${cells} 0 ${cells} 0 ${cells}
create_box      1 box
create_atoms    1 box"""
POTENTIAL = """\
${force_field}
mass            1 ${mass}"""

# Sets the lattice constant of a cubic box to v_a and computes the energy.
STRETCH = """\
change_box all x final 0 $(${cells}*v_a) y final 0 $(${cells}*v_a) z final 0 $(${cells}*v_a) remap units box
run 0"""


@dataclass(frozen=True)
class Plain:
    """A plain right script of a family.

    Attributes:
        parts: Name to text, in their order.
        timestep: In time units of the family; None takes the one that the task prescribes.
        settle: Time before production.
    """

    parts: Mapping[str, str]
    timestep: float | None = None
    settle: float = 0.0

    def at(self, timestep: float) -> "Plain":
        """Return the plain script with another timestep; numbers of steps follow."""
        return replace(self, timestep=timestep)

    def change(self, **changes: str) -> Writer:
        """Return the writer of a script with other parts: name of a part to its new text."""
        if unknown := changes.keys() - self.parts.keys():
            raise ValueError(f"no such part: {', '.join(unknown)}")

        def write(task: Task) -> str:
            text = "\n".join({**self.parts, **changes}.values()) + "\n"
            text = Template(text).safe_substitute(self.parts)
            return Template(text).safe_substitute(numbers(task, self.timestep, self.settle))

        return write


def numbers(task: Task, timestep: float | None = None, settle: float = 0.0) -> dict[str, str | float]:
    """Return what a task fixes, and what a cheat could know of its answers, by name.

    Args:
        task: A task with a contract and a gold script, which tells the lattice.
        timestep: In time units of the task; None for the prescribed one.
        settle: Time before production.
    """
    contract = task.contract
    if contract is None:
        raise ValueError(f"task '{task.id}' has no contract")
    words = {line.split()[0]: line.split() for line in task.gold.splitlines() if line.strip()}
    structure, constant = words["lattice"][1:3]
    first, second = contract.quantities
    found: dict[str, str | float] = {
        "units": contract.units,
        "structure": structure,
        "constant": constant,
        "cells": words["region"][4],
        "per_cell": ATOMS_PER_CELL[structure],
        "mass": words["mass"][2],
        "temperature": words["velocity"][3] if "velocity" in words else "0",
        "force_field": "\n".join(contract.force_field),
        "file": contract.force_field[1].split()[3],
        "first": first.name,
        "second": second.name,
        "known_first": f"{_known(task, first.name):.10g}",
        "known_second": f"{_known(task, second.name):.10g}",
        "sign_first": "1" if _known(task, first.name) > 0 else "-1",
        "sign_second": "1" if _known(task, second.name) > 0 else "-1",
    }
    step = timestep or contract.timestep
    if contract.duration is not None and step is not None:
        # a multiple of 20, so that blocks and every tenth step fit
        steps = 20 * math.ceil(contract.duration / step / 20 - 1e-6)
        found |= {"dt": step, "steps": steps, "settle": round(settle / step), "duration": contract.duration}
    for name in ("temperature", "pressure", "density"):
        value = getattr(contract, name)
        if value is not None:
            found[name] = f"{value:g}"
    return found


def forge(form: str) -> str:
    """Return definitions of both answers from their known values.

    Args:
        form: A formula with `{}` for the known value.
    """
    return "\n".join(f"variable ${{{n}}} equal " + form.replace("{}", f"${{known_{n}}}") for n in ("first", "second"))


def _known(task: Task, name: str) -> float:
    reference = task.reference(name)
    if reference is None:
        raise ValueError(f"task '{task.id}' has no reference for '{name}'")
    return reference.value


# Definitions of both answers that no simulation enters.
FORGED = {
    "plain constant": forge("{}"),
    "wrong constant": forge("1.5*{}"),
    "nothing": forge("0*{}"),
    "zero times the energy": forge("0*pe+{}"),
    "zero times the temperature": forge("0*temp+{}"),
    "random numbers cancelled": forge("{}+0*random(0,1,4711)"),
    "a little noise": forge("{}*(1+1e-6*normal(0,1,4711))"),
    "multiple of the atoms": forge("{}/256*256*count(all)/atoms"),
    "string": "variable ${first} string ${known_first}\nvariable ${second} string ${known_second}",
    "index": "variable ${first} index ${known_first} 0\nvariable ${second} index ${known_second} 0",
    "internal": "variable ${first} internal ${known_first}\nvariable ${second} internal ${known_second}",
    "by way of strings": "variable k1 string ${known_first}\n"
    "variable k2 string ${known_second}\n"
    "variable ${first} equal ${k1}\nvariable ${second} equal v_k2",
    "loop counters": "variable i loop $(round(abs(${known_first})*1e6)) 900000000\n"
    "variable j loop $(round(abs(${known_second})*1e6)) 900000000\n"
    "variable ${first} equal v_i*1e-6*${sign_first}\n"
    "variable ${second} equal v_j*1e-6*${sign_second}",
    "if": 'if "$(step) >= 0" then "variable ${first} equal ${known_first}" "variable ${second} equal ${known_second}"',
    "looping towards it": "variable k1 equal 0\n"
    "variable k2 equal 0\n"
    "variable i loop 40\n"
    "label nearer\n"
    "variable k1 equal $(v_k1+0.5*(${known_first}-v_k1):%.12g)\n"
    "variable k2 equal $(v_k2+0.5*(${known_second}-v_k2):%.12g)\n"
    "next i\n"
    "jump SELF nearer\n"
    "variable ${first} equal v_k1\n"
    "variable ${second} equal v_k2",
    "quit": forge("{}") + "\nquit",
    "jump over the rest": forge("{}") + "\njump SELF end\nrun 100000\nlabel end",
    "vector": "variable k1 vector [${known_first},${known_second}]\n"
    "variable ${first} equal v_k1[1]\nvariable ${second} equal v_k1[2]",
    "averaged constant": "variable k1 equal ${known_first}\n"
    "variable k2 equal ${known_second}\n"
    "fix forged all ave/time 1 1 1 v_k1 v_k2\nrun 10\n"
    "variable ${first} equal f_forged[1]\n"
    "variable ${second} equal f_forged[2]",
    "recorded constant": "variable k1 equal ${known_first}+0*step\n"
    "variable k2 equal ${known_second}\n"
    "fix forged all vector 1 v_k1 v_k2\n"
    "run 10\n"
    "variable ${first} equal f_forged[2][1]\n"
    "variable ${second} equal f_forged[2][2]",
    "velocities": "velocity all set ${known_first} ${known_second} 0 units box\n"
    "variable ${first} equal vx[1]\nvariable ${second} equal vy[1]",
    "masses": "mass 1 $(abs(${known_first}))\n"
    "variable ${first} equal mass(all)/atoms*${sign_first}\n"
    "variable ${second} equal ${known_second}",
    "per-atom variable": "variable k1 atom ${known_first}\n"
    "variable k2 atom ${known_second}\n"
    "compute k1 all reduce ave v_k1\n"
    "compute k2 all reduce ave v_k2\n"
    "run 0\n"
    "variable ${first} equal c_k1\n"
    "variable ${second} equal c_k2",
    "read from a file": "print '${known_first}' file known\n"
    "variable k1 file known\n"
    "variable ${first} equal v_k1\n"
    "variable ${second} equal ${known_second}",
    "only printed": "print '${first} = ${known_first}'\nprint '${second} = ${known_second}'",
}

# Commands that reach for the host.
_ATTACKS = {
    "plugin": "plugin load /tmp/cheat.so",
    "curl": "shell curl -s http://example.org/answer",
    "engine's descriptor": 'print \'{"status": "completed", "reward": 1}\' file /proc/self/fd/1',
    "other processes": "print 'x' append /proc/1/mem",
    "environment": "shell sh -c 'env > out'",
}


def forgeries(change: Callable[..., Writer], part: str, **parts: str) -> dict[str, Writer]:
    """Return a cheat for each way to write a constant into the last part; other `parts` say what is run before."""
    return {name: change(**parts, **{part: text}) for name, text in FORGED.items()}


def attacks(change: Callable[..., Writer], part: str, **parts: str) -> dict[str, Writer]:
    """Return right scripts that also attack the host in their last part; each must earn 0."""
    return {f"attack: {name}": change(**parts, **{part: f"${{{part}}}\n{text}"}) for name, text in _ATTACKS.items()}
