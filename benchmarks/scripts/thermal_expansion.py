"""Scripts for the family `thermal_expansion`: lattice constants of a metal at two temperatures under a pressure."""

from mdgym.benchmarks.scripts import Mistake, Scripts
from mdgym.benchmarks.scripts.free_cheats import CREATE, PAIR, TIMESTEP
from mdgym.benchmarks.scripts.heat_capacity import AVERAGE, MOVE, SCALED, STAGES, in_series, stage, two_stages
from mdgym.benchmarks.scripts.metal_nvt import CELLS, ENSEMBLE, STEP, VALUE, nearest_neighbours, numbers
from mdgym.benchmarks.scripts.static_edits import editor
from mdgym.tasks.task import Task

_ALPHA = r"^variable\s+alpha.*$"
_CONSTANT = r"^variable\s+a_hot.*$"


def _numbers(task: Task) -> dict[str, float | str]:
    found = numbers(task)
    step = float(found["second"]) - float(found["first"])
    known = {reference.name: reference.value for reference in task.references}
    cold = known["a_hot"] / (1 + 1e-6 * known["alpha"] * step)
    words = next(line.split() for line in task.gold.splitlines() if line.startswith("lattice"))
    found |= {"step": step, "start": words[2], "known_cold": cold, "per_cell": {"fcc": 4, "bcc": 2}[words[1]]}
    # expands as it likes, from a distance that is about right at rest
    return found | {"tuned_cold": nearest_neighbours(task, -3.0, 0.993 * cold)}


edit = editor(_numbers)
_ISO = "iso @pressure@ @pressure@ 1.0"
_NPT = f"fix npt all npt temp TEMP TEMP 0.1 {_ISO}"
_NPH = f"fix box all nph {_ISO}\n"
_NVT = "fix nvt all nvt temp TEMP TEMP 0.1"
_LANGEVIN = "fix heat all langevin TEMP TEMP 0.1 977"
_BAROSTAT = "fix box all press/langevin iso @pressure@ @pressure@ 1.0 temp TEMP TEMP 977"
_LATE = _NPT.replace("TEMP", "@second@")
_EDGES = "change_box all x final 0 $(@cells@*A) y final 0 $(@cells@*A) z final 0 $(@cells@*A) remap units box"
_TO_COLD, _TO_HOT = _EDGES.replace("A)", "@known_cold@)"), _EDGES.replace("A)", "@known_a_hot@)")
_REBUILT = (
    "clear\nunits metal\natom_style atomic\nlattice @structure@ @start@\n"
    "region box block 0 @cells@ 0 @cells@ 0 @cells@\ncreate_box 1 box\ncreate_atoms 1 box\n@potential@\n"
    "mass 1 @mass@\nvelocity all create $(2*@second@) 977 mom yes rot no\ntimestep 0.002\n"
    "variable now equal vol/atoms\n"
)


def _in_known_boxes(fixes: str, between: str = "") -> tuple[str, str]:
    """Both stages, each in a box of the remembered size."""
    return STAGES, f"{_TO_COLD}\n" + two_stages(fixes, f"{between}\n{_TO_HOT}\n{SCALED}")[1]


VARIANTS = {
    "Langevin last": edit(two_stages(f"{_NPH}{_LANGEVIN}")),
    "csvr": edit(two_stages(f"{_NPH}fix heat all temp/csvr TEMP TEMP 0.1 977")),
    "Langevin barostat": edit(two_stages(f"{MOVE}{_LANGEVIN}\n{_BAROSTAT}")),
    "coupled edges": edit(
        two_stages("fix npt all npt temp TEMP TEMP 0.1 x @pressure@ @pressure@ 1.0 y @pressure@ @pressure@ 1.0 "
                   "z @pressure@ @pressure@ 1.0 couple xyz")
    ),
    "faster barostat, no drift": edit(
        two_stages(_NPT.replace(" 1.0", " 0.5") + "\nfix still all momentum 100 linear 1 1 1")
    ),
    "brought by the thermostat": edit(
        two_stages(_NPT, f"fix up all npt temp @first@ @second@ 0.1 {_ISO}\nrun 1500\nunfix up")
    ),
    "written and read between": edit(
        two_stages(_NPT, "write_restart half\nclear\nread_restart half\n@potential@\ntimestep 0.002\n"
                   f"variable now equal vol/atoms\n{SCALED}")
    ),
    "a fresh crystal for each": edit(two_stages(_NPT, _REBUILT)),
    "volume from edges": edit((r"vol/atoms$", "lx*ly*lz/count(all)"), two_stages(_NPT)),
    "volume of a cell": edit(
        (r"vol/atoms$", "@per_cell@*vol/atoms"), two_stages(_NPT), (_CONSTANT, "variable a_hot equal v_hot^(1/3)")
    ),
    "series": edit(
        (STAGES, in_series(_NPT))
    ),
    "smaller steps": edit(
        (TIMESTEP, "timestep 0.001"),
        (STAGES, two_stages(_NPT)[1].replace("run 1500", "run 3000").replace("run 1000", "run 2000")),
    ),
}  # fmt: skip

