"""Formation energy of a vacancy in a supercell of given size, with relaxed atoms (tier 2, static).

A finite supercell has an energy of its own, which depends on its size and on whether it keeps its volume; the prompt
says both, so that the answer is unique.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

import numpy as np

from mdgym.errors import TaskError
from mdgym.tasks.families import crystals
from mdgym.tasks.families.crystals import ATOMS_PER_CELL, OFF_FACES, Crystal
from mdgym.tasks.family import Anchor, Family, Run, to_accuracy
from mdgym.tasks.prompts import CHINESE, ENGLISH
from mdgym.tasks.task import Contract, Quantity, Reference

# Minimizers that end below 1e-3 eV/Å agree to 3e-5. Unrelaxed atoms are off by 0.5 % or more, and in metals other than
# W the other condition on the box by 0.3 % or more.
ACCURACY = 2e-3
# Right scripts follow the changed potential better than they meet the value: methods differ alike in both worlds.
FOLLOWS = 1 / 2
ANCHOR_ACCURACY = 2e-5
FORCE = 1e-3  # eV/Å
BOXES = {
    ENGLISH: {
        False: "the box keeps the size of the perfect crystal",
        True: "the box relaxes too, isotropically to zero pressure",
    },
    CHINESE: {False: "模拟盒保持完整晶体的尺寸不变", True: "模拟盒也各向同性地弛豫到零压"},
}

WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units metal: relaxed vacancy formation energy in {structure} {element}, potential {file} (pair_style "
        "{pair_style}), T = 0. Periodic supercell of {cells}x{cells}x{cells} conventional cells ({atoms} sites) at the "
        "potential's own zero-pressure lattice constant; remove one atom and minimize to forces below {force} eV/Å; "
        "{box}. No atom on a box face. Everything computed in the script.\n\n{variables}",
    ),
    (
        ENGLISH,
        "Hi, I'd like the energy it costs to make a vacancy in {element} with the potential {file} (pair_style "
        "{pair_style}). Please write a LAMMPS script with units metal: build a perfect periodic {structure} crystal of "
        "{cells} x {cells} x {cells} conventional cells, which is {atoms} atoms, let it find its lattice constant at "
        "zero pressure, note the energy, take one atom out and relax the others (forces below {force} eV/Å). After "
        "the atom is gone, {box}; please stick to that, since I compare with a calculation of exactly this cell. One "
        "practical hint: shift the lattice a little, because atoms right on the periodic faces can lose neighbours to "
        "rounding. The number has to come out of the run.\n\n{variables}",
    ),
    (
        ENGLISH,
        "The formation energy of a vacancy in a periodic supercell of N sites is E_v = E(N-1) - (N-1)/N E(N), where "
        "E(N) is the energy of the perfect crystal in static equilibrium at zero pressure and E(N-1) that of the cell "
        "with one vacant site after relaxation of all atoms. Compute E_v for {structure} {element} with the "
        "interatomic potential {file} in a cubic supercell of {cells}^3 conventional cells (N = {atoms}) by a LAMMPS "
        "script in metal units. During the relaxation of the vacancy {box}; residual forces must be below {force} "
        "eV/Å. Choose the origin of the lattice so that no atom lies on a periodic face. The lattice constant is to be "
        "determined from the potential as well.\n\n{variables}",
    ),
    (
        ENGLISH,
        "Task: vacancy formation energy at 0 K, LAMMPS\n"
        "- host: {element}, {structure}, {cells}x{cells}x{cells} conventional cells, {atoms} sites, periodic\n"
        "- potential: {file} (pair_style {pair_style}), units metal\n"
        "- reference: perfect crystal at p = 0, lattice constant found by the script\n"
        "- defect: one atom removed, atoms relaxed, forces below {force} eV/Å\n"
        "- box during the relaxation of the defect: {box}\n"
        "- lattice origin: no atom on a box face\n"
        "- result: E(N-1) - (N-1)/N*E(N), no literature value\n\n{variables}",
    ),
    (
        CHINESE,
        "请编写 LAMMPS 输入脚本（units metal），用势函数文件 {file}（pair_style {pair_style}）计算 {structure} 结构 "
        "{element} 中弛豫后的空位形成能（0 K）。超胞为 {cells}×{cells}×{cells} 个常规晶胞（{atoms} 个格点），三个方向"
        "均为周期性边界；先由脚本求出零压平衡晶格常数及完整晶体能量，再删去一个原子并弛豫其余原子，使受力小于 "
        "{force} eV/Å；弛豫空位时{box}。请平移晶格原点，使原子不落在盒子边界面上。结果必须由脚本算出。\n\n{variables}",
    ),
    (
        ENGLISH,
        "We benchmark point defects in small cells. Next entry: monovacancy in {element} ({structure}), potential file "
        "{file}, cell of {atoms} sites = {cells} x {cells} x {cells} cubic unit cells, fully periodic. The perfect "
        "cell is first brought to zero pressure; in the cell with the vacancy the atoms are relaxed to {force} eV/Å, "
        "and {box}. Write the LAMMPS input (units metal). Please offset the crystal from the faces of the box, and "
        "calculate the value in the script: the potential will be varied.\n\n{variables}",
    ),
)
MEANINGS = {
    ENGLISH: {"ev": "vacancy formation energy E(N-1) - (N-1)/N E(N) of this supercell"},
    CHINESE: {"ev": "该超胞的空位形成能 E(N-1) - (N-1)/N·E(N)"},
}


@dataclass(frozen=True)
class VacancyPoint:
    """A vacancy in a supercell.

    Attributes:
        crystal: Element, structure and potential.
        cells: Conventional cells along each edge.
        relaxed_box: The box relaxes to zero pressure after the atom has been removed; else it keeps its size.
    """

    crystal: Crystal
    cells: int
    relaxed_box: bool

    def __post_init__(self) -> None:
        if not 2 <= self.cells <= 5:
            raise TaskError(f"{self.crystal.label}: {self.cells} cells along an edge are not within 2 to 5")

    @property
    def sites(self) -> int:
        """Number of atoms of the perfect crystal."""
        return self.cells**3 * ATOMS_PER_CELL[self.crystal.structure]

    @property
    def label(self) -> str:
        """Name of the point."""
        return f"{self.crystal.label}-{self.cells}-{'relaxed' if self.relaxed_box else 'fixed'}"


# Without Si.sw, whose atoms feel no force next to a vacancy, and carbon, which relaxes to one of several minima.
POINTS = {
    "train": (
        VacancyPoint(crystals.AL_ZHOU, 2, False),
        VacancyPoint(crystals.AL_JNP, 2, True),
        VacancyPoint(crystals.AL_ANGELO, 2, True),
        VacancyPoint(crystals.AL_ANGELO, 3, False),
        VacancyPoint(crystals.AL_MENDELEV, 2, True),
        VacancyPoint(crystals.NI_ANGELO, 2, False),
        VacancyPoint(crystals.AU_U3, 2, True),
        VacancyPoint(crystals.AU_U3, 3, False),
        VacancyPoint(crystals.FE_MENDELEV, 3, True),
        VacancyPoint(crystals.FE_ACKLAND, 3, False),
    ),
    "validation": (
        VacancyPoint(crystals.PD_U3, 2, True),
        VacancyPoint(crystals.PD_U3, 3, False),
        VacancyPoint(crystals.TA_ZHOU, 3, True),
        VacancyPoint(crystals.GE_TERSOFF, 2, False),
    ),
    "test": (
        VacancyPoint(crystals.CU_MISHIN, 2, True),
        VacancyPoint(crystals.CU_ZHOU, 2, False),
        VacancyPoint(crystals.CU_U3, 2, True),
        VacancyPoint(crystals.AG_U3, 2, False),
        VacancyPoint(crystals.W_ZHOU, 3, False),
        VacancyPoint(crystals.SI_TERSOFF, 2, False),
    ),
}


def fields(point: VacancyPoint, language: str, rng: Random) -> dict[str, str]:
    """Fill in the prompt."""
    return dict(
        element=point.crystal.element,
        structure=point.crystal.structure,
        file=point.crystal.file,
        pair_style=point.crystal.pair_style,
        cells=str(point.cells),
        atoms=str(point.sites),
        force=f"{FORCE:g}",
        box=BOXES[language][point.relaxed_box],
    )


def gold(point: VacancyPoint) -> str:
    """Relax the box of the perfect crystal; then the cell with the vacancy."""
    return f"""\
{_build(point, point.crystal.a0)}
fix             relax all box/relax iso 0.0 vmax 0.001
min_style       cg
minimize        0.0 1.0e-10 1000 10000
unfix           relax
variable        perfect equal $(pe/atoms:%.15g)

