"""Scripts for the family `lj_fluid`: pressure and potential energy of a Lennard-Jones fluid."""

from mdgym.benchmarks.scripts import Mistake, Scripts
from mdgym.benchmarks.scripts.common import BOX, POTENTIAL, Plain, forge
from mdgym.benchmarks.scripts.dynamics import AVERAGE, MEANS, mistakes, variants
from mdgym.benchmarks.scripts.dynamics_cheats import cheats

_NVT = "fix nvt all nvt temp ${temperature} ${temperature} 0.5"
_LANGEVIN = "fix move all nve\nfix heat all langevin ${temperature} ${temperature} 1.0 4711"
PLAIN = Plain(
    {
        "box": BOX,
        "potential": POTENTIAL,
        "start": "velocity all create $(1.5*${temperature}) 4711\ntimestep ${dt}",
        "fixes": _NVT,
        "equilibrate": "run ${settle}",
        "define": "variable x equal c_thermo_press\nvariable y equal c_thermo_pe/atoms",
        "average": AVERAGE,
        "produce": "run ${steps}",
        "means": MEANS,
        "results": "variable press equal v_mx\nvariable upot equal v_my",
    },
    timestep=0.005,
    settle=7.5,
)
change = PLAIN.change
_LJ = "${force_field}"
_COMPUTED = "variable x equal c_thermo_press\nvariable y equal c_thermo_pe/atoms"

VARIANTS = {
    **variants(PLAIN),
    "Langevin": change(fixes=_LANGEVIN),
    "Langevin, strong": change(fixes=_LANGEVIN.replace(" 1.0 ", " 0.3 ")),
    "Langevin without drift": change(fixes=f"{_LANGEVIN} zero yes"),
    "Langevin, Gronbech-Jensen": change(
        fixes="fix heat all langevin ${temperature} ${temperature} 1.0 4711 gjf vfull\nfix move all nve"
    ),
    "stochastic rescaling": change(
        fixes="fix move all nve\nfix heat all temp/csvr ${temperature} ${temperature} 0.5 4711"
    ),
    "stochastic velocities": change(
        fixes="fix move all nve\nfix heat all temp/csld ${temperature} ${temperature} 0.5 4711"
    ),
    "thermostat before integrator": change(
        fixes="fix heat all langevin ${temperature} ${temperature} 1.0 4711\nfix move all nve"
    ),
    "faster thermostat": change(fixes=_NVT.replace(" 0.5", " 0.2")),
    "longer chain": change(fixes=f"{_NVT} tchain 5 tloop 2"),
    "smaller timestep": PLAIN.at(0.0025).change(),
    "larger timestep": PLAIN.at(0.006).change(),
    "no drift": change(fixes=f"{_LANGEVIN}\nfix still all momentum 100 linear 1 1 1"),
    "NVE with Langevin first": change(
        equilibrate=f"unfix nvt\n{_LANGEVIN}\nrun 500\nunfix move\nunfix heat\n{_NVT}\nrun ${{settle}}"
    ),
    "from rest": change(start="timestep ${dt}", fixes=_LANGEVIN, equilibrate="run ${settle}\nrun ${settle}"),
    "heated, then cooled": change(
        fixes="fix nvt all nvt temp $(2*${temperature}) ${temperature} 0.5",
        equilibrate=f"run ${{settle}}\nunfix nvt\n{_NVT}\nrun ${{settle}}",
    ),
    "random start": change(
        box="units ${units}\n"
        "region box block 0 $((256/${density})^(1/3)) 0 $((256/${density})^(1/3)) 0 "
        "$((256/${density})^(1/3))\n"
        "create_box 1 box\n"
        "create_atoms 1 random 256 4711 NULL overlap 0.75 maxtry 2000",
        start="minimize 1e-4 1e-6 200 2000\nreset_timestep 0\n${start}",
    ),
    "global cutoff by coefficient": change(
        potential="mass * ${mass}\npair_style lj/cut 3.0\npair_coeff * * 1.0 1.0 2.5"
    ),
    "cutoff named twice": change(
        potential="mass 1 ${mass}\npair_style lj/cut 2.5\npair_modify shift no tail no\npair_coeff 1 1 1 1 2.5"
    ),
    "own computes": change(
        start="compute t all temp\n"
        "compute p all pressure t\n"
        "compute u all pe\n"
        "compute e all pe/atom\n"
        "compute sum all reduce sum c_e\n${start}",
        define="variable x equal c_p\nvariable y equal c_sum/256",
    ),
    "thermo keywords": change(define="variable x equal press\nvariable y equal pe"),
    "unnormalized thermo": change(
        start="${start}\nthermo_modify norm no", define="variable x equal press\nvariable y equal pe/256"
    ),
    "pressure by components": change(
        define="variable x equal (pxx+pyy+pzz)/3\nvariable y equal pe",
        start="${start}\nthermo_style custom step temp pe ke press pxx pyy pzz",
    ),
    "values of the last step printed": change(
        produce="run ${steps} every 500 \"print 'P = $(press)'\"", results="${results}\nprint 'P = $(v_x) U = $(v_y)'"
    ),
    "computes averaged": change(
        average="reset_timestep 0\nfix means all ave/time 10 $(${steps}/10) ${steps} c_thermo_press c_thermo_pe",
        results="variable press equal f_means[1]\nvariable upot equal f_means[2]/atoms",
    ),
}

