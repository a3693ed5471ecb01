"""Surface energy of a metal at 0 K, from a slab whose atoms relax (tier 2, static)."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

import numpy as np

from mdgym.errors import TaskError
from mdgym.tasks.families import cohesion, crystals
from mdgym.tasks.families.cohesion import CohesionPoint
from mdgym.tasks.families.crystals import ORIENTATIONS, Crystal, Orientation
from mdgym.tasks.family import Anchor, Family, Measured, Run
from mdgym.tasks.prompts import CHINESE, ENGLISH, LENGTHS, quantity_text
from mdgym.tasks.task import Contract, Quantity, Reference

# Scripts that relax well agree to 1e-5 whatever the thickness, those that stop at a relative change of energy of 1e-6
# to 3e-4. Atoms that do not relax are off by 2.5e-3 to 0.12.
# Right scripts follow the changed potential better than they meet the values: methods differ alike in both worlds.
FOLLOWS = 1 / 2
ACCURACY = {"gamma": 2e-3, "a0": cohesion.ACCURACY}
# The slabs of the anchor differ from those of gold in thickness, area and lattice constant: by up to 9e-6.
ANCHOR_ACCURACY = 1e-4
ATOMS = 4000
LAYERS = (8, 40)
# Wider than the cutoff of any potential here (Al_zhou: 10.1 Å), so that surfaces do not meet through the vacuum.
VACUUM = 12.0
# Factor to the unit from eV/Å^2 (CODATA 2018).
UNITS = {"mJ/m^2": 16021.76634, "J/m^2": 16.02176634}

WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units metal: surface energy of the ({face}) surface of {structure} {element}, {file} ({pair_style}), "
        "T = 0. Slab thick enough that its faces do not feel each other, vacuum of {vacuum} or more, atoms relaxed, "
        "lateral edges at the bulk lattice constant, which the script finds for this potential. The slab is the last "
        "system, at most {most} atoms.\n\n{variables}",
    ),
    (
        ENGLISH,
        "Hello! For a comparison of potentials I need the energy of a clean {element} ({face}) surface, as {file} "
        "(pair_style {pair_style}, {structure} crystal) gives it at zero temperature. Could you write the LAMMPS "
        "script (metal units)? The usual way, please: relax the bulk at zero pressure, then a slab with two ({face}) "
        "surfaces that is periodic in the plane, let its atoms relax with the in-plane size fixed to that of the "
        "bulk, and divide the excess energy by the area of both faces. Make it so thick that the two faces do not "
        "feel each other, with at least {vacuum} of empty space above them, no more than {most} atoms. Please end the "
        "script with the slab, and type in no lattice constant or bulk energy from a table: I will swap the potential "
        "later.\n\n{variables}",
    ),
    (
        ENGLISH,
        "The surface energy is gamma = (E_slab - N e_bulk) / (2 A), where E_slab is the energy of a slab of N atoms "
        "bounded by two free surfaces of area A each, its atomic positions relaxed, and e_bulk is the energy per atom "
        "of the perfect crystal at its equilibrium lattice constant. Compute gamma for the ({face}) surfaces of "
        "{structure} {element} at T = 0 with the interatomic potential in {file}, using LAMMPS in metal units. The "
        "slab is so thick that a thicker one gives the same gamma, and has the periodicity of the unstrained bulk in "
        "the plane; its images are separated by {vacuum} or more of vacuum (a free boundary will do as well). The "
        "lattice constant and e_bulk follow from the potential in the same script. The final configuration is the "
        "slab, of at most {most} atoms.\n\n{variables}",
    ),
    (
        ENGLISH,
        "Task: surface energy at 0 K, LAMMPS, units metal\n"
        "- material: {element}, {structure}, potential {file} (pair_style {pair_style})\n"
        "- surface: ({face}), unreconstructed, both sides of a slab\n"
        "- slab: converged in thickness, vacuum at least {vacuum}, no more than {most} atoms, last system of "
        "the script\n"
        "- in-plane edges: bulk lattice constant at zero pressure (to be computed, not looked up)\n"
        "- atoms: relaxed (minimize until converged)\n"
        "- bulk reference energy: computed in the same script\n\n{variables}",
    ),
    (
        CHINESE,
        "请编写 LAMMPS 脚本（units metal），计算 {structure} 结构 {element} 的 ({face}) 表面在 0 K 时的表面能，"
        "势函数文件为 {file}（pair_style {pair_style}）。用平板模型：平板须足够厚，使两个表面互不影响，"
        "真空层不小于 {vacuum}，原子总数不超过 {most}；面内尺寸固定为体相平衡晶格常数对应的值，原子位置充分弛豫，"
        "两个表面都要计入面积。体相的晶格常数和每原子能量必须由脚本根据该势函数算出，不能使用文献值。脚本结束时体系应为该平板。"
        "\n\n{variables}",
    ),
    (
        ENGLISH,
        "How much energy does it cost to make a ({face}) surface in {element} ({structure}) if the atoms interact as "
        "described by {file}, pair_style {pair_style}? Set this up in LAMMPS (units metal) without temperature: "
        "bulk crystal at its own equilibrium first, then a slab, thick enough to have bulk in its middle, with "
        "{vacuum} of vacuum or more, and minimize the positions but keep the in-plane size. Up to {most} atoms. The "
        "slab must be what is in memory at the end. Every number has to come out of your script.\n\n{variables}",
    ),
)
MEANINGS = {
    ENGLISH: {
        "gamma": "surface energy, excess energy per area of one relaxed surface",
        "a0": "lattice constant of the bulk at zero pressure (edge of the cubic cell)",
    },
    CHINESE: {
        "gamma": "弛豫后的表面能（单位面积、单个表面的过剩能量）",
        "a0": "体相零压平衡晶格常数（立方晶胞边长）",
    },
}


@dataclass(frozen=True)
class SurfacePoint:
    """A surface of a metal.

    Attributes:
        crystal: Element, structure and potential.
        face: Miller indices, such as "111".
        layers: Least number of atomic layers of the slab of the gold script.
        unit: "mJ/m^2" or "J/m^2".
    """

    crystal: Crystal
    face: str
    layers: int
    unit: str

    def __post_init__(self) -> None:
        if (self.crystal.structure, self.face) not in ORIENTATIONS:
            raise TaskError(f"{self.crystal.label}: face '{self.face}' of {self.crystal.structure} is not known")
        if not LAYERS[0] <= self.layers <= LAYERS[1]:
            raise TaskError(f"{self.label}: {self.layers} layers are not within {LAYERS[0]} to {LAYERS[1]}")
        if self.unit not in UNITS:
            raise TaskError(f"{self.label}: unit '{self.unit}' is not one of {', '.join(UNITS)}")

    @property
    def orientation(self) -> Orientation:
        """Cell with the face across z."""
        return ORIENTATIONS[self.crystal.structure, self.face]

    @property
    def label(self) -> str:
        """Name of the point."""
        return f"{self.crystal.label}-{self.face}"


POINTS = {
    "train": (
        SurfacePoint(crystals.AL_ZHOU, "111", 12, "mJ/m^2"),
        SurfacePoint(crystals.AL_JNP, "110", 14, "J/m^2"),
        SurfacePoint(crystals.AL_MENDELEV, "100", 12, "mJ/m^2"),
        SurfacePoint(crystals.AL_ANGELO, "110", 16, "mJ/m^2"),
        SurfacePoint(crystals.NI_ANGELO, "111", 10, "J/m^2"),
        SurfacePoint(crystals.NI_U3, "110", 12, "mJ/m^2"),
        SurfacePoint(crystals.AU_U3, "111", 15, "J/m^2"),
        SurfacePoint(crystals.AU_U3, "110", 16, "mJ/m^2"),
        SurfacePoint(crystals.FE_MENDELEV, "100", 16, "mJ/m^2"),
        SurfacePoint(crystals.AU_U3, "100", 12, "J/m^2"),
    ),
    "validation": (
        SurfacePoint(crystals.PD_U3, "111", 12, "mJ/m^2"),
        SurfacePoint(crystals.PD_U3, "100", 12, "J/m^2"),
        SurfacePoint(crystals.TA_ZHOU, "100", 14, "mJ/m^2"),
        SurfacePoint(crystals.TA_ZHOU, "110", 10, "J/m^2"),
    ),
    "test": (
        SurfacePoint(crystals.CU_MISHIN, "100", 12, "mJ/m^2"),
        SurfacePoint(crystals.CU_MISHIN, "111", 12, "mJ/m^2"),
        SurfacePoint(crystals.CU_ZHOU, "110", 14, "J/m^2"),
        SurfacePoint(crystals.AG_U3, "110", 14, "mJ/m^2"),
        SurfacePoint(crystals.W_ZHOU, "110", 12, "J/m^2"),
    ),
}


def fields(point: SurfacePoint, language: str, rng: Random) -> dict[str, str]:
    """Fill in the prompt."""
    return dict(
        element=point.crystal.element,
        structure=point.crystal.structure,
        file=point.crystal.file,
        pair_style=point.crystal.pair_style,
        face=point.face,
        vacuum=quantity_text(VACUUM, LENGTHS, rng),
        most=str(ATOMS),
    )


def gold(point: SurfacePoint) -> str:
    """Relax a periodic block, then part it by a vacuum and relax its atoms."""
    return f"""\
{_slab(point, f"{point.crystal.a0:g}")}
min_style       cg
fix             relax all box/relax iso 0.0 vmax 0.001
minimize        0.0 1.0e-10 1000 10000
unfix           relax
variable        ebulk equal $(pe/atoms:%.15g)
variable        a0 equal $(lx/{point.orientation.periods[0]:.12g}:%.15g)

