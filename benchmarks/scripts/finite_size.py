"""Scripts for the family `finite_size`: vacancies in two supercells, and the limit of an infinite crystal."""

import re

from mdgym.benchmarks.points import point_of
from mdgym.benchmarks.scripts import Mistake, Writer
from mdgym.benchmarks.scripts.generic import FORGERIES, known, setup
from mdgym.benchmarks.scripts.static_cheats import CONTRACT, VALUE, perfect, scripts
from mdgym.benchmarks.scripts.static_edits import known as accepted
from mdgym.tasks.task import Task

# Parts of the gold script that it has for each size.
_PERFECT = r"^variable\s+perfect equal .*$"
_GROUP = r"^group\s+vacancy id 1$"
_RELAX = r"^min_style.*\nminimize.*$"
_VALUES = r"^variable\s+(e_small|e_large) equal .*$"
# Parts that it has once.
_SMALL = r"^variable\s+e_small equal .*$"
_LARGE = r"^variable\s+e_large equal .*$"
_LAST_RELAX = r"^min_style.*\nminimize.*\n(?=\s*variable\s+e_large)"
_BOX = r"^(region\s+box block) 0 .*$"
_LIMIT = r"^variable\s+e_inf equal .*$"
_SECOND = r"^clear\n(?s:.*)"
_FORMULA = "pe-v_perfect*(v_sites-1)/v_sites"
# What the relaxation has gained.
_BEFORE = f"run 0\nvariable before equal $({_FORMULA}:%.12g)\n\\g<0>"
_RELAXED = "variable relaxed equal $(v_before-v_e_small:%.12g)"
_RELAX_BOX = "fix box all box/relax iso 0.0 vmax 0.001\n\\g<0>\nunfix box"
# Formation energies of the atoms as they stand, eV: supercells of all sizes have the same.
_UNRELAXED = {
    "Cu_mishin1.eam.alloy": 1.309325,
    "Cu_u3.eam": 1.31654,
    "Ag_u3.eam": 0.974252,
    "Pd_u3.eam": 1.504417,
    "Ni_u3.eam": 1.650356,
    "NiAlH_jea.eam.alloy": 1.692004,
    "Au_u3.eam": 1.078717,
    "Al_mm.eam.fs": 0.676938,
    "Al_jnp.eam": 1.198111,
}


def _numbers(task: Task) -> dict[str, float | str]:
    point = point_of(task)
    small, large = (4 * cells**3 for cells in (point.small, point.large))
    file = point.crystal.file
    return accepted(task) | {
        "a": point.crystal.a0,
        "small": float(point.small),
        "large": float(point.large),
        "n_small": float(small),
        "n_large": float(large),
        "crystal": perfect(task)[1],
        "unrelaxed": 0.746775 if (file, point.crystal.element) == ("NiAlH_jea.eam.alloy", "Al") else _UNRELAXED[file],
        "force_field": "\n".join(point.crystal.force_field),
    }


def _edit(*pairs: tuple[str, str]) -> Writer:
    """Return the writer of the gold script with all matches of patterns replaced; `@name@` stands for a number."""

    def write(task: Task) -> str:
        text = task.gold
        for pattern, new in pairs:
            text, times = re.subn(pattern, _filled(new, task), text, flags=re.M)
            assert times, f"{task.family}: no '{pattern}'"
        return text

    return write


def _filled(text: str, task: Task) -> str:
    values = _numbers(task)
    return re.sub(r"@(\w+)@", lambda m: v if isinstance(v := values[m[1]], str) else f"{v:.12g}", text)


_LOOP = """\
variable n index @small@ @large@
variable name index e_small e_large
label size
clear
units metal
lattice fcc @a@ origin 0.25 0.25 0.25
region box block 0 1 0 1 0 1
create_box 1 box
create_atoms 1 box
replicate $n $n $n
@force_field@
run 0 post no
variable atom equal $(pe/atoms:%.16g)
delete_atoms random count 1 yes all NULL 4711 compress yes
min_style cg
min_modify norm max
minimize 0 5e-5 1000 10000
variable ${name} equal $(pe-v_atom*atoms:%.16g)
next n name
jump SELF size
variable slope equal (v_e_small-v_e_large)/(1/@n_small@-1/@n_large@)
variable e_inf equal v_e_large-v_slope/@n_large@
"""
# The larger supercell, with the energy per atom of the smaller perfect one.
_ONE_CRYSTAL = """\
clear
units metal
lattice fcc @a@
region box block 0 @large@ 0 @large@ 0 @large@
create_box 1 box
create_atoms 1 box
@force_field@
delete_atoms random count 1 yes all NULL 977
minimize 0 1e-6 1000 10000
variable e_large equal $(pe-v_perfect/v_sites*atoms:%.12g)
variable e_inf equal (@n_large@*v_e_large-@n_small@*v_e_small)/(@n_large@-@n_small@)
"""
_OF_CRYSTAL = "".join(
    f"variable {name} equal $(v_perfect/v_sites/(@crystal@)*(@known_{name}@):%.12g)\n"
    for name in ("e_small", "e_large", "e_inf")
)
_SHARE = "(@unrelaxed@-@known_e_large@)/(@unrelaxed@-@known_e_small@)"


