"""Scripts for the family `lj_rdf`: the first peak of g(r) in a Lennard-Jones fluid."""

from mdgym.benchmarks.scripts import Mistake, Scripts
from mdgym.benchmarks.scripts.free_cheats import CREATE, LAST_RUN, PAIR, RUN, TIMESTEP, edit

_BATH = r"^fix\s+nvt.*$"
_COMPUTE = r"^compute\s+rdf.*$"
_SERIES = r"^fix\s+rdf.*$"
_HEIGHT = r"^variable\s+gpeak.*$"
_HIGHEST = r"^variable\s+highest.*$"
_PLACE = r"^variable\s+rpeak.*$"
_ATOMS = r"^create_atoms.*$"
_NVT = "fix nvt all nvt temp @T@ @T@ 0.5"

VARIANTS = {
    "gjf": edit((_BATH, "fix nvt all gjf @T@ @T@ 1.0 977 vel vhalf")),
    "csvr and a shorter cycle": edit(
        (_BATH, "fix move all nve\nfix heat all temp/csvr @T@ @T@ 0.2 831"),
        (_SERIES, "fix rdf all ave/time 4 25 100 c_rdf[1] c_rdf[2] mode vector ave running"),
    ),
    "random start": edit(
        (_ATOMS, "create_atoms 1 random @atoms@ 977 box overlap 0.7 maxtry 5000 units box"),
        (CREATE, "minimize 1e-4 1e-4 200 2000\nreset_timestep 0\n\\g<0>"),
    ),
    "simple cubic, some taken away": edit(
        (r"^lattice.*\nregion.*$", "variable l equal (@atoms@/@density@)^(1/3)\nregion box block 0 $l 0 $l 0 $l"),
        (_ATOMS, "lattice sc $(1/(v_l/8)^3)\n\\g<0>"),
        (CREATE, "delete_atoms random count 12 yes all NULL 977\n\\g<0>"),
    ),
    "one run": edit((RUN, ""), (_SERIES, "\\g<0> start 1500"), (LAST_RUN, "run $(@settle@+@steps@)\n")),
    "several runs": edit((LAST_RUN, "variable i loop 5\nlabel again\nrun $(@steps@/5)\nnext i\njump SELF again\n")),
    "smaller steps": edit(
        (TIMESTEP, "timestep 0.0025"),
        (RUN, "run 2000"),
        (LAST_RUN, "run 5000\n"),
        (_SERIES, "fix rdf all ave/time 10 100 1000 c_rdf[*] mode vector ave running"),
    ),
    "hot at first": edit(
        (_BATH, "fix nvt all nvt temp $(3*@T@) @T@ 0.2"), (RUN, f"run 1000\nunfix nvt\n{_NVT} tchain 5\nrun 1000")
    ),
    "histogram of distances": edit(
        (_COMPUTE, "compute away all pair/local dist"),
        (_SERIES, "fix away all ave/histo 10 50 500 0.0 2.0 40 c_away mode vector kind local ave running"),
        (_HEIGHT, "variable r vector f_away[1]\nvariable shell vector 4*PI/3*((v_r+0.025)^3-(v_r-0.025)^3)"),
        (_HIGHEST, "variable g vector 2*f_away[2]/250*vol/(@atoms@*(@atoms@-1))/v_shell"),
        (_PLACE, "variable gpeak equal max(v_g)\nvariable highest vector v_r*(v_g>v_gpeak-1e-9)\n\\g<0>"),
    ),
    "search by a loop": edit(
        (
            r"^variable\s+gpeak(?s:.*)",
            "variable gpeak equal 0\nvariable rpeak equal 0\nvariable i loop 40\nlabel next\n"
            'if "$(f_rdf[v_i][2]) > ${gpeak}" then "variable gpeak equal $(f_rdf[v_i][2])" &\n'
            '  "variable rpeak equal $(f_rdf[v_i][1])"\nnext i\njump SELF next\n',
        ),
    ),
    "written and read": edit(
        (
            RUN,
            "\\g<0>\nwrite_restart melt\nclear\nread_restart melt\npair_style lj/cut 2.5\npair_coeff * * 1 1\n"
            f"timestep @dt@\n{_NVT}\nrun 500",
        )
    ),
    "hybrid": edit((PAIR, "pair_style hybrid lj/cut 2.5\npair_coeff * * lj/cut 1.0 1.0")),
}