change_box      all z delta 0.0 20.0 units box
minimize        0.0 1.0e-8 1000 10000
variable        gamma equal (pe-atoms*v_ebulk)/(2*lx*ly)*{UNITS[point.unit]:.10g}
"""


def two_systems(point: SurfacePoint) -> str:
    """Right in another way: a bulk crystal, then a thicker slab between free boundaries."""
    return f"""\
{point.crystal.build(point.crystal.a0, 2)}
fix             relax all box/relax iso 0.0 vmax 0.001
minimize        0.0 1.0e-10 1000 10000
variable        a0 equal $(lx/2:%.15g)
variable        ebulk equal $(pe/atoms:%.15g)
clear
{_slab(point, "${a0}", 2, "p p s")}
min_style       fire
timestep        0.002
minimize        0.0 1.0e-6 5000 10000
variable        gamma equal (pe-atoms*v_ebulk)/(2*lx*ly)*{UNITS[point.unit]:.10g}
"""


def contract(point: SurfacePoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked. That the slab is thick enough shows in gamma alone."""
    meanings = MEANINGS[ENGLISH]
    return Contract(
        units="metal",
        masses=(),
        atoms=(1, ATOMS),
        force_field=point.crystal.force_field,
        quantities=tuple(
            Quantity(name, unit, meanings[name], "reference", FOLLOWS * accepted[name].limit)
            for name, unit in (("gamma", point.unit), ("a0", "Å"))
        ),
    )