_WRONG = "wrong pressure or temperature"
_ENSEMBLE = "wrong ensemble or too short"
MISTAKES = {
    **mistakes(PLAIN),
    "NVE": Mistake(_ENSEMBLE, change(fixes="fix move all nve")),
    "Langevin alone": Mistake(_ENSEMBLE, change(fixes="fix heat all langevin ${temperature} ${temperature} 1.0 4711")),
    "NPT": Mistake(_ENSEMBLE, change(fixes="fix npt all npt temp ${temperature} ${temperature} 0.5 iso 1.0 1.0 5.0")),
    "production without thermostat": Mistake(_ENSEMBLE, change(average=f"unfix nvt\nfix move all nve\n{AVERAGE}")),
    "energy per atom divided twice": Mistake(
        _ENSEMBLE, change(define="variable x equal press\nvariable y equal pe/atoms")
    ),
    "a tenth denser": Mistake(_ENSEMBLE, change(box=BOX.replace("${constant}", "$(1.1*${constant})"))),
    "half the temperature": Mistake(_WRONG, change(fixes=_NVT.replace("${temperature}", "$(0.5*${temperature})"))),
    "too hot": Mistake(_WRONG, change(fixes=_NVT.replace("${temperature}", "$(1.3*${temperature})"))),
    "0.015 tau": Mistake("too large a timestep", PLAIN.at(0.015).change()),
}

