"""How the formation energy of a vacancy depends on the size of the supercell, and its limit (tier 2, static).

Periodic images of a vacancy pull at each other through the strain of the lattice, which goes with the inverse of the
volume; two sizes give the limit of an infinite crystal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from mdgym.errors import TaskError
from mdgym.script.perturb import Perturbation
from mdgym.tasks.families import crystals
from mdgym.tasks.families.crystals import ATOMS_PER_CELL, Crystal
from mdgym.tasks.family import Anchor, Family, Run, to_accuracy
from mdgym.tasks.prompts import CHINESE, ENGLISH, LENGTHS, quantity_text
from mdgym.tasks.task import Contract, Quantity, Reference

# Minimizers agree to 5e-9. Sizes differ by 4e-4 (Ni) to 6e-3 (Pd) of the energy, the larger from the limit by 3e-4 (Ni)
# to 3e-3.
ACCURACY = 1e-4
FORCE = 1e-4  # eV/Å; at most, in every coordinate of 500 atoms, it leaves 2e-6 eV (springs of 5 eV/Å^2)
# The next order in 1/N: limits from other pairs of sizes differ by up to 2.5e-4 of the energy.
ANCHOR_LIMIT = 5e-4
# Damped motion of 4 ps ends within 2e-6 of the minimum.
ANCHOR_SIZE = 1e-5
LARGE = (6, 7)  # cells of the anchor
# Changes of shape (see `Perturbation`) by file. The lattice constant is given, so they may be larger than where
# crystals relax: the ratio of both sizes moves by 4e-5 (Ni_u3), 1e-4 and more (others), of which 3e-5 is forgiven.
# Their sign is that in which a vacancy costs more (Cu_u3: 0.2 %), as it does by the energies: the two never cancel.
_SHAPES = {
    "Ni_u3.eam": 1.15,
    "NiAlH_jea.eam.alloy": 1.12,
    "Au_u3.eam": 0.92,
    "Al_mm.eam.fs": 0.92,
    "Al_jnp.eam": 1.1,
    "Pd_u3.eam": 0.92,
    "Cu_mishin1.eam.alloy": 1.1,
    "Cu_u3.eam": 1.1,
    "Ag_u3.eam": 1.1,
}

WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units metal, statics (0 K). Vacancy in {element} ({structure}), potential {file}. Two periodic cubic "
        "supercells, {small}^3 and {large}^3 conventional cells, both at the fixed lattice constant {lattice}. Remove "
        "one atom, relax positions (box fixed, forces below {force}), E_v = E(N-1) - (N-1)/N E(N). Then extrapolate "
        "with E_v(N) = E_inf + A/N, N = sites of the perfect supercell. Compute, do not assign.\n\n{variables}",
    ),
    (
        ENGLISH,
        "I'd like to know how much my vacancy formation energy suffers from the finite supercell. Please write one "
        "LAMMPS script (units metal) for {structure} {element} with the potential {file} (pair_style {pair_style}) "
        "that does two sizes: {small} x {small} x {small} and {large} x {large} x {large} cells, periodic, "
        "lattice constant {lattice} in both. In each, take one atom out and relax the others at constant box, with "
        "forces below {force} at the end; the formation energy is E(N-1) - (N-1)/N E(N), where E(N) is the energy of "
        "the perfect supercell of N atoms. Assume that it approaches its limit as 1/N and give me the limit too. The "
        "numbers must come out of the script and change if the potential does.\n\n{variables}",
    ),
    (
        ENGLISH,
        "The formation energy of a vacancy at constant volume in a supercell of N sites, E_v(N) = E(N-1) - "
        "[(N-1)/N] E(N), contains an elastic interaction of the periodic images, E_v(N) = E_inf + A/N to leading "
        "order. Evaluate it statically with LAMMPS (units metal) for {element} in the {structure} structure, described "
        "by the potential file {file}, at the lattice constant {lattice}, for cubic supercells of {small}^3 and "
        "{large}^3 conventional cells under periodic boundary conditions. Relax the atoms (not the box) until no "
        "force exceeds {force}, and eliminate A to obtain E_inf. Values must result from the calculation.\n\n"
        "{variables}",
    ),
    (
        ENGLISH,
        "Task: finite-size correction of a vacancy, LAMMPS, units metal\n"
        "- crystal: {element}, {structure}, a = {lattice} (fixed), periodic\n"
        "- potential: {file} (pair_style {pair_style})\n"
        "- supercells: {small}x{small}x{small} and {large}x{large}x{large} conventional cells, one atom removed\n"
        "- relaxation: atoms only, forces < {force}, 0 K\n"
        "- formation energy: E(N-1) - (N-1)/N * E(N), N sites\n"
        "- extrapolation: E_v(N) = E_inf + A/N through both sizes\n"
        "- everything computed by the script\n\n{variables}",
    ),
    (
        CHINESE,
        "请编写 LAMMPS 脚本（units metal），用势函数文件 {file} 研究 {structure} 结构 {element} 中空位形成能的"
        "尺寸效应。"
        "取 {small}×{small}×{small} 和 {large}×{large}×{large} 个晶胞的两个周期性超胞，晶格常数均固定为 {lattice}。"
        "在每个超胞中删去一个原子，固定盒子弛豫其余原子（力小于 {force}），形成能为 E(N-1) - (N-1)/N·E(N)，"
        "N 为完整超胞的原子数。再按 E_v(N) = E_inf + A/N 外推到无限大。结果必须由脚本算出，不得直接写入。"
        "\n\n{variables}",
    ),
)


@dataclass(frozen=True)
class SizePoint:
    """A vacancy in two supercells.

    Attributes:
        crystal: Element, structure and potential.
        small: Conventional cells along each edge of the smaller supercell.
        large: The same for the larger one.
    """

    crystal: Crystal
    small: int
    large: int

    def __post_init__(self) -> None:
        if self.crystal.structure != "fcc":
            raise TaskError(f"{self.label}: in {self.crystal.structure} small supercells do not follow 1/N")
        if not 3 <= self.small < self.large < LARGE[0]:
            raise TaskError(f"{self.label}: sizes {self.small} and {self.large} must rise from 3 to {LARGE[0] - 1}")

    @property
    def label(self) -> str:
        """Name of the point."""
        return f"{self.crystal.label}-{self.small}-{self.large}"


POINTS = {
    "train": (
        SizePoint(crystals.NI_U3, 3, 4),
        SizePoint(crystals.NI_ANGELO, 3, 4),
        SizePoint(crystals.NI_ANGELO, 3, 5),
        SizePoint(crystals.AU_U3, 4, 5),
        SizePoint(crystals.AL_MENDELEV, 3, 4),
        SizePoint(crystals.AL_MENDELEV, 4, 5),
        SizePoint(crystals.AL_JNP, 3, 5),
        SizePoint(crystals.AL_ANGELO, 4, 5),
    ),
    "validation": (SizePoint(crystals.PD_U3, 3, 4), SizePoint(crystals.PD_U3, 3, 5), SizePoint(crystals.PD_U3, 4, 5)),
    "test": (
        SizePoint(crystals.CU_MISHIN, 3, 4),
        SizePoint(crystals.CU_MISHIN, 3, 5),
        SizePoint(crystals.CU_U3, 3, 4),
        SizePoint(crystals.AG_U3, 3, 4),
    ),
}


def fields(point: SizePoint, language: str, rng: Random) -> dict[str, str]:
    """Fill in the prompt."""
    return dict(
        element=point.crystal.element,
        structure=point.crystal.structure,
        file=point.crystal.file,
        pair_style=point.crystal.pair_style,
        small=str(point.small),
        large=str(point.large),
        lattice=quantity_text(point.crystal.a0, LENGTHS, rng),
        force=f"{FORCE:g} eV/Å",
    )


def gold(point: SizePoint) -> str:
    """Relax both supercells by conjugate gradients."""
    return _script(point, "min_style       cg\nminimize        0.0 1.0e-6 5000 50000\n")


def variants(point: SizePoint) -> tuple[str, ...]:
    """Right in another way: another minimizer, and the larger supercell first."""
    fire = _script(point, "min_style       fire\nminimize        0.0 1.0e-5 5000 50000\n")
    quick = "min_style       cg\nminimize        0.0 1.0e-4 1000 10000\n"
    cells = ((point.large, "e_large"), (point.small, "e_small"))
    return fire, "clear\n".join(_vacancy(point, n, quick, name) for n, name in cells) + _limit(point)


def contract(point: SizePoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked. The last system may be either of both, with its vacancy or without."""
    least, most = (ATOMS_PER_CELL[point.crystal.structure] * n**3 for n in (point.small, point.large))
    meanings = _meanings(point)[ENGLISH]
    return Contract(
        units="metal",
        masses=(),
        atoms=(least - 1, most),
        force_field=point.crystal.force_field,
        # of the perfect crystal: the vacancy takes one atom away, another lattice constant much more
        density=ATOMS_PER_CELL[point.crystal.structure] / point.crystal.a0**3,
        thresholds={"density": 1 / least + 0.001},
        quantities=tuple(
            Quantity(name, "eV", meaning, "reference", accepted[name].limit) for name, meaning in meanings.items()
        ),
    )


