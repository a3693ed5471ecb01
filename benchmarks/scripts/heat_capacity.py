"""Scripts for the family `heat_capacity`: total energies of a metal in a fixed box at two temperatures.

`two_stages` and what goes with it serve the family `thermal_expansion` too.
"""

import re

from mdgym.benchmarks.scripts import Mistake, Scripts
from mdgym.benchmarks.scripts.free_cheats import CREATE, PAIR, TIMESTEP
from mdgym.benchmarks.scripts.metal_nvt import CELLS, ENSEMBLE, LATTICE, STEP, VALUE, nearest_neighbours, numbers
from mdgym.benchmarks.scripts.static_edits import editor
from mdgym.tasks.task import Task

# Both stages of a gold script.
STAGES = r"(?s)^fix\s.*?(?=\n\nvariable\s+(?:alpha|c_v))"
SCALED = "velocity all scale $(2*@second@-@first@)"
AVERAGE = "fix means all ave/time 5 50 250 v_now ave running"
_BOX = r"^lattice(?s:.*)create_atoms.*$"
_CV = r"^variable\s+c_v.*$"
_HOT = r"^variable\s+e_hot.*$"
_KELVIN = {"kB": "8.617333e-5", "eV/K": "1.0"}


def stage(fixes: str, name: str, average: str = AVERAGE, run: str = "run 1500", settle: str = "run 1000") -> str:
    """Write one stage; its fixes end with it.

    Args:
        fixes: `fix` commands, and others that go with them.
        name: Variable of the average.
        average: What averages `v_now` in a fix of the name `means`.
        run: The run of the window.
        settle: The run before it.
    """
    away = "\n".join(f"unfix {name}" for name in re.findall(r"^fix (\S+)", fixes, re.M))
    return f"{fixes}\n{settle}\n{average}\n{run}\nvariable {name} equal $(f_means:%.15g)\nunfix means\n{away}"


def two_stages(
    fixes: str, between: str = SCALED, hot: str | None = None, kelvin: tuple[str, str] = ("@first@", "@second@")
) -> tuple[str, str]:
    """Return the edit that exchanges the fixes of both stages.

    Args:
        fixes: The fixes of a stage, with `TEMP` for its temperature.
        between: What brings the system to the second temperature.
        hot: The fixes of the second stage where they are others.
        kelvin: The temperatures.
    """
    cold = stage(fixes.replace("TEMP", kelvin[0]), "cold")
    # the fixes of the last window stay
    late = stage((hot or fixes).replace("TEMP", kelvin[1]), "hot").rpartition("\nunfix means")[0]
    return STAGES, f"{cold}\n{between}\n{late}"


def _numbers(task: Task) -> dict[str, float | str]:
    found = numbers(task)
    step = float(found["second"]) - float(found["first"])
    unit = float(_KELVIN[task.parameters["unit"]])
    # the energy of the first stage that goes with the accepted values
    known = {reference.name: reference.value for reference in task.references}
    cold = known["e_hot"] - known["c_v"] * unit * step
    # a crystal of nearest neighbours alone that has this energy
    tuned = nearest_neighbours(task, cold - 3 * 8.617333e-5 * float(found["first"]), float(found["lattice"]))
    return found | {"step": step, "kB": unit, "known_cold": cold, "tuned_cold": tuned}


edit = editor(_numbers)
NVT = "fix nvt all nvt temp TEMP TEMP 0.1"
MOVE = "fix move all nve\n"
LANGEVIN = f"{MOVE}fix heat all langevin TEMP TEMP 0.1 977"
_COLD, _LATE = NVT.replace("TEMP", "@first@"), NVT.replace("TEMP", "@second@")
_HEAD = (
    "@potential@\nmass 1 @mass@\nvelocity all create $(2*TEMP) 977 mom yes rot no\ntimestep 0.002\n"
    "variable now equal etotal/atoms\n"
)
REBUILT = (
    "clear\nunits metal\natom_style atomic\nlattice @structure@ @lattice@\n"
    "region box block 0 @cells@ 0 @cells@ 0 @cells@\ncreate_box 1 box\ncreate_atoms 1 box\n"
    + _HEAD.replace("TEMP", "@second@")
)


def in_series(fixes: str) -> str:
    """Both stages, each with the mean of a recorded series."""
    text = two_stages(fixes)[1]
    return text.replace(AVERAGE, "fix means all vector 5 v_now").replace("f_means:", "ave(f_means):")


