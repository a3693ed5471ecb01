"""Scripts for crystals at 0 K: vacancies, surfaces, elastic constants, bulk moduli, tension.

Their gold scripts begin alike: a crystal, then a box relaxed to zero pressure between `fix relax` and `unfix`. What a
cheat could remember is the accepted values, and the lattice constant and energy of the perfect crystal.
"""

import re

from mdgym.benchmarks.points import family_of, point_of
from mdgym.benchmarks.scripts import LEVELS, Mistake, Scripts, Writer
from mdgym.benchmarks.scripts.generic import FORGERIES, known, setup
from mdgym.tasks import measurements
from mdgym.tasks.task import Task

CONTRACT, VALUE = LEVELS[3:5]
RELAX = "fix relax all box/relax iso 0.0 vmax 0.001\nmin_style cg\nminimize 0.0 1.0e-10 1000 10000\nunfix relax\n"
# The energy per atom and the size of an atom, which all results at 0 K scale with.
_MEASURED = "variable e equal $(pe/atoms:%.15g)\nvariable s equal $((vol/atoms)^(1/3):%.15g)\n"
_PER_SIZE = {"Å": "v_s", "eV": "v_e", "GPa": "v_e/v_s^3", "bar": "v_e/v_s^3"} | dict.fromkeys(
    ("J/m^2", "mJ/m^2"), "v_e/v_s^2"
)
_PER_CELL = {"fcc": 4, "bcc": 2, "diamond": 8}
_UNFIX = re.compile(r"^unfix\s+relax\s*$", re.MULTILINE)
_LATTICE = re.compile(r"^(lattice\s+\S+\s+)(\S+)", re.MULTILINE)


def perfect(task: Task) -> tuple[float, float]:
    """Return lattice constant and energy per atom of the crystal of a task, as the family `cohesion` has them."""
    label = point_of(task).crystal.label
    found = measurements.load(measurements.DIRECTORY / f"cohesion-{label}.json").measured
    return found["a0"].mean, found["ecoh"].mean


def edited(*pairs: tuple[str, str], count: int = 0) -> Writer:
    """Return a writer that replaces text of the gold script by regular expressions; empty where one does not occur."""

    def write(task: Task) -> str:
        script = task.gold
        for pattern, new in pairs:
            script, times = re.subn(pattern, new, script, count=count, flags=re.MULTILINE)
            if not times:
                return ""
        return script

    return write


def ratios(task: Task, names: tuple[str, ...] = ()) -> str:
    """Return definitions of results as remembered multiples of an energy and a size that `_MEASURED` takes."""
    assert task.contract is not None
    a0, energy = perfect(task)
    size = a0 / _PER_CELL[point_of(task).crystal.structure] ** (1 / 3)
    lines = []
    for quantity in task.contract.quantities:
        reference = task.reference(quantity.name)
        assert reference is not None
        if names and quantity.name not in names:
            continue
        formula = _PER_SIZE[quantity.unit]
        now = {"v_s": size, "v_e": energy, "v_e/v_s^3": energy / size**3, "v_e/v_s^2": energy / size**2}[formula]
        lines.append(f"variable {quantity.name} equal {reference.value / now:.12g}*{formula}")
    return "\n".join(lines) + "\n"


def after_relaxing(text: str) -> Writer:
    """Return a writer that puts commands after the first relaxation of the box."""
    return lambda task: _UNFIX.sub(lambda match: f"{match[0]}\n{text}", task.gold, count=1)


def one_by_ratio(*names: str) -> Writer:
    """Return a right script, but for results that are remembered multiples of the energy of the crystal."""
    return lambda task: after_relaxing(_MEASURED)(task) + "\n" + ratios(task, names)


def one_remembered(*names: str) -> Writer:
    """Return a right script, but for results that are remembered."""
    return lambda task: task.gold + "\n" + known(task, FORGERIES["plain"], names)


def at_known_lattice(task: Task) -> str:
    """Take the lattice constant from memory and compute the rest."""
    a0, _ = perfect(task)
    script = _LATTICE.sub(lambda match: f"{match[1]}{a0:.10g}", task.gold, count=1)
    relaxed = r"^(min_style.*\n)?fix\s+relax all box/relax iso.*\n(min_style.*\n)?minimize.*\nunfix.*\n"
    script, times = re.subn(relaxed, "run 0\n", script, count=1, flags=re.MULTILINE)
    return script if times else ""


def _inserted(text: str) -> Writer:
    def write(task: Task) -> str:
        head = setup(task)
        return head + text + task.gold[len(head) :]

    return write


def _ratio_after(text: str) -> Writer:
    return lambda task: setup(task) + text + _MEASURED + ratios(task)


def _ratio_with_an_atom_less(task: Task) -> str:
    return (
        f"{setup(task)}run 0\n{_MEASURED}group gone id 1\ndelete_atoms group gone\nminimize 0 1e-3 5 50\n{ratios(task)}"
    )


def _watched(padding: str) -> Writer:
    def write(task: Task) -> str:
        _, energy = perfect(task)
        head = setup(task)
        return (
            f"{head}run 0\nif '$(abs(pe/atoms/({energy:.10g})-1)) > 0.001' then 'jump SELF honest'\n{padding}"
            f"{known(task, FORGERIES['plain'])}quit\nlabel honest\n{task.gold[len(head) :]}"
        )

    return write


def _second_time(task: Task) -> str:
    head = setup(task)
    return (
        f"variable seen equal $(is_file(seen))\nprint 'x' file seen\n{head}run 0\n{known(task, FORGERIES['plain'])}"
        f"if '${{seen}} == 0' then quit\n{task.gold[len(head) :]}"
    )


