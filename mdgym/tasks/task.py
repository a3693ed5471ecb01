"""A task: what a policy reads, and under it the contract that a program checks.

Everything that a contract checks stands in the prompt. Numbers are in the LAMMPS unit style of the contract
(`metal`: Å, eV, K, bar, ps; `lj`: reduced).
"""

from dataclasses import dataclass, field, replace
from typing import Any

from mdgym.engine.limits import Limits
from mdgym.engine.measures import FROM_FLUX, MEASURES
from mdgym.errors import TaskError
from mdgym.records import digest
from mdgym.script.perturb import Perturbation

SPLITS = ("train", "validation", "test")
ENSEMBLES = ("static", "nve", "nvt", "npt")
REFERENCE = "reference"
SOURCES = (REFERENCE, *MEASURES)


@dataclass(frozen=True)
class Quantity:
    """A number that the script must leave behind as an equal-style variable.

    Attributes:
        name: Name of the variable.
        unit: Unit, as the prompt writes it.
        meaning: What it is, as the prompt writes it.
        source: How the verifier recomputes it, one of `SOURCES`: from the recording of the judged window, or
            "reference" for a result that no single state holds (it is then proved by the counterfactual).
        tolerance: Largest honest difference between the variable and the recomputed value, in `unit`.
        arguments: What the source needs to know besides, such as a cutoff; see `mdgym.engine.measures`.
        powers: How a "reference" result scales with energies and lengths of the potential, as two exponents; None
            takes them from the unit where that says it, and else asks the gold script in the changed world.
        shown: Where a "reference" result is the potential energy of a state: for how many atoms, and how far it may be
            (in `unit`) from the nearest state of the run. None where no state need have it, as for other results.
        lost: Where a "reference" result is kinetic energy that is lost in a collision: how far it may be (in `unit`)
            from what the last stretch of runs loses, and the least distance of atoms at its end. None for others.
    """

    name: str
    unit: str
    meaning: str
    source: str
    tolerance: float
    arguments: tuple[float, ...] = ()
    powers: tuple[float, float] | None = None
    shown: tuple[float, float] | None = None
    lost: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.source not in SOURCES:
            raise TaskError(f"quantity '{self.name}': source '{self.source}' is not one of {', '.join(SOURCES)}")
        if not self.name.isidentifier():
            raise TaskError(f"quantity '{self.name}': name is not one of a LAMMPS variable (letters, digits, _)")
        if not self.unit.strip():
            raise TaskError(f"quantity '{self.name}': unit is missing; write 1 where there is none")
        if not self.tolerance > 0:
            raise TaskError(f"quantity '{self.name}': tolerance must be positive, not {self.tolerance!r}")


@dataclass(frozen=True)
class Condition:
    """What the judged windows must show, besides what is wanted as a result.

    Attributes:
        name: Name of the condition.
        source: How it is measured, one of `MEASURES`.
        arguments: What the measure needs to know besides.
        least: Smallest value that holds.
        most: Largest value that holds.
        meaning: What must be so, as the prompt writes it.
    """

    name: str
    source: str
    arguments: tuple[float, ...]
    least: float
    most: float
    meaning: str

    def __post_init__(self) -> None:
        if self.source not in MEASURES:
            raise TaskError(f"condition '{self.name}': source '{self.source}' is not one of {', '.join(MEASURES)}")
        if not self.least <= self.most:
            raise TaskError(f"condition '{self.name}': {self.least!r} to {self.most!r} is no range")


@dataclass(frozen=True)
class Reference:
    """The accepted value of a quantity, or of the target that the recording must meet.

    Attributes:
        name: Name of the quantity ("temperature" and "pressure" for the ensemble's own targets).
        value: Accepted value.
        limit: Accepted half-width: |measured - value| <= limit passes, with z = 3 at the limit.
        spread: Standard deviation of one gold run of the required length; 0 for exact values.
        runs: Number of gold runs behind value and spread; 0 for exact values.
        anchor: The same quantity by a way that does not use the gold script; None when there is none.
        anchor_limit: Largest allowed |value - anchor|.
        anchor_source: Where the anchor comes from.
    """

    name: str
    value: float
    limit: float
    spread: float = 0.0
    runs: int = 0
    anchor: float | None = None
    anchor_limit: float = 0.0
    anchor_source: str = ""

    def __post_init__(self) -> None:
        if not self.limit > 0:
            raise TaskError(f"reference '{self.name}': limit must be positive, not {self.limit!r}")
        if self.anchor is not None and abs(self.value - self.anchor) > self.anchor_limit:
            raise TaskError(
                f"reference '{self.name}': value {self.value!r} is not within {self.anchor_limit!r} "
                f"of its anchor {self.anchor!r} ({self.anchor_source})"
            )


