"""Scripts for the family `tension_hot`: stresses and energy of a hot metal strained along one axis."""

from mdgym.benchmarks.scripts import Mistake, Scripts
from mdgym.benchmarks.scripts.free_cheats import CREATE, LAST_RUN, PAIR, TIMESTEP
from mdgym.benchmarks.scripts.metal_nvt import ENSEMBLE, LATTICE, MEANS, STEP, VALUE, numbers
from mdgym.benchmarks.scripts.static_edits import editor
from mdgym.tasks.task import Task

_AXIAL = r"^variable\s+s_axial.*$"
_LATERAL = r"^variable\s+s_lateral.*$"
# Heating, straining and settling of a gold script, up to its averages.
_APPROACH = r"(?s)^fix\s+nvt.*?(?=^variable\s+s )"
_SETTLED = "run 1000\n"


def _numbers(task: Task) -> dict[str, float | str]:
    found = numbers(task)
    axis = str(found["axis"])
    one, other = (a for a in "xyz" if a != axis)
    lattice = next(line.split()[2] for line in task.gold.splitlines() if line.startswith("lattice"))
    return found | {
        "lattice": lattice,
        "factor": 1 + float(found["percent"]) / 100,
        "one": one,
        "other": other,
        "place": "xyz".index(axis) + 1,
    }


edit = editor(_numbers)
_STRAINED = "change_box all @axis@ scale @factor@ remap\n"
_NVT = "fix nvt all nvt temp @T@ @T@ 0.1\n"
_MOVE = "fix move all nve\n"
_LANGEVIN = f"{_MOVE}fix heat all langevin @T@ @T@ 0.1 977\n"


def _approach(fixes: str, strain: str = _STRAINED, settle: str = _SETTLED) -> tuple[str, str]:
    """The edit that strains at once, and then heats."""
    return _APPROACH, f"{strain}{fixes}{settle}"


VARIANTS = {
    "strained at once": edit(_approach(_NVT)),
    "Langevin before the motion": edit(_approach(f"fix heat all langevin @T@ @T@ 0.15 977\n{_MOVE}")),
    "csld": edit(_approach(f"{_MOVE}fix heat all temp/csld @T@ @T@ 0.1 977\n")),
    "csvr, no drift": edit(
        _approach(f"{_MOVE}fix heat all temp/csvr @T@ @T@ 0.1 977\nfix still all momentum 100 linear 1 1 1\n")
    ),
    "final length": edit(
        _approach(_NVT, "variable long equal $(l@axis@*@factor@:%.15g)\n"
                  "change_box all @axis@ final 0 ${long} remap units box\n")
    ),
    "strained in steps": edit(
        _approach(_NVT, "", "run 500\nvariable l0 equal $(l@axis@:%.15g)\nvariable i loop 5\nlabel strain\n"
                  "variable l equal ${l0}*(1+v_i/5*(@factor@-1))\n"
                  "change_box all @axis@ final 0 $(v_l:%.15g) remap units box\nrun 100\nnext i\njump SELF strain\n"
                  + _SETTLED)
    ),
    "strained at a rate": edit(
        _approach(_NVT, "", "run 500\nfix pull all deform 1 @axis@ scale @factor@ remap x\nrun 1000\n"
                  "unfix pull\nrun 500\n")
    ),
    "written and read": edit(
        (r"^variable\s+s ", "write_restart half\nclear\nread_restart half\n@potential@\ntimestep 0.002\n"
         + _NVT + "run 0\n\\g<0>")
    ),
    "series": edit(
        (MEANS, "fix means all vector 5 v_s v_l"),
        (_AXIAL, "variable s_axial equal ave(f_means[1])"),
        (_LATERAL, "variable s_lateral equal ave(f_means[2])"),
    ),
    "sums over atoms": edit(
        (MEANS, "compute w all stress/atom thermo_temp\ncompute sum all reduce sum c_w[1] c_w[2] c_w[3]\n"
         "variable sx equal c_sum[1]/vol*1e-4\nvariable sy equal c_sum[2]/vol*1e-4\n"
         "variable sz equal c_sum[3]/vol*1e-4\n"
         "fix means all ave/time 5 100 500 v_s@axis@ v_s@one@ v_s@other@ ave running"),
        (_LATERAL, "variable s_lateral equal (f_means[2]+f_means[3])/2"),
    ),
    "several runs": edit((LAST_RUN, "variable i loop 4\nlabel again\nrun $(@steps@/4)\nnext i\njump SELF again\n")),
}  # fmt: skip

