"""Scripts for the family `melting`: a Lennard-Jones crystal beside its liquid."""

from mdgym.benchmarks.scripts import Mistake, Scripts, generic
from mdgym.benchmarks.scripts.free_cheats import LAST_RUN, PAIR, TIMESTEP, edit

_MELT = r"^region\s+right(?s:.*?)^unfix\s+move$"
_REGION = r"^region\s+right\s.*$"
_HALF = "region right block $(lx/2) INF INF INF INF INF units box"
_LEFT = "region left block INF $(lx/2-0.1) INF INF INF INF units box\ngroup left region left"
_BOX = r"^change_box.*$"
_MOVE_HALF = r"^fix\s+move.*$"
_CREATE = r"^velocity\s+all.*$"
_NVT = r"^fix\s+nvt.*$"
_SETTLE = r"^run\s+\d+\n(?=#)"
_MEANS = r"^fix\s+means.*$"
_PRESSURE = r"^variable\s+p_melt.*$"
_ENERGY = r"^variable\s+upot.*$"
_BATH = "fix move all nve\nfix bath all langevin @T@ @T@ 1.0 831"
# All of it melts, or nothing does.
_LIQUID = (_REGION, "region right block INF INF INF INF INF INF")
_CRYSTAL = (_MELT, "")

VARIANTS = {
    "Langevin": edit((_NVT, _BATH)),
    "Langevin before the motion": edit((_NVT, "fix bath all langevin @T@ @T@ 0.7 831 zero yes\nfix move all nve")),
    "stochastic rescaling": edit((_NVT, "fix move all nve\nfix bath all temp/csvr @T@ @T@ 0.5 831")),
    "the left half melts": edit((_REGION, "region right block INF $(lx/2) INF INF INF INF units box")),
    "the middle melts": edit((_REGION, "region right block $(lx/4) $(3*lx/4) INF INF INF INF units box")),
    "the crystal is held": edit(
        (_MOVE_HALF, f"{_LEFT}\nfix hold left setforce 0 0 0\nvelocity left set 0 0 0\nfix move all nve"),
        (r"^unfix\s+move$", "\\g<0>\nunfix hold"),
    ),
    "a liquid at random": edit(
        (
            _MELT,
            f"{_HALF}\ndelete_atoms region right\n"
            "create_atoms 1 random $(@atoms@-atoms) 831 right overlap 0.7 maxtry 2000 units box\n"
            "group right region right\nminimize 1e-4 1e-4 200 2000\nvelocity right create $(2*@T@) 977\n"
            "fix move right nve\nfix heat right langevin $(1.5*@T@) $(1.5*@T@) 0.2 977\nrun 600\n"
            "unfix heat\nunfix move",
        )
    ),
    "one run": edit(
        (_NVT, "reset_timestep 0\n\\g<0>"),
        (_SETTLE, ""),
        (_MEANS, "fix means all ave/time 10 400 4000 c_thermo_press[1] c_thermo_pe"),
        (LAST_RUN, "run 8000\n"),
    ),
    "smaller steps": edit((TIMESTEP, "timestep 0.004"), (_SETTLE, "run 3800\n"), (LAST_RUN, "run 5000\n")),
    "several runs": edit((LAST_RUN, "variable i loop 8\nlabel again\nrun 500\nnext i\njump SELF again\n")),
    "written and read": edit(
        (
            _NVT,
            "write_restart half\nclear\nread_restart half\npair_style lj/cut 2.5\npair_coeff 1 1 1.0 1.0\n"
            "timestep @dt@\n\\g<0>",
        )
    ),
    "series": edit(
        (_MEANS, "variable p equal c_thermo_press[1]\nvariable u equal c_thermo_pe\nfix means all vector 5 v_p v_u"),
        (_PRESSURE, "variable p_melt equal ave(f_means[1])"),
        (_ENERGY, "variable upot equal ave(f_means[2])/count(all)"),
    ),
}

