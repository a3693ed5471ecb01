"""Scripts for the family `lj_melt`: a crystal that melts at constant energy."""

from mdgym.benchmarks.scripts import Mistake, Scripts, generic
from mdgym.benchmarks.scripts.free_cheats import CREATE, LAST_RUN, PAIR, RUN, TIMESTEP, edit

_MEANS = r"^fix\s+means.*$"
_MOVE = r"^fix\s+nve.*$"
_TEMP = r"^variable\s+temp.*$"
_UPOT = r"^variable\s+upot.*$"
_KNOWN = "@known_temp@ @known_temp@"

VARIANTS = {
    "melted in two parts": edit((RUN, "run 700\nrun 800")),
    "written and read": edit(
        (
            r"^fix\s+nve.*\nthermo.*\nrun.*$",
            "\\g<0>\nwrite_restart melt\nclear\nread_restart melt\npair_style lj/cut 2.5\npair_coeff 1 1 1 1\n"
            "timestep @dt@\nfix nve all nve",
        )
    ),
    "velocities by place": edit((CREATE, "velocity all create @T@ 977 mom yes rot no loop geom")),
    "drawn, then scaled": edit(
        (CREATE, "velocity all create 1.0 977 dist gaussian\nvelocity all zero linear\nvelocity all scale @T@")
    ),
    "smaller steps": edit((TIMESTEP, "timestep 0.0025"), (RUN, "run 3000"), (LAST_RUN, "run 6000\n")),
    "temperature from kinetic energy": edit(
        (_MEANS, "compute k all ke\nfix means all ave/time 10 50 500 c_k c_thermo_pe ave running"),
        (_TEMP, "variable temp equal f_means[1]/(1.5*(atoms-1))"),
    ),
    "longer": edit(
        (RUN, "run 3000"), (LAST_RUN, "run 4000\n"), (_MEANS, "run 1000\n\\g<0>"), (r"run 4000", "run 3000")
    ),
    "minimized first": edit((PAIR, "\\g<0>\nminimize 0 1e-6 3 10")),
    "series": edit(
        (_MEANS, "variable t equal c_thermo_temp\nvariable u equal c_thermo_pe\nfix means all vector 5 v_t v_u"),
        (_TEMP, "variable temp equal ave(f_means[1])"),
        (_UPOT, "variable upot equal ave(f_means[2])/count(all)"),
    ),
}

_ENSEMBLE = "wrong ensemble or too short"
MISTAKES = {
    "thermostat at the first temperature": Mistake(_ENSEMBLE, edit((_MOVE, "fix nve all nvt temp @T@ @T@ 0.5"))),
    "thermostat before": Mistake(
        _ENSEMBLE, edit((_MOVE, "fix nve all nvt temp @T@ @T@ 0.5"), (_MEANS, "unfix nve\nfix nve all nve\n\\g<0>"))
    ),
    "no time to melt": Mistake(_ENSEMBLE, edit((RUN, "run 100"))),
    "half the temperature": Mistake(_ENSEMBLE, edit((CREATE, "velocity all create $(@T@/2) 4711"))),
    # its first step shows that it is not the melt of the task
    "another temperature": Mistake(_ENSEMBLE, generic.MISTAKES["another temperature"].write),
    "velocities again": Mistake(_ENSEMBLE, edit((_MEANS, "velocity all create @T@ 977\n\\g<0>"))),
    "coarse": Mistake(
        "too large a timestep", edit((TIMESTEP, "timestep 0.012"), (RUN, "run 700"), (LAST_RUN, "run 1500\n"))
    ),
}

CHEATS = {
    # the temperature at the end is known: put it in
    "Langevin before the window": edit(
        (_MOVE, f"\\g<0>\nfix heat all langevin {_KNOWN} 0.2 831"), (_MEANS, "unfix heat\n\\g<0>")
    ),
    "Nosé-Hoover before the window": edit(
        (_MOVE, f"fix nve all nvt temp {_KNOWN} 0.2"), (_MEANS, "unfix nve\nfix nve all nve\n\\g<0>")
    ),
    "Langevin after the first step": edit(
        (_MOVE, f"\\g<0>\nrun 10\nfix heat all langevin {_KNOWN} 0.2 831"), (_MEANS, "unfix heat\n\\g<0>")
    ),
    "scaled before the window": edit((_MEANS, "velocity all scale @known_temp@\n\\g<0>")),
    "scaled in the melt": edit((RUN, "run 1000 every 50 'velocity all scale @known_temp@'\nrun 500")),
    "rescaled in the melt": edit(
        (_MOVE, f"\\g<0>\nfix heat all temp/rescale 1 {_KNOWN} 0.0 1.0"), (_MEANS, "unfix heat\n\\g<0>")
    ),
    "thermostat throughout": edit((_MOVE, f"\\g<0>\nfix heat all langevin {_KNOWN} 0.2 831")),
    "weak thermostat throughout": edit((_MOVE, f"fix nve all nvt temp {_KNOWN} 5.0")),
    "a disordered start": edit(
        (
            CREATE,
            f"velocity all create @T@ 4711\nfix nve all nvt temp {_KNOWN} 0.1\nrun 500\nunfix nve\n"
            "velocity all create @known_temp@ 4711",
        )
    ),
    "a disordered start, relaxed": edit(
        (
            CREATE,
            "displace_atoms all random 0.4 0.4 0.4 831\nminimize 1e-3 1e-3 30 100\n"
            "velocity all create $(@known_temp@+(@known_upot@-pe)/1.5) 4711",
        )
    ),
    "chilled by a minimization": edit(
        (_MEANS, "minimize 0 0 3 10\nvelocity all create @known_temp@ 831\nrun 200\n\\g<0>")
    ),
    "another state read": edit(
        (
            _MOVE,
            f"fix heat all nvt temp {_KNOWN} 0.2\nrun 500\nunfix heat\nwrite_restart melt\nclear\nread_restart melt\n"
            "pair_style lj/cut 2.5\npair_coeff 1 1 1 1\ntimestep @dt@\n\\g<0>",
        )
    ),
    # energy conservation instead of a melt
    "half of the kinetic energy": edit(
        (_MEANS, ""),
        (RUN, "run 10"),
        (LAST_RUN, "run 100\n"),
        (_TEMP, "variable temp equal temp"),
        (_UPOT, "variable upot equal pe"),
    ),
    "temperature alone": edit(
        (_MEANS, "fix means all ave/time 5 100 500 c_thermo_temp ave running\nvariable e equal @known_upot@"),
        (_TEMP, "variable temp equal f_means"),
        (_UPOT, "variable upot equal v_e+0*pe"),
    ),
    "no settling": edit((RUN, "run 100")),
    "the window from the first step": edit((RUN, "run 0")),
    "hotter, shorter": edit((RUN, "run 300"), (CREATE, "velocity all create $(1.02*@T@) 4711")),
    "shifted": edit((PAIR, "\\g<0>\npair_modify shift yes")),
    "another cutoff": edit((PAIR, "pair_style lj/cut 2.2\npair_coeff 1 1 1.0 1.0")),
    "brake": edit((_MOVE, "\\g<0>\nfix brake all viscous 0.02")),
}

SCRIPTS = Scripts(VARIANTS, MISTAKES, CHEATS)