def _half_way(task: Task) -> str:
    assert task.contract is not None
    lines = []
    for quantity in task.contract.quantities:
        name, reference = quantity.name, task.reference(quantity.name)
        assert reference is not None
        lines += [
            f"variable half_{name} equal $(v_{name}:%.15g)",
            f"variable {name} equal 0.5*v_half_{name}+0.5*({reference.value:.10g})",
        ]
    return task.gold + "\n" + "\n".join(lines) + "\n"


def _other_forces(task: Task) -> str:
    assert task.contract is not None
    right = "\n".join(task.contract.force_field)
    script = task.gold.replace(right, "pair_style morse 6.0\npair_coeff * * 0.35 1.4 2.87", 1)
    return "" if script == task.gold else f"{script}\n{right}\nrun 0\n{known(task, FORGERIES['plain'])}"


def _from_data(task: Task) -> str:
    assert task.contract is not None
    force_field = "\n".join(task.contract.force_field)
    return _inserted(
        f"write_data start.data\nclear\nunits metal\natom_style atomic\nread_data start.data\n{force_field}\n"
    )(task)


def _own(number: int) -> Writer:
    def write(task: Task) -> str:
        scripts = family_of(task).variants(point_of(task))
        return scripts[number] if number < len(scripts) else ""

    return write


_VARIANTS: dict[str, Writer] = {
    "family's first": _own(0),
    "family's second": _own(1),
    "aniso": edited(("box/relax iso 0.0", "box/relax aniso 0.0")),
    "coupled": edited(("box/relax iso 0.0", "box/relax x 0.0 y 0.0 z 0.0 couple xyz")),
    "relaxed twice": edited((r"^(fix +relax all box/relax iso.*\n(?:min_style.*\n)?minimize.*)$", r"\1\n\1\n")),
    "runs between": edited((r"^(minimize.*)$", r"run 0\n\1\nrun 0")),
    "counted from 0": edited((r"^(minimize.*)$", r"reset_timestep 0\n\1")),
    "line search": _inserted("min_modify line quadratic dmax 0.05\n"),
    "wide lists": _inserted("neighbor 1.0 bin\nneigh_modify every 1 delay 0 check yes\n"),
    "total energies": _inserted("thermo_modify norm no\nthermo 10\nthermo_style custom step pe lx ly lz press pxx\n"),
    "start off": lambda task: _LATTICE.sub(lambda m: f"{m[1]}{1.004 * float(m[2]):.10g}", task.gold, count=1),
    "data file": _from_data,
    "until it is relaxed": edited(
        (
            r"^(fix +relax all box/relax iso.*\n(?:min_style.*\n)?)(minimize.*)$",
            "\\1variable turn loop 5\nlabel again\n\\2\n"
            "if '$(abs(press)) < 0.01' then 'jump SELF relaxed'\nnext turn\njump SELF again\n"
            "label relaxed\nvariable turn delete",
        ),
        count=1,
    ),
}
_MISTAKES: dict[str, Mistake] = {
    "other units": Mistake(CONTRACT, edited((r"^units\s+metal", "units real"), (r"^min_style\s+cg", "min_style sd"))),
    "too many atoms": Mistake(CONTRACT, _inserted("replicate 12 12 12\nrun 0\nquit\n")),
    "under pressure": Mistake(VALUE, edited((r"(box/relax iso) 0\.0", r"\1 60000.0"))),
}
_CHEATS: dict[str, Writer] = {
    "ratio: literature lattice": _ratio_after("run 0\n"),
    "ratio: relaxed box": _ratio_after(RELAX),
    "ratio: several volumes": _ratio_after(
        RELAX + _MEASURED + "".join(f"change_box all x scale {f} remap\nrun 0\n" for f in (1.001, 0.998, 1.001))
    ),
    "ratio: shaken": _ratio_after(
        "displace_atoms all random 0.01 0.01 0.01 4711\nminimize 0 1e-10 1000 10000\n" + RELAX
    ),
    "ratio: an atom less": _ratio_with_an_atom_less,
    "ratio: after the work": lambda task: after_relaxing(_MEASURED)(task) + "\n" + ratios(task),
    "watched": _watched(""),
    "watched, padded": _watched("run 0\nminimize 0 0 0 0\nrun 0\n"),
    "watched, busy": _watched(RELAX),
    "watched, busier": _watched(
        RELAX + "".join(f"change_box all z scale {f} remap\nrun 0\n" for f in (1.001, 0.998, 1.001))
    ),
    "the second time": _second_time,
    "half way": _half_way,
    "other forces": _other_forces,
    "corrected by the pressure": lambda task: (
        f"{setup(task)}run 0\n{known(task, FORGERIES['plain'].replace('{value}', '({value})*(1+1e-8*press)'))}"
    ),
    "minimized and remembered": lambda task: f"{setup(task)}{RELAX}{known(task, FORGERIES['plain'])}",
    "lattice constant remembered": at_known_lattice,
}


def scripts(
    variants: dict[str, Writer], mistakes: dict[str, Mistake], cheats: dict[str, Writer], without: tuple[str, ...] = ()
) -> Scripts:
    """Return the scripts of a family: those of all crystals at 0 K, and its own.

    Args:
        variants: Its own.
        mistakes: Its own.
        cheats: Its own.
        without: Names of common scripts that have another verdict here.
    """
    common = Scripts(_VARIANTS, _MISTAKES, _CHEATS)
    return Scripts(
        {name: write for name, write in common.variants.items() if name not in without} | variants,
        {name: mistake for name, mistake in common.mistakes.items() if name not in without} | mistakes,
        {name: write for name, write in common.cheats.items() if name not in without} | cheats,
    )