_ENSEMBLE, _VALUE = "wrong ensemble or too short", "wrong pressure or temperature"
MISTAKES = {
    "nothing melted": Mistake(_ENSEMBLE, edit(_CRYSTAL)),
    "all of it melted": Mistake(_ENSEMBLE, edit(_LIQUID)),
    # thin layers of liquid freeze
    "too little melted": Mistake(
        _ENSEMBLE, edit((_REGION, "region right block $(0.88*lx) INF INF INF INF INF units box"))
    ),
    "no time to settle": Mistake(_ENSEMBLE, edit((_SETTLE, ""))),
    "Berendsen": Mistake(_ENSEMBLE, edit((_NVT, "fix move all nve\nfix bath all temp/berendsen @T@ @T@ 0.5"))),
    "the liquid alone is thermostatted": Mistake(
        _ENSEMBLE, edit((_NVT, "fix move all nve\nfix bath right langevin @T@ @T@ 1.0 831"))
    ),
    "a barostat": Mistake(
        _ENSEMBLE, edit((_NVT, "fix nvt all npt temp @T@ @T@ 0.5 x @known_p_melt@ @known_p_melt@ 5.0"))
    ),
    "the density of the crystal": Mistake(_ENSEMBLE, edit((_BOX, ""))),
    "another shape of the box": Mistake(
        _ENSEMBLE, edit((_NVT, "change_box all x scale 0.96 y scale $(1/0.96) remap\n\\g<0>"))
    ),
    "energy of all atoms": Mistake(_ENSEMBLE, edit((_ENERGY, "variable upot equal f_means[2]"))),
    # the generic one has none while the phases are made either
    "no thermostat": Mistake(_ENSEMBLE, edit((_NVT, "fix move all nve"))),
    # its box is another one
    "another temperature": Mistake(_ENSEMBLE, generic.MISTAKES["another temperature"].write),
    "a tenth too hot": Mistake(_VALUE, edit((_NVT, "fix nvt all nvt temp $(1.1*@T@) $(1.1*@T@) 0.5"))),
    "coarse": Mistake(
        "too large a timestep",
        edit(
            # as far in a step at every temperature
            (_NVT, "timestep $(0.0155/sqrt(@T@))\n\\g<0>"),
            (_SETTLE, "run 1200\n"),
            (_MEANS, "fix means all ave/time 5 1 5 c_thermo_press[1] c_thermo_pe ave running"),
            (LAST_RUN, "run $(5*ceil(@duration@/dt/5))\n"),
        ),
    ),
}

_KNOWN = ((_PRESSURE, "variable p_melt equal @known_p_melt@"), (_ENERGY, "variable upot equal @known_upot@"))
# Both phases first, whatever is done to them afterwards.
_TWO = f"{_BATH}\nrun 1000\nunfix move\nunfix bath\n"
_SQUEEZE = "change_box all x scale 0.93 y scale $(1/sqrt(0.93)) z scale $(1/sqrt(0.93)) remap\n"