group           vacancy id 1
delete_atoms    group vacancy
{"fix             relax all box/relax iso 0.0 vmax 0.001" if point.relaxed_box else ""}
minimize        0.0 1.0e-6 1000 10000
variable        ev equal pe-atoms*v_perfect
"""


def displaced(point: VacancyPoint) -> str:
    """Right in another way: another site, atoms shaken out of symmetry, coarser minimization."""
    relax = "fix             relax all box/relax iso 0.0 vmax 0.001"
    return f"""\
{_build(point, point.crystal.a0)}
{relax}
minimize        0.0 1.0e-8 1000 10000
variable        count equal $(atoms)
variable        perfect equal $(pe:%.15g)
unfix           relax
group           gone id $(floor(v_count/2))
delete_atoms    group gone
displace_atoms  all random 0.01 0.01 0.01 4711
{relax if point.relaxed_box else ""}
minimize        0.0 1.0e-3 1000 10000
variable        ev equal pe-(v_count-1)/v_count*v_perfect
"""


def secant(point: VacancyPoint) -> str:
    """Right in another way: boxes by secants of the pressure, atoms by damped dynamics."""
    return f"""\
{_build(point, point.crystal.a0)}
variable        p equal press
min_style       fire
timestep        0.002
{_zero_pressure("perfect")}
variable        perfect equal $(pe/atoms:%.15g)
group           vacancy id 3
delete_atoms    group vacancy
{_zero_pressure("vacancy") if point.relaxed_box else "minimize 0.0 1.0e-4 2000 10000"}
variable        ev equal pe-atoms*v_perfect
"""


def contract(point: VacancyPoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked; a script may end with the perfect crystal or with the vacancy."""
    return Contract(
        units="metal",
        masses=(),
        atoms=(point.sites - 1, point.sites),
        force_field=point.crystal.force_field,
        quantities=(Quantity("ev", "eV", MEANINGS[ENGLISH]["ev"], "reference", FOLLOWS * accepted["ev"].limit),),
    )


