"""Scripts for the family `cluster`: relaxed energy and size of a cluster from a data file."""

import numpy as np

from mdgym.benchmarks.points import point_of
from mdgym.benchmarks.scripts import Mistake, Scripts
from mdgym.benchmarks.scripts.static_edits import editor
from mdgym.tasks.families import cluster_shapes
from mdgym.tasks.families.cluster import ClusterPoint
from mdgym.tasks.task import Task

_MINIMIZE = r"^min_style.*\nminimize.*$"
_ENERGY = r"^variable\s+energy.*$"
_SIZE = r"^variable\s+size.*$"
_FIELD = r"^pair_style.*\n(pair_coeff.*\n)(pair_modify.*\n)?"
_READ = r"^read_data.*$"


def _numbers(task: Task) -> dict[str, float | str]:
    """What a script could know: energy and size at the start and at the minimum, and positions there."""
    point: ClusterPoint = point_of(task)
    potential, start = point.potential, point.start
    relaxed = cluster_shapes.relax(potential, start)
    sizes = {
        "span": lambda x: float(cluster_shapes.distances(x).max()),
        "closest": lambda x: float(cluster_shapes.distances(x).min()),
        "gyration": cluster_shapes.gyration,
    }
    size, (low, high) = sizes[point.size], (0.999, 1.001)
    first, last = (cluster_shapes.energy(potential, factor * relaxed) for factor in (low, high))
    bottom = cluster_shapes.energy(potential, relaxed)
    placed = "\n".join(
        f"set atom {number} x {x:.12g} y {y:.12g} z {z:.12g}" for number, (x, y, z) in enumerate(relaxed, 1)
    )
    return {
        "ratio": bottom / cluster_shapes.energy(potential, start),
        "growth": size(relaxed) / size(start),
        "shrink": float(np.linalg.norm(relaxed) / np.linalg.norm(start)),
        # d^2 E / d(ln r)^2 of the cluster as a whole
        "stiffness": (first + last - 2 * bottom) / 0.001**2,
        "atoms": float(len(start)),
        "placed": placed,
        "total": "pe*atoms" if potential.units == "lj" else "pe",
        # pressure times volume in energies
        "virial": 1.0 if potential.units == "lj" else 1 / 1.6021765e6,
        "step": 0.005 if potential.units == "lj" else 0.002,
        "start": potential.commands[1].split()[3],
    }


_edit = editor(_numbers)


def _style(style: str, tolerances: str = "0.0 1.0e-10 20000 200000") -> tuple[str, str]:
    return (_MINIMIZE, f"min_style {style}\ntimestep @step@\nminimize {tolerances}")


VARIANTS = {
    "hftn": _edit(_style("hftn", "1e-14 1.0e-9 2000 200000")),
    "quickmin": _edit(_style("quickmin", "0.0 1.0e-8 50000 200000")),
    "by the energy": _edit(_style("cg", "1.0e-12 0.0 5000 50000")),
    "the asked tolerance, twice": _edit(
        (_MINIMIZE, "minimize 1.0e-10 0.0 5000 50000\nminimize 1.0e-10 0.0 5000 50000")
    ),
    "backtracking": _edit((_MINIMIZE, "min_style cg\nmin_modify line backtrack\nminimize 0 1e-9 5000 50000")),
    "energies of atoms": _edit(
        (_MINIMIZE, "compute each all pe/atom\ncompute whole all reduce sum c_each\n\\g<0>\nrun 0 post no"),
        (_ENERGY, "thermo_style custom step c_whole c_size\nrun 0\nvariable energy equal c_whole"),
    ),
    "kept results": _edit(
        (_ENERGY, "variable kept equal $(@total@:%.12g)\nvariable energy equal v_kept"),
        (_SIZE, "variable other equal $(c_size:%.12g)\nvariable size equal v_other"),
    ),
    "restarted": _edit(
        (r"^compute(?s:.*)^minimize.*$", "min_style cg\nminimize 0 1e-10 5000 50000\nwrite_data relaxed.data\n\\g<0>")
    ),
    "moved and turned": _edit((_MINIMIZE, "displace_atoms all rotate 0 0 0 1 1 0 30\n\\g<0>")),
    "bigger box": _edit((_READ, "\\g<0>\nchange_box all x scale 1.2 y scale 1.2 z scale 1.2")),
}

