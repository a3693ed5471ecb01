"""What is kept of rollouts, and the settings that say how it is used."""

from dataclasses import dataclass

from mdgym.errors import TrainingError

PICKS = ("random", "nearest", "hardest", "frequent")
SHOWS = ("all", "script", "feedback")
LESSONS = ("none", "repairs", "all")


@dataclass(frozen=True)
class Recycling:
    """How failed tries are used.

    Attributes:
        share: Share of groups that answer a failed try; 0 is plain GRPO.
        threshold: Tries with less reward are recycled, unless they succeeded.
        capacity: Tries that are kept; the oldest go first.
        per_task: Tries of one task that are kept at most.
        pick: Which try comes next: "random", "nearest" (highest reward), "hardest" (lowest reward), or "frequent" (of
            the most common error).
        shows: What a repair prompt tells of the try: its "script", the "feedback" that it got, or "all".
        fades: Batches over which the share falls to 0 in a straight line; 0 for a share that stays.
        adaptive: Recycle only tries of families in which repairs succeed more often than fresh tries do, as far as is
            known; and draw lessons by the share of fresh tries that fail in their family. Without it a policy that has
            learned what its lessons say goes on to repair what it cannot.
        resample: Draw fresh tasks by the success p of their family with weight p (1 - p) + 0.05 in place of uniformly.
        lessons: Successes that are kept as lessons on the task's own prompt: "none", those of "repairs", or "all".
        lesson_capacity: Lessons that are kept; the oldest go first.
    """

    share: float = 0.0
    threshold: float = 1.0
    capacity: int = 256
    per_task: int = 2
    pick: str = "random"
    shows: str = "all"
    fades: int = 0
    adaptive: bool = False
    resample: bool = False
    lessons: str = "none"
    lesson_capacity: int = 256

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1 or not 0 <= self.threshold <= 1:
            raise TrainingError(f"share {self.share!r} and threshold {self.threshold!r} must be within 0 to 1")
        if min(self.capacity, self.per_task, self.lesson_capacity) < 1:
            raise TrainingError("capacity, per_task and lesson_capacity must be at least 1")
        if self.fades < 0:
            raise TrainingError(f"fades must be at least 0, not {self.fades}")
        for name, known in (("pick", PICKS), ("shows", SHOWS), ("lessons", LESSONS)):
            if getattr(self, name) not in known:
                raise TrainingError(f"{name} {getattr(self, name)!r} is not one of {', '.join(known)}")

    def share_after(self, batches: int) -> float:
        """Return the share of groups that answer a failed try once so many batches were observed."""
        return self.share * (max(0.0, 1 - batches / self.fades) if self.fades else 1.0)


@dataclass(frozen=True)
class Attempt:
    """A try that failed.

    Attributes:
        task_id: Its task.
        script: What was written.
        feedback: What LAMMPS and the checks said of it.
        reward: What it earned.
        fault: What kind of failure it was: how it ended, or the first check that failed.
    """

    task_id: str
    script: str
    feedback: str
    reward: float
    fault: str


@dataclass(frozen=True)
class Choice:
    """What one group of rollouts answers.

    Attributes:
        task_id: The task.
        attempt: The failed try under its prompt; None for the prompt alone.
        version: Number of batches that had been observed when it was drawn.
    """

    task_id: str
    attempt: Attempt | None
    version: int


@dataclass(frozen=True)
class Rollout:
    """One answer of the policy and what came of it.

    Attributes:
        task_id: Its task.
        repair: Whether a failed try stood in its prompt.
        success: Every check passed.
        attempt: Script, feedback, reward and fault.
    """

    task_id: str
    repair: bool
    success: bool
    attempt: Attempt


@dataclass(frozen=True)
class Lesson:
    """A script that succeeded, to be learned as the answer to the task's own prompt."""

    task_id: str
    script: str
