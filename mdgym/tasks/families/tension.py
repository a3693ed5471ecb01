"""A metal crystal pulled or pressed along one direction at 0 K: true stress and elastic energy (tier 2, static)."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from mdgym.errors import TaskError
from mdgym.tasks.families import cohesion, crystals, static_stress
from mdgym.tasks.families.cohesion import CohesionPoint
from mdgym.tasks.families.crystals import ORIENTATIONS, Crystal
from mdgym.tasks.family import Anchor, Family, Run, to_accuracy
from mdgym.tasks.prompts import CHINESE, ENGLISH
from mdgym.tasks.task import Contract, Quantity, Reference

# Right scripts agree to 1e-10, minimizers that stop early to 1e-3. Where lateral edges relax force per undeformed area
# is off by 2.4 to 4.2 %; a logarithmic strain changes the energy by 3.9 to 6.1 %.
ACCURACY = 0.01
# Methods differ alike in both worlds: right scripts follow the changed potential better than they meet the values.
FOLLOWS = 1 / 2
# The differences of the anchor and its a0 from a fit are off by up to 2e-4.
ANCHOR_ACCURACY = 5e-4
ATOMS = (1, 4000)
CELLS = 2
# Per cent: small ones need a0 too precisely, and beyond lie the ends of stability.
STRAINS = (4.0, 7.0)
LATERAL = ("fixed", "relaxed")
# Factor from bar, and what one eV/Å^3 is (CODATA 2018).
UNITS = {"GPa": (1e-4, 160.2176634), "bar": (1.0, 1602176.634)}

_STATES: Mapping[str, Mapping[str, str]] = {
    ENGLISH: {
        "fixed": "both lateral edges keep their unstrained length",
        "relaxed": "the lateral edges relax until there is no normal stress across the axis",
    },
    CHINESE: {"fixed": "两个横向边长保持未变形时的长度", "relaxed": "横向边长自由弛豫，直至横向正应力为零"},
}
WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units metal, T = 0: perfect {structure} {element}, {file} ({pair_style}), periodic. Engineering "
        "strain {signed} % along [{direction}] relative to the zero-pressure lattice (found by the script), where "
        "{state}. True (Cauchy) stress along the axis, tension positive, and elastic energy per atom. At most {most} "
        "atoms, strained crystal last.\n\n{variables}",
    ),
    (
        ENGLISH,
        "Hi, could you help me with a static pulling test? Take a perfect {structure} crystal of {element} with the "
        "potential {file} (pair_style {pair_style}) and let LAMMPS find its zero-pressure lattice constant, with no "
        "temperature at all. Then {deform} the periodic crystal along a [{direction}] direction by {strain} percent of "
        "its unstrained length, such that {state}. I'd like the stress along that direction as force per deformed "
        "area, with a plus sign for tension (LAMMPS pressures have it the other way round), and how much energy per "
        "atom the deformation costs. Use units metal and up to {most} atoms, and leave the deformed crystal in memory "
        "at the end. No lattice constants from a table, please.\n\n{variables}",
    ),
    (
        ENGLISH,
        "Consider a perfect {structure} crystal of {element} at T = 0, described by the potential file {file}. Its "
        "undeformed state is the equilibrium at zero pressure, to be determined in the same calculation. The length "
        "along the crystal direction [{direction}] is then changed to {factor} times its undeformed value; {state}. "
        "Compute, with LAMMPS in metal units and periodic boundary conditions (at most {most} atoms), the normal "
        "component of the Cauchy stress along [{direction}], positive in tension, and the change of the potential "
        "energy per atom with respect to the undeformed crystal. The script ends with the deformed "
        "crystal.\n\n{variables}",
    ),
    (
        ENGLISH,
        "Task: uniaxial deformation at 0 K, LAMMPS, units metal\n"
        "- crystal: {element}, {structure}, perfect, periodic, up to {most} atoms\n"
        "- potential: {file} (pair_style {pair_style})\n"
        "- reference state: zero pressure, lattice constant computed by the script\n"
        "- deformation: {signed} % engineering strain along [{direction}]; {state}\n"
        "- wanted: axial true stress (force per current area, tension positive), energy per atom relative to the "
        "reference state\n"
        "- last system of the script: the deformed crystal\n\n"
        "{variables}",
    ),
    (
        CHINESE,
        "请编写 LAMMPS 脚本（units metal），在 0 K 下对 {structure} 结构的 {element} 理想晶体做单轴变形，势函数文件为 "
        "{file}（pair_style {pair_style}），周期性边界，原子数不超过 {most}。"
        "先由脚本求出零压平衡晶格常数（不得使用文献值），以此为未变形状态；再沿 [{direction}] 方向施加 {signed}% "
        "的工程应变（正值为拉伸），{state}。求该方向的真应力（柯西应力，即除以变形后的面积，"
        "拉伸为正）以及相对未变形状态的每原子能量增量。脚本结束时体系应为变形后的晶体。\n\n{variables}",
    ),
    (
        ENGLISH,
        "What is the axial stress in {structure} {element} when it is strained by {signed} % (engineering strain) "
        "along [{direction}] at zero temperature and {state}? Model: {file}, pair_style {pair_style}, LAMMPS with "
        "units metal, periodic box, no defects, no more than {most} atoms. Start from the lattice constant at which "
        "this potential has zero pressure, which your script has to compute. Report true stress, positive under "
        "tension, and the elastic energy per atom; the strained crystal is the final state.\n\n{variables}",
    ),
)
MEANINGS = {
    ENGLISH: {
        "stress": "Cauchy stress along the strained direction, positive in tension",
        "energy": "potential energy per atom of the strained crystal less that of the unstrained one",
    },
    CHINESE: {"stress": "应变方向的柯西应力（拉伸为正）", "energy": "变形晶体与未变形晶体的每原子势能之差"},
}


@dataclass(frozen=True)
class StaticTensionPoint:
    """A strained crystal.

    Attributes:
        crystal: Element, structure and potential.
        direction: Miller indices of the axis, such as "110".
        percent: Engineering strain along it, per cent; positive in tension.
        lateral: "fixed" or "relaxed" lateral edges.
        unit: Unit of the stress, "GPa" or "bar".
    """

    crystal: Crystal
    direction: str
    percent: float
    lateral: str
    unit: str = "GPa"

    def __post_init__(self) -> None:
        if (self.crystal.structure, self.direction) not in ORIENTATIONS:
            raise TaskError(f"{self.crystal.label}: direction '{self.direction}' is not known")
        if not STRAINS[0] <= abs(self.percent) <= STRAINS[1]:
            raise TaskError(f"a strain of {self.percent:g} % is not within {STRAINS[0]:g} to {STRAINS[1]:g} %")
        if self.lateral not in LATERAL:
            raise TaskError(f"lateral '{self.lateral}' is not one of {', '.join(LATERAL)}")
        if self.unit not in UNITS:
            raise TaskError(f"unit '{self.unit}' is not one of {', '.join(UNITS)}")

    @property
    def factor(self) -> float:
        """Length along the axis over the undeformed one."""
        return 1 + self.percent / 100

    @property
    def deform(self) -> str:
        """What is done to the crystal."""
        return "stretch" if self.percent > 0 else "compress"

    @property
    def label(self) -> str:
        """Name of the point."""
        return f"{self.crystal.label}-{self.direction}-{self.deform}{abs(self.percent):g}-{self.lateral}"


POINTS = {
    "train": (
        StaticTensionPoint(crystals.AL_ZHOU, "100", 5, "relaxed"),
        StaticTensionPoint(crystals.AL_JNP, "111", 4, "fixed"),
        StaticTensionPoint(crystals.AL_MENDELEV, "110", -4.5, "relaxed"),
        StaticTensionPoint(crystals.AL_ANGELO, "100", -5, "fixed", "bar"),
        StaticTensionPoint(crystals.NI_ANGELO, "110", 6, "fixed"),
        StaticTensionPoint(crystals.NI_U3, "100", 5.5, "relaxed", "bar"),
        StaticTensionPoint(crystals.AU_U3, "111", 5, "relaxed"),
        StaticTensionPoint(crystals.AU_U3, "100", -4, "fixed"),
        StaticTensionPoint(crystals.FE_MENDELEV, "100", 5, "fixed", "bar"),
        StaticTensionPoint(crystals.FE_MENDELEV, "110", 4, "relaxed"),
    ),
    "validation": (
        StaticTensionPoint(crystals.PD_U3, "110", 5, "relaxed"),
        StaticTensionPoint(crystals.PD_U3, "100", -6, "fixed"),
        StaticTensionPoint(crystals.TA_ZHOU, "100", 5.5, "relaxed", "bar"),
        StaticTensionPoint(crystals.TA_ZHOU, "110", 4, "fixed"),
    ),
    "test": (
        StaticTensionPoint(crystals.CU_MISHIN, "111", 6, "relaxed"),
        StaticTensionPoint(crystals.CU_MISHIN, "100", 5, "fixed", "bar"),
        StaticTensionPoint(crystals.CU_ZHOU, "110", -5, "relaxed"),
        StaticTensionPoint(crystals.AG_U3, "100", 4.5, "relaxed"),
        StaticTensionPoint(crystals.W_ZHOU, "110", 4, "fixed"),
    ),
}


def fields(point: StaticTensionPoint, language: str, rng: Random) -> dict[str, str]:
    """Fill in the prompt."""
    return dict(
        element=point.crystal.element,
        structure=point.crystal.structure,
        file=point.crystal.file,
        pair_style=point.crystal.pair_style,
        direction=point.direction,
        signed=f"{point.percent:+g}",
        strain=f"{abs(point.percent):g}",
        factor=f"{point.factor:g}",
        deform=point.deform,
        state=_STATES[language][point.lateral],
        most=str(ATOMS[1]),
    )


def gold(point: StaticTensionPoint) -> str:
    """Relax the box, strain it along z, and relax what may relax."""
    return f"""\
{_undeformed(point)}
change_box      all z scale {point.factor:g} remap
{_settle(point)}
{_results(point)}
"""


def steps(point: StaticTensionPoint) -> str:
    """Right in another way: a pulling test in five steps."""
    return f"""\
{_undeformed(point)}
variable        long equal $(lz:%.15g)
variable        i loop 5
label           pull
variable        edge equal v_long*(1+({point.percent:g})/100*v_i/5)
change_box      all z final 0 ${{edge}} remap units box
{_settle(point)}
next            i
jump            SELF pull
{_results(point)}
"""


def contract(point: StaticTensionPoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked."""
    meanings = MEANINGS[ENGLISH]
    return Contract(
        units="metal",
        masses=(),
        atoms=ATOMS,
        force_field=point.crystal.force_field,
        quantities=tuple(
            Quantity(name, unit, meanings[name], "reference", FOLLOWS * accepted[name].limit)
            for name, unit in (("stress", point.unit), ("energy", "eV"))
        ),
    )