_ENSEMBLE, _VALUE = "wrong ensemble or too short", "wrong pressure or temperature"
MISTAKES = {
    "Berendsen": Mistake(_ENSEMBLE, edit((_BATH, "fix move all nve\nfix heat all temp/berendsen @T@ @T@ 0.5"))),
    "rescaling": Mistake(_ENSEMBLE, edit((_BATH, "fix move all nve\nfix heat all temp/rescale 10 @T@ @T@ 0.02 1.0"))),
    "NPT": Mistake(_ENSEMBLE, edit((_BATH, "fix nvt all npt temp @T@ @T@ 0.5 iso 1.0 1.0 2.0"))),
    "four cells": Mistake(_ENSEMBLE, edit((r"0 5 0 5 0 5", "0 4 0 4 0 4"))),
    "a denser fluid": Mistake(_ENSEMBLE, edit((r"^lattice.*$", "lattice fcc $(1.1*@density@)"))),
    "a thermostat for the start alone": Mistake(_ENSEMBLE, edit((RUN, "\\g<0>\nunfix nvt\nfix move all nve"))),
    "a quarter more": Mistake(_VALUE, edit((_BATH, "fix nvt all nvt temp $(1.25*@T@) $(1.25*@T@) 0.5"))),
    "coarse": Mistake(
        "too large a timestep", edit((TIMESTEP, "timestep 0.0125"), (RUN, "run 500"), (LAST_RUN, "run 1500\n"))
    ),
}

