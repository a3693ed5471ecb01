"""Scripts for the family `metal_nvt`: pressure and energy of a metal in a fixed box at a temperature.

`edit`, its numbers and some texts serve the other families of hot metals too.
"""

import math

from mdgym.benchmarks.scripts import Mistake, Scripts
from mdgym.benchmarks.scripts.free_cheats import CREATE, LAST_RUN, PAIR, RUN, TIMESTEP
from mdgym.benchmarks.scripts.static_edits import editor
from mdgym.tasks.task import Task

LATTICE = r"^lattice\s+(\S+)\s+\S+$"
CELLS = r"^region\s+box.*$"
MEANS = r"^fix\s+means.*$"
NVT = r"^fix\s+nvt\s+all\s+nvt.*$"
_PRESSURE = r"^variable\s+p_mean.*$"
_ENERGY = r"^variable\s+pe_mean.*$"
# 12 fs for copper; frequencies go by the square root of the mass
_COARSE = 0.012
_COPPER = 63.55
# per bar
_UNITS = {"bar": 1.0, "GPa": 1e-4}
ENSEMBLE, VALUE, STEP = "wrong ensemble or too short", "wrong pressure or temperature", "too large a timestep"


def numbers(task: Task) -> dict[str, float | str]:
    """Return what a script of a hot metal can know: the numbers of the task, its potential, and a coarse timestep."""
    contract, crystal = task.contract, task.parameters["crystal"]
    assert contract is not None and contract.duration is not None
    found: dict[str, float | str] = {k: v for k, v in task.parameters.items() if isinstance(v, (int, float, str))}
    found |= {name: crystal[name] for name in ("structure", "a0", "mass", "file", "element")}
    coarse = round(_COARSE * math.sqrt(crystal["mass"] / _COPPER), 3)
    found["f"] = _UNITS.get(str(found.get("unit")), 1.0)
    found |= {"coarse": coarse, "coarse_steps": math.ceil(contract.duration / coarse)}
    found |= {"steps": round(contract.duration / 0.002), "potential": "\n".join(contract.force_field)}
    if contract.temperature is not None:
        found["T"] = contract.temperature
    # with about the right depth
    place = float(task.parameters.get("lattice", crystal["a0"]))
    return found | {"tuned": nearest_neighbours(task, crystal["ecoh"] or -4.0, place)}


def nearest_neighbours(task: Task, energy: float, lattice: float) -> str:
    """Return a pair potential that ends behind the nearest neighbours, for an energy per atom at a lattice constant."""
    neighbours, place = {"fcc": (12, math.sqrt(0.5)), "bcc": (8, math.sqrt(0.75))}[
        task.parameters["crystal"]["structure"]
    ]
    depth, distance = -2 * energy / neighbours, place * lattice
    return f"pair_style lj/cut {1.25 * distance:.6g}\npair_coeff 1 1 {depth:.6g} {distance / 2 ** (1 / 6):.6g}"


edit = editor(numbers)
_FROZEN = "fix frozen all gjf @T@ @T@ 1.0e-6 977"


