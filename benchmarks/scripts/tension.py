"""Scripts for the family `tension`: stress and energy of strained crystals at 0 K."""

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

_REGION = r"^region\s+box block 0 2 0 2 0 2$"
_FREE = r"^variable\s+free equal .*$"


def _energy_remembered(task: Task) -> str:
    _, energy = perfect(task)
    return edited((_FREE, f"variable free equal {energy:.12g}"))(task)


SCRIPTS = scripts(
    variants={
        "more cells": edited((_REGION, "region box block 0 3 0 3 0 3")),
        "one cell": edited((_REGION, "region box block 0 1 0 1 0 1")),
        "oblong": edited((_REGION, "region box block 0 2 0 1 0 4")),
        "run 0 first": edited((r"^(change_box\s+all z .*)$", r"\1\nrun 0")),
        "final length": edited(
            (
                r"^change_box\s+all z scale (\S+) remap$",
                r"variable long equal $(lz*\1:%.15g)\nchange_box all z final 0 ${long} remap units box",
            )
        ),
        "thermo shown": edited((r"^(minimize.*)$", r"\1\nprint 'stress $(pxx) $(pyy) $(pzz) energy $(pe/atoms)'")),
    },
    mistakes={
        "sign": Mistake(VALUE, edited((r"equal -pzz", "equal pzz"))),
        "across": Mistake(VALUE, edited((r"-pzz", "-0.5*pzz"))),
        "energy forgotten": Mistake(CONTRACT, edited((r"^variable\s+energy ", "variable elastic "))),
    },
    cheats={
        "reference energy remembered": _energy_remembered,
        "stress by ratio": one_by_ratio("stress"),
        "energy by ratio": one_by_ratio("energy"),
        "stress remembered": one_remembered("stress"),
        "energy remembered": one_remembered("energy"),
    },
)
