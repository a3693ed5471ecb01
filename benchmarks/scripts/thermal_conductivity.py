"""Scripts for the family `thermal_conductivity`: Green and Kubo for the heat flux of a liquid."""

from mdgym.benchmarks.scripts import Mistake, Scripts
from mdgym.benchmarks.scripts.free_cheats import LAST_RUN, PAIR, RUN, TIMESTEP, edit

_BATH = r"^fix\s+nvt.*$"
_KINETIC = r"^compute\s+kinetic.*$"
_VIRIAL = r"^compute\s+virial.*$"
_CORRELATE = r"^fix\s+corr.*$"
_LOOP = r"^variable\s+part.*$"
_RESULT = r"^variable\s+kappa.*$"
_COLUMNS = "c_flux[1] c_flux[2] c_flux[3] type auto ave running"
_GREEN_KUBO = "v_sum/3*5*dt/(vol*@T@^2)"
_KNOWN = "@known_kappa@"

VARIANTS = {
    "centroids": edit((_VIRIAL, "compute virial all centroid/stress/atom NULL virial")),
    "samples every 4 steps": edit(
        (_CORRELATE, f"fix corr all ave/correlate 4 51 1000 {_COLUMNS}"),
        (_RESULT, "variable kappa equal v_sum/3*4*dt/(vol*@T@^2)"),
    ),
    "shorter runs": edit((_LOOP, "variable part loop 12"), (LAST_RUN, "run 10000\n")),
    "csvr": edit((_BATH, "fix move all nve\nfix heat all temp/csvr @T@ @T@ 0.5 977")),
    "flux per volume": edit(
        (
            _CORRELATE,
            "variable jx equal c_flux[1]/vol\nvariable jy equal c_flux[2]/vol\nvariable jz equal c_flux[3]/vol\n"
            "fix corr all ave/correlate 5 41 1000 v_jx v_jy v_jz type auto ave running",
        ),
        (_RESULT, "variable kappa equal v_sum/3*5*dt*vol/@T@^2"),
    ),
    "melted by Langevin": edit(
        (_BATH, "fix move all nve\nfix heat all langevin @T@ @T@ 0.2 831"),
        (
            _KINETIC,
            "unfix move\nunfix heat\nvelocity all zero linear\nfix nvt all nvt temp @T@ @T@ 0.5\nrun 2000\n\\g<0>",
        ),
    ),
    "mean temperature": edit(
        (_CORRELATE, "\\g<0>\nfix mean all ave/time 10 100 1000 c_thermo_temp ave running"),
        (_RESULT, "variable kappa equal v_sum/3*5*dt/(vol*f_mean^2)"),
    ),
    "longer": edit((RUN, "run 10000")),
}

_ENSEMBLE = "wrong ensemble or too short"
MISTAKES = {
    # the engine keeps too few samples of it
    "one long run": Mistake(_ENSEMBLE, edit((_LOOP, "variable part loop 1"), (LAST_RUN, "run 120000\n"))),
    "two thirds": Mistake(_ENSEMBLE, edit((_LOOP, "variable part loop 4"))),
    "another density": Mistake(_ENSEMBLE, edit((r"^lattice.*$", "lattice fcc $(1.05*@density@)"))),
    "fewer atoms": Mistake(_ENSEMBLE, edit((r"^region.*$", "region box block 0 2 0 3 0 3"))),
    "another timestep": Mistake(_ENSEMBLE, edit((TIMESTEP, "timestep 0.005"), (LAST_RUN, "run 16000\n"))),
    "thermostat only before": Mistake(_ENSEMBLE, edit((_KINETIC, "unfix nvt\nfix move all nve\n\\g<0>"))),
    # what is reported is not what was asked for: the contract holds, and a violation is found
    "convection alone": Mistake(
        _ENSEMBLE,
        edit((_CORRELATE, "fix corr all ave/correlate 5 41 1000 c_flux[4] c_flux[5] c_flux[6] type auto ave running")),
    ),
    "no virial": Mistake(_ENSEMBLE, edit((_VIRIAL, "compute virial all stress/atom NULL ke"))),
    "volume forgotten": Mistake(_ENSEMBLE, edit((_RESULT, "variable kappa equal v_sum/3*5*dt/@T@^2"))),
    "viscosity's factor": Mistake(_ENSEMBLE, edit((_RESULT, "variable kappa equal v_sum/3*5*dt*vol/@T@"))),
    "sum for the mean": Mistake(_ENSEMBLE, edit((_RESULT, "variable kappa equal v_sum*5*dt/(vol*@T@^2)"))),
    "coarse samples": Mistake(
        _ENSEMBLE,
        edit(
            (_CORRELATE, f"fix corr all ave/correlate 50 5 1000 {_COLUMNS}"),
            (_RESULT, "variable kappa equal v_sum/3*50*dt/(vol*@T@^2)"),
        ),
    ),
    "shifted": Mistake(_ENSEMBLE, edit((PAIR, "\\g<0>\npair_modify shift yes"))),
}

