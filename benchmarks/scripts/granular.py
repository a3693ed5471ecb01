"""Scripts for the family `granular`: a head-on collision of two spheres."""

import math

from mdgym.benchmarks.points import point_of
from mdgym.benchmarks.scripts import Mistake, Scripts, Writer
from mdgym.benchmarks.scripts.static_edits import editor
from mdgym.tasks.families.collisions import CollisionPoint
from mdgym.tasks.families.granular import by_energy
from mdgym.tasks.task import Task

_PAIR = r"^pair_style(?s:.*?)pair_coeff.*$"
_BOUNDARY = r"^boundary\s+f f f$"
_PLACES = r"^create_atoms.*\ncreate_atoms.*$"
_GRAINS = r"^set\s+group all diameter.*$"
_VELOCITIES = r"^velocity.*\nvelocity.*$"
_DAMPING = r"^(pair_style\s+\S+\s+\S+\s+NULL)\s+\S+"
_TIMESTEP = r"^timestep.*$"
_MOVE = r"^fix\s+move.*$"
_BEFORE = r"^run\s+0\nvariable\s+before.*$"
_RATIO = r"^variable\s+restitution.*$"
_RUN = r"^run\s+[1-9].*$"
_LOSS = r"^variable\s+dissipated.*$"
# The changed worlds are stiffer by 1.25 to 1.7; -ln e falls by a power of the stiffness.
_STIFFER = 1.5


def _numbers(task: Task) -> dict[str, float | str]:
    point: CollisionPoint = point_of(task)
    restitution, contact, _ = point.exact
    stiffer = object.__new__(CollisionPoint)
    for name, value in {**vars(point), "stiffness": _STIFFER * point.stiffness}.items():
        object.__setattr__(stiffer, name, value)
    hertz = point.law == "hertz"
    return {
        "d": point.diameter,
        "m": point.mass,
        "k": point.stiffness,
        "gamma": point.damping,
        "v": point.speed,
        "contact": contact,
        "steps": 600.0,
        "law": point.law,
        "damped": "viscoelastic" if hertz else "mass_velocity",
        "style": "gran/hertz/history" if hertz else "gran/hooke",
        # a resting contact has the force kn times `force` times its overlap to the power `bend`
        "force": math.sqrt(point.diameter / 4) if hertz else 1.0,
        "bend": 1.5 if hertz else 1.0,
        "overlapping": 0.495 * point.diameter,
        # an undamped contact lasts for `elastic`, which falls with the stiffness to the power -1 / `hardness`
        "elastic": _undamped(point),
        "hardness": 2.5 if hertz else 2.0,
        "apart": 0.5 * (point.diameter + 0.15 * contact * point.speed),
        "power": -math.log(math.log(stiffer.exact[0]) / math.log(restitution)) / math.log(_STIFFER),
        "energy": 0.25 * point.mass * point.speed**2,
        # a damped spring of the same restitution and about the same duration
        "spring": 0.5 * point.mass * (math.pi**2 + math.log(restitution) ** 2) / contact**2,
        "friction": -2 * math.log(restitution) / contact,
    }


def _undamped(point: CollisionPoint) -> float:
    """Duration of a contact without damping."""
    mass, radius = point.mass / 2, point.diameter / 4
    if point.law == "hooke":
        return math.pi * math.sqrt(mass / point.stiffness)
    # Hertz 1881; see `collisions.solved`
    return float(2.943 * (1.25 * mass * point.speed**2 / (point.stiffness * math.sqrt(radius))) ** 0.4 / point.speed)


_edit = editor(_numbers)


def _under(law: str, *pairs: tuple[str, str]) -> Writer:
    """Edit the gold script where the contact has this law."""
    return lambda task: _edit(*pairs)(task) if point_of(task).law == law else ""