def first_in(fixes: str, cells: str, between: str, *edits: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """Return edits for a first stage in a smaller crystal, and a second one in that of the task."""
    return ((CELLS, f"region box block {cells}"), two_stages(fixes, between), *edits)


VARIANTS = {
    "Langevin before the motion": edit(two_stages(f"fix heat all langevin TEMP TEMP 0.15 977\n{MOVE}")),
    "csld": edit(two_stages(f"{MOVE}fix heat all temp/csld TEMP TEMP 0.1 977")),
    "csvr, then Nosé-Hoover": edit(two_stages(f"{MOVE}fix heat all temp/csvr TEMP TEMP 0.1 977", hot=NVT)),
    "longer chain, no drift": edit(two_stages(f"{NVT} tchain 5\nfix still all momentum 100 linear 1 1 1")),
    "brought by the thermostat": edit(
        two_stages(NVT, "fix up all nvt temp @first@ @second@ 0.1\nrun 1500\nunfix up")
    ),
    "written and read between": edit(
        two_stages(NVT, "write_restart half\nclear\nread_restart half\n@potential@\ntimestep 0.002\n"
                   f"variable now equal etotal/atoms\n{SCALED}")
    ),
    "a fresh crystal for each": edit(two_stages(NVT, REBUILT)),
    "kinetic and potential parts": edit(
        (STAGES, "compute k all ke\n"
         + two_stages(NVT)[1].replace(AVERAGE, "variable now equal (c_k+pe)/count(all)\n"
                                      "fix means all ave/time 10 1 10 v_now ave running"))
    ),
    "series": edit(
        (STAGES, in_series(NVT))
    ),
    "several runs": edit((STAGES, two_stages(NVT)[1].replace("run 1500", "run 500\nrun 500\nrun 500"))),
    "smaller steps": edit(
        (TIMESTEP, "timestep 0.001"),
        (STAGES, two_stages(NVT)[1].replace("run 1500", "run 3000").replace("run 1000", "run 2000")),
    ),
}  # fmt: skip

MISTAKES = {
    "Berendsen": Mistake(ENSEMBLE, edit(two_stages(f"{MOVE}fix heat all temp/berendsen TEMP TEMP 0.1"))),
    "the box breathes": Mistake(ENSEMBLE, edit(two_stages("fix npt all npt temp TEMP TEMP 0.1 iso 0 0 1.0"))),
    "literature constant": Mistake(ENSEMBLE, edit((LATTICE, r"lattice \1 @a0@"))),
    "hot first": Mistake(
        ENSEMBLE, edit(two_stages(NVT, "velocity all scale $(0.5*@first@)", kelvin=("@second@", "@first@")))
    ),
    "a short first stage": Mistake(
        ENSEMBLE, edit((STAGES, two_stages(NVT)[1].replace("run 1500", "run 500", 1).replace("run 1000", "run 100", 1)))
    ),
    "Celsius": Mistake(ENSEMBLE, edit(two_stages(NVT, kelvin=("$(@first@+273.15)", "$(@second@+273.15)")))),
    # what is reported is not what was asked for: the contract holds, and a violation is found
    "potential energy alone": Mistake(ENSEMBLE, edit((r"etotal/atoms", "pe/atoms"))),
    "of all atoms": Mistake(ENSEMBLE, edit((r"etotal/atoms", "etotal"))),
    "too hot at the end": Mistake(VALUE, edit(two_stages(NVT, kelvin=("@first@", "$(1.2*@second@)")))),
    "too cold at the end": Mistake(VALUE, edit(two_stages(NVT, kelvin=("@first@", "$(0.8*@second@)")))),
    "coarse": Mistake(
        STEP,
        edit((TIMESTEP, "timestep @coarse@"),
             (STAGES, two_stages(NVT)[1].replace("run 1500", "run @coarse_steps@").replace("run 1000", "run 250")
              .replace(AVERAGE, "fix means all ave/time 1 1 1 v_now ave running"))),
    ),
}  # fmt: skip

_STATIC = (CREATE, "run 0\nvariable e0 equal $(pe/atoms:%.15g)\n\\g<0>")
_FRICTION = "unfix nvt\nfix nvt all gjf TEMP TEMP 1.0e-6 977\n"


def _held(friction: str = _FRICTION, average: str = AVERAGE) -> str:
    """Both stages, their windows under another fix."""
    text = two_stages(NVT)[1]
    for kelvin in ("@first@", "@second@"):
        text = text.replace(f"run 1000\n{AVERAGE}", f"run 1000\n{friction.replace('TEMP', kelvin)}fix MEANS", 1)
    return text.replace("fix MEANS", average)


# friction makes the kinetic energy noise that is new at each step
_EACH = "fix means all ave/time 1 1 1 v_now ave running"
CHEATS = {
    # the law of Dulong and Petit, and remembered numbers
    "Dulong and Petit": edit((_CV, "variable c_v equal 3*8.617333e-5/@kB@")),
    "capacity by the measured temperature": edit((_CV, "variable c_v equal @known_c_v@*temp/@second@")),
    "cold energy by theory": edit(_STATIC, (_CV, "variable c_v equal (v_hot-v_e0-3*8.617333e-5*@first@)/@step@/@kB@")),
    "hot energy by theory": edit(
        (_CV, "variable c_v equal @known_c_v@"), (_HOT, "variable e_hot equal v_cold+@known_c_v@*@kB@*@step@")
    ),
    "both by theory": edit(
        _STATIC,
        (_CV, "variable c_v equal @known_c_v@"),
        (_HOT, "variable e_hot equal v_e0+(@known_c_v@)*@kB@*@second@"),
    ),
    "cold energy remembered": edit((_CV, "variable c_v equal (v_hot-(@known_cold@))/@step@/@kB@")),
    "cold energy by a remembered ratio": edit(
        (_CV, "variable c_v equal v_hot*(1-(@known_cold@)/(@known_e_hot@))/@step@/@kB@")
    ),
    "constants averaged": edit(
        (STAGES, "variable kc equal @known_cold@\nvariable kh equal @known_e_hot@\n"
         + two_stages(NVT)[1].replace("v_now", "v_kc", 1).replace("v_now", "v_kh", 1))
    ),
    "a third of the noise": edit(
        (_CV, "variable c_v equal @known_c_v@+0.3*((v_hot-v_cold)/@step@/@kB@-@known_c_v@)"),
        (_HOT, "variable e_hot equal @known_e_hot@+0.3*(v_hot-@known_e_hot@)"),
    ),
    "the last samples": edit((STAGES, two_stages(NVT)[1].replace("f_means:", "etotal/atoms:"))),
    # no second system, or no first one
    "hot stage alone": edit((STAGES, f"variable cold equal @known_cold@\n{stage(_LATE, 'hot')}")),
    "one long ramp": edit(
        (STAGES, "fix nvt all nvt temp $(@first@-100) $(@second@+100) 0.1\nrun 1000\n"
         + (AVERAGE + "\nrun 1500\nvariable cold equal $(f_means:%.15g)\nunfix means\nrun 500\n" + AVERAGE
            + "\nrun 1500\nvariable hot equal $(f_means:%.15g)")),
    ),
    "ramps through both targets": edit(
        (STAGES, _held(friction="unfix nvt\nfix nvt all nvt temp $(1.1*TEMP) $(0.9*TEMP) 0.1\n"))
    ),
    "targets follow the energy": edit(
        two_stages(f"variable t equal TEMP*(1+0.1*sin(step/40))\n{MOVE}fix heat all langevin v_t 1.0 0.1 977")
    ),
    # the first stage in another system; the last one is that of the task
    "fewer atoms first": edit(*first_in(NVT, "0 @cells@ 0 @cells@ 0 2", REBUILT)),
    "fewer atoms of another potential first": edit(
        *first_in(NVT, "0 @cells@ 0 @cells@ 0 2", REBUILT, (PAIR, "@tuned_cold@"))
    ),
    "another potential first": edit(
        (PAIR, "@tuned@"), two_stages(NVT, f"@potential@\n{SCALED}")
    ),
    "a wider box first": edit(
        (LATTICE, r"lattice \1 $(1.005*@lattice@)"),
        two_stages(NVT, "change_box all x final 0 $(@cells@*@lattice@) y final 0 $(@cells@*@lattice@) "
                   f"z final 0 $(@cells@*@lattice@) remap units box\n{SCALED}"),
    ),
    "heavy first": edit(
        (CREATE, "mass 1 $(4*@mass@)\n\\g<0>"), two_stages(NVT, f"mass 1 @mass@\n{SCALED}")
    ),
    "cold crystal at rest": edit(
        (STAGES, "fix still all setforce 0 0 0\n" + two_stages(NVT, f"unfix still\n{SCALED}")[1])
    ),
    # states that suit, held
    "windows held by friction": edit((STAGES, _held(average=_EACH))),
    "cold window held by friction": edit(
        (STAGES, _held(average=_EACH).replace("gjf @second@ @second@ 1.0e-6", "gjf @second@ @second@ 0.1"))
    ),
    "single atoms stopped": edit(
        (STAGES, "\n".join(f"group a{i} id {4 * i}\nfix m{i} a{i} momentum 1 linear 1 1 1" for i in range(1, 25))
         + f"\n{two_stages(NVT)[1]}")
    ),
    "few atoms in the bath": edit(
        (STAGES, "group some id 1:60\n" + two_stages(LANGEVIN.replace("heat all", "heat some"))[1])
    ),
    "rescaled in the first stage": edit(
        two_stages(f"{MOVE}fix heat all temp/rescale 1 TEMP TEMP 0.0 1.0", hot=NVT)
    ),
    "no motion at first": edit(
        (STAGES, "run 0\nvariable cold equal $(pe/atoms+3*8.617333e-5*@first@)\n" + stage(_LATE, "hot"))
    ),
}  # fmt: skip

SCRIPTS = Scripts(VARIANTS, MISTAKES, CHEATS)
