"""Scripts for the family `metal_npt`: lattice constant and potential energy at a temperature and a pressure."""

from mdgym.benchmarks.scripts import Mistake, Scripts
from mdgym.benchmarks.scripts.common import BOX, POTENTIAL, Plain, forge
from mdgym.benchmarks.scripts.dynamics import AVERAGE, MEANS, mistakes, variants
from mdgym.benchmarks.scripts.dynamics_cheats import cheats

_BAROSTAT = "iso ${pressure} ${pressure} 1.0"
_NPT = f"fix npt all npt temp ${{temperature}} ${{temperature}} 0.1 {_BAROSTAT}"
_NPH = f"fix box all nph {_BAROSTAT}"
_NVT = "fix nvt all nvt temp ${temperature} ${temperature} 0.1"
_LANGEVIN = "fix heat all langevin ${temperature} ${temperature} 0.1 4711"
# About 12 fs for copper; frequencies go by the square root of cohesive energy over mass and lattice constant squared.
COARSE = "$(0.0008/sqrt(abs(${known_second})/(${mass}*${constant}^2)))"
PLAIN = Plain(
    {
        "box": BOX,
        "potential": POTENTIAL,
        "start": "velocity all create $(2*${temperature}) 4711\ntimestep ${dt}",
        "fixes": _NPT,
        "equilibrate": "run ${settle}",
        "define": "variable x equal vol/atoms\nvariable y equal pe/atoms",
        "average": AVERAGE,
        "produce": "run ${steps}",
        "means": MEANS,
        "results": "variable a_mean equal (${per_cell}*v_mx)^(1/3)\nvariable pe_mean equal v_my",
    },
    timestep=0.002,
    settle=2.0,
)
change = PLAIN.change

VARIANTS = {
    **variants(PLAIN),
    "Langevin": change(fixes=f"{_NPH}\n{_LANGEVIN}"),
    "Langevin without drift": change(fixes=f"{_NPH}\n{_LANGEVIN} zero yes"),
    "stochastic rescaling": change(fixes=f"{_NPH}\nfix heat all temp/csvr ${{temperature}} ${{temperature}} 0.1 4711"),
    "barostat last": change(fixes=f"{_LANGEVIN}\n{_NPH}"),
    "Langevin barostat": change(
        fixes=f"fix move all nve\n{_LANGEVIN}\n"
        "fix box all press/langevin iso ${pressure} ${pressure} 1.0 temp ${temperature} ${temperature} 4711"
    ),
    "edges on their own": change(
        fixes=_NPT.replace("iso", "aniso"),
        define="variable x equal lx*ly*lz/count(all)\nvariable y equal c_thermo_pe/count(all)",
    ),
    "coupled edges": change(
        fixes="fix npt all npt temp ${temperature} ${temperature} 0.1 x ${pressure} ${pressure} 1.0 "
        "y ${pressure} ${pressure} 1.0 z ${pressure} ${pressure} 1.0 couple xyz"
    ),
    "slower thermostat": change(fixes=_NPT.replace("0.1 iso", "0.2 iso")),
    "faster barostat": change(fixes=_NPT.replace(" 1.0", " 0.5")),
    "longer chains": change(fixes=f"{_NPT} tchain 5 pchain 5"),
    "smaller timestep": PLAIN.at(0.001).change(),
    "larger timestep": PLAIN.at(0.003).change(),
    "NVT first": change(equilibrate=f"unfix npt\n{_NVT}\nrun 500\nunfix nvt\n{_NPT}\nrun ${{settle}}"),
    "NVE with Langevin first": change(
        equilibrate="unfix npt\n"
        "fix move all nve\n"
        f"{_LANGEVIN}\n"
        "run 500\n"
        "unfix move\n"
        "unfix heat\n"
        f"{_NPT}\n"
        "run ${settle}"
    ),
    "heated slowly": change(
        start="velocity all create $(0.2*${temperature}) 4711 dist gaussian\ntimestep ${dt}",
        fixes="fix npt all npt temp $(0.2*${temperature}) ${temperature} 0.1 iso ${pressure} ${pressure} 1.0",
        equilibrate=f"run ${{settle}}\nunfix npt\n{_NPT}\nrun ${{settle}}",
    ),
    "no drift": change(fixes=f"{_NPT}\nfix still all momentum 100 linear 1 1 1"),
    "edge instead of volume": change(
        define="variable x equal (${per_cell}*vol/atoms)^(1/3)\nvariable y equal pe/atoms",
        results="variable a_mean equal v_mx\nvariable pe_mean equal v_my",
    ),
    "box length": change(
        define="variable x equal lx/${cells}\nvariable y equal pe/atoms",
        results="variable a_mean equal v_mx\nvariable pe_mean equal v_my",
    ),
    "units in variables": change(
        start="variable t equal ${temperature}\n"
        "variable GPa equal ${pressure}/10000\n"
        "variable p equal v_GPa*10000\n"
        "variable fs equal 2.0\n"
        "velocity all create $(2*v_t) 4711 mom yes rot yes dist gaussian\n"
        "timestep $(v_fs/1000)",
        fixes="fix npt all npt temp ${t} ${t} $(100*dt) iso ${p} ${p} $(500*dt)",
    ),
    "far box": change(box=BOX.replace("${constant}", "$(0.99*${constant})")),
}