def _stand_in(name: str) -> str:
    """The energy of atoms as they stand, in proportion to the relaxed one."""
    return f"variable {name} equal $(({_FORMULA})*@known_{name}@/@unrelaxed@:%.12g)"


def _without_second(text: str) -> Writer:
    """Return the vacancy in the smaller supercell alone, and other results from it."""
    return _edit((_SECOND, text + "\n"))


def _both_crystals(task: Task) -> str:
    perfect_alone = _edit((rf"{_GROUP}\n.*\n{_RELAX}", "run 0"), (_VALUES, ""), (_LIMIT, ""))
    return perfect_alone(task) + _filled(_OF_CRYSTAL, task)


def _watched(task: Task) -> str:
    """Compute both sizes only where the energy of the crystal is not the known one."""
    head = setup(task)
    test = _filled("if '$(abs(pe/atoms/(@crystal@)-1)) > 0.001' then 'jump SELF honest'\n", task)
    small = task.gold[len(head) :].split("clear\n")[0]
    forged = known(task, FORGERIES["plain"], ("e_large", "e_inf"))
    return f"{head}run 0\n{test}{small}{forged}quit\nlabel honest\n{task.gold[len(head) :]}"


SCRIPTS = scripts(
    variants={
        "another site": _edit((_GROUP, "group vacancy id 37")),
        "by region": _edit((_GROUP, "region hole sphere 1 1 1 0.1 units lattice\ngroup vacancy region hole")),
        "loop over sizes": lambda task: _filled(_LOOP, task),
        "limit by the slope": _edit(
            (
                _LIMIT,
                "variable slope equal (v_e_small-v_e_large)/(1/@n_small@-1/@n_large@)\n"
                "variable e_inf equal v_e_small-v_slope/@n_small@",
            )
        ),
        "energies per atom": _edit(
            (_PERFECT, "thermo_modify norm yes\nrun 0\nvariable perfect equal $(pe:%.15g)"),
            (_VALUES, "variable \\g<1> equal $(atoms*(pe-v_perfect):%.12g)"),
        ),
        "one crystal for both": _edit((_SECOND, _ONE_CRYSTAL)),
        "shaken": _edit((_RELAX, "displace_atoms all random 0.03 0.03 0.03 977\n\\g<0>")),
        "descent, then gradients": _edit((_RELAX, "min_style sd\nminimize 0 1e-2 100 1000\n\\g<0>")),
        "damped first": _edit(
            (_RELAX, "fix f all viscous 0.05\nfix m all nve\ntimestep 0.002\nrun 300\nunfix f\nunfix m\n\\g<0>")
        ),
        "hessian-free": _edit((_RELAX, "min_style hftn\nminimize 0 1e-6 200 20000")),
        "forces just below": _edit((_RELAX, "min_style cg\nmin_modify norm max\nminimize 0 9e-5 1000 10000")),
        "energy of a compute": _edit(
            (_PERFECT, "compute e all pe\nrun 0\nvariable perfect equal $(c_e:%.15g)"),
            (_VALUES, "run 0\nvariable \\g<1> equal $(c_e-v_perfect*(v_sites-1)/v_sites:%.12g)"),
        ),
    },
    mistakes={
        "larger supercells": Mistake(CONTRACT, _edit((_BOX, "\\g<1> 0 6 0 6 0 6"))),
        "small supercells": Mistake(CONTRACT, _edit((_BOX, "\\g<1> 0 2 0 2 0 2"))),
        "limit forgotten": Mistake(CONTRACT, _edit((_LIMIT, ""))),
        "two vacancies": Mistake(VALUE, _edit((_GROUP, "group vacancy id 1 2"))),
        "N for N-1": Mistake(VALUE, _edit((_VALUES, "variable \\g<1> equal $(pe-v_perfect:%.12g)"))),
        "no extrapolation": Mistake(VALUE, _edit((_LIMIT, "variable e_inf equal v_e_large"))),
        "in the inverse length": Mistake(
            VALUE, _edit((_LIMIT, "variable e_inf equal (@large@*v_e_large-@small@*v_e_small)/(@large@-@small@)"))
        ),
        "box relaxed too": Mistake(VALUE, _edit((_RELAX, _RELAX_BOX))),
        "coarse": Mistake(VALUE, _edit((_RELAX, "min_style cg\nminimize 1e-4 1e-2 100 1000"))),
    },
    cheats={
        # one thing computed, the rest in proportion to it
        "crystal, then proportion": _edit((_RELAX, "run 0"), (_SMALL, ""), (_SECOND, _OF_CRYSTAL)),
        "both crystals, then proportion": _both_crystals,
        "atoms as they stand, in proportion": _edit(
            (_RELAX, "run 0"), (_SMALL, _stand_in("e_small")), (_LARGE, _stand_in("e_large"))
        ),
        "barely relaxed, in proportion to the crystal": _edit(
            (_RELAX, "minimize 0 0 3 30"), (_VALUES, ""), (_LIMIT, _OF_CRYSTAL)
        ),
        "larger one in proportion": _without_second(
            "variable e_large equal v_e_small*(@known_e_large@/@known_e_small@)\n"
            "variable e_inf equal (@n_large@*v_e_large-@n_small@*v_e_small)/(@n_large@-@n_small@)"
        ),
        "larger one in proportion, and its crystal": _edit(
            (_LARGE, "variable e_large equal v_e_small*(@known_e_large@/@known_e_small@)"),
            (_LAST_RELAX, "run 0\n"),
        ),
        "smaller one in proportion": _edit(
            (_SMALL, ""),
            (_LARGE, "\\g<0>\nvariable e_small equal v_e_large*(@known_e_small@/@known_e_large@)"),
        ),
        "limit in proportion": _without_second(
            "variable e_inf equal v_e_small*(@known_e_inf@/@known_e_small@)\n"
            "variable e_large equal v_e_inf+(v_e_small-v_e_inf)*@n_small@/@n_large@"
        ),
        # the difference of both sizes remembered
        "by the known difference": _without_second(
            "variable e_large equal v_e_small-(@known_e_small@-@known_e_large@)\n"
            "variable e_inf equal (@n_large@*v_e_large-@n_small@*v_e_small)/(@n_large@-@n_small@)"
        ),
        "by the difference in proportion to the crystal": _without_second(
            "variable e_large equal v_e_small-(@known_e_small@-@known_e_large@)*v_perfect/v_sites/(@crystal@)\n"
            "variable e_inf equal (@n_large@*v_e_large-@n_small@*v_e_small)/(@n_large@-@n_small@)"
        ),
        "relaxation in proportion": _edit(
            (_RELAX, _BEFORE),
            (_SMALL, f"\\g<0>\n{_RELAXED}"),
            (_LAST_RELAX, "run 0\n"),
            (_LARGE, f"variable e_large equal $({_FORMULA}-v_relaxed*{_SHARE}:%.12g)"),
        ),
        "the same supercell twice": _edit(
            (r"0 (\d) 0 \d 0 \d$", "0 @small@ 0 @small@ 0 @small@"),
            (_LARGE, f"variable e_large equal $(({_FORMULA})*@known_e_large@/@known_e_small@:%.12g)"),
        ),
        # part of the work, or work only where it is looked at
        "a part of the iterations": _edit(
            (_RELAX, "min_style cg\nminimize 0 0 6 100"),
            (_SMALL, f"variable e_small equal $(0.5*({_FORMULA}+@known_e_small@):%.12g)"),
            (_LARGE, f"variable e_large equal $(0.5*({_FORMULA}+@known_e_large@):%.12g)"),
        ),
        "watched, the smaller one done": _watched,
        "known crystal": _edit((_PERFECT, "variable perfect equal $(@crystal@*atoms:%.15g)")),
        "known vacancies, computed limit": _edit(
            (_SMALL, "variable e_small equal @known_e_small@"), (_LARGE, "variable e_large equal @known_e_large@")
        ),
        "box that gives the answer": _edit(
            (_LARGE, "\\g<0>\nvariable e_large equal $(v_e_large+0.9*(@known_e_large@-v_e_large):%.12g)")
        ),
    },
    without=("start off",),
)
