"""What a family of tasks is made of, and how its references follow from measured runs."""

import dataclasses
import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Protocol

from mdgym.engine.execution import Execution
from mdgym.errors import TaskError
from mdgym.script.perturb import Perturbation
from mdgym.tasks.faults import faults
from mdgym.tasks.prompts import two_windows_text, variables_text, window_text
from mdgym.tasks.task import Contract, Reference

# A right script has about 8 checks. With z = 3 on each it would fail 2 % of the time; five standard deviations of a
# gold run, or three times the farthest of all right runs, lose less than 1 % over all checks, the error of the
# standard deviation (15 to 25 % from 12 runs) included.
GOLD_SPREADS = 5.0
FARTHEST_RUNS = 3.0

Run = Callable[[str, int], Execution]
"""Runs a script with a seed."""

Source = tuple[str, tuple[float, ...]]
"""How a number is measured: one of `SOURCES`, and its arguments."""


class Point(Protocol):
    """One physical point: a frozen dataclass of a family, with a name that is unique inside the family."""

    @property
    def label(self) -> str:
        """Name of the point, fit for a file name."""


@dataclass(frozen=True)
class Anchor:
    """A quantity by a way that does not use the gold script.

    Attributes:
        value: Its value.
        limit: Largest difference to the reference that the errors of both allow.
        source: Where it comes from.
    """

    value: float
    limit: float
    source: str


@dataclass(frozen=True)
class Measured:
    """What the runs of one physical point gave for one name.

    Attributes:
        gold: Value of each gold run, measured in the judged window of the recording.
        variants: The same for scripts that are right in another way; together with gold they set the limit.
        anchor: The same quantity by another way, or None.
    """

    gold: tuple[float, ...]
    variants: tuple[float, ...] = ()
    anchor: Anchor | None = None

    @property
    def mean(self) -> float:
        """Mean of the gold runs."""
        return statistics.fmean(self.gold)

    @property
    def spread(self) -> float:
        """Standard deviation of one gold run; 0 for a single run."""
        return statistics.stdev(self.gold) if len(self.gold) > 1 else 0.0

    def accept(
        self, name: str, value: float | None = None, least: float = 0.0, farthest: float = FARTHEST_RUNS
    ) -> Reference:
        """Turn the runs into an accepted value and its limit.

        Args:
            name: Name of the reference.
            value: Exact target, such as the temperature of a thermostat; None accepts the mean of the gold runs.
            least: Smallest half-width.
            farthest: The limit is at least this many times the distance of the farthest right run.

        Returns:
            The reference; its limit is the largest of `least`, `GOLD_SPREADS` standard deviations of gold, and
            `farthest` times the distance of the farthest right run.
        """
        centre = self.mean if value is None else value
        strayed = max(abs(run - centre) for run in (*self.gold, *self.variants))
        limit = round_up(max(least, GOLD_SPREADS * self.spread, farthest * strayed))
        anchor = {} if self.anchor is None else _anchored(self.anchor)
        return Reference(name, centre, limit, self.spread, len(self.gold), **anchor)

    def accept_to(self, name: str, accuracy: float) -> Reference:
        """Accept the mean of the gold runs to a relative accuracy, however little they stray.

        Raises:
            TaskError: A right run strays by more.
        """
        found = self.accept(name, farthest=1.0, least=1e-12)
        limit = accuracy * abs(found.value)
        if found.limit > limit:
            raise TaskError(f"reference '{name}': right runs stray by {found.limit!r}, more than the limit {limit!r}")
        return replace(found, limit=limit)


