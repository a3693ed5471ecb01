"""Scripts for the family `nve`: how well the total energy is kept at a prescribed timestep."""

from mdgym.benchmarks.scripts import Mistake, Scripts
from mdgym.benchmarks.scripts.common import BOX, POTENTIAL, Plain, forge
from mdgym.benchmarks.scripts.dynamics import AVERAGE, MEANS, mistakes, variants
from mdgym.benchmarks.scripts.dynamics_cheats import cheats

_SERIES = "variable mx equal ave(f_series)"
PLAIN = Plain(
    {
        "box": BOX,
        "potential": POTENTIAL,
        "start": "velocity all create ${temperature} 4711 mom yes\ntimestep ${dt}",
        "fixes": "fix move all nve",
        "equilibrate": "run ${settle}",
        # squares of differences to the first value: digits matter
        "define": "variable e0 equal $(etotal/atoms:%.16g)\n"
        "variable x equal etotal/atoms-v_e0\n"
        "variable y equal v_x*v_x",
        "average": AVERAGE,
        "produce": "run ${steps}",
        "means": MEANS,
        "results": "variable etot equal v_e0+v_mx\nvariable esd equal sqrt(v_my-v_mx^2)",
    },
    settle=1.0,
)
change = PLAIN.change

VARIANTS = {
    **{name: write for name, write in variants(PLAIN).items() if name != "started with the run"},
    "normal velocities": change(start="velocity all create ${temperature} 4711 dist gaussian\ntimestep ${dt}"),
    "velocities by place": change(start="velocity all create ${temperature} 4711 loop geom\ntimestep ${dt}"),
    "scaled": change(
        start="velocity all create 300 4711 mom yes rot yes\n"
        "velocity all zero linear\n"
        "velocity all scale ${temperature}\n"
        "timestep ${dt}"
    ),
    "three calls": change(
        start="timestep ${dt}\nvelocity all create ${temperature} 4711 rot no dist uniform\nvelocity all zero linear"
    ),
    "halves": change(
        start="group low id 1:100\ngroup high subtract all low\n${start}", fixes="fix a low nve\nfix b high nve"
    ),
    "kinetic plus potential": change(
        start="compute k all ke\n${start}",
        define="variable x equal (c_k+c_thermo_pe)/count(all)-(${known_first})\nvariable y equal v_x*v_x",
        results="variable etot equal v_mx+(${known_first})\nvariable esd equal sqrt(v_my-v_mx^2)",
    ),
    "spread of a vector": change(
        average="fix series all vector 5 v_x",
        means=f"{_SERIES}\nvariable d vector (f_series-v_mx)^2\nvariable my equal ave(v_d)",
        results="variable etot equal v_e0+v_mx\nvariable esd equal sqrt(v_my)",
    ),
    "total of all atoms": change(
        define="variable e0 equal $(etotal:%.16g)\nvariable x equal etotal-v_e0\nvariable y equal v_x*v_x",
        results="variable etot equal (v_e0+v_mx)/atoms\nvariable esd equal sqrt(v_my-v_mx^2)/atoms",
    ),
    "long start": change(equilibrate="run $(4*${settle})"),
    "fs in a variable": change(start="variable fs equal 1000*${dt}\n${start}\ntimestep $(v_fs/1000)"),
}

_ENSEMBLE = "wrong ensemble or too short"
_NVT = "fix move all nvt temp ${temperature} ${temperature} 0.1"
MISTAKES = {
    **mistakes(PLAIN),
    "NVT": Mistake(_ENSEMBLE, change(fixes=_NVT)),
    "NPT": Mistake(_ENSEMBLE, change(fixes="fix move all npt temp ${temperature} ${temperature} 0.1 iso 0 0 1")),
    "Langevin too": Mistake(
        _ENSEMBLE, change(fixes="fix move all nve\nfix heat all langevin ${temperature} ${temperature} 0.1 4711")
    ),
    "default timestep": Mistake(_ENSEMBLE, PLAIN.at(0.001).change()),
    "a percent too small": Mistake(_ENSEMBLE, change(box=BOX.replace("${constant}", "$(0.99*${constant})"))),
    "energy of all atoms": Mistake(
        _ENSEMBLE, change(results="variable etot equal (v_e0+v_mx)*atoms\nvariable esd equal sqrt(v_my-v_mx^2)*atoms")
    ),
    "twice the temperature": Mistake(
        "wrong pressure or temperature",
        change(start="velocity all create $(2*${temperature}) 4711 mom yes\ntimestep ${dt}"),
    ),
    "thermostat before": Mistake(
        "wrong pressure or temperature",
        change(equilibrate=f"unfix move\n{_NVT}\nrun ${{settle}}\nunfix move\nfix move all nve"),
    ),
    "room temperature": Mistake(
        "wrong pressure or temperature", change(start="velocity all create 298.15 4711\ntimestep ${dt}")
    ),
}

CHEATS = {
    # any mean of a conserved quantity is right: the last samples alone are no cheat here
    **{name: write for name, write in cheats(PLAIN, "$(1.5*${dt})").items() if name != "last samples only"},
    # a smaller error than velocity Verlet's at this timestep, or one that looks right
    "smaller timestep": PLAIN.at(0.0005).change(),
    "two timesteps": PLAIN.at(0.0005).change(
        equilibrate="run ${settle}", produce="run ${steps}\ntimestep 0.005\nrun 10"
    ),
    "another timestep, named at the end": change(
        start="${start}\ntimestep $(0.9*${dt})",
        produce="run $(round(${steps}/0.9))\ntimestep ${dt}",
        average="fix means all ave/time 5 1 5 v_x v_y ave running",
    ),
    "spread by the square of the timestep": change(
        results="variable etot equal v_e0+v_mx\nvariable esd equal ${known_second}*(dt/${dt})^2"
    ),
    "spread from theory": change(results="variable etot equal v_e0+v_mx\nvariable esd equal ${known_second}*temp/temp"),
    "spread from kinetic energy": change(
        define="variable e0 equal $(etotal/atoms:%.16g)\nvariable x equal etotal/atoms-v_e0\nvariable y equal ke/atoms",
        results="variable etot equal v_e0+v_mx\nvariable esd equal ${known_second}*(v_my/v_my)",
    ),
    "energy kept by rescaling": change(
        produce="run ${steps} every 10 'velocity all scale $(temp*(1-(etotal/atoms-v_e0)/(ke/atoms)))'"
    ),
    "weak thermostat": change(fixes="fix move all nvt temp $(${temperature}/2) $(${temperature}/2) 1000.0"),
    "brake": change(fixes="fix move all nve\nfix brake all viscous 0.0001"),
    "inner steps": change(start="${start}\nrun_style respa 2 4 pair 1", fixes="fix move all nve"),
    "few atoms": change(box=BOX.replace("${cells}", "2")),
    "tuned potential": change(
        potential="pair_style morse 6.0\npair_coeff * * 0.35 1.36 2.87\nmass 1 ${mass}", results=forge("{}")
    ),
    "one digit after the other": change(
        produce="variable i loop 10\nlabel digit\nrun $(${steps}/10)\nnext i\njump SELF digit",
        results=forge("{}*(1+0*v_mx)"),
    ),
}

SCRIPTS = Scripts(VARIANTS, MISTAKES, CHEATS)