def references(point: SurfacePoint, measured: Mapping[str, Measured]) -> tuple[Reference, ...]:
    """Accept each result to its own accuracy."""
    return tuple(runs.accept_to(name, ACCURACY[name]) for name, runs in measured.items())


def anchors(point: SurfacePoint, run: Run) -> dict[str, Anchor]:
    """Extrapolate energies of three slabs to no layers, which needs no energy of the bulk."""
    bulk = cohesion.anchors(CohesionPoint(point.crystal), run)["a0"]
    atoms, energies = [], []
    for extra in (0, 3, 6):
        execution = run(
            f"{_slab(point, f'{bulk.value:.12g}', extra, wide=2)}\nchange_box all z delta -10 10\n"
            "min_style cg\nminimize 0.0 1.0e-8 1000 10000\n",
            0,
        )
        last = execution.segments[-1]
        atoms.append(float(last.column("atoms")[-1]))
        energies.append(float(last.column("potential")[-1]))
    periods_x, periods_y, _ = point.orientation.periods
    area = 2 * periods_x * 2 * periods_y * bulk.value**2
    excess = float(np.polynomial.Polynomial.fit(atoms, energies, 1).convert().coef[0])
    value = excess / (2 * area) * UNITS[point.unit]
    source = "E(N) of slabs of three thicknesses at the a0 of a fit to E(a), extrapolated to N = 0"
    return {"gamma": Anchor(value, ANCHOR_ACCURACY * value, source), "a0": bulk}


def _slab(point: SurfacePoint, lattice: str, extra: int = 0, boundary: str = "p p p", wide: int = 1) -> str:
    """Return a script that builds a block with the face across z, with layers enough and some periods more."""
    periods = -(-point.layers // point.orientation.layers) + extra
    return point.crystal.oriented(point.face, lattice, (wide, wide, periods), boundary)


FAMILY = Family(
    name="surface",
    tier=2,
    wordings=WORDINGS,
    points=POINTS,
    fields=fields,
    meanings=lambda point: MEANINGS,
    gold=gold,
    variants=lambda point: (two_systems(point),),
    references=references,
    contract=contract,
    anchors=anchors,
    perturbations=crystals.PERTURBATIONS,
    shape=lambda point: point.crystal.shape,
    suites={"core": (24, 10, 12), "micro": (50, 13, 13)},
)