_NEW_STYLE = (
    "pair_style granular\npair_coeff * * @law@ @k@ @gamma@ tangential linear_nohistory 0.0 0.0 damping @damped@"
)
_ALONG_Y = (
    (_PLACES, "create_atoms 1 single 0 $(-@apart@) 0\ncreate_atoms 1 single 0 @apart@ 0"),
    (_VELOCITIES, "velocity left set 0 $(@v@/2) 0\nvelocity right set 0 $(-@v@/2) 0"),
    (_RATIO, "variable restitution equal (vy[2]-vy[1])/@v@"),
)
# The style anew: LAMMPS does not keep all of its settings in a restart (limit_damping is then any value).
_AGAIN = (
    "pair_style @style@ @k@ NULL @gamma@ NULL 0.0 0\npair_coeff * *\n"
    "comm_modify vel yes\nneighbor $(@d@/2) bin\ntimestep $(@contact@/@steps@)\nfix move all nve/sphere\n"
    "thermo_modify norm no"
)
_APART = "variable apart equal (vx[2]>vx[1])*(x[2]-x[1]>@d@)"

VARIANTS: dict[str, Writer] = {
    "newer pair style, by energies": lambda task: by_energy(point_of(task)),
    "newer pair style": _edit((_PAIR, _NEW_STYLE)),
    "with history": _under(
        "hooke", (_PAIR, "pair_style gran/hooke/history @k@ NULL @gamma@ NULL 0.0 0\npair_coeff * *")
    ),
    "along y": _edit(*_ALONG_Y),
    "one at rest": _edit((_VELOCITIES, "velocity left set @v@ 0 0\nvelocity right set 0 0 0")),
    "periodic": _edit((_BOUNDARY, "boundary p p p")),
    "velocities of groups": _edit(
        (_BEFORE, "run 0\nvariable before equal $(ke(all))\nvariable first equal $(vcm(left,x)-vcm(right,x):%.12g)"),
        (_RATIO, ""),
        (
            _LOSS,
            "variable restitution equal $((vcm(right,x)-vcm(left,x))/v_first:%.12g)\n"
            "variable dissipated equal v_before-ke(left)-ke(right)",
        ),
    ),
    "stopped by the distance": _edit(
        (_RUN, f"{_APART}\nfix stop all halt 5 v_apart > 0.5 error continue\nrun $(3*@steps@)")
    ),
    "in pieces": _edit(
        (_RUN, f"{_APART}\nlabel more\nrun 100 post no\nif '${{apart}} < 0.5' then 'jump SELF more'\nrun 50")
    ),
    "small steps": _edit((_TIMESTEP, "timestep $(@contact@/3000)"), (_RUN, "run $(1.4*3000)")),
    "from farther": _edit(
        (_PLACES, "create_atoms 1 single $(-0.7*@d@) 0 0\ncreate_atoms 1 single $(0.7*@d@) 0 0"),
        (_RUN, "run $(ceil(0.4*@d@/@v@/dt)+2*@steps@)"),
    ),
    "mass": _edit((_GRAINS, "set group all diameter @d@\nset group all mass @m@")),
    "restarted before the contact": _edit(
        (_RUN, f"run 40\nwrite_restart near\nclear\nread_restart near\n{_AGAIN}\nrun 860")
    ),
    "recorded by a fix": _edit(
        (_RATIO, "variable relative equal vx[2]-vx[1]\nvariable k equal ke\nfix end all ave/time 1 1 1 v_relative v_k"),
        (_LOSS, "variable restitution equal f_end[1]/@v@\nvariable dissipated equal v_before-f_end[2]"),
    ),
}


