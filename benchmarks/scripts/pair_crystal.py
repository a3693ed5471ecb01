"""Scripts for the family `pair_crystal`: fcc crystal of a pair potential."""

from mdgym.benchmarks.points import point_of
from mdgym.benchmarks.scripts import Mistake, Scripts
from mdgym.benchmarks.scripts.static_edits import editor
from mdgym.tasks.families.pair_crystal import PairCrystalPoint
from mdgym.tasks.families.pair_potentials import fcc_energy
from mdgym.tasks.task import Task

_RELAX = r"^fix\s+relax.*\nmin_style.*\nminimize.*$"
_A0 = r"^variable\s+a0.*$"
_EPOT = r"^variable\s+epot.*$"
_LATTICE = r"^lattice.*$"
_REGION = r"^region.*$"
_MASS = r"^mass.*$"
_FIELD = r"^pair_style(?s:.*?)(?=\n\nfix)"


def _numbers(task: Task) -> dict[str, float | str]:
    point: PairCrystalPoint = point_of(task)
    potential, a0 = point.potential, point.a0
    low, high = (fcc_energy(potential, factor * a0) for factor in (0.999, 1.001))
    bottom = fcc_energy(potential, a0)
    reduced = potential.units == "lj"
    return {
        "guess": point.guess,
        "ratio": bottom / fcc_energy(potential, point.guess),
        "growth": a0 / point.guess,
        "lattice": f"lattice fcc {4 / a0**3 if reduced else a0:.12g}",
        "wide": f"lattice fcc {4 / (1.02 * point.guess) ** 3 if reduced else 1.02 * point.guess:.12g}",
        "other": f"lattice bcc {2 / a0**3 if reduced else a0:.12g}",
        # d^2 E / d(ln a)^2 per atom
        "stiffness": (low + high - 2 * bottom) / 0.001**2,
        "virial": 1.0 if reduced else 1 / 1.6021765e6,
        "per_atom": "pe" if reduced else "pe/atoms",
        "depth": potential.depth,
    }


_edit = editor(_numbers)
_SIZED = "change_box all x final 0 $(2*v_a) y final 0 $(2*v_a) z final 0 $(2*v_a) remap units box\nrun 0"
_SCAN = """\
variable a equal @guess@
variable best equal 1e9
variable abest equal 0
variable width equal 0.016*@guess@
variable middle equal @guess@
variable pass loop 3
label deeper
variable i loop 0 10
label more
variable a equal $(v_middle+v_width*(v_i-5)/5:%.15g)
change_box all x final 0 $(2*v_a) y final 0 $(2*v_a) z final 0 $(2*v_a) remap units box
run 0
variable e equal $(@per_atom@:%.15g)
if '${e} < ${best}' then 'variable best equal ${e}' 'variable abest equal ${a}'
next i
jump SELF more
variable middle equal ${abest}
variable width equal $(v_width/5)
next pass
jump SELF deeper"""
_PARABOLA = """\
variable h equal 0.005*@guess@
variable a equal $(@guess@-0.008*@guess@)
variable last equal 3
variable n loop 4
label again
variable c equal ${a}
variable a equal $(v_c-v_h)
change_box all x final 0 $(2*v_a) y final 0 $(2*v_a) z final 0 $(2*v_a) remap units box
run 0
variable e1 equal $(@per_atom@:%.15g)
variable a equal $(v_c+v_h)
change_box all x final 0 $(2*v_a) y final 0 $(2*v_a) z final 0 $(2*v_a) remap units box
run 0
variable e3 equal $(@per_atom@:%.15g)
variable a equal ${c}
change_box all x final 0 $(2*v_a) y final 0 $(2*v_a) z final 0 $(2*v_a) remap units box
run 0
variable e2 equal $(@per_atom@:%.15g)
variable a equal $(v_c-0.5*v_h*(v_e3-v_e1)/(v_e3-2*v_e2+v_e1):%.15g)
next n
jump SELF again
variable top equal $(v_e2-0.125*(v_e3-v_e1)^2/(v_e3-2*v_e2+v_e1))"""

VARIANTS = {
    "aniso": _edit((_RELAX, "fix relax all box/relax aniso 0.0 vmax 0.001\nminimize 0 1e-10 2000 20000")),
    "triclinic-free": _edit(
        (_RELAX, "fix relax all box/relax x 0 y 0 z 0 couple xyz vmax 0.002\nmin_style cg\nminimize 1e-15 0 2000 20000")
    ),
    "sd": _edit((_RELAX, "fix relax all box/relax iso 0.0 vmax 0.001\nmin_style sd\nminimize 0 1e-9 5000 50000")),
    "three rounds": _edit(
        (
            _RELAX,
            "fix relax all box/relax iso 0.0 vmax 0.001\nminimize 0 1e-10 1000 9999\n"
            "minimize 0 1e-10 1000 9999\nminimize 0 1e-10 1000 9999",
        )
    ),
    "four cells": _edit((_REGION, "region box block 0 4 0 4 0 4"), (_A0, "variable a0 equal lx/4")),
    "from the volume": _edit((_A0, "variable a0 equal (4*vol/atoms)^(1/3)")),
    "scan in three passes": _edit(
        (_RELAX, _SCAN), (_A0, "variable a0 equal ${abest}"), (_EPOT, "variable epot equal ${best}")
    ),
    "parabolas": _edit((_RELAX, _PARABOLA), (_A0, "variable a0 equal ${a}"), (_EPOT, "variable epot equal ${top}")),
    "mass of its own": _edit((_MASS, "mass 1 63.5")),
    "wider start": _edit((_LATTICE, "@wide@")),
}

