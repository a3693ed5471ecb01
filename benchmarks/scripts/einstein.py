"""Scripts for the family `einstein`: atoms tied to their sites by springs."""

from mdgym.benchmarks.scripts import Mistake, Scripts
from mdgym.benchmarks.scripts.free_cheats import BATH, CREATE, LAST_RUN, MOVE, RUN, edit

_TIES = r"^fix\s+ties.*$"
_MEANS = r"^fix\s+means.*$"
_ENERGY = r"^variable\s+uspring.*$"
_SQUARE = r"^variable\s+msd.*$"
_FIXES = f"{MOVE}\n{BATH}"
_NO_MEANS = (_MEANS, "")
_FROM_SQUARE = (_ENERGY, "variable uspring equal @stiffness@/2*f_means[2]")
_OWN_SQUARE = (_MEANS, "fix means all ave/time 5 1 5 c_msd[4] c_msd[4] ave running")

VARIANTS = {
    "Langevin before the motion": edit((MOVE, ""), (BATH, "\\g<0>\nfix move all nve")),
    "read back": edit((CREATE, "write_data sites nocoeff\nwrite_data start nocoeff\n\\g<0>")),
    "half the temperature at first": edit((CREATE, "velocity all create @T@ 4711 dist gaussian"), (RUN, "run 1500")),
    "gjf": edit((_FIXES, "fix move all gjf @T@ @T@ 0.15 831 vel vfull method 1")),
    "squares of an atom variable": edit(
        (
            r"^compute\s+msd.*$",
            "compute away all displace/atom\nvariable square atom c_away[4]^2\ncompute mean all reduce ave v_square",
        ),
        (_MEANS, "fix means all ave/time 10 1 10 f_ties c_mean ave running"),
    ),
    "energy of the fix in the thermo": edit(
        (_TIES, "\\g<0>\nfix_modify ties energy yes"),
        (_MEANS, "variable u equal pe/atoms\nfix means all ave/time 4 1 4 v_u c_msd[4] ave running"),
        (_ENERGY, "variable uspring equal f_means[1]"),
    ),
    "several runs": edit(
        (LAST_RUN, "variable i loop 10\nlabel again\nrun $(@steps@/10)\nnext i\njump SELF again\n"),
    ),
    "square from the energy": edit((_SQUARE, "variable msd equal 2*v_uspring/@stiffness@")),
}

_ENSEMBLE, _VALUE = "wrong ensemble or too short", "wrong pressure or temperature"
MISTAKES = {
    # global thermostats do not reach oscillators one by one
    "Nosé-Hoover": Mistake(_ENSEMBLE, edit((_FIXES, "fix move all nvt temp @T@ @T@ 0.1"))),
    "csvr": Mistake(_ENSEMBLE, edit((BATH, "fix bath all temp/csvr @T@ @T@ 0.1 831"))),
    "no springs": Mistake(_ENSEMBLE, edit((_TIES, "fix ties all spring/self 0.001"))),
    "springs of half the stiffness": Mistake(_ENSEMBLE, edit((_TIES, "fix ties all spring/self $(@stiffness@/2)"))),
    "slow bath": Mistake(_ENSEMBLE, edit((BATH, "fix bath all langevin @T@ @T@ 1.0 831"))),
    "half the temperature": Mistake(_VALUE, edit((BATH, "fix bath all langevin $(@T@/2) $(@T@/2) 0.1 831"))),
    "Celsius": Mistake(_VALUE, edit((BATH, "fix bath all langevin $(@T@+273.15) $(@T@+273.15) 0.1 831"))),
}

_LAW = (
    (_ENERGY, "variable uspring equal 1.5*@k@*temp"),
    (_SQUARE, "variable msd equal 3*@k@*temp/@stiffness@"),
)
CHEATS = {
    # a diffusing atom strays as far in the window as a tied one does
    "diffusion": edit(
        (_TIES, "variable damp equal 3*@m@/(@stiffness@*@duration@)"),
        (_FIXES, "fix move all gjf @T@ @T@ ${damp} 831 vel vfull"),
        (r"^compute\s+msd.*$", "compute msd all msd average yes"),
        _OWN_SQUARE,
        _FROM_SQUARE,
    ),
    # other springs of the same mean square
    "two kinds of springs": edit(
        (
            _TIES,
            "group soft id <= $(atoms/2)\ngroup hard subtract all soft\n"
            "fix ties soft spring/self $(@stiffness@/1.5)\nfix other hard spring/self $(2*@stiffness@)",
        ),
        _OWN_SQUARE,
        _FROM_SQUARE,
    ),
    "harder in one direction": edit(
        (
            _TIES,
            "fix ties all spring/self $(2*@stiffness@) x\n"
            "fix more all spring/self $(@stiffness@/1.25) y\nfix most all spring/self $(@stiffness@/1.25) z",
        ),
        _OWN_SQUARE,
        _FROM_SQUARE,
    ),
    "few springs": edit((_TIES, "group few id <= 100\nfix ties few spring/self @stiffness@"), *_LAW),
    "other springs, scaled": edit(
        (_TIES, "fix ties all spring/self $(2*@stiffness@)"), (_SQUARE, "variable msd equal 2*f_means[2]")
    ),
    # equipartition without oscillators
    "equipartition": edit(
        _NO_MEANS,
        (_ENERGY, "variable uspring equal 1.5*@k@*@T@"),
        (_SQUARE, "variable msd equal 3*@k@*@T@/@stiffness@"),
    ),
    "equipartition of a free gas": edit((_TIES, ""), _NO_MEANS, *_LAW),
    "equipartition of a moment": edit(_NO_MEANS, (LAST_RUN, "run 20\n"), *_LAW),
    "equipartition of velocities": edit(_NO_MEANS, (RUN, "run 0"), (LAST_RUN, "run 0\n"), *_LAW),
    "equipartition of the heat bath": edit(
        (_TIES, ""), (BATH, "fix bath all temp/csvr @T@ @T@ 0.1 831"), _NO_MEANS, *_LAW
    ),
    # displacements by hand
    "displaced at random": edit(
        (_FIXES, "fix move all nve"),
        (
            LAST_RUN,
            "displace_atoms all random $(sqrt(3*@k@*@T@/@stiffness@)) $(sqrt(3*@k@*@T@/@stiffness@)) "
            "$(sqrt(3*@k@*@T@/@stiffness@)) 831 units box\nrun 5\n",
        ),
    ),
    "displaced at random inside": edit(
        (_TIES, ""),
        (LAST_RUN, "run @steps@ every 10 'displace_atoms all random 0.01 0.01 0.01 831'\n"),
        *_LAW,
    ),
    "moved to and fro": edit((_FIXES, "fix move all move wiggle 0.1 0.1 0.1 0.5"), *_LAW),
    # the part of the window that suits
    "the last moment": edit(
        (LAST_RUN, "run $(@steps@-50)\nunfix means\nfix means all ave/time 5 1 5 f_ties c_msd[4]\nrun 50\n")
    ),
    "slower and slower": edit((BATH, "fix bath all langevin @T@ @T@ 4.0 831")),
    "heavy": edit((r"^mass.*$", "mass 1 $(4*@mass@)")),
}

SCRIPTS = Scripts(VARIANTS, MISTAKES, CHEATS)