CHEATS = {
    **cheats(PLAIN, "0.015"),
    # a thermostat that sees another temperature than there is
    "false degrees of freedom": change(fixes=f"{_NVT}\ncompute_modify nvt_temp extra/dof 300"),
    "false temperature": change(
        fixes=f"{_NVT}\ncompute false all temp\ncompute_modify false extra/dof -700\nfix_modify nvt temp false"
    ),
    "ramp around the target": change(
        average="unfix nvt\nfix nvt all nvt temp $(1.5*${temperature}) $(0.5*${temperature}) 0.1\n" + AVERAGE
    ),
    "thermostat on nothing": change(
        average=f"group none empty\nunfix nvt\n{_LANGEVIN.replace('heat all', 'heat none')}\n{AVERAGE}"
    ),
    "thermostat on one atom, late": change(
        average=f"group one id 1\nunfix nvt\n{_LANGEVIN.replace('heat all', 'heat one')}\n{AVERAGE}"
    ),
    "thermostat asleep": change(average=f"unfix nvt\n{_NVT.replace(' 0.5', ' 1e6')}\n{AVERAGE}"),
    "varying temperature": change(
        fixes="variable t equal ${temperature}*(1+0.5*sin(step/50))\n"
        "fix move all nve\n"
        "fix heat all langevin v_t 1.0 0.1 4711"
    ),
    "profile of temperatures": change(
        fixes="variable t atom ${temperature}*(1+0.5*sin(x))\nfix move all nve\nfix heat all langevin v_t 1.0 0.1 4711"
    ),
    # neighbour lists that are never built again
    "stale neighbours": change(start="neighbor 0.1 bin\nneigh_modify every 1 delay 40 check no\n${start}"),
    "stale neighbours in production": change(
        start="neighbor 0.1 bin\n${start}", average="neigh_modify every 1 delay 50 check no\n${average}"
    ),
    # another fluid
    "shifted": change(potential=f"{POTENTIAL}\npair_modify shift yes"),
    "tail corrected": change(potential=f"{POTENTIAL}\npair_modify tail yes"),
    "purely repulsive": change(potential=POTENTIAL.replace(_LJ, "pair_style lj/cut 1.122462\npair_coeff 1 1 1 1")),
    "short cutoff": change(potential=POTENTIAL.replace(_LJ, "pair_style lj/cut 2.2\npair_coeff 1 1 1 1")),
    "short cutoff, right energies": change(
        potential=POTENTIAL.replace(_LJ, "pair_style lj/cut 2.2\npair_coeff 1 1 1 1"),
        produce="${produce}\n${potential}\nrun 0",
    ),
    "short cutoff, corrected in the end": change(
        potential=POTENTIAL.replace(_LJ, "pair_style lj/cut 2.2\npair_coeff 1 1 1 1"),
        produce="${produce}\n${potential}\nrun 10",
    ),
    "dummies": change(
        box=BOX.replace("create_box      1", "create_box      2") + "\nset group all type/fraction 2 0.3 4711",
        potential="mass * ${mass}\npair_style lj/cut 2.5\npair_coeff * * 0.0 1.0\npair_coeff 1 1 1.0 1.0",
    ),
    "smooth at the cutoff": change(
        potential=POTENTIAL.replace(_LJ, "pair_style lj/smooth/linear 2.5\npair_coeff 1 1 1 1")
    ),
    "square mixture": change(
        potential="mass 1 ${mass}\n"
        "pair_style hybrid/overlay lj/cut 2.5 soft 1.0\n"
        "pair_coeff 1 1 lj/cut 1 1\n"
        "pair_coeff 1 1 soft 0.5"
    ),
    "depth adapted": change(
        fixes=f"{_NVT}\nvariable depth equal ramp(0.5,1.0)\nfix soften all adapt 10 pair lj/cut epsilon * * v_depth"
    ),
    "depth adapted inside": change(
        average="variable depth equal 1-0.3*(step>10)*(step<${steps}-10)\n"
        "${average}\n"
        "fix soften all adapt 10 pair lj/cut epsilon * * v_depth reset yes"
    ),
    "coefficients changed inside": change(produce="run ${steps} every $(round(${steps}/4)) 'pair_coeff 1 1 0.8 1.0'"),
    # pressure and energy of something else under the names of the right
    "virial alone": change(start="uncompute thermo_press\ncompute thermo_press all pressure NULL virial\n${start}"),
    "pressure with a false temperature": change(
        start="group few id 1:100\ncompute cold few temp\n${start}\nthermo_modify temp cold"
    ),
    "ideal gas law": change(means="", results="variable press equal density*temp\nvariable upot equal pe"),
    "virial expansion": change(
        means="",
        produce="run 100",
        results="variable press equal ${known_first}*density/${density}*(temp/${temperature})^0.001\n"
        "variable upot equal pe",
    ),
    # density by another box
    "denser, then stretched": change(
        box=BOX.replace("${constant}", "$(1.1*${constant})"),
        produce="${produce}\nvariable l equal (256/${density})^(1/3)\n"
        "change_box all x final 0 ${l} y final 0 ${l} z final 0 ${l} remap units box\n"
        "run 10",
        results=forge("{}"),
    ),
    # Monte Carlo without Monte Carlo: swaps of nothing
    "swaps": change(
        average="fix means all ave/time 5 1 5 v_x v_y ave running\n"
        "fix mc all gcmc 100 0 100 1 4711 ${temperature} -1.0 0.1"
    ),
    "deposit and evaporate": change(
        fixes=f"{_NVT}\nregion all block INF INF INF INF INF INF\nfix out all evaporate 1000 10 all 4711"
    ),
}

SCRIPTS = Scripts(VARIANTS, MISTAKES, CHEATS)