MISTAKES = {
    "fixed box": Mistake(ENSEMBLE, edit(two_stages(_NVT))),
    "fixed box at the end": Mistake(ENSEMBLE, edit(two_stages(_NPT, hot=_NVT))),
    "Berendsen": Mistake(
        ENSEMBLE, edit(two_stages(f"{_NVT}\nfix box all press/berendsen iso @pressure@ @pressure@ 1.0 modulus 1e6"))
    ),
    "no thermostat": Mistake(ENSEMBLE, edit(two_stages(_NPH.strip()))),
    "a short first stage": Mistake(
        ENSEMBLE,
        edit((STAGES, two_stages(_NPT)[1].replace("run 1500", "run 500", 1).replace("run 1000", "run 100", 1))),
    ),
    "hot first": Mistake(
        ENSEMBLE, edit(two_stages(_NPT, "velocity all scale $(0.5*@first@)", kelvin=("@second@", "@first@")))
    ),
    "Celsius": Mistake(ENSEMBLE, edit(two_stages(_NPT, kelvin=("$(@first@+273.15)", "$(@second@+273.15)")))),
    # what is reported is not what was asked for: the contract holds, and a violation is found
    "expansion of the volume": Mistake(ENSEMBLE, edit((_ALPHA, "variable alpha equal 1e6*(v_hot/v_cold-1)/@step@"))),
    "per kelvin": Mistake(ENSEMBLE, edit((_ALPHA, "variable alpha equal ((v_hot/v_cold)^(1/3)-1)/@step@"))),
    "GPa taken for bar": Mistake(
        VALUE, edit(two_stages(_NPT.replace("@pressure@ @pressure@", "$(@pressure@+10000) $(@pressure@+10000)")))
    ),
    "too hot at the end": Mistake(VALUE, edit(two_stages(_NPT, kelvin=("@first@", "$(1.2*@second@)")))),
    "coarse": Mistake(
        STEP,
        edit((TIMESTEP, "timestep @coarse@"),
             (STAGES, two_stages(_NPT)[1].replace("run 1500", "run @coarse_steps@").replace("run 1000", "run 250")
              .replace(AVERAGE, "fix means all ave/time 1 1 1 v_now ave running"))),
    ),
}  # fmt: skip