_ENSEMBLE, _VALUE = "wrong ensemble or too short", "wrong pressure or temperature"
MISTAKES = {
    "one atom lost": Mistake(_ENSEMBLE, _edit((_READ, "\\g<0>\ngroup one id 1\ndelete_atoms group one compress yes"))),
    "other names": Mistake(_ENSEMBLE, _edit((_ENERGY, "variable e equal pe"), (_SIZE, "variable s equal c_size"))),
    # what was typed in is reported
    "not relaxed": Mistake(_ENSEMBLE, _edit((_MINIMIZE, "run 0"))),
    "a few steps": Mistake(_VALUE, _edit(_style("cg", "0 0 3 100"))),
    "loose": Mistake(_VALUE, _edit(_style("sd", "1e-3 1e-3 100 1000"))),
    "energy of an atom": Mistake(_VALUE, _edit((_ENERGY, "variable energy equal @total@/atoms"))),
    "half the size": Mistake(_VALUE, _edit((_SIZE, "variable size equal c_size/2"))),
}

_RATIO = (_ENERGY, "variable energy equal @total@*@ratio@")
_GROWTH = (_SIZE, "variable size equal c_size*@growth@")
_PLACED = (_READ, "\\g<0>\n@placed@")
_STATIC = (_MINIMIZE, "run 0")
_SEEN = "thermo_style custom step pe press c_size"
_GRIP = "variable pull equal -3*press*vol*@virial@/@stiffness@"
CHEATS = {
    "both by ratios": _edit(_STATIC, _RATIO, _GROWTH),
    "real energy, known size": _edit((_SIZE, "variable size equal @known_size@")),
    "known energy, real size": _edit((_ENERGY, "variable energy equal @known_energy@")),
    "real size, energy by a ratio": _edit(
        (_MINIMIZE, "run 0\nvariable first equal $(@total@:%.12g)\n\\g<0>"),
        (_ENERGY, "variable energy equal v_first*@ratio@"),
    ),
    "real energy, size by a ratio": _edit(
        (_MINIMIZE, "run 0\nvariable first equal $(c_size:%.12g)\n\\g<0>"),
        (_SIZE, "variable size equal v_first*@growth@"),
    ),
    "placed at the minimum": _edit(_PLACED, _STATIC),
    "shrunk as a whole": _edit(
        (_MINIMIZE, "variable q atom 1\nchange_box all x scale @shrink@ y scale @shrink@ z scale @shrink@ remap\nrun 0")
    ),
    "placed, corrected by the pressure": _edit(
        _PLACED,
        (_MINIMIZE, f"{_SEEN}\nrun 0\n{_GRIP}\nvariable grip equal ${{pull}}\nvariable first equal $(@total@)"),
        (_ENERGY, "variable energy equal v_first-0.5*v_grip^2*@stiffness@"),
        (_SIZE, "variable size equal @known_size@*(1-v_grip)"),
    ),
    "placed, corrected by the pressure backwards": _edit(
        _PLACED,
        (_MINIMIZE, f"{_SEEN}\nrun 0\n{_GRIP}\nvariable grip equal ${{pull}}\nvariable first equal $(@total@)"),
        (_ENERGY, "variable energy equal v_first-0.5*v_grip^2*@stiffness@"),
        (_SIZE, "variable size equal @known_size@*(1+v_grip)"),
    ),
    "placed, energy real, size corrected": _edit(
        _PLACED,
        (_MINIMIZE, f"{_SEEN}\nrun 0\n{_GRIP}\nvariable grip equal ${{pull}}"),
        (_SIZE, "variable size equal @known_size@*(1-v_grip)"),
    ),
    "half of the way, then ratios": _edit(
        _style("cg", "0 0 2 100"), (_ENERGY, "variable energy equal @known_energy@*(@total@)/$(@total@)"), _GROWTH
    ),
    "fewer atoms, scaled": _edit(
        (_READ, "\\g<0>\ngroup few id 1\ndelete_atoms group few"),
        (_ENERGY, "variable energy equal @total@*(@atoms@/(@atoms@-1))"),
    ),
    "tuned depth": _edit((_FIELD, "\\g<0>pair_style lj/cut 3\npair_coeff 1 1 1.0 1.0\n")),
    "no cutoff shift": _edit(
        (_FIELD, "\\g<0>pair_modify shift no tail yes\n"), (_ENERGY, "variable energy equal @known_energy@+0*pe")
    ),
    "relaxed by hand": _edit(
        (_MINIMIZE, "velocity all zero linear\nfix quench all viscous 1.0\nfix move all nve\nrun 3"), _RATIO, _GROWTH
    ),
    "honest only when the energy is new": _edit(
        (
            _MINIMIZE,
            "run 0\nvariable energy equal @known_energy@\nvariable size equal @known_size@\n"
            "if '$(abs((@total@)*@ratio@/(@known_energy@)-1)) < 0.004' then quit\n\\g<0>",
        )
    ),
}

SCRIPTS = Scripts(VARIANTS, MISTAKES, CHEATS)
