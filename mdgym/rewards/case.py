"""What a check looks at, and how it answers."""

from dataclasses import dataclass

from mdgym.engine.execution import Execution, State
from mdgym.engine.window import Window, judged_window, measure
from mdgym.rewards.evidence import Evidence
from mdgym.rewards.score import CheckResult
from mdgym.tasks.task import Contract, Quantity, Task


@dataclass(frozen=True)
class Case:
    """One executed script of a task with a contract.

    Attributes:
        task: The task.
        contract: Its contract.
        execution: What the script did.
        state: Its final state.
        window: The judged window; None for a static task, or when there is none.
        evidence: What the verifier found.
    """

    task: Task
    contract: Contract
    execution: Execution
    state: State
    window: Window | None
    evidence: Evidence

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

    def measured(self, source: str) -> float | None:
        """What the recording of the judged window says."""
        return None if self.window is None else measure(self.window, source)


def build_case(task: Task, execution: Execution, evidence: Evidence) -> Case | None:
    """Return the case of an executed, watched script; None when there is nothing to check."""
    contract, state = task.contract, execution.state
    if contract is None or state is None or not execution.executed or not execution.watched:
        return None
    window = judged_window(execution, contract.duration) if contract.duration is not None else None
    return Case(task, contract, execution, state, window, evidence)


def result(name: str, kind: str, passed: bool, message: str, score: float | None = None) -> CheckResult:
    """Make a result; the message is kept only when the check failed."""
    return CheckResult(name, kind, bool(passed), float(passed if score is None else score), "" if passed else message)
