"""What a check looks at, and how it answers."""

import math
from dataclasses import dataclass

from mdgym.engine.execution import Execution, State
from mdgym.engine.measures import measure
from mdgym.engine.window import Window, judged_windows
from mdgym.rewards.evidence import Evidence
from mdgym.rewards.score import CheckResult
from mdgym.rewards.thresholds import USUAL
from mdgym.tasks.task import Contract, Quantity, Task


@dataclass(frozen=True)
class Case:
    """One executed script of a task with a contract.

    Attributes:
        task: The task.
        contract: Its contract.
        execution: What the script did.
        state: Its final state.
        windows: The judged windows, oldest first, None for one that is missing; empty for a static task.
        evidence: What the verifier found.
    """

    task: Task
    contract: Contract
    execution: Execution
    state: State
    windows: tuple[Window | None, ...]
    evidence: Evidence

    @property
    def window(self) -> Window | None:
        """The last judged window; None for a static task, or when there is none."""
        return self.windows[-1] if self.windows else None

    @property
    def found(self) -> tuple[Window, ...]:
        """The judged windows that are there, oldest first."""
        return tuple(window for window in self.windows if window is not None)

    @property
    def freedom(self) -> float:
        """Degrees of freedom of the final state: rigid bonds and the centre of mass take some away."""
        return max(1.0, self.contract.freedom / 3 * self.state.dimension * self.state.atoms - self.state.dimension)

    def threshold(self, name: str) -> float:
        """The limit of a check: the contract's own, or the usual one."""
        return self.contract.thresholds.get(name, USUAL[name])

    @property
    def dynamic(self) -> bool:
        """Whether the task asks for motion."""
        return self.contract.ensemble != "static"

    @property
    def thermostatted(self) -> bool:
        """Whether the task asks for canonical or isothermal-isobaric sampling."""
        return self.contract.ensemble in ("nvt", "npt")

    def reported(self, quantity: Quantity) -> float | None:
        """What the script left behind."""
        return self.execution.variables.get(quantity.name)

    def measured(self, source: str, arguments: tuple[float, ...] = ()) -> float | None:
        """What the recording of the judged windows says; None when one of them is missing."""
        found = self.found
        return measure(found, source, arguments) if found and len(found) == len(self.windows) else None


def build_case(task: Task, execution: Execution, evidence: Evidence) -> Case | None:
    """Return the case of an executed, watched script; None when there is nothing to check."""
    contract, state = task.contract, execution.state
    if contract is None or state is None or not execution.executed or not execution.watched:
        return None
    windows: tuple[Window | None, ...] = ()
    if contract.duration is not None:
        windows = judged_windows(execution, contract.duration, contract.earlier)
    return Case(task, contract, execution, state, windows, evidence)


def result(
    name: str, kind: str, passed: bool, message: str, score: float | None = None, value: float | None = None
) -> CheckResult:
    """Make a result; the message is kept only when the check failed."""
    points = float(passed if score is None else score)
    known = value if value is not None and math.isfinite(value) else None
    return CheckResult(name, kind, bool(passed), points, "" if passed else message, known)
