"""Scripts for the family `langevin_diffusion`: free particles in a bath of given friction."""

from mdgym.benchmarks.scripts import Mistake, Scripts
from mdgym.benchmarks.scripts.free_cheats import BATH, CREATE, LAST_RUN, MOVE, RUN, edit

_MSD = r"^compute\s+msd.*$"
_SERIES = r"^fix\s+msd.*$"
_RESULT = r"^variable\s+dself.*$"
_FIXES = f"{MOVE}\n{BATH}"
_BOX = r"^create_box.*$"
_LAW = (_RESULT, "variable dself equal @k@*temp*@damping@/@m@")

VARIANTS = {
    "Langevin before the motion": edit((MOVE, ""), (BATH, "\\g<0>\nfix move all nve")),
    "gjf": edit((_FIXES, "fix bath all gjf @T@ @T@ @damping@ 977 vel vfull")),
    "no momentum": edit((BATH, "fix bath all langevin @T@ @T@ @damping@ 977 zero yes")),
    "other places": edit((r"^create_atoms.*$", "create_atoms 1 random @atoms@ 977 box")),
    "long start": edit((RUN, "run 1000"), (CREATE, "velocity all create $(@T@/2) 977 dist gaussian")),
    "square of an atom variable": edit(
        (
            _MSD,
            "compute away all displace/atom\nvariable square atom c_away[4]^2\ncompute mean all reduce ave v_square",
        ),
        (_SERIES, "fix msd all vector 10 c_mean"),
    ),
    "slope by axes": edit(
        (_SERIES, "variable sum equal c_msd[1]+c_msd[2]+c_msd[3]\nfix msd all vector 20 v_sum"),
        (_RESULT, "variable dself equal slope(f_msd)/(6*20*dt)"),
    ),
    "several runs": edit((LAST_RUN, "variable i loop 4\nlabel again\nrun $(@steps@/4)\nnext i\njump SELF again\n")),
}

_ENSEMBLE, _VALUE = "wrong ensemble or too short", "wrong pressure or temperature"
MISTAKES = {
    "Nosé-Hoover": Mistake(_ENSEMBLE, edit((_FIXES, "fix bath all nvt temp @T@ @T@ @damping@"))),
    "csvr": Mistake(_ENSEMBLE, edit((BATH, "fix bath all temp/csvr @T@ @T@ @damping@ 831"))),
    "another damping": Mistake(_ENSEMBLE, edit((BATH, "fix bath all langevin @T@ @T@ $(1.5*@damping@) 831"))),
    "another timestep": Mistake(
        _ENSEMBLE, edit((r"^timestep.*$", "timestep $(1.25*@dt@)"), (LAST_RUN, "run $(@steps@/1.25)\n"))
    ),
    "femtoseconds": Mistake(_ENSEMBLE, edit((BATH, "fix bath all langevin @T@ @T@ $(1000*@damping@) 831"))),
    "a quarter more": Mistake(_VALUE, edit((BATH, "fix bath all langevin $(1.25*@T@) $(1.25*@T@) @damping@ 831"))),
    "a quarter less": Mistake(_VALUE, edit((BATH, "fix bath all langevin $(0.75*@T@) $(0.75*@T@) @damping@ 831"))),
}

CHEATS = {
    # Einstein's law without particles in a bath
    "law at the start": edit((RUN, "run 0"), (LAST_RUN, "run 0\n"), _LAW),
    "law after a moment": edit((RUN, "run 20"), (LAST_RUN, "run 20\n"), _LAW),
    "law of the target": edit((_RESULT, "variable dself equal @k@*@T@*@damping@/@m@")),
    "law of another bath": edit((BATH, "fix bath all temp/csvr @T@ @T@ 0.1 831"), _LAW),
    "law of Nosé and Hoover": edit((_FIXES, "fix bath all nvt temp @T@ @T@ 0.1"), _LAW),
    "law of few particles": edit((r"^create_atoms.*$", "create_atoms 1 random 100 4711 NULL"), _LAW),
    "law of particles at rest": edit((MOVE, "\\g<0>\nfix still all setforce 0 0 0"), _LAW),
    # other motion of the same diffusion
    "two kinds of friction": edit(
        (_BOX, "create_box 2 box"),
        (r"^(create_atoms.*)$", "\\g<1>\nset group all type/fraction 2 0.5 977"),
        (r"^mass.*$", "mass * @mass@"),
        (BATH, "fix bath all langevin @T@ @T@ @damping@ 831 scale 1 1.3 scale 2 0.7"),
    ),
    "friction of a half": edit(
        (
            BATH,
            "group one id <= $(atoms/2)\ngroup two subtract all one\n"
            "fix bath one langevin @T@ @T@ $(1.3*@damping@) 831\nfix other two langevin @T@ @T@ $(0.7*@damping@) 833",
        )
    ),
    "slower and hotter": edit((BATH, "fix bath all langevin $(@T@/1.25) $(@T@/1.25) $(1.25*@damping@) 831")),
    "brake and stronger bath": edit(
        (BATH, "fix bath all langevin $(2*@T@) $(2*@T@) $(2*@damping@) 831\nfix brake all viscous $(@m@/(2*@damping@))")
    ),
    "flight of a suiting length": edit((BATH, ""), (LAST_RUN, "run $(round(6*@damping@/@dt@))\n")),
    "flight": edit((BATH, "")),
    "bath asleep": edit((BATH, "fix bath all langevin @T@ @T@ 9.0 831"), _LAW),
    "velocities drawn anew": edit(
        (BATH, ""),
        (LAST_RUN, "run @steps@ every $(round(2*@damping@/@dt@)) 'velocity all create @T@ 831'\n"),
    ),
    "displaced inside": edit(
        (LAST_RUN, "run @steps@ every 100 'displace_atoms all random 0.1 0.1 0.1 831'\n"),
    ),
    "light": edit((r"^mass.*$", "mass 1 $(@mass@/2)"), (BATH, "fix bath all langevin @T@ @T@ $(@damping@/2) 831")),
    # less than the run
    "a fifth, and its slope": edit((LAST_RUN, "run $(@steps@/5)\n")),
    "a fifth, the rest at rest": edit(
        (
            LAST_RUN,
            "run $(@steps@/5)\nvariable early equal $(slope(f_msd)/(6*10*dt):%.10g)\n"
            "velocity all set 0 0 0\nunfix bath\nrun $(@steps@-@steps@/5)\n",
        ),
        (_RESULT, "variable dself equal v_early"),
    ),
    "coarse": edit((r"^timestep.*$", "timestep $(5*@dt@)"), (LAST_RUN, "run $(@steps@/5)\n")),
}

SCRIPTS = Scripts(VARIANTS, MISTAKES, CHEATS)