MISTAKES = {
    "never strained": Mistake(ENSEMBLE, edit(_approach(_NVT, ""))),
    "strained twice as much": Mistake(ENSEMBLE, edit(_approach(_NVT, _STRAINED + _STRAINED))),
    "still straining": Mistake(
        ENSEMBLE, edit(_approach(_NVT, "", "run 500\nfix pull all deform 1 @axis@ scale @factor@ remap x\n"))
    ),
    "lateral edges free": Mistake(
        ENSEMBLE, edit(_approach("fix npt all npt temp @T@ @T@ 0.1 @one@ 0 0 1.0 @other@ 0 0 1.0\n"))
    ),
    "Berendsen": Mistake(ENSEMBLE, edit(_approach(f"{_MOVE}fix heat all temp/berendsen @T@ @T@ 0.1\n"))),
    "literature constant": Mistake(ENSEMBLE, edit((LATTICE, r"lattice \1 @a0@"))),
    # what is reported is not what was asked for: the contract holds, and a violation is found
    "another axis": Mistake(VALUE, edit(_approach(_NVT, "change_box all @one@ scale @factor@ remap\n"))),
    "sign": Mistake(ENSEMBLE, edit((r"-1e-4\*", "1e-4*"), (r"-0\.5e-4", "0.5e-4"))),
    "in bar": Mistake(ENSEMBLE, edit((r"-1e-4\*", "-"))),
    # the same volume, another shape
    "strain shared by the edges": Mistake(
        VALUE, edit(_approach(_NVT, "change_box all x scale $(@factor@^(1/3)) y scale $(@factor@^(1/3)) "
                              "z scale $(@factor@^(1/3)) remap\n"))
    ),
    # the generic one builds the box of the other temperature too
    "another temperature": Mistake(VALUE, edit(_approach(_NVT.replace("@T@", "$(1.15*@T@)")))),
    "Celsius": Mistake(VALUE, edit(_approach(_NVT.replace("@T@", "$(@T@+273.15)")))),
    "coarse": Mistake(
        STEP,
        edit((TIMESTEP, "timestep @coarse@"), _approach(_NVT, settle="run 300\n"), (LAST_RUN, "run @coarse_steps@\n"),
             (MEANS, "fix means all ave/time 1 1 1 v_s v_l ave running")),
    ),
}  # fmt: skip

