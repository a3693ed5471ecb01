"""Scripts for the family `bulk_modulus`: bulk modulus and lattice constant of crystals at 0 K."""

from mdgym.benchmarks.scripts import Mistake, Scripts, Writer
from mdgym.benchmarks.scripts.static_cheats import (
    CONTRACT,
    VALUE,
    edited,
    one_by_ratio,
    one_remembered,
    scripts,
)
from mdgym.tasks.task import Task

_REGION = r"^region\s+box block 0 (\d) 0 \d 0 \d$"


def _not_universal(write: Writer) -> Writer:
    """Leave out the universal potentials, whose ratio stays when their shape is changed; see docs/reward.md."""

    def written(task: Task) -> str:
        assert task.contract is not None
        return "" if "_u3.eam" in task.contract.force_field[1] else write(task)

    return written


_SCRIPTS = scripts(
    variants={
        "oblong": edited((_REGION, r"region box block 0 \1 0 \1 0 \1\n# as long as wide")),
        "smaller strain": edited((r"1\.001\b", "1.0005"), (r"0\.999/", "0.9995/")),
        "larger strain": edited((r"1\.001\b", "1.003"), (r"0\.999/", "0.997/")),
        "minimized too": edited((r"^run\s+0$", "minimize 0 1e-8 100 1000")),
        "triclinic box": edited((r"^(fix\s+relax)", r"change_box all triclinic\n\1")),
        "lattice from lx": edited((r"vol\^\(1/3\)/", "lx/")),
    },
    mistakes={
        "in bar": Mistake(VALUE, edited((r"-1\.0e-4\*v_v0", "-1.0*v_v0"))),
        "linear strain": Mistake(VALUE, edited((r"-1\.0e-4\*v_v0", "-3.0e-4*v_v0"))),
        "bulk forgotten": Mistake(CONTRACT, edited((r"^variable\s+bulk ", "variable modulus "))),
    },
    cheats={
        "bulk by ratio": one_by_ratio("bulk"),
        "bulk remembered": one_remembered("bulk"),
        "lattice remembered": one_remembered("a0"),
    },
)
SCRIPTS = Scripts(
    _SCRIPTS.variants,
    _SCRIPTS.mistakes,
    {name: _not_universal(write) if "ratio" in name else write for name, write in _SCRIPTS.cheats.items()},
)
