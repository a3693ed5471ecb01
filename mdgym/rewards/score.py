"""The verdict on one script."""

from dataclasses import dataclass, field

from mdgym.engine.execution import ScriptFault

CONTRACT = "contract"
THERMODYNAMIC = "thermodynamic"
PHYSICS = "physics"
VIOLATION = "violation"


@dataclass(frozen=True)
class CheckResult:
    """What one check found.

    Attributes:
        name: Name of the check.
        kind: "contract", "thermodynamic", "physics" or "violation".
        passed: Whether the script holds it.
        score: 0 to 1; thermodynamic checks fall off smoothly, others are 0 or 1 (physics: 0.5 or 1).
        message: A sentence that helps a policy, empty when passed; it never contains an accepted value.
        value: What a check with a threshold compares with it; None for the others.
    """

    name: str
    kind: str
    passed: bool
    score: float
    message: str = ""
    value: float | None = None


@dataclass(frozen=True)
class ExecutionSummary:
    """The part of an `Execution` that stands in a score: how it ended, and how far it came."""

    status: str
    milestones: int
    steps: int
    atoms: int
    warnings: tuple[str, ...]
    watched: bool
    capped: bool
    error: ScriptFault | None = None


@dataclass(frozen=True)
class Versions:
    """What a score depends on besides task, script and seed; resume and leaderboards compare it.

    Attributes:
        mdgym: Version of this package.
        lammps: Version of LAMMPS.
        potentials: Hash of the potential files that the contract names.
        rubric: Hash of the checks and weights.
    """

    mdgym: str
    lammps: str
    potentials: str
    rubric: str


@dataclass(frozen=True)
class Score:
    """The verdict.

    Attributes:
        task_id: The task.
        task_hash: Its content hash.
        seed: Episode seed.
        reward: The scalar, 0 to 1.
        success: Every check passed; None for an open task.
        executed: Every command ran to the end, at least one run or minimize among them.
        components: Parts of the reward by name, such as "progress", "contract", "thermodynamics", "physics".
        checks: Every check that applied.
        execution: How the script ran.
        versions: What the score depends on.
    """

    task_id: str
    task_hash: str
    seed: int
    reward: float
    success: bool | None
    executed: bool
    components: dict[str, float]
    checks: tuple[CheckResult, ...]
    execution: ExecutionSummary
    versions: Versions
    schema_version: int = 1
    feedback: str = field(default="")