CHEATS = {
    # one phase; strain brings the pressure along x nearer to the known one (T* = 1.35: 7.8 to 8.9 of 10.4)
    "a strained crystal": edit(_CRYSTAL, (_NVT, f"{_SQUEEZE}\\g<0>")),
    "a crystal of unequal edges": edit(_CRYSTAL, (_NVT, "change_box all y scale 0.97 z scale $(1/0.97) remap\n\\g<0>")),
    "a crystal with displaced atoms": edit(
        _CRYSTAL,
        (
            _NVT,
            "group hole id 1:900:30\ndisplace_atoms hole random 0.5 0.5 0.5 831\nminimize 0 1e-2 50 200\n\\g<0>",
        ),
    ),
    "a crystal, known values": edit(_CRYSTAL, *_KNOWN),
    "a liquid, known values": edit(_LIQUID, *_KNOWN),
    "a corrected crystal": edit(
        _CRYSTAL,
        (_PRESSURE, "variable p_melt equal f_means[1]*1.25"),
        (_ENERGY, "variable upot equal f_means[2]/atoms+0.25"),
    ),
    "a liquid chilled": edit(_LIQUID, (_NVT, "fix nvt all nvt temp @T@ 0.1 0.1\nrun 400\nunfix nvt\n\\g<0>")),
    # both phases before the window, one in it
    "melted before the window": edit(
        (
            _NVT,
            f"{_TWO}fix hot all nvt temp $(3*@T@) $(3*@T@) 0.2\nrun 1000\nunfix hot\n"
            "velocity all create @T@ 977\n\\g<0>",
        )
    ),
    "a crystal put back": edit(
        (r"^velocity\s+right.*$", "write_restart crystal\n\\g<0>"),
        (
            _NVT,
            f"{_TWO}clear\nread_restart crystal\npair_style lj/cut 2.5\npair_coeff 1 1 1.0 1.0\ntimestep @dt@\n"
            "velocity all create $(2*@T@) 977\n\\g<0>",
        ),
    ),
    # one phase turns into the other in the window
    "melts in the window": edit(
        _CRYSTAL,
        (_CREATE, "velocity all create $(6*@T@) 4712"),
        (_NVT, "fix nvt all nvt temp @T@ @T@ 9.0"),
        (_SETTLE, ""),
    ),
    # a liquid, half of which is kept in place
    "half on springs": edit(_LIQUID, (_NVT, f"{_LEFT}\n\\g<0>\nfix hold left spring/self 200.0")),
    "half without forces": edit(
        _LIQUID, (_NVT, f"{_LEFT}\n\\g<0>\nfix hold left setforce 0 0 0\nvelocity left set 0 0 0")
    ),
    "half left out": edit(_LIQUID, (_NVT, f"{_LEFT}\ngroup rest subtract all left\nfix nvt rest nvt temp @T@ @T@ 0.5")),
    "half braked": edit(_LIQUID, (_NVT, f"{_LEFT}\n\\g<0>\nfix brake left viscous 50.0")),
    "half heavy": edit(
        _LIQUID,
        (_NVT, f"{_LEFT}\nfix heavy all property/atom rmass\nset group all mass 1.0\nset group left mass 1000\n\\g<0>"),
    ),
    "half cold": edit(
        _LIQUID,
        (
            _NVT,
            "variable t atom @T@*(0.2+1.6*(x>lx/2))\nfix move all nve\nfix bath all langevin v_t 1.0 0.2 831",
        ),
    ),
    "half recentred": edit(_LIQUID, (_NVT, f"{_LEFT}\n\\g<0>\nfix hold left recenter INIT INIT INIT shift left")),
    # forces that keep half in place
    "half of another kind": edit(
        (r"^create_box.*$", "create_box 2 box"),
        (r"^mass.*$", "mass * 1.0"),
        (r"^pair_coeff.*$", "pair_coeff * * 1.0 1.0"),
        _LIQUID,
        (_NVT, f"{_LEFT}\nset group left type 2\npair_coeff 2 2 3.0 1.0\n\\g<0>"),
    ),
    "pairs left out": edit(
        _CRYSTAL,
        (_NVT, f"{_LEFT}\nneigh_modify exclude group left left\n\\g<0>"),
    ),
    # frames crowd at the end, where a liquid has no time to move
    "crowded frames": edit(
        _LIQUID,
        (LAST_RUN, "run 3600\nvariable i loop 40\nlabel again\nrun 10\nnext i\njump SELF again\n"),
    ),
    "a tiny timestep at the end": edit(_LIQUID, (LAST_RUN, "run 4000\ntimestep $(@dt@/1000)\nrun 4000\n"), *_KNOWN),
    "a short window": edit((LAST_RUN, "run 400\n")),
    "shifted": edit((PAIR, "\\g<0>\npair_modify shift yes")),
}

SCRIPTS = Scripts(VARIANTS, MISTAKES, CHEATS)