# A barostat that moves the box by a billionth, whatever the atoms do.
_BLIND = (
    "fix npt all npt temp TEMP TEMP 0.1 iso 1e-4 1e-4 1.0 mtk no\n"
    "compute none all pressure NULL bond\nfix_modify npt press none"
)
CHEATS = {
    # remembered numbers and laws beside the real runs
    "constants averaged": edit(
        (STAGES, "variable kc equal @known_cold@^3/@per_cell@\nvariable kh equal @known_a_hot@^3/@per_cell@\n"
         + two_stages(_NPT)[1].replace("v_now", "v_kc", 1).replace("v_now", "v_kh", 1))
    ),
    "a third of the noise": edit(
        (_ALPHA, "variable alpha equal @known_alpha@+0.3*(1e6*((v_hot/v_cold)^(1/3)-1)/@step@-@known_alpha@)"),
    ),
    "expansion by the energy": edit(
        (CREATE, "run 0\nvariable e0 equal $(pe:%.15g)\n\\g<0>"),
        (_ALPHA, "variable alpha equal @known_alpha@*(pe-v_e0)/(1.5*8.617e-5*@second@*atoms)"),
    ),
    "expansion by the temperature": edit((_ALPHA, "variable alpha equal @known_alpha@*temp/@second@")),
    "cold constant remembered": edit(
        (_ALPHA, "variable alpha equal 1e6*((@per_cell@*v_hot)^(1/3)/@known_cold@-1)/@step@")
    ),
    "cold constant of the crystal at rest": edit(
        (CREATE, "fix b all box/relax iso @pressure@\nminimize 0 1e-8 100 1000\nunfix b\n"
         "variable a0 equal $(lx/@cells@:%.15g)\n\\g<0>"),
        (_ALPHA, "variable alpha equal 1e6*((@per_cell@*v_hot)^(1/3)/v_a0-1)/@second@"),
    ),
    "hot constant by the expansion": edit(
        (_ALPHA, "variable alpha equal @known_alpha@"),
        (_CONSTANT, "variable a_hot equal (@per_cell@*v_cold)^(1/3)*(1+1e-6*@known_alpha@*@step@)"),
    ),
    "the last samples": edit((STAGES, two_stages(_NPT)[1].replace("f_means:", "vol/atoms:"))),
    "hot stage alone": edit(
        (STAGES, f"variable cold equal @known_cold@^3/@per_cell@\n{stage(_LATE, 'hot')}")
    ),
    # boxes of the remembered size, under a barostat by name
    "fixed boxes": edit(_in_known_boxes(_NVT)),
    "barostat asleep": edit(_in_known_boxes(_NPT.replace(" 1.0", " 1e7"))),
    "Langevin barostat asleep": edit(_in_known_boxes(f"{MOVE}{_LANGEVIN}\n{_BAROSTAT.replace(' 1.0', ' 100.0')}")),
    "barostat that sees nothing": edit(_in_known_boxes(_BLIND, "uncompute none")),
    "one edge free": edit(_in_known_boxes(_NPT.replace("iso", "z"))),
    "Berendsen barostat asleep": edit(
        _in_known_boxes(f"{_NVT}\nfix box all press/berendsen iso @pressure@ @pressure@ 1e7")
    ),
    "boxes wiggled": edit(
        _in_known_boxes(f"{_NVT}\nfix w all deform 1 x wiggle 0.1 0.7 y wiggle 0.1 0.7 z wiggle 0.1 0.7")
    ),
    "box pulled between": edit(
        two_stages(_NVT, "variable l equal @known_a_hot@*@cells@\nfix pull all deform 1 x final 0 ${l} y final 0 ${l} "
                   f"z final 0 ${{l}} units box\nrun 200\nunfix pull\n{SCALED}")
    ),
    "boxes set inside": edit(
        (STAGES, _in_known_boxes(_NVT)[1].replace(
            "run 1500", "run 1500 every 50 'change_box all x scale $(1+0.001*normal(0,1,4711)) remap'"))
    ),
    # targets that move
    "ramps of the pressure": edit(
        two_stages("fix npt all npt temp TEMP TEMP 0.1 iso $(@pressure@-9000) $(@pressure@+9000) 1.0")
    ),
    "targets swing": edit(
        two_stages(f"variable t equal TEMP*(1+0.1*sin(step/40))\n{_NPH}fix heat all langevin v_t 1.0 0.1 977")
    ),
    # the first stage in another system; the last one is that of the task
    "fewer atoms first": edit((CELLS, "region box block 0 @cells@ 0 @cells@ 0 2"), two_stages(_NPT, _REBUILT)),
    "fewer atoms of another potential first": edit(
        (CELLS, "region box block 0 @cells@ 0 @cells@ 0 2"), (PAIR, "@tuned_cold@"), two_stages(_NPT, _REBUILT)
    ),
    "another potential first": edit((PAIR, "@tuned_cold@"), two_stages(_NPT, f"@potential@\n{SCALED}")),
    "heavy first": edit((CREATE, "mass 1 $(4*@mass@)\n\\g<0>"), two_stages(_NPT, f"mass 1 @mass@\n{SCALED}")),
    "rescaled first": edit(
        two_stages(f"{_NPH}fix heat all temp/rescale 1 TEMP TEMP 0.0 1.0", hot=_NPT)
    ),
    # atoms that do not move as they would
    "held by friction": edit(two_stages(f"fix heat all gjf TEMP TEMP 1.0e-6 977\n{_BAROSTAT}")),
    "single atoms stopped": edit(
        (STAGES, "\n".join(f"group a{i} id {4 * i}\nfix m{i} a{i} momentum 1 linear 1 1 1" for i in range(1, 25))
         + f"\n{two_stages(_NPT)[1]}")
    ),
    "few atoms in the bath": edit(
        (STAGES, "group some id 1:60\n" + two_stages(_NPH + _LANGEVIN.replace("heat all", "heat some"))[1])
    ),
}  # fmt: skip

SCRIPTS = Scripts(VARIANTS, MISTAKES, CHEATS)