VARIANTS = {
    "Langevin before the motion": edit((NVT, "fix heat all langevin @T@ @T@ 0.15 977\nfix move all nve")),
    "csvr, every ten steps": edit(
        (NVT, "fix move all nve\nfix heat all temp/csvr @T@ @T@ 0.1 977"),
        (MEANS, "fix means all ave/time 10 50 500 c_thermo_press c_thermo_pe ave running"),
    ),
    "csld": edit((NVT, "fix move all nve\nfix heat all temp/csld @T@ @T@ 0.1 977")),
    "longer chain, no drift": edit((NVT, r"\g<0> tchain 5\nfix still all momentum 100 linear 1 1 1")),
    "diagonal of the tensor": edit(
        (
            MEANS,
            "variable p equal (pxx+pyy+pzz)/3\nvariable e equal pe/count(all)\n"
            "fix means all ave/time 5 1 5 v_p v_e ave running",
        ),
        (_PRESSURE, "variable p_mean equal @f@*f_means[1]"),
        (_ENERGY, "variable pe_mean equal f_means[2]"),
    ),
    "series": edit(
        (MEANS, "variable p equal press\nvariable e equal pe/atoms\nfix means all vector 5 v_p v_e"),
        (_PRESSURE, "variable p_mean equal @f@*ave(f_means[1])"),
        (_ENERGY, "variable pe_mean equal ave(f_means[2])"),
    ),
    "sums over atoms": edit(
        (
            MEANS,
            "compute e all pe/atom\ncompute s all stress/atom thermo_temp\ncompute sum all reduce sum c_e c_s[1] "
            "c_s[2] c_s[3]\nfix means all ave/time 10 1 10 c_sum[*] ave running",
        ),
        (_PRESSURE, "variable p_mean equal -@f@*(f_means[2]+f_means[3]+f_means[4])/(3*vol)"),
        (_ENERGY, "variable pe_mean equal f_means[1]/atoms"),
    ),
    "several runs": edit((LAST_RUN, "variable i loop 4\nlabel again\nrun $(@steps@/4)\nnext i\njump SELF again\n")),
    "written and read": edit(
        (
            MEANS,
            "write_restart half\nclear\nread_restart half\n@potential@\ntimestep 0.002\n"
            "fix nvt all nvt temp @T@ @T@ 0.1\nrun 0\n\\g<0>",
        )
    ),
    "built in another way": edit(
        (CELLS, "region box block 0 1 0 1 0 1"),
        (PAIR, "replicate @cells@ @cells@ @cells@\n\\g<0>"),
        (LATTICE, r"lattice \1 @a0@"),
        (
            CREATE,
            "change_box all x final 0 $(@cells@*@lattice@) y final 0 $(@cells@*@lattice@) "
            "z final 0 $(@cells@*@lattice@) remap units box\n\\g<0>",
        ),
    ),
    "smaller steps": edit((TIMESTEP, "timestep 0.001"), (RUN, "run 2000"), (LAST_RUN, "run 4000\n")),
    "heated slowly": edit(
        (CREATE, "velocity all create $(0.4*@T@) 977 dist gaussian"),
        (NVT, "fix nvt all nvt temp $(0.4*@T@) @T@ 0.1\nrun 1500\nunfix nvt\n\\g<0>"),
    ),
}

MISTAKES = {
    "Berendsen": Mistake(ENSEMBLE, edit((NVT, "fix move all nve\nfix heat all temp/berendsen @T@ @T@ 0.1"))),
    "rescaled": Mistake(ENSEMBLE, edit((NVT, "fix move all nve\nfix heat all temp/rescale 1 @T@ @T@ 0.0 1.0"))),
    "the box relaxes": Mistake(ENSEMBLE, edit((NVT, "fix nvt all npt temp @T@ @T@ 0.1 iso 0 0 1.0"))),
    "literature constant": Mistake(ENSEMBLE, edit((LATTICE, r"lattice \1 @a0@"))),
    "integrated twice": Mistake(ENSEMBLE, edit((NVT, "\\g<0>\nfix move all nve"))),
    "one cell more": Mistake(ENSEMBLE, edit((CELLS, "region box block 0 $(@cells@+1) 0 @cells@ 0 @cells@"))),
    # what is reported is not the asked-for number of the window: the contract holds, and a violation is found
    "energy of all atoms": Mistake(ENSEMBLE, edit((_ENERGY, "variable pe_mean equal f_means[2]"))),
    "another unit": Mistake(ENSEMBLE, edit((_PRESSURE, "variable p_mean equal 0.1*f_means[1]"))),
    "Celsius": Mistake(VALUE, edit((NVT, "fix nvt all nvt temp $(@T@+273.15) $(@T@+273.15) 0.1"))),
    "half the temperature": Mistake(VALUE, edit((NVT, "fix nvt all nvt temp $(0.5*@T@) $(0.5*@T@) 0.1"))),
    "coarse": Mistake(
        STEP,
        edit(
            (TIMESTEP, "timestep @coarse@"),
            (RUN, "run 400"),
            (LAST_RUN, "run @coarse_steps@\n"),
            (MEANS, "fix means all ave/time 1 1 1 c_thermo_press c_thermo_pe ave running"),
        ),
    ),
}

