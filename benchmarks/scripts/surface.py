"""Scripts for the family `surface`: surface energy of a metal at 0 K."""

from mdgym.benchmarks.scripts import Mistake
from mdgym.benchmarks.scripts.static_cheats import (
    CONTRACT,
    VALUE,
    edited,
    one_by_ratio,
    one_remembered,
    perfect,
    scripts,
)
from mdgym.tasks.task import Task

_BULK = r"^variable\s+ebulk equal .*$"
_VACUUM = r"^change_box\s+all z delta 0\.0 20\.0 units box$"
_LAST = r"^minimize\s+0\.0 1\.0e-8 .*$"


def _bulk_remembered(task: Task) -> str:
    _, energy = perfect(task)
    return edited((_BULK, f"variable ebulk equal {energy:.12g}"))(task)


SCRIPTS = scripts(
    variants={
        "vacuum on both sides": edited((_VACUUM, "change_box all z delta -15.0 15.0 units box")),
        "more vacuum": edited((_VACUUM, "change_box all z delta 0.0 40.0 units box")),
        "free boundary": edited((_VACUUM, "change_box all boundary p p s")),
        "fire": edited((_LAST, "min_style fire\ntimestep 0.002\nminimize 0.0 1.0e-5 5000 50000")),
        "wider": edited((r"^region\s+box block 0 1 0 1", "region box block 0 2 0 2"), (r"lx/", "lx/2/")),
        "shaken": edited((_LAST, "displace_atoms all random 0.02 0.02 0.02 99\n\\g<0>")),
    },
    mistakes={
        "one face": Mistake(VALUE, edited((r"/\(2\*lx\*ly\)", "/(lx*ly)"))),
        "not relaxed at all": Mistake(
            VALUE, edited((_LAST, "run 0\nvariable unrelaxed equal 1"), (r"v_ebulk\)/", "v_ebulk)*1.05/"))
        ),
        "gamma forgotten": Mistake(CONTRACT, edited((r"^variable\s+gamma ", "variable surface "))),
    },
    cheats={
        "bulk energy remembered": _bulk_remembered,
        "gamma by ratio": one_by_ratio("gamma"),
        "gamma remembered": one_remembered("gamma"),
        "lattice constant only remembered": one_remembered("a0"),
    },
)