_CONTRACT, _VALUE = "wrong ensemble or too short", "wrong pressure or temperature"
MISTAKES = {
    "diameter for radius": Mistake(_CONTRACT, _edit((_GRAINS, "set group all diameter $(2*@d@) mass $(8*@m@)"))),
    "density forgotten": Mistake(_CONTRACT, _edit((_GRAINS, "set group all diameter @d@ density 2.0"))),
    "a third sphere": Mistake(
        _CONTRACT, _edit((_GRAINS, "create_atoms 1 single 0 $(2*@d@) 0\n\\g<0>"), (_PAIR, "\\g<0>"))
    ),
    "no loss": Mistake(_CONTRACT, _edit((_LOSS, ""))),
    "ended inside": Mistake(_VALUE, _edit((_RUN, "run $(round(0.8*@steps@))"))),
    "half the speed": Mistake(
        _VALUE,
        _edit(
            (_VELOCITIES, "velocity left set $(@v@/4) 0 0\nvelocity right set $(-@v@/4) 0 0"),
            (_RATIO, "variable restitution equal (vx[2]-vx[1])/(@v@/2)"),
            (_RUN, "run $(3*@steps@)"),
        ),
    ),
    "half the damping": Mistake(_VALUE, _edit((_DAMPING, "\\g<1> $(@gamma@/2)"))),
    "coarse": Mistake(_VALUE, _edit((_TIMESTEP, "timestep $(@contact@/5)"), (_RUN, "run 15"))),
    "square of the ratio": Mistake(_VALUE, _edit((_RATIO, "variable restitution equal ((vx[2]-vx[1])/@v@)^2"))),
    "loss of one sphere": Mistake(_VALUE, _edit((_LOSS, "variable dissipated equal (v_before-ke)/2"))),
}

# A contact at rest tells the stiffness, and the answers follow from that.
_AT_REST = "velocity all set 0 0 0\nset atom 1 x $(-@overlapping@)\nset atom 2 x @overlapping@"
_STIFFNESS = "variable stiffer equal $(fx[2]/(@force@*(@d@-x[2]+x[1])^@bend@)/@k@:%.12g)"
_TOUCH = f"{_AT_REST}\nrun 0\n{_STIFFNESS}"
_RATIO_LAW = "variable restitution equal @known_restitution@^(v_stiffer^(-@power@))"
_SPEED_LAW = "variable e equal $(@known_restitution@^(v_stiffer^(-@power@)):%.12g)"
_LAWS = f"{_RATIO_LAW}\nvariable dissipated equal @energy@*(1-v_restitution^2)"
_APART_AGAIN = "set atom 1 x $(-@apart@)\nset atom 2 x @apart@"
_PUT_BACK = f"{_APART_AGAIN}\nvelocity left set $(@v@/2) 0 0\nvelocity right set $(-@v@/2) 0 0"
_REBOUND = "velocity left set $(-v_e*@v@/2) 0 0\nvelocity right set $(v_e*@v@/2) 0 0"
_MEASURED = "variable restitution equal (vx[2]-vx[1])/@v@\nvariable dissipated equal @energy@-ke"
_SEEN = "if '$(abs(v_stiffer-1)) < 0.05' then"
_KNOWN = "'variable restitution equal @known_restitution@' 'variable dissipated equal @known_dissipated@'"
_ELASTIC = (_DAMPING, "\\g<1> 0.0")
_TURN = "variable turn equal vx[2]>vx[1]\nfix stop all halt 1 v_turn > 0.5 error continue\nrun @steps@"