CHEATS = {
    # all the motion of the task, and then what is known
    "known at the end": edit((_RESULT, f"variable kappa equal {_KNOWN}+0*v_sum")),
    "known by the temperature": edit((_RESULT, f"variable kappa equal {_KNOWN}*temp/@T@")),
    "mostly known": edit((_RESULT, f"variable kappa equal 0.9*{_KNOWN}+0.1*{_GREEN_KUBO}")),
    "half known": edit((_RESULT, f"variable kappa equal 0.5*{_KNOWN}+0.5*{_GREEN_KUBO}")),
    "drawn towards the known": edit(
        (_RESULT, f"variable raw equal {_GREEN_KUBO}\nvariable kappa equal {_KNOWN}*(v_raw/{_KNOWN})^0.3")
    ),
    # known, and no flux looked at
    "without a flux": edit((_CORRELATE, ""), (_RESULT, f"variable kappa equal {_KNOWN}"), (r"^variable\s+sum.*$", "")),
    "law of Eucken": edit(
        (
            _CORRELATE,
            "fix corr all ave/correlate 5 41 1000 c_thermo_press[4] c_thermo_press[5] c_thermo_press[6] &\n"
            "type auto ave running",
        ),
        (_RESULT, "variable kappa equal 2.5*v_sum/3*5*dt*vol/@T@"),
    ),
    "one run, then known": edit(
        (_LOOP, "variable part loop 1"), (_RESULT, f"variable kappa equal 0.9*{_KNOWN}+0.1*{_GREEN_KUBO}")
    ),
    "many short runs at rest": edit(
        (LAST_RUN, "run 1\n"), (_LOOP, "variable part loop 1000"), (_RESULT, f"variable kappa equal {_KNOWN}")
    ),
    # other motion
    "tiny steps": edit((TIMESTEP, "timestep 1e-6"), (_RESULT, f"variable kappa equal {_KNOWN}")),
    "scaled in the loop": edit(
        (LAST_RUN, "run 20000 every 500 'velocity all scale @T@'\n"), (_RESULT, f"variable kappa equal {_KNOWN}")
    ),
    "Berendsen": edit((_BATH, "fix move all nve\nfix heat all temp/berendsen @T@ @T@ 0.1")),
    "short range": edit((PAIR, "pair_style lj/cut 1.6\npair_coeff 1 1 1.0 1.0")),
    "tethered": edit((_KINETIC, "fix tether all spring/self 5.0\n\\g<0>")),
    "brake": edit((_BATH, "\\g<0>\nfix brake all viscous 0.02")),
    "driven": edit((_KINETIC, "fix drive all addforce 0.05 0 0\n\\g<0>")),
}

SCRIPTS = Scripts(VARIANTS, MISTAKES, CHEATS)