_ENSEMBLE, _VALUE = "wrong ensemble or too short", "wrong pressure or temperature"
MISTAKES = {
    "too many atoms": Mistake(
        _ENSEMBLE, _edit((_REGION, "region box block 0 11 0 11 0 11"), (_A0, "variable a0 equal lx/11"))
    ),
    "one missing": Mistake(_ENSEMBLE, _edit((_EPOT, ""))),
    # what was typed in is reported
    "not relaxed": Mistake(_ENSEMBLE, _edit((_RELAX, "run 0"))),
    "under pressure": Mistake(
        _VALUE,
        _edit(
            (
                _RELAX,
                "fix relax all box/relax iso $(2*@depth@/@virial@/@guess@^3) vmax 0.001\nminimize 0 1e-10 1000 10000",
            )
        ),
    ),
    "edge of the box": Mistake(_VALUE, _edit((_A0, "variable a0 equal lx"))),
    "energy of the box": Mistake(_VALUE, _edit((_EPOT, "variable epot equal @per_atom@*atoms"))),
}

_AT = (_LATTICE, "@lattice@")
_PULL = (
    "thermo_style custom step pe press vol\nrun 0\nvariable grip equal $(3*press*vol/atoms*@virial@/@stiffness@:%.12g)"
)
CHEATS = {
    "both by ratios": _edit(
        (_RELAX, "run 0"), (_EPOT, "variable epot equal @per_atom@*@ratio@"), (_A0, "variable a0 equal lx/2*@growth@")
    ),
    "energy by a ratio": _edit(
        (_RELAX, "run 0\nvariable first equal $(@per_atom@:%.12g)\n\\g<0>"),
        (_EPOT, "variable epot equal v_first*@ratio@"),
    ),
    "known constant, real energy": _edit((_A0, "variable a0 equal @known_a0@")),
    "known energy, real constant": _edit((_EPOT, "variable epot equal @known_epot@")),
    "box at the answer": _edit(_AT, (_RELAX, "run 0")),
    "box at the answer, no iterations": _edit(_AT, (_RELAX, "fix relax all box/relax iso 0\nminimize 0 0 0 0")),
    "box at the answer, loose": _edit(_AT, (_RELAX, "fix relax all box/relax iso 0 vmax 1e-9\nminimize 0 0 3 100")),
    "bent by the pressure the wrong way": _edit(_AT, (_RELAX, _PULL), (_A0, "variable a0 equal @known_a0@*(1-v_grip)")),
    "one energy, two results": _edit(_AT, (_RELAX, "run 0"), (_A0, "variable a0 equal @known_a0@*(pe/$(pe))")),
    "constant by the energy": _edit(
        _AT, (_RELAX, "run 0"), (_A0, "variable a0 equal @known_a0@*(@per_atom@/(@known_epot@))^0.1")
    ),
    "another lattice, scaled": _edit(
        (_LATTICE, "@other@"),
        (
            _RELAX,
            "fix relax all box/relax iso 0 vmax 0.001\nminimize 0 1e-10 1000 10000\nvariable x equal $(lx)\n"
            "variable y equal $(@per_atom@)",
        ),
        (_A0, "variable a0 equal @known_a0@*lx/v_x"),
        (_EPOT, "variable epot equal @known_epot@*@per_atom@/v_y"),
    ),
    "another potential": _edit(
        (_FIELD, "pair_style lj/cut $(1.3*@guess@)\npair_coeff 1 1 $(@depth@) $(@guess@/1.55)"),
        (_A0, "variable a0 equal @known_a0@+0*lx"),
    ),
    "box pulled to the answer": _edit(
        (_RELAX, f"\\g<0>\nunfix relax\nvariable a equal @known_a0@\n{_SIZED}"), (_A0, "variable a0 equal lx/2")
    ),
    "read from the lattice": _edit(_AT, (_A0, "variable a0 equal xlat")),
    "read from the mass": _edit((_MASS, "mass 1 @known_a0@"), (_A0, "variable a0 equal mass(all)/atoms")),
    "bent by the pressure": _edit(
        _AT,
        (_RELAX, _PULL),
        (_A0, "variable a0 equal @known_a0@*(1+v_grip)"),
        (_EPOT, "variable epot equal @per_atom@-0.5*v_grip^2*@stiffness@"),
    ),
    "bent by the pressure, energy as it is": _edit(
        _AT, (_RELAX, _PULL), (_A0, "variable a0 equal @known_a0@*(1+v_grip)")
    ),
    "honest when pressed": _edit(
        _AT,
        (
            _RELAX,
            "thermo_style custom step pe press vol\nrun 0\nvariable a0 equal @known_a0@\n"
            "variable epot equal @known_epot@\nif '$(abs(press*@virial@*lx^3)) < 1e-3*@depth@*32' then quit\n\\g<0>",
        ),
    ),
    "guessed change": _edit(
        _AT,
        (
            _RELAX,
            "thermo_style custom step pe press vol\nrun 0\nvariable s equal $((press>0)-(press<0))\n"
            "variable s equal $(v_s*(abs(press*@virial@*vol/atoms)>1e-4*@depth@))",
        ),
        (_A0, "variable a0 equal @known_a0@*(1+0.003*v_s)"),
    ),
}

SCRIPTS = Scripts(VARIANTS, MISTAKES, CHEATS)