_FRICTION = "unfix nvt\nfix nvt all gjf @T@ @T@ 1.0e-6 977\n\\g<0>"
# friction makes the kinetic energy noise that is new at each step
_EACH = "fix means all ave/time 1 1 1 v_s v_l ave running"
_STATIC = (
    CREATE,
    "change_box all @axis@ scale @factor@ remap\nrun 0\nvariable s0 equal $(-1e-4*p@axis@@axis@:%.15g)\n"
    "variable l0 equal $(-0.5e-4*(p@one@@one@+p@other@@other@):%.15g)\n\\g<0>",
)
_ONCE = _approach(_NVT, "")
CHEATS = {
    # remembered numbers and laws beside the real run
    "constants averaged": edit(
        (MEANS, "variable ks equal @known_s_axial@\nvariable kl equal @known_s_lateral@\n"
         "fix means all ave/time 5 100 500 v_ks v_kl ave running")
    ),
    "a third of the noise": edit(
        (_AXIAL, "variable s_axial equal @known_s_axial@+0.3*(f_means[1]-@known_s_axial@)"),
        (_LATERAL, "variable s_lateral equal @known_s_lateral@+0.3*(f_means[2]-@known_s_lateral@)"),
    ),
    "axial stress by the lateral one": edit(
        (_AXIAL, "variable s_axial equal f_means[2]*@known_s_axial@/@known_s_lateral@")
    ),
    "lateral stress by the axial one": edit(
        (_LATERAL, "variable s_lateral equal f_means[1]*@known_s_lateral@/@known_s_axial@")
    ),
    "stresses of the crystal at rest": edit(
        _STATIC, _ONCE, (_AXIAL, "variable s_axial equal v_s0"), (_LATERAL, "variable s_lateral equal v_l0")
    ),
    "stresses at rest, shifted": edit(
        _STATIC,
        _ONCE,
        (_LATERAL, "variable s_lateral equal v_l0+f_means[1]-v_s0"),
    ),
    "the last samples": edit(
        (_AXIAL, "variable s_axial equal v_s"),
        (_LATERAL, "variable s_lateral equal v_l"),
    ),
    "static crystal alone": edit(
        (_APPROACH, _STRAINED),
        (MEANS, ""),
        (LAST_RUN, "velocity all create @T@ 4711\nrun 0\n"),
        (_AXIAL, "variable s_axial equal v_s"),
        (_LATERAL, "variable s_lateral equal v_l"),
    ),
    # the box of the task only at the end, or only by its volume
    "strained after the window": edit(_approach(_NVT, ""), (LAST_RUN, f"run @steps@\n{_STRAINED}run 0\n")),
    "strained for the last moment": edit(_approach(_NVT, ""), (LAST_RUN, f"run @steps@\n{_STRAINED}run 100\n")),
    "strained inside": edit(
        _approach(_NVT, ""),
        (LAST_RUN, "run @steps@ every 1000 'change_box all @axis@ scale $(sqrt(@factor@)) remap'\n"),
    ),
    "barostats at the remembered stresses": edit(
        _approach("fix npt all npt temp @T@ @T@ 0.1 @axis@ $(-1e4*@known_s_axial@) $(-1e4*@known_s_axial@) 1.0 "
                  "@one@ $(-1e4*@known_s_lateral@) $(-1e4*@known_s_lateral@) 1.0 "
                  "@other@ $(-1e4*@known_s_lateral@) $(-1e4*@known_s_lateral@) 1.0\n")
    ),
    "box wiggled": edit(_approach(_NVT + "fix w all deform 1 @axis@ wiggle 0.05 0.4\n")),
    # a state that suits, held: nothing is sampled
    "held by friction": edit((MEANS, _FRICTION), (MEANS, _EACH)),
    "lattice held by friction": edit(_approach("fix nvt all gjf @T@ @T@ 1.0e-6 977\n"), (MEANS, _EACH)),
    "lattice at rest": edit(_approach(_NVT + "fix still all setforce 0 0 0\n")),
    "single atoms stopped": edit(
        _approach(_NVT + "\n".join(f"group a{i} id {8 * i}\nfix m{i} a{i} momentum 1 linear 1 1 1"
                                   for i in range(1, 25)) + "\n")
    ),
    "few atoms in the bath": edit(_approach("group some id 1:120\n" + _LANGEVIN.replace("heat all", "heat some"))),
    "rescaled": edit(_approach(f"{_MOVE}fix heat all temp/rescale 1 @T@ @T@ 0.0 1.0\n")),
    "one cell, replicated": edit(
        (r"^region\s+box.*$", "region box block 0 1 0 1 0 1"),
        (MEANS, "replicate @cells@ @cells@ @cells@\n\\g<0>"),
    ),
    # targets that move
    "ramp through the target": edit((MEANS, "unfix nvt\nfix nvt all nvt temp $(1.08*@T@) $(0.92*@T@) 0.1\n\\g<0>")),
    "target swings": edit(
        _approach(f"variable t equal @T@*(1+0.06*sin(step/40))\n{_MOVE}fix heat all langevin v_t 1.0 0.1 977\n")
    ),
    "target follows the stress": edit(
        _approach(f"variable t equal @T@*(1+0.3*(1+1e-4*c_thermo_press[@place@]/@known_s_axial@))\n{_MOVE}"
                  "fix heat all langevin v_t 1.0 0.1 977\n")
    ),
    # another potential or mass
    "another potential": edit((PAIR, "@tuned@")),
    "another potential, the right one at the end": edit(
        (PAIR, "@tuned@"), (LAST_RUN, "run @steps@\n@potential@\nrun 0\n")
    ),
    "heavy": edit((LAST_RUN, "mass 1 $(4*@mass@)\nrun @steps@\nmass 1 @mass@\nrun 0\n")),
}  # fmt: skip

SCRIPTS = Scripts(VARIANTS, MISTAKES, CHEATS)