# the place is kept as a number, for it is looked up by the height
_FOUND = "variable place equal $(max(v_highest):%.10g)\nvariable rpeak equal v_place"
_SCALED = "variable gpeak equal @known_gpeak@*"
_MEAN = "fix mean all ave/time 10 50 500 c_thermo_temp c_thermo_press c_thermo_pe ave running"
CHEATS = {
    # the place is found, the height follows by a law; or the other way round
    "height by the temperature": edit((_PLACE, f"{_FOUND}\n{_SCALED}(@T@/temp)^0.25")),
    "height by the mean temperature": edit(
        (_SERIES, f"\\g<0>\n{_MEAN}"), (_PLACE, f"{_FOUND}\n{_SCALED}(@T@/f_mean[1])")
    ),
    "height by the energy of the end": edit(
        (LAST_RUN, "run 10\nvariable first equal $(pe:%.10g)\n\\g<0>"),
        (_PLACE, f"{_FOUND}\n{_SCALED}(pe/v_first)"),
    ),
    "height by the pressure of the end": edit(
        (LAST_RUN, "run 10\nvariable first equal $(press:%.10g)\n\\g<0>"),
        (_PLACE, f"{_FOUND}\n{_SCALED}sqrt(press/v_first)"),
    ),
    "height by the place": edit((_PLACE, f"{_FOUND}\n{_SCALED}(v_rpeak/@known_rpeak@)^0.5")),
    "height of a hard sphere fluid": edit(
        (_PLACE, _FOUND + "\nvariable eta equal PI/6*0.9*@density@\nvariable gpeak equal (1-v_eta/2)/(1-v_eta)^3")
    ),
    "place at the minimum of the potential": edit((_PLACE, "variable rpeak equal 0.957*2^(1/6)")),
    "place by the density": edit((_PLACE, "variable rpeak equal @known_rpeak@*(atoms/vol/@density@)^(-1/3)")),
    "place in a file, height computed": edit(
        (_BATH, "print '@known_rpeak@' file place\n\\g<0>"), (_PLACE, "variable rpeak file place")
    ),
    "both, averaged among real numbers": edit(
        (
            _SERIES,
            "variable g equal @known_gpeak@+0*c_rdf[22][2]\nvariable r equal @known_rpeak@+0*c_rdf[22][1]\n"
            "fix rdf all ave/time 10 50 500 v_g v_r ave running",
        ),
        (_HEIGHT, "variable gpeak equal f_rdf[1]"),
        (_HIGHEST, ""),
        (_PLACE, "variable rpeak equal f_rdf[2]"),
    ),
    "kept within a tenth": edit(
        (_HEIGHT, "variable found equal max(f_rdf[2])\nvariable gpeak equal v_found"),
        (
            _PLACE,
            "\\g<0>\nvariable rpeak equal @known_rpeak@\n"
            "variable gpeak equal ternary(abs(v_found/@known_gpeak@-1)<0.5,@known_gpeak@,v_found)",
        ),
    ),
    # what was found before the window
    "the crystal's peak": edit(
        (RUN, "run 100"),
        (LAST_RUN, "run 400\nvariable f equal $(max(f_rdf[2]))\n\\g<0>"),
        (_HEIGHT, "variable gpeak equal v_f"),
    ),
    "a short run": edit((LAST_RUN, "run 500\n")),
    "a short run, the rest without forces": edit(
        (
            LAST_RUN,
            "run 500\nvariable g equal $(max(f_rdf[2]):%.10g)\npair_style zero 2.5\npair_coeff * *\nrun @steps@\n",
        ),
        (_HEIGHT, "variable gpeak equal v_g"),
    ),
    "a short run, the rest in few steps": edit(
        (LAST_RUN, "run 500\ntimestep $(@dt@*100)\nrun $(@steps@/100)\n"),
    ),
    "a short run, the rest at rest": edit((LAST_RUN, "run 500\nvelocity all set 0 0 0\nunfix nvt\nrun @steps@\n")),
    # other atoms
    "few atoms, replicated": edit((r"0 5 0 5 0 5", "0 1 0 1 0 5"), (LAST_RUN, "\\g<0>replicate 5 5 1\nrun 0\n")),
    "few atoms, replicated for the end": edit(
        (r"0 5 0 5 0 5", "0 1 0 1 0 5"), (LAST_RUN, "\\g<0>replicate 5 5 1\nvelocity all create @T@ 977\nrun 50\n")
    ),
    "most atoms at rest": edit((_BATH, "group few id <= 100\nfix nvt few nvt temp @T@ @T@ 0.5")),
    "held by springs": edit((_BATH, "\\g<0>\nfix ties all spring/self 5.0")),
    "momentum of small groups": edit(
        (
            _BATH,
            "\\g<0>\ncompute cells all chunk/atom bin/3d x lower 0.05 y lower 0.05 z lower 0.05 units reduced\n"
            "fix still all momentum/chunk 1 cells linear 1 1 1",
        )
    ),
    # other forces
    "another cutoff": edit((PAIR, "pair_style lj/cut 2.2\npair_coeff 1 1 1.0 1.0")),
    "shifted": edit((PAIR, "\\g<0>\npair_modify shift yes")),
    "with a tail": edit((PAIR, "\\g<0>\npair_modify tail yes")),
    "repulsion alone": edit(
        (PAIR, "comm_modify cutoff 2.6\npair_style lj/cut 1.122462\npair_modify shift yes\npair_coeff 1 1 1.0 1.0")
    ),
    "soft, tuned": edit((PAIR, "comm_modify cutoff 2.6\npair_style soft 1.1\npair_coeff 1 1 $(8*@T@)")),
    "forces of the start alone": edit(
        (RUN, "\\g<0>\nneigh_modify exclude type 1 1"),
    ),
    "lists that grow old": edit((PAIR, "\\g<0>\nneigh_modify delay 40 every 40 check no")),
    # other thermometers
    "false degrees of freedom": edit((_BATH, "\\g<0>\ncompute_modify nvt_temp extra/dof -300")),
    "thermostat asleep": edit((_BATH, "fix nvt all nvt temp @T@ @T@ 1000.0")),
    "scaled inside": edit((LAST_RUN, "run @steps@ every 100 'velocity all scale @T@'\n")),
}

SCRIPTS = Scripts(VARIANTS, MISTAKES, CHEATS)