def anchors(point: StaticTensionPoint, run: Run) -> dict[str, Anchor]:
    """Differentiate static energies: no virial, no minimizer and no barostat."""
    lattice = cohesion.anchors(CohesionPoint(point.crystal), run)["a0"].value
    relaxed = point.lateral == "relaxed"
    slope, energy = static_stress.axial(point.crystal, point.direction, lattice, point.factor, relaxed, run)
    stress = slope * UNITS[point.unit][1]
    return {
        "stress": Anchor(stress, ANCHOR_ACCURACY * abs(stress), static_stress.SOURCE),
        "energy": Anchor(energy, ANCHOR_ACCURACY * energy, static_stress.SOURCE),
    }


def _undeformed(point: StaticTensionPoint) -> str:
    return f"""\
{point.crystal.oriented(point.direction, f"{point.crystal.a0:g}", (CELLS, CELLS, CELLS))}
min_style       cg
fix             relax all box/relax iso 0.0 vmax 0.001
minimize        0.0 1.0e-10 1000 10000
unfix           relax
variable        free equal $(pe/atoms:%.15g)
"""


def _settle(point: StaticTensionPoint) -> str:
    if point.lateral == "fixed":
        return "minimize        0.0 1.0e-10 1000 10000"
    return "fix relax all box/relax x 0.0 y 0.0 vmax 0.001\nminimize 0.0 1.0e-10 1000 10000\nunfix relax"


def _results(point: StaticTensionPoint) -> str:
    return f"variable stress equal -pzz*{UNITS[point.unit][0]:g}\nvariable energy equal pe/atoms-v_free"


FAMILY = Family(
    name="tension",
    tier=2,
    wordings=WORDINGS,
    points=POINTS,
    fields=fields,
    meanings=lambda point: MEANINGS,
    gold=gold,
    variants=lambda point: (steps(point),),
    references=to_accuracy(ACCURACY),
    contract=contract,
    anchors=anchors,
    perturbations=crystals.PERTURBATIONS,
    shape=lambda point: point.crystal.shape,
    suites={"core": (24, 10, 12), "micro": (50, 13, 13)},
)