@dataclass(frozen=True)
class Family:
    """A generator of tasks: one file, from physical points to prompts, gold scripts and contracts.

    Attributes:
        name: Name of the family.
        tier: Difficulty, 1 to 3.
        points: Physical points by split; on one axis at least the splits do not overlap.
        wordings: Prompts as (language, text). A text has fields in braces: those of `fields`, `{variables}`, and
            `{window}` where there is a judged window.
        gold: A right script for a point.
        contract: What is checked; tolerances may follow from the references.
        references: Accepted values from what was measured, by name.
        perturbations: Counterfactuals that fit the family; each task gets one, unless its contract has one of its own.
        shape: Their change of shape for a point, where ratios of energies could be remembered.
        fields: What fills a wording in: (point, language, randomness for units and phrases) to field to text; without
            it, the fields of the point itself. With a judged window one of them is `duration`, its length with a unit.
        meanings: Meaning of each quantity: point to language to name to text; without it, that of the contract.
        duration: Length of the judged window, in time units of its scripts; None for static results.
        runs: Gold runs per point, with different seeds; 1 when nothing is random.
        targets: Averages of the judged window that are references beside the quantities: "temperature", "pressure".
        variants: Scripts that are right in another way, one or two runs of each.
        anchors: Other ways to the references, by name; may run scripts of their own.
        files: Input files that come with the task, by name.
        suites: Number of tasks in train, validation and test, by suite.

    Raises:
        TaskError: A field makes no sense; the message names it.
    """

    name: str
    tier: int
    points: Mapping[str, tuple[Any, ...]]
    wordings: tuple[tuple[str, str], ...]
    gold: Callable[[Any], str]
    contract: Callable[[Any, Mapping[str, Reference]], Contract]
    references: Callable[[Any, Mapping[str, Measured]], tuple[Reference, ...]]
    perturbations: tuple[Perturbation, ...]
    fields: Callable[[Any, str, Random], dict[str, str]] = lambda point, language, rng: plain_fields(point)
    meanings: Callable[[Any], Mapping[str, Mapping[str, str]]] = lambda point: {}
    duration: float | None = None
    runs: int = 1
    targets: tuple[str, ...] = ()
    shape: Callable[[Any], float] = lambda point: 1.0
    variants: Callable[[Any], tuple[str, ...]] = lambda point: ()
    anchors: Callable[[Any, Run], dict[str, Anchor]] = lambda point, run: {}
    files: Callable[[Any], dict[str, str]] = lambda point: {}
    suites: Mapping[str, tuple[int, int, int]] = field(default_factory=lambda: {"core": (24, 10, 12)})

    def __post_init__(self) -> None:
        for field_name, fault in faults(self):
            raise TaskError(f"family '{self.name}', {field_name}: {fault}")

    def prompt(self, point: Any, contract: Contract, wording: int, rng: Random) -> str:
        """Write what the policy reads.

        Args:
            point: The physical point.
            contract: Its contract.
            wording: Number of the wording.
            rng: Chooses units and phrases.
        """
        language, text = self.wordings[wording]
        fields = self.fields(point, language, rng)
        if self.duration is not None:
            fields["window"] = self._window(contract, fields.pop("duration"), language, rng)
        meanings = self.meanings(point).get(language, {})
        fields["variables"] = variables_text(contract.quantities, meanings, language, rng)
        try:
            return text.format(**fields)
        except KeyError as error:
            raise TaskError(f"family '{self.name}', wordings[{wording}]: no field {error} in `fields`") from error

    def _window(self, contract: Contract, duration: str, language: str, rng: Random) -> str:
        """Write which parts of the run are judged."""
        if not contract.earlier:
            return window_text(duration, language, rng)
        if len(contract.earlier) > 1 or contract.temperature is None:
            raise TaskError(f"family '{self.name}': prompts are known for one earlier temperature and a last one")
        unit = "T* = {:g}" if contract.units == "lj" else "{:g} K"
        first, second = (unit.format(temperature) for temperature in (*contract.earlier, contract.temperature))
        return two_windows_text(duration, first, second, language, rng)

    def earlier(self, point: Any) -> tuple[float, ...]:
        """Return the temperatures of the judged windows before the last one."""
        return self.draft(point).earlier

    def draft(self, point: Any) -> Contract:
        """Return the contract with any numbers for what is measured: all that a prompt needs."""
        return self.contract(point, defaultdict(lambda: Reference("any", 1.0, 1.0)))

    def sources(self, point: Any) -> dict[str, Source]:
        """Say how each reference of a point is measured: a name of `SOURCES` and its arguments."""
        contract = self.draft(point)
        found = {quantity.name: (quantity.source, quantity.arguments) for quantity in contract.quantities}
        for target in self.targets:
            found[target] = (f"mean {target}", ())
            for stage in range(len(contract.earlier)):
                found[f"{target} {stage + 1}"] = (f"mean {target}", (float(stage),))
        return found


def plain_fields(point: Any) -> dict[str, str]:
    """Return the fields of a point as texts, numbers in their shortest form."""
    values = {f.name: getattr(point, f.name) for f in dataclasses.fields(point)}
    return {name: f"{value:g}" if isinstance(value, float) else str(value) for name, value in values.items()}


def to_accuracy(accuracy: float) -> Callable[[Any, Mapping[str, Measured]], tuple[Reference, ...]]:
    """Accept static results to a relative accuracy.

    Args:
        accuracy: Half-width of what is accepted, as a part of the value.

    Returns:
        A function that fits `Family.references`.
    """

    def references(point: Any, measured: Mapping[str, Measured]) -> tuple[Reference, ...]:
        return tuple(runs.accept_to(name, accuracy) for name, runs in measured.items())

    return references


def temperature_limit(temperature: float, atoms: int, duration: float, memory: float) -> float:
    """Return four standard errors of the mean temperature of a canonical run.

    Kinetic energy fluctuates by sqrt(2 / dof), and its mean over a window by sqrt(2 memory / duration) of that. A
    Langevin thermostat leaves it a memory of about half its damping time, a Nose-Hoover chain less.

    Args:
        temperature: Target.
        atoms: Number of atoms; three degrees of freedom are the centre of mass.
        duration: Length of the window.
        memory: Correlation time of the kinetic energy, in the unit of `duration`.

    Returns:
        The limit, in the unit of `temperature`.
    """
    return 4 * temperature * math.sqrt(2 / (3 * atoms - 3)) * math.sqrt(2 * memory / duration)


def round_up(value: float) -> float:
    """Round a limit up to three digits, so that stored files do not change in the last bit."""
    if value <= 0:
        raise ValueError(f"a limit must be positive, not {value!r}")
    unit = 10.0 ** (math.floor(math.log10(value)) - 2)
    return float(f"{math.ceil(value / unit - 1e-9) * unit:.3g}")


def _anchored(anchor: Anchor) -> dict[str, Any]:
    return {"anchor": anchor.value, "anchor_limit": anchor.limit, "anchor_source": anchor.source}