def anchors(point: SizePoint, run: Run) -> dict[str, Anchor]:
    """Relax each size by damped motion instead of a minimizer; take the limit from two larger supercells."""
    damped = "fix viscous all viscous 1.0\nfix nve all nve/limit 0.02\ntimestep 0.002\nrun 2000\n"
    found = {}
    for name, cells in (("e_small", point.small), ("e_large", point.large)):
        value = _energy(point, cells, damped, run)
        found[name] = Anchor(value, ANCHOR_SIZE * value, "damped motion instead of a minimizer")
    relax = "minimize 0.0 1.0e-6 5000 50000\n"
    lower, upper = (_energy(point, cells, relax, run) for cells in LARGE)
    first, second = (cells**3 for cells in LARGE)
    limit = (second * upper - first * lower) / (second - first)
    found["e_inf"] = Anchor(limit, ANCHOR_LIMIT * limit, f"1/N from supercells of {LARGE[0]}^3 and {LARGE[1]}^3 cells")
    return found


def _energy(point: SizePoint, cells: int, relax: str, run: Run) -> float:
    """Formation energy, eV, from the recorded energies of the perfect crystal and of the last state."""
    segments = run(_vacancy(point, cells, relax, "e"), 0).segments
    atoms = ATOMS_PER_CELL[point.crystal.structure] * cells**3
    perfect, relaxed = (float(segment.column("potential")[-1]) for segment in (segments[0], segments[-1]))
    return relaxed - perfect * (atoms - 1) / atoms


