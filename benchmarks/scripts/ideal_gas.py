"""Scripts for the family `ideal_gas`: pressure and kinetic energy of atoms that do not interact."""

from mdgym.benchmarks.scripts import Mistake, Scripts
from mdgym.benchmarks.scripts.free_cheats import BATH, CREATE, LAST_RUN, MOVE, PAIR, RUN, edit

_MEANS = r"^fix\s+means.*$"
_PRESS = r"^variable\s+press.*$"
_KIN = r"^variable\s+kin.*$"
_FIXES = f"{MOVE}\n{BATH}"
_NO_MEANS = (_MEANS, "")
# as LAMMPS has it in its unit style, from temperature and volume
_LAW = (
    (_PRESS, "variable press equal @known_press@*(atoms/vol)/(@atoms@/@edge@^3)*temp/@T@"),
    (_KIN, "variable kin equal 1.5*@k@*temp"),
)

VARIANTS = {
    "csvr": edit((BATH, "fix heat all temp/csvr @T@ @T@ 0.2 831")),
    "csld": edit((BATH, "fix heat all temp/csld @T@ @T@ 0.2 831")),
    "gjf": edit((_FIXES, "fix heat all gjf @T@ @T@ 0.3 831 vel vfull")),
    "other places": edit((r"^create_atoms.*$", "create_atoms 1 random @atoms@ 977 box")),
    "cold start": edit((CREATE, "velocity all create $(@T@/2) 977 dist gaussian mom no"), (RUN, "run 2000")),
    "series": edit(
        (_MEANS, "variable k equal c_kinetic/atoms\nvariable p equal c_thermo_press\nfix means all vector 5 v_p v_k"),
        (_PRESS, "variable press equal ave(f_means[1])"),
        (_KIN, "variable kin equal ave(f_means[2])"),
    ),
    "law from the mean kinetic energy": edit(
        (_PRESS, "variable press equal f_means[1]"),
        (_KIN, "variable kin equal f_means[2]/count(all)"),
        (r"^thermo\s.*$", "thermo_style custom step temp ke press\nthermo 500"),
    ),
    "several runs": edit((LAST_RUN, "variable i loop 8\nlabel again\nrun $(@steps@/8)\nnext i\njump SELF again\n")),
    "smaller steps": edit((r"^timestep.*$", "timestep 0.004"), (LAST_RUN, "run 10000\n")),
}

_ENSEMBLE, _VALUE = "wrong ensemble or too short", "wrong pressure or temperature"
MISTAKES = {
    "Nosé-Hoover": Mistake(_ENSEMBLE, edit((_FIXES, "fix heat all nvt temp @T@ @T@ 0.5"))),
    "Berendsen": Mistake(_ENSEMBLE, edit((BATH, "fix heat all temp/berendsen @T@ @T@ 0.2"))),
    "slow": Mistake(_ENSEMBLE, edit((BATH, "fix heat all langevin @T@ @T@ 5.0 831"))),
    "a tenth more": Mistake(_VALUE, edit((BATH, "fix heat all langevin $(1.1*@T@) $(1.1*@T@) 0.2 831"))),
    "a tenth less": Mistake(_VALUE, edit((BATH, "fix heat all langevin $(0.9*@T@) $(0.9*@T@) 0.2 831"))),
}

CHEATS = {
    # the gas laws without a gas in a bath
    "laws at the start": edit(_NO_MEANS, (RUN, "run 0"), (LAST_RUN, "run 0\n"), *_LAW),
    "laws after a moment": edit(_NO_MEANS, (RUN, "run 20"), (LAST_RUN, "run 20\n"), *_LAW),
    "laws of free flight": edit((BATH, ""), _NO_MEANS, *_LAW),
    "laws of the target": edit(
        _NO_MEANS, (_PRESS, "variable press equal @known_press@*(temp/temp)"), (_KIN, "variable kin equal 1.5*@k@*@T@")
    ),
    "laws of few atoms": edit(
        (r"^create_atoms.*$", "create_atoms 1 random 10 4711 NULL"),
        _NO_MEANS,
        (_PRESS, "variable press equal @known_press@*temp/@T@"),
        (_KIN, "variable kin equal 1.5*@k@*temp"),
    ),
    # velocities that only look like those of a bath
    "free flight at the right temperature": edit((BATH, "")),
    "bath asleep": edit((BATH, "fix heat all langevin @T@ @T@ 15 831")),
    "csvr asleep": edit((BATH, "fix heat all temp/csvr @T@ @T@ 15 831")),
    "bath of one atom": edit((BATH, "group one id 1\nfix heat one langevin @T@ @T@ 0.2 831")),
    "rescaled": edit((BATH, "fix heat all temp/rescale 10 @T@ @T@ 0.0 1.0")),
    "Nosé-Hoover chain of one": edit((_FIXES, "fix heat all nvt temp @T@ @T@ 2.0 tchain 1")),
    "Nosé-Hoover with another pull": edit((_FIXES, "fix heat all nvt temp $(0.97*@T@) $(1.03*@T@) 0.1")),
    "drawn anew": edit((BATH, ""), (LAST_RUN, "run @steps@ every 100 'velocity all create @T@ 831'\n")),
    "set by hand": edit((BATH, ""), (LAST_RUN, "run @steps@ every 100 'velocity all scale @T@'\n")),
    "two baths": edit((BATH, "\\g<0>\nfix cold all langevin $(0.5*@T@) $(0.5*@T@) 20 833")),
    # another gas
    "attraction": edit((PAIR, "pair_style lj/cut 8.0\npair_coeff 1 1 $(0.02*@k@*@T@) 3.0")),
    "repulsion": edit((PAIR, "pair_style soft 2.0\npair_coeff * * $(0.2*@k@*@T@)")),
    "tied": edit((MOVE, "fix ties all spring/self 0.5\n\\g<0>")),
    "at rest, with velocities": edit((MOVE, "\\g<0>\nfix still all setforce 0 0 0")),
    "heavy": edit((r"^mass.*$", "mass 1 $(10*@mass@)")),
    "walls": edit(
        (r"^boundary.*$", "boundary f f f"),
        (MOVE, "\\g<0>\nfix walls all wall/reflect xlo EDGE xhi EDGE ylo EDGE yhi EDGE zlo EDGE zhi EDGE"),
    ),
    "last samples": edit(
        (
            LAST_RUN,
            "run $(@steps@-500)\nunfix means\nfix means all ave/time 5 100 500 c_thermo_press c_kinetic\nrun 500\n",
        )
    ),
}

SCRIPTS = Scripts(VARIANTS, MISTAKES, CHEATS)