_WRONG = "wrong pressure or temperature"
MISTAKES = {
    **mistakes(PLAIN),
    "NVT": Mistake("wrong ensemble or too short", change(fixes=_NVT)),
    "NVE": Mistake("wrong ensemble or too short", change(fixes="fix nve all nve")),
    "Langevin without barostat": Mistake("wrong ensemble or too short", change(fixes=f"fix nve all nve\n{_LANGEVIN}")),
    "integrated twice": Mistake("wrong ensemble or too short", change(fixes=f"fix move all nve\n{_NPT}")),
    "no thermostat": Mistake("wrong ensemble or too short", change(fixes=_NPH)),
    "production without barostat": Mistake(
        "wrong ensemble or too short", change(average=f"unfix npt\n{_NVT}\n{AVERAGE}")
    ),
    "Celsius": Mistake(_WRONG, change(fixes=_NPT.replace("${temperature}", "$(${temperature}+273.15)"))),
    "half the temperature": Mistake(_WRONG, change(fixes=_NPT.replace("${temperature}", "$(0.5*${temperature})"))),
    "a GPa too much": Mistake(_WRONG, change(fixes=_NPT.replace("${pressure}", "$(${pressure}+10000)"))),
    "GPa taken for kbar": Mistake(_WRONG, change(fixes=_NPT.replace("${pressure}", "$(10*${pressure}+20000)"))),
    "large timestep": Mistake(
        "too large a timestep",
        change(
            start=f"${{start}}\ntimestep {COARSE}",
            equilibrate="run $(ceil(2/dt))",
            average="fix means all ave/time 1 1 1 v_x v_y ave running",
            produce="run $(ceil(${duration}/dt))",
        ),
    ),
}