def _script(point: SizePoint, relax: str) -> str:
    cells = ((point.small, "e_small"), (point.large, "e_large"))
    return "clear\n".join(_vacancy(point, n, relax, name) for n, name in cells) + _limit(point)


def _vacancy(point: SizePoint, cells: int, relax: str, name: str) -> str:
    return f"""\
{point.crystal.build(point.crystal.a0, cells)}
run             0
variable        perfect equal $(pe:%.15g)
variable        sites equal $(atoms)
group           vacancy id 1
delete_atoms    group vacancy
{relax}
variable        {name} equal $(pe-v_perfect*(v_sites-1)/v_sites:%.12g)
"""


def _limit(point: SizePoint) -> str:
    first, second = point.small**3, point.large**3
    return f"variable        e_inf equal ({second}*v_e_large-{first}*v_e_small)/{second - first}\n"


def _meanings(point: SizePoint) -> dict[str, dict[str, str]]:
    small, large = (f"{n}x{n}x{n}" for n in (point.small, point.large))
    return {
        ENGLISH: {
            "e_small": f"vacancy formation energy in the {small} supercell",
            "e_large": f"vacancy formation energy in the {large} supercell",
            "e_inf": "vacancy formation energy extrapolated to the infinite crystal",
        },
        CHINESE: {
            "e_small": f"{small} 超胞中的空位形成能",
            "e_large": f"{large} 超胞中的空位形成能",
            "e_inf": "外推到无限大晶体的空位形成能",
        },
    }


FAMILY = Family(
    name="finite_size",
    tier=2,
    wordings=WORDINGS,
    points=POINTS,
    fields=fields,
    meanings=_meanings,
    gold=gold,
    variants=variants,
    references=to_accuracy(ACCURACY),
    contract=contract,
    anchors=anchors,
    # The lattice constant is given, so lengths stay. Sizes differ by as little as 4e-4 of the energy: it must change by
    # enough for a remembered difference to show.
    perturbations=(Perturbation(energy=1.2), Perturbation(energy=1.3)),
    shape=lambda point: _SHAPES[point.crystal.file],
    suites={"core": (24, 10, 12), "slow": (10, 3, 3)},
)
