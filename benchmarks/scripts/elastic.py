"""Scripts for the family `elastic`: elastic constants of cubic crystals at 0 K."""

from mdgym.benchmarks.points import point_of
from mdgym.benchmarks.scripts import Mistake
from mdgym.benchmarks.scripts.static_cheats import (
    CONTRACT,
    VALUE,
    edited,
    one_by_ratio,
    one_remembered,
    scripts,
)
from mdgym.tasks.task import Task

_REGION = r"^region\s+box block 0 \d 0 \d 0 \d$"


def _c44_by_ratio(task: Task) -> str:
    """Leave out the potentials whose C44 over the energy per volume hardly changes with their shape."""
    file = point_of(task).crystal.file
    return "" if file in ("Al_jnp.eam", "Si.sw") else one_by_ratio("c44")(task)


SCRIPTS = scripts(
    variants={
        "more cells": edited((_REGION, "region box block 0 3 0 3 0 3")),
        "oblong": edited((_REGION, "region box block 0 2 0 3 0 2")),
        "smaller strain": edited((r"^variable\s+h equal 0\.001$", "variable h equal 0.0005")),
        "larger strain": edited((r"^variable\s+h equal 0\.001$", "variable h equal 0.004")),
        "tilted when needed": edited(
            (r"^change_box\s+all triclinic\n", ""),
            (r"^(change_box\s+all xy delta \$\{shear\}.*)$", r"change_box all triclinic\n\1"),
        ),
        "run 0 first": edited((r"^(change_box\s+all xy .*)$", r"\1\nrun 0")),
        "run 0 before shearing": edited((r"^(change_box\s+all triclinic)$", r"run 0\n\1\nrun 0")),
        "printed": edited((r"^(minimize.*)$", r"\1\nprint 'stress $(pxx) $(pyy) $(pxy)'")),
    },
    mistakes={
        "compliance of sign": Mistake(VALUE, edited((r"-1\.0e-4\*", "1.0e-4*"))),
        "half a shear": Mistake(
            VALUE,
            edited(
                (r"^variable\s+shear equal v_h\*ly", "variable shear equal 0.5*v_h*ly"), (r"-2\*v_h\*ly", "-1*v_h*ly")
            ),
        ),
        "C12 forgotten": Mistake(CONTRACT, edited((r"^variable\s+c12 ", "variable c13 "))),
    },
    cheats={
        "C44 by ratio": _c44_by_ratio,
        "C11 and C12 by ratio": one_by_ratio("c11", "c12"),
        "C44 remembered": one_remembered("c44"),
        "C12 remembered": one_remembered("c12"),
        "C11 remembered": one_remembered("c11"),
    },
)