_KNOWN = BOX.replace("${constant}", "${known_first}")
# Nearest neighbours alone, with depth and distance that give about the right crystal.
_TUNED = """\
variable z equal 12*(${per_cell}==4)+8*(${per_cell}==2)
variable r equal ${constant}*((${per_cell}==4)/sqrt(2)+(${per_cell}==2)*sqrt(3)/2)
pair_style lj/cut $(1.6*v_r)
pair_coeff 1 1 $(-1.5*${known_second}/v_z) $(v_r*0.9/2^(1/6)*1.09)
mass 1 ${mass}"""
CHEATS = {
    **cheats(PLAIN, COARSE),
    # NPT by name, in a box of the known size that does not move
    "barostat asleep": change(box=_KNOWN, fixes=_NPT.replace(" 1.0", " 1.0e9")),
    "NVT in the known box": change(box=_KNOWN, fixes=_NVT),
    "one edge free": change(
        box=_KNOWN, fixes="fix npt all npt temp ${temperature} ${temperature} 0.1 z ${pressure} ${pressure} 1e8"
    ),
    "one edge breathing": change(
        box=_KNOWN, fixes="fix npt all npt temp ${temperature} ${temperature} 0.1 z ${pressure} ${pressure} 1.0"
    ),
    "Berendsen barostat": change(
        fixes=f"{_NVT}\nfix box all press/berendsen iso ${{pressure}} ${{pressure}} 1.0 modulus 1e6"
    ),
    "box pulled to the answer": change(
        fixes=_NVT,
        equilibrate="variable l equal ${known_first}*${cells}\n"
        "fix pull all deform 1 x final 0 ${l} y final 0 ${l} z final 0 ${l} "
        "units box\nrun ${settle}\nunfix pull",
    ),
    "box wiggled": change(
        box=_KNOWN, fixes=f"{_NVT}\nfix wiggle all deform 1 x wiggle 0.1 0.7 y wiggle 0.1 0.7 z wiggle 0.1 0.7"
    ),
    "box wiggled inside": change(
        box=_KNOWN,
        fixes=_NVT,
        produce="run ${steps} every 20 'change_box all x scale $(1+0.001*normal(0,1,4711)) remap'",
    ),
    "box set at the end": change(
        produce="${produce}\nvariable l equal ${known_first}*${cells}\n"
        "change_box all x final 0 ${l} y final 0 ${l} z final 0 ${l} remap units box\n"
        "run 1",
        results=forge("{}"),
    ),
    # a thermostat that sees another temperature than there is
    "false degrees of freedom": change(fixes=f"{_NPT}\ncompute_modify npt_temp extra/dof 300"),
    "false temperature": change(
        fixes=f"{_NPT}\ncompute false all temp\ncompute_modify false extra/dof -700\nfix_modify npt temp false"
    ),
    # thermostats that hold only the mean, or only the number that they see
    "ramp around the target": change(
        average="unfix npt\n"
        "fix npt all npt temp $(1.5*${temperature}) $(0.5*${temperature}) 0.05 " + _BAROSTAT + f"\n{AVERAGE}"
    ),
    "thermostat on nothing": change(
        average="group none empty\nunfix npt\n" + f"{_NPH}\n{_LANGEVIN.replace('heat all', 'heat none')}\n{AVERAGE}"
    ),
    "thermostat on one atom, late": change(
        average="group one id 1\nunfix npt\n" + f"{_NPH}\n{_LANGEVIN.replace('heat all', 'heat one')}\n{AVERAGE}"
    ),
    "thermostat asleep": change(average="unfix npt\n" + _NPT.replace("0.1 iso", "1e6 iso") + f"\n{AVERAGE}"),
    "varying temperature": change(
        fixes=f"variable t equal ${{temperature}}*(1+0.5*sin(step/50))\n{_NPH}\nfix heat all langevin v_t 1.0 0.02 4711"
    ),
    # energy from theory: static crystal at the known constant plus equipartition
    "harmonic theory": change(
        box=_KNOWN,
        average="",
        produce="minimize 0 1e-8 100 1000\nvelocity all create ${temperature} 4711\nrun 1",
        means="",
        results="variable a_mean equal lx/${cells}\nvariable pe_mean equal pe/atoms+1.5*8.617333e-5*${temperature}",
    ),
    # another potential for most of the work
    "tuned potential": change(potential=_TUNED),
    "tuned potential, swapped at the end": change(potential=_TUNED, produce="${produce}\n${potential}\nrun 1"),
    "tuned potential, swapped for a static end": change(potential=_TUNED, produce="${produce}\n${potential}\nrun 0"),
    "tuned potential, swapped inside": change(
        produce="run ${steps} every $(round(${steps}/2)) 'pair_style zero 5.0 nocoeff' 'pair_coeff * *'"
    ),
    "tuned potential inside, then back": change(
        potential=_TUNED,
        equilibrate="run ${settle}\n${potential}\nrun 10",
        produce="run $(${steps}/50)",
        average="fix means all ave/time 1 1 1 v_x v_y ave running",
    ),
}

SCRIPTS = Scripts(VARIANTS, MISTAKES, CHEATS)