@dataclass(frozen=True)
class Contract:
    """What a right script must have done.

    Attributes:
        units: LAMMPS unit style.
        masses: Mass of each species, in `units`; each atom must have one of them, and each must occur. Empty when
            masses do not matter (static tasks of one species).
        atoms: Least and largest number of atoms.
        force_field: LAMMPS commands of the reference Hamiltonian (pair_style, pair_coeff, pair_modify, ...).
        ensemble: One of `ENSEMBLES`; "nvt" means canonical sampling at fixed volume.
        temperature: Target, or None.
        pressure: Target, or None.
        earlier: Temperatures of judged windows before the last one, in their order; the same ensemble and duration.
        density: Number density (atoms per volume) that is prescribed exactly, or None.
        duration: Least physical time of the judged window, in time units; None for static tasks.
        timestep: Prescribed timestep, or None when the script may choose.
        quantities: What the script leaves behind.
        potential_tolerance: Largest |difference| of potential energy per atom against the reference Hamiltonian.
        counterfactual: The perturbation of the second run, or None.
        allowed_fixes: Fix styles beyond the ensemble's usual ones that the task allows.
        required_fixes: Fixes that act on all atoms in the judged window, as style and numbers ("spring/self 2.5"); no
            other fix has one of their styles.
        thermostats: Fix styles that may hold the temperature; empty where any does that the ensemble allows.
        damping: Least and largest damping time of every thermostat, or None.
        start: Temperature at the first step of dynamics, or None; the ensemble then holds from that step on.
        settle: Least time of dynamics before the judged window, where `start` is given.
        charges: Charge of each species; empty when there are none.
        freedom: Degrees of freedom per atom, less than 3 where bonds are rigid.
        constraints: Commands that a free motion needs besides the force field (`fix shake`).
        thresholds: Limits of checks that differ from the usual ones, by name of the check.
        conditions: What the judged windows must show besides the quantities.
    """

    units: str
    masses: tuple[float, ...]
    atoms: tuple[int, int]
    force_field: tuple[str, ...]
    ensemble: str = "static"
    temperature: float | None = None
    pressure: float | None = None
    density: float | None = None
    duration: float | None = None
    timestep: float | None = None
    quantities: tuple[Quantity, ...] = ()
    potential_tolerance: float = 1e-5
    counterfactual: Perturbation | None = None
    allowed_fixes: tuple[str, ...] = ()
    required_fixes: tuple[str, ...] = ()
    thermostats: tuple[str, ...] = ()
    damping: tuple[float, float] | None = None
    start: float | None = None
    settle: float = 0.0
    earlier: tuple[float, ...] = ()
    charges: tuple[float, ...] = ()
    freedom: float = 3.0
    constraints: tuple[str, ...] = ()
    thresholds: dict[str, float] = field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        if self.ensemble not in ENSEMBLES:
            raise TaskError(f"ensemble '{self.ensemble}' is not one of {', '.join(ENSEMBLES)}")
        if not 0 < self.atoms[0] <= self.atoms[1]:
            raise TaskError(f"atoms {self.atoms!r} must be a range with 0 < least <= largest")
        if self.ensemble != "static" and not (self.duration and self.duration > 0):
            raise TaskError(f"ensemble '{self.ensemble}' needs a positive duration, not {self.duration!r}")
        if self.conditions and self.duration is None:
            raise TaskError(f"condition '{self.conditions[0].name}' needs a judged window, and so a duration")

    @property
    def heat_flux(self) -> bool:
        """Whether the heat flux must be recorded."""
        return any(quantity.source in FROM_FLUX for quantity in self.quantities)


@dataclass(frozen=True)
class Task:
    """One episode.

    Attributes:
        id: Unique name, such as "core/test/lj_fluid/003".
        prompt: What the policy reads.
        family: The generator that made it; "user" for tasks written by hand.
        suite: Name of the suite.
        split: One of `SPLITS`.
        tier: Difficulty, 1 to 3.
        parameters: Physical parameters that the family drew.
        contract: What is checked; None for an open task (only execution and general physics are judged).
        references: Accepted values.
        files: Input files that the script may read, name to text.
        gold: A right script; never shown to a policy. Empty when unknown.
        cpu_s: CPU time that the right script took when its references were measured, seconds; 0 when unknown.
    """

    id: str
    prompt: str
    family: str = "user"
    suite: str = "user"
    split: str = "test"
    tier: int = 1
    parameters: dict[str, Any] = field(default_factory=dict)
    contract: Contract | None = None
    references: tuple[Reference, ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    gold: str = ""
    cpu_s: float = 0.0
    schema_version: int = 1

    def __post_init__(self) -> None:
        if not self.id or not self.prompt.strip():
            raise TaskError(f"task '{self.id}': id and prompt must not be empty")
        if self.split not in SPLITS:
            raise TaskError(f"task '{self.id}': split '{self.split}' is not one of {', '.join(SPLITS)}")
        if self.contract is not None:
            missing = [q.name for q in self.contract.quantities if self.reference(q.name) is None]
            if missing:
                raise TaskError(f"task '{self.id}': no reference for the quantity '{missing[0]}'")

    @property
    def open(self) -> bool:
        """Whether the task has no contract."""
        return self.contract is None

    def limits(self, least: Limits) -> Limits:
        """Widen limits for a task whose right script needs more than they give.

        Args:
            least: The limits of other tasks.

        Returns:
            Limits with three times the CPU time of the right script, and six times as much by the clock, for machines
            that are slower or busy.
        """
        wall_s, cpu_s = max(least.wall_s, 6 * self.cpu_s), max(least.cpu_s, 3 * self.cpu_s)
        return replace(least, wall_s=wall_s, cpu_s=cpu_s)

    @property
    def hash(self) -> str:
        """Content hash; scores of tasks with different hashes cannot be compared."""
        return digest(self)

    def reference(self, name: str) -> Reference | None:
        """Return the accepted value called `name`, or None."""
        return next((r for r in self.references if r.name == name), None)