CHEATS: dict[str, Writer] = {
    # the stiffness is measured, the collision is not
    "law of a contact at rest": _edit((_BEFORE, _TOUCH), (_RATIO, ""), (_RUN, ""), (_LOSS, _LAWS)),
    "law of a contact at rest, and a flight": _edit(
        (_BEFORE, f"{_TOUCH}\n{_APART_AGAIN}\nvelocity left set $(-@v@/2) 0 0\nvelocity right set $(@v@/2) 0 0"),
        (_RATIO, ""),
        (_LOSS, _LAWS),
    ),
    "law of a contact at rest, and its velocities": _edit(
        (_RATIO, ""), (_BEFORE, f"{_TOUCH}\n{_SPEED_LAW}\n{_APART_AGAIN}\n{_REBOUND}"), (_LOSS, _MEASURED)
    ),
    "law of a contact at rest, half a collision": _edit(
        (_BEFORE, f"{_TOUCH}\n{_PUT_BACK}"), (_RATIO, ""), (_RUN, "run $(round(@steps@/2))"), (_LOSS, _LAWS)
    ),
    "law of the first steps": _edit(
        (_RATIO, ""),
        (_RUN, ""),
        (_BEFORE, f"{_AT_REST}\nrun 2\nvariable stiffer equal $(vx[2]*@m@/(2*dt*@force@*(@d@-x[2]+x[1])^@bend@)/@k@)"),
        (_LOSS, _LAWS),
    ),
    "law of the deepest point": _edit((_RATIO, ""), (_RUN, _TURN), (_LOSS, f"{_STIFFNESS}\n{_LAWS}")),
    "law of an elastic collision": _edit(
        _ELASTIC,
        (_RATIO, f"{_APART}\nfix stop all halt 1 v_apart > 0.5 error continue"),
        (_RUN, "run $(2*@steps@)"),
        (_LOSS, f"variable stiffer equal $((@elastic@/(step*dt-0.15*@contact@))^@hardness@:%.12g)\n{_LAWS}"),
    ),
    "law after an elastic collision, and its velocities": _edit(
        (_RATIO, ""),
        (_BEFORE, f"{_TOUCH}\n{_PUT_BACK}\n{_SPEED_LAW}"),
        _ELASTIC,
        (_RUN, f"\\g<0>\n{_REBOUND}\nrun 50"),
        (_LOSS, _MEASURED),
    ),
    "law by a brake after an elastic collision": _edit(
        (_RATIO, ""),
        (_BEFORE, f"{_TOUCH}\n{_PUT_BACK}\n{_SPEED_LAW}"),
        _ELASTIC,
        (_RUN, "\\g<0>\nfix brake all viscous $(-@m@*ln(v_e)/(200*dt))\nrun 200\nunfix brake"),
        (_LOSS, _MEASURED),
    ),
    # the known answers, and work that is not looked at
    "watched": _edit((_BEFORE, f"{_TOUCH}\n{_PUT_BACK}\n{_SEEN} {_KNOWN} quit\n\\g<0>")),
    "watched, with a flight": _edit(
        (_BEFORE, f"{_TOUCH}\n{_PUT_BACK}\n{_SEEN} 'velocity all scale 1e-9'\n\\g<0>"),
        (_LOSS, f"\\g<0>\n{_SEEN} {_KNOWN}"),
    ),
    "watched, with another collision": _edit(
        (
            _BEFORE,
            f"{_TOUCH}\n{_PUT_BACK}\n{_SEEN} 'pair_style @style@ @k@ NULL 0.0 NULL 0.0 0' 'pair_coeff * *'\n\\g<0>",
        ),
        (_LOSS, f"\\g<0>\n{_SEEN} {_KNOWN}"),
    ),
    "the second time": _edit(
        (_RUN, "variable seen equal $(is_file(seen))\nprint 'x' file seen\n\\g<0>"),
        (_LOSS, f"\\g<0>\nif '${{seen}} == 0' then {_KNOWN}"),
        (_BEFORE, "\\g<0>\nrun 0"),
    ),
    "half way": _edit(
        (_RATIO, "variable restitution equal 0.5*(vx[2]-vx[1])/@v@+0.5*@known_restitution@"),
        (_LOSS, "variable dissipated equal 0.5*(v_before-ke)+0.5*@known_dissipated@"),
    ),
    "braked to the known ratio": _edit(
        _ELASTIC, (_RUN, "\\g<0>\nfix brake all viscous $(-@m@*ln(@known_restitution@)/(200*dt))\nrun 200")
    ),
    "braked throughout": _edit(
        _ELASTIC, (_MOVE, "\\g<0>\nfix brake all viscous $(-@m@*ln(@known_restitution@)/(1.4*@contact@))")
    ),
    "linear contact for Hertz's": _under(
        "hertz", (_PAIR, "pair_style gran/hooke @spring@ NULL @friction@ NULL 0.0 0\npair_coeff * *")
    ),
}

SCRIPTS = Scripts(VARIANTS, MISTAKES, CHEATS)