def anchors(point: VacancyPoint, run: Run) -> dict[str, Anchor]:
    """Fit energies with and without vacancy at nine lattice constants within 1 %; no box is relaxed."""
    constants = point.crystal.a0 * np.linspace(0.99, 1.01, 9)
    energies = []
    for a in constants:
        script = f"{_build(point, float(a))}run 0\ngroup v id 2\ndelete_atoms group v\nminimize 0 1e-5 1000 10000\n"
        segments = run(script, 0).segments
        energies.append([float(segment.column("potential")[-1]) for segment in segments])
    centre = constants.mean()
    perfect, vacancy = (
        np.polynomial.Polynomial.fit(constants - centre, column, 6) for column in np.transpose(energies)
    )
    a0 = _lowest(perfect, 0.01 * centre)
    defect = vacancy(_lowest(vacancy, 0.01 * centre) if point.relaxed_box else a0)
    ev = float(defect - (point.sites - 1) / point.sites * perfect(a0))
    source = "fits to energies at nine lattice constants, with and without vacancy"
    return {"ev": Anchor(ev, ANCHOR_ACCURACY * ev, source)}


def _lowest(curve: np.polynomial.Polynomial, width: float) -> float:
    extrema = [float(root.real) for root in curve.deriv().roots() if abs(root.imag) < 1e-9]
    return min((x for x in extrema if abs(x) < width), key=lambda x: float(curve(x)))


def _build(point: VacancyPoint, lattice: float) -> str:
    return point.crystal.build(lattice, point.cells, OFF_FACES)


def _zero_pressure(label: str) -> str:
    """Return commands that scale the box by secants until the pressure is zero, with relaxed atoms."""
    return f"""\
minimize        0.0 1.0e-5 2000 10000
variable        before equal ${{p}}
variable        factor equal 1.001
variable        pass loop 5
label           {label}
change_box      all x scale ${{factor}} y scale ${{factor}} z scale ${{factor}} remap
minimize        0.0 1.0e-5 2000 10000
variable        step equal $(-(v_factor-1)*v_p/(v_p-v_before):%.15g)
variable        before equal ${{p}}
variable        factor equal 1+${{step}}
next            pass
jump            SELF {label}"""


FAMILY = Family(
    name="vacancy",
    tier=2,
    wordings=WORDINGS,
    points=POINTS,
    fields=fields,
    meanings=lambda point: MEANINGS,
    gold=gold,
    variants=lambda point: (displaced(point), secant(point)),
    references=to_accuracy(ACCURACY),
    contract=contract,
    anchors=anchors,
    perturbations=crystals.PERTURBATIONS,
    shape=lambda point: point.crystal.shape,
    suites={"core": (24, 10, 12), "micro": (50, 13, 13)},
)