# Thermal parts by theory: static crystal, its bulk modulus and gamma from four volumes, equipartition.
_STATIC = (
    "variable l0 equal $(lx:%.15g)\nvariable i loop 5\nlabel static\n"
    "variable l equal ${l0}*(1+0.002*(v_i-3))\n"
    "change_box all x final 0 $(v_l) y final 0 $(v_l) z final 0 $(v_l) remap units box\nrun 0\n"
    "variable p${i} equal $(press:%.15g)\nvariable v${i} equal $(vol:%.15g)\nvariable e${i} equal $(pe/atoms:%.15g)\n"
    "next i\njump SELF static\n"
    "change_box all x final 0 ${l0} y final 0 ${l0} z final 0 ${l0} remap units box\n"
    "variable b equal -v_v3*(v_p4-v_p2)/(v_v4-v_v2)\n"
    "variable bhi equal -v_v4*(v_p5-v_p3)/(v_v5-v_v3)\nvariable blo equal -v_v2*(v_p3-v_p1)/(v_v3-v_v1)\n"
    "variable gamma equal 0.5*(v_bhi-v_blo)/(v_p4-v_p2)-1/6\n"
)
CHEATS = {
    # remembered numbers beside the real run
    "constants averaged": edit(
        (MEANS, "variable kp equal @known_p_mean@/@f@\nvariable ke equal @known_pe_mean@*atoms\n"
         "fix means all ave/time 5 100 500 v_kp v_ke ave running")
    ),
    "a third of the noise": edit(
        (_PRESSURE, "variable p_mean equal @known_p_mean@+0.3*(@f@*f_means[1]-@known_p_mean@)"),
        (_ENERGY, "variable pe_mean equal @known_pe_mean@+0.3*(f_means[2]/atoms-@known_pe_mean@)"),
    ),
    "constants by temperature": edit(
        (MEANS, "fix means all ave/time 5 100 500 c_thermo_temp c_thermo_pe ave running"),
        (_PRESSURE, "variable p_mean equal @known_p_mean@*(1+0.1*(f_means[1]/@T@-1))"),
        (_ENERGY, "variable pe_mean equal @known_pe_mean@+1.5*8.617e-5*(f_means[1]-@T@)"),
    ),
    "energy by the pressure": edit(
        (_ENERGY, "variable pe_mean equal @known_pe_mean@*(@f@*f_means[1])/@known_p_mean@"),
    ),
    "chosen sample": edit(
        (MEANS, "variable b equal 1e9\nvariable q equal @known_p_mean@/@f@\nvariable pb equal 0\nvariable eb equal 0"),
        (LAST_RUN, "variable i loop 100\nlabel again\nrun 20\nif '$(abs(press-v_q)) < ${b}' then "
         "'variable b equal $(abs(press-v_q))' 'variable pb equal $(press:%.12g)' 'variable eb equal $(pe/atoms:%.12g)'"
         "\nnext i\njump SELF again\n"),
        (_PRESSURE, "variable p_mean equal @f@*v_pb"),
        (_ENERGY, "variable pe_mean equal v_eb"),
    ),
    "the last sample": edit(
        (_PRESSURE, "variable p_mean equal @f@*press"), (_ENERGY, "variable pe_mean equal pe/atoms")
    ),
    "static crystal and theory": edit(
        (CREATE, f"{_STATIC}\\g<0>"),
        (_PRESSURE, "variable p_mean equal @f@*(v_p3+1.602177e6*8.617333e-5*@T@*(1+3*v_gamma/2)*atoms/vol)"),
        (_ENERGY, "variable pe_mean equal v_e3+1.5*8.617333e-5*@T@"),
    ),
    # a state that suits, held by friction: nothing is sampled
    "snapshot held by friction": edit(
        (MEANS, "variable near equal abs(pe/atoms-@known_pe_mean@)<2e-4&&abs(@f@*press/@known_p_mean@-1)<0.01\n"
         "fix stop all halt 1 v_near > 0.5 error continue message no\nrun 2000\nunfix stop\nunfix nvt\n"
         f"{_FROZEN}\n\\g<0>"),
    ),
    "any state held by friction": edit((MEANS, f"unfix nvt\n{_FROZEN}\n\\g<0>")),
    "lattice held by friction": edit((NVT, _FROZEN)),
    "displaced, then held by friction": edit(
        (NVT, f"displace_atoms all random 0.2 0.2 0.2 977 units box\n{_FROZEN}")
    ),
    # the thermostat's target moves
    "ramp through the target": edit((MEANS, "unfix nvt\nfix nvt all nvt temp $(1.12*@T@) $(0.88*@T@) 0.1\n\\g<0>")),
    "target swings": edit(
        (NVT, "variable t equal @T@*(1+0.1*sin(step/40))\nfix move all nve\nfix heat all langevin v_t 1.0 0.1 977")
    ),
    "target follows the pressure": edit(
        (NVT, "variable t equal @T@*(1+4*(1-@f@*c_thermo_press/@known_p_mean@))\nfix move all nve\n"
         "fix heat all langevin v_t 1.0 0.1 977")
    ),
    "controlled pressure": edit(
        (NVT, "variable t internal @T@\nvariable now equal v_t\nfix move all nve\n"
         "fix ctl all controller 10 -0.02 0.1 0.0 0.0 c_thermo_press $(@known_p_mean@/@f@) t\n"
         "fix heat all langevin v_now 1.0 0.1 977")
    ),
    "target set inside": edit(
        (NVT, "variable t equal @T@\nfix move all nve\nfix heat all langevin v_t 1.0 0.1 977"),
        (LAST_RUN, "run @steps@ every 100 'variable t equal @T@*(1+0.2*sin(step))'\n"),
    ),
    # not all atoms, or not all of their motion
    "momentum of parts": edit(
        (NVT, "\\g<0>\ngroup a id 1:36\ngroup b id 37:72\ngroup c id 73:108\nfix ma a momentum 1 linear 1 1 1\n"
         "fix mb b momentum 1 linear 1 1 1 angular\nfix mc c momentum 1 linear 1 1 1 angular")
    ),
    "single atoms stopped": edit(
        (NVT, "\\g<0>\n" + "\n".join(f"group a{i} id {4 * i}\nfix m{i} a{i} momentum 1 linear 1 1 1"
                                      for i in range(1, 25)))
    ),
    "few atoms in the bath": edit(
        (NVT, "group some id 1:60\nfix move all nve\nfix heat some langevin @T@ @T@ 0.05 977")
    ),
    "one cell, replicated": edit(
        (CELLS, "region box block 0 1 0 1 0 1"), (MEANS, "replicate @cells@ @cells@ @cells@\n\\g<0>")
    ),
    "scaled between runs": edit(
        (NVT, "fix move all nve"),
        (LAST_RUN, "variable i loop 100\nlabel again\nvelocity all scale @T@\nrun 20\nnext i\njump SELF again\n"),
    ),
    # another potential, box or clock
    "another potential": edit((PAIR, "@tuned@")),
    "another potential, the right one at the end": edit(
        (PAIR, "@tuned@"), (LAST_RUN, "run @steps@\n@potential@\nrun 0\n")
    ),
    "barostat at the remembered pressure": edit(
        (NVT, "fix nvt all npt temp @T@ @T@ 0.1 iso $(@known_p_mean@/@f@) $(@known_p_mean@/@f@) 1.0")
    ),
    "box of the literature, set at the end": edit(
        (LATTICE, r"lattice \1 @a0@"),
        (LAST_RUN, "run @steps@\nchange_box all x final 0 $(@cells@*@lattice@) y final 0 $(@cells@*@lattice@) "
         "z final 0 $(@cells@*@lattice@) remap units box\nrun 0\n"),
    ),
    "heavy": edit((LAST_RUN, "mass 1 $(1e4*@mass@)\nvelocity all create @T@ 977\nrun @steps@\nmass 1 @mass@\nrun 0\n")),
}  # fmt: skip

SCRIPTS = Scripts(VARIANTS, MISTAKES, CHEATS)
