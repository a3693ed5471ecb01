"""Scripts for the family `nacl`: lattice constant and energy of salts."""

from mdgym.benchmarks.points import point_of
from mdgym.benchmarks.scripts import Mistake, Scripts
from mdgym.benchmarks.scripts.static_edits import editor
from mdgym.tasks.families.nacl import SaltPoint
from mdgym.tasks.families.salts import lattice_energy
from mdgym.tasks.task import Task

_RELAX = r"^fix\s+relax.*\nmin_style.*\nminimize.*$"
_A0 = r"^variable\s+a0.*$"
_EPAIR = r"^variable\s+epair.*$"
_PLACE = r"^lattice\s+custom\s+\S+"
_PAIR = r"^pair_style\s+\S+\s+(\S+)"
_KSPACE = r"^kspace_style.*$"
_FIELD = r"^pair_style(?s:.*?)(?=\nkspace_style)"


def _numbers(task: Task) -> dict[str, float | str]:
    point: SaltPoint = point_of(task)
    a0 = point.exact
    low, bottom, high, start = (
        lattice_energy(point.salt, point.structure, point.cutoff, edge)
        for edge in (0.999 * a0, a0, 1.001 * a0, point.guess)
    )
    return {
        "guess": point.guess,
        "ratio": bottom / start,
        "growth": a0 / point.guess,
        "pairs": float(8 * point.structure.formulas),
        # d^2 E / d(ln a)^2 per pair
        "stiffness": (low + high - 2 * bottom) / 0.001**2,
        "virial": 1 / 1.6021765e6,
    }


_edit = editor(_numbers)
_SIZE = "change_box all x final 0 $(2*v_a) y final 0 $(2*v_a) z final 0 $(2*v_a) remap units box\nrun 0"
_SCAN = f"""\
variable middle equal @guess@
variable width equal 0.075*@guess@
variable best equal 1e9
variable abest equal 0
variable pass loop 4
label deeper
variable i loop 0 8
label more
variable a equal $(v_middle+v_width*(v_i-4)/4:%.15g)
{_SIZE}
variable e equal $(pe/@pairs@:%.15g)
if '${{e}} < ${{best}}' then 'variable best equal ${{e}}' 'variable abest equal ${{a}}'
next i
jump SELF more
variable middle equal ${{abest}}
variable width equal $(v_width/4)
next pass
jump SELF deeper"""

VARIANTS = {
    "pppm": _edit((_KSPACE, "kspace_style pppm 1e-6")),
    "sharper": _edit((_KSPACE, "kspace_style ewald 1e-7")),
    "aniso": _edit((_RELAX, "fix relax all box/relax aniso 0.0 vmax 0.002\nminimize 0 1e-8 1000 10000")),
    "scan in four passes": _edit(
        (_RELAX, _SCAN), (_A0, "variable a0 equal ${abest}"), (_EPAIR, "variable epair equal ${best}")
    ),
    "from the volume": _edit((_A0, "variable a0 equal vol^(1/3)/2")),
    "cutoff of the lists": _edit((_KSPACE, "\\g<0>\nneighbor 1.5 bin\nneigh_modify delay 0 every 1 check yes")),
}

_ENSEMBLE, _VALUE = "wrong ensemble or too short", "wrong pressure or temperature"
MISTAKES = {
    "one missing": Mistake("wrong ensemble or too short", _edit((_EPAIR, ""))),
    # what was typed in is reported
    "not relaxed": Mistake(_ENSEMBLE, _edit((_RELAX, "run 0"))),
    "under pressure": Mistake(
        _VALUE, _edit((_RELAX, "fix relax all box/relax iso 30000.0 vmax 0.002\nminimize 0 1e-8 500 5000"))
    ),
    "edge of the box": Mistake(_VALUE, _edit((_A0, "variable a0 equal lx"))),
    "energy per ion": Mistake(_VALUE, _edit((_EPAIR, "variable epair equal pe/atoms"))),
}

_AT = (_PLACE, "lattice custom @known_a0@")
_PULL = (
    "thermo_style custom step pe press vol\nrun 0\n"
    "variable grip equal $(3*press*vol/@pairs@*@virial@/@stiffness@:%.12g)"
)
CHEATS = {
    "both by ratios": _edit(
        (_RELAX, "run 0"), (_EPAIR, "variable epair equal pe/@pairs@*@ratio@"), (_A0, "variable a0 equal lx/2*@growth@")
    ),
    "energy by a ratio": _edit(
        (_RELAX, "run 0\nvariable first equal $(pe/@pairs@:%.12g)\n\\g<0>"),
        (_EPAIR, "variable epair equal v_first*@ratio@"),
    ),
    "known constant, real energy": _edit((_A0, "variable a0 equal @known_a0@")),
    "known energy, real constant": _edit((_EPAIR, "variable epair equal @known_epair@")),
    "box at the answer": _edit(_AT, (_RELAX, "run 0")),
    "box at the answer, no iterations": _edit(_AT, (_RELAX, "fix relax all box/relax iso 0\nminimize 0 0 0 0")),
    "box at the answer, tiny steps": _edit(
        _AT, (_RELAX, "fix relax all box/relax iso 0 vmax 1e-9\nminimize 0 0 3 100")
    ),
    "bent by the pressure": _edit(
        _AT,
        (_RELAX, _PULL),
        (_A0, "variable a0 equal @known_a0@*(1+v_grip)"),
        (_EPAIR, "variable epair equal pe/@pairs@-0.5*v_grip^2*@stiffness@"),
    ),
    "bent by the pressure, energy as it is": _edit(
        _AT, (_RELAX, _PULL), (_A0, "variable a0 equal @known_a0@*(1+v_grip)")
    ),
    "constant by the energy": _edit(
        _AT, (_RELAX, "run 0"), (_A0, "variable a0 equal @known_a0@*(@known_epair@*@pairs@/pe)^0.5")
    ),
    "Coulomb energy alone, scaled": _edit(
        (_RELAX, "thermo_style custom step pe ecoul elong evdwl\n\\g<0>\nvariable first equal $(ecoul+elong)"),
        (_EPAIR, "variable epair equal @known_epair@*(ecoul+elong)/v_first"),
    ),
    "no dispersion": _edit(
        (_FIELD, "pair_style born/coul/long 8.0\npair_coeff * * 0.2 0.32 2.8 0 0"),
        (_A0, "variable a0 equal @known_a0@+0*lx"),
        (_EPAIR, "variable epair equal @known_epair@+0*pe"),
    ),
    "box pulled to the answer": _edit((_RELAX, f"\\g<0>\nunfix relax\nvariable a equal @known_a0@\n{_SIZE}")),
    "honest when the pressure is new": _edit(
        _AT,
        (
            _RELAX,
            "thermo_style custom step pe press\nrun 0\nvariable a0 equal @known_a0@\n"
            "variable epair equal @known_epair@\nif '$(abs(press)) < 1000' then quit\n\\g<0>",
        ),
    ),
    "coarse kspace": _edit((_KSPACE, "kspace_style ewald 0.05")),
}

SCRIPTS = Scripts(VARIANTS, MISTAKES, CHEATS)
