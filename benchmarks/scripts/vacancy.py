"""Scripts for the family `vacancy`: the formation energy of a vacancy at 0 K."""

from mdgym.benchmarks.scripts import Mistake
from mdgym.benchmarks.scripts.generic import FORGERIES, known
from mdgym.benchmarks.scripts.static_cheats import CONTRACT, VALUE, after_relaxing, edited, perfect, scripts
from mdgym.tasks.task import Task

_ENERGY = r"^variable\s+perfect equal .*$"
_LAST = r"^minimize\s+0\.0 1\.0e-6 .*$"


def _fire(task: Task) -> str:
    if task.gold.count("fix ") > 1:
        return ""  # LAMMPS does not relax boxes so
    return edited((_LAST, "min_style fire\ntimestep 0.002\nminimize 0.0 1.0e-5 5000 50000"))(task)


def _energy_remembered(task: Task) -> str:
    _, energy = perfect(task)
    return edited((_ENERGY, f"variable perfect equal {energy:.12g}"))(task)


def _known_at_once(task: Task) -> str:
    return after_relaxing(known(task, FORGERIES["plain"]) + "quit")(task)


def _from_the_change(task: Task) -> str:
    """Scale the known energy by that of the perfect crystal, after the whole vacancy was computed."""
    _, energy = perfect(task)
    reference = task.reference("ev")
    assert reference is not None
    return f"{task.gold}\nvariable ev equal {reference.value:.12g}*v_perfect/({energy:.12g})\n"


SCRIPTS = scripts(
    variants={
        "another site": edited((r"^group\s+vacancy id 1$", "group vacancy id 7")),
        "by region": edited(
            (r"^group\s+vacancy id 1$", "region hole sphere 0.1 0.1 0.1 0.1 units lattice\ngroup vacancy region hole")
        ),
        "fire": _fire,
        "formula with N": edited(
            (_ENERGY, "variable perfect equal $(pe:%.15g)\nvariable n equal $(atoms)"),
            (r"^variable\s+ev equal .*$", "variable ev equal pe-(v_n-1)/v_n*v_perfect"),
        ),
        "energies per atom": edited(
            (_ENERGY, "variable perfect equal $(pe/atoms:%.15g)\nthermo_modify norm yes"),
            (r"^variable\s+ev equal .*$", "variable ev equal atoms*(pe-v_perfect)"),
        ),
        "shaken": edited((_LAST, "displace_atoms all random 0.02 0.02 0.02 99\n\\g<0>")),
    },
    mistakes={
        "two vacancies": Mistake(CONTRACT, edited((r"^group\s+vacancy id 1$", "group vacancy id 1 2"))),
        "larger cell": Mistake(CONTRACT, edited((r"^region\s+box block 0 (\d) 0 \d", r"region box block 0 \1 0 5"))),
        "N for N-1": Mistake(VALUE, edited((r"pe-atoms\*v_perfect", "pe-(atoms+1)*v_perfect"))),
    },
    cheats={
        "energy remembered": _energy_remembered,
        "known at once": _known_at_once,
        "scaled by the crystal": _from_the_change,
    },
)
