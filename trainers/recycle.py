"""What the next groups of rollouts answer: fresh tasks, or failed tries of the policy as questions of their own.

The published idea (MDAgent2) is a trace module: a script and its reward enter a filter, and what falls below it is not
thrown away but rewritten into a new question. What is recycled here is the prompt alone. Rollouts of a repair prompt
are on-policy like all others and need no importance weights.

Nothing here knows of a trainer. Several processes that observe the same rollouts in the same order hold the same state
and draw the same prompts; chance comes from the seed and the number of the batch alone.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from random import Random
from typing import Any

from mdgym.envs.prompts import repair_prompt
from mdgym.errors import TrainingError
from mdgym.records import from_json
from mdgym.tasks.task import Task
from mdgym.trainers.data import compact
from mdgym.trainers.trace import Attempt, Choice, Lesson, Recycling, Rollout

SCHEMA_VERSION = 3
# Rates of success forget with this factor per batch.
_MEMORY = 0.8
# What a repair is thought to be worth before any was seen.
_HOPE = 0.5


@dataclass
class _State:
    attempts: deque[Attempt]
    lessons: deque[Lesson]
    version: int = 0
    rates: dict[str, float] = field(default_factory=dict)
    repair_rates: dict[str, float] = field(default_factory=dict)
    drawn: dict[int, list[Choice]] = field(default_factory=dict)


def _stutters(script: str) -> bool:
    """Whether a command stands twice in a row, which is mostly harmless, and teaches a policy to say it without end."""
    return any(one == next_one for one, next_one in pairwise(compact(script).splitlines()))


class Curriculum:
    """Draws what groups answer, and remembers what came of it."""

    def __init__(self, tasks: Sequence[Task], groups: int, settings: Recycling, seed: int = 0) -> None:
        """Begin with an empty buffer.

        Args:
            tasks: Tasks to train on.
            groups: Groups in a batch, over all processes.
            settings: How failed tries are used.
            seed: Seeds every choice.
        """
        if not tasks or groups < 1:
            raise TrainingError(f"training needs tasks and groups, not {len(tasks)} and {groups}")
        self.tasks = {task.id: task for task in tasks}
        self.groups = groups
        self.settings = settings
        self.seed = seed
        self._state = _State(deque(maxlen=settings.capacity), deque(maxlen=settings.lesson_capacity))

    @property
    def version(self) -> int:
        """Number of batches that were observed."""
        return self._state.version

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Failed tries that wait, the oldest first."""
        return tuple(self._state.attempts)

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        """Successes that are kept, the oldest first."""
        return tuple(self._state.lessons)

    @property
    def rates(self) -> Mapping[str, float]:
        """Recent rate of success on fresh prompts, by family."""
        return dict(self._state.rates)

    @property
    def repair_rates(self) -> Mapping[str, float]:
        """Recent rate of success under repair prompts, by family."""
        return dict(self._state.repair_rates)

    def draw_lessons(self, rng: Random, count: int) -> list[Lesson]:
        """Draw different lessons.

        Args:
            rng: Where chance comes from.
            count: The most of them.

        Returns:
            The lessons; none while there is none, or while every family that has some succeeds by itself.
        """
        lessons = self._state.lessons
        if not self.settings.adaptive:
            return rng.sample(lessons, min(count, len(lessons)))
        rates = self._state.rates
        needed = [(lesson, 1 - rates.get(self.tasks[lesson.task_id].family, 0.0)) for lesson in lessons]
        # the largest of u^(1/w) is a weighted draw without replacement (Efraimidis and Spirakis, 2006)
        keyed = [(rng.random() ** (1 / weight), number) for number, (_, weight) in enumerate(needed) if weight > 0]
        return [lessons[number] for _, number in sorted(keyed, reverse=True)[:count]]

    def choice(self, slot: int) -> Choice:
        """Return what a group answers; all copies of a slot get the same.

        A batch is drawn when it is first asked for and is remembered from then on: a data loader that reads ahead gets
        prompts of an earlier version, and a resumed run gets the ones that it had read.

        Args:
            slot: Number of the group, counted from the beginning of the training over all processes.
        """
        batch, place = divmod(slot, self.groups)
        drawn = self._state.drawn
        if batch not in drawn:
            drawn[batch] = self._draw(Random(f"{self.seed}/{batch}"))
            for old in [number for number in drawn if number < batch - 2]:
                del drawn[old]
        return drawn[batch][place]

    def prompt(self, choice: Choice) -> str:
        """Return the text of a choice."""
        task = self.tasks[choice.task_id]
        if choice.attempt is None:
            return task.prompt
        attempt, shows = choice.attempt, self.settings.shows
        script = None if shows == "feedback" else attempt.script
        feedback = None if shows == "script" else attempt.feedback
        return repair_prompt(task.prompt, script, feedback)

    def _draw(self, rng: Random) -> list[Choice]:
        found = []
        share = self.settings.share_after(self._state.version)
        for _ in range(self.groups):
            attempt = self._take(rng) if rng.random() < share else None
            task_id = attempt.task_id if attempt else self._fresh(rng)
            found.append(Choice(task_id, attempt, self._state.version))
        return found

    def _fresh(self, rng: Random) -> str:
        tasks = list(self.tasks.values())
        if not self.settings.resample:
            return rng.choice(tasks).id
        rates = [self._state.rates.get(task.family, 0.5) for task in tasks]
        return rng.choices(tasks, [rate * (1 - rate) + 0.05 for rate in rates])[0].id

    def _take(self, rng: Random) -> Attempt | None:
        """Take a failed try out of the buffer."""
        waiting = self._state.attempts
        attempts = [attempt for attempt in waiting if self._helps(self.tasks[attempt.task_id].family)]
        if not attempts:
            return None
        pick = self.settings.pick
        if pick == "random":
            found = rng.choice(attempts)
        elif pick == "frequent":
            fault = Counter(attempt.fault for attempt in attempts).most_common(1)[0][0]
            found = rng.choice([attempt for attempt in attempts if attempt.fault == fault])
        else:
            best = (max if pick == "nearest" else min)(attempt.reward for attempt in attempts)
            found = rng.choice([attempt for attempt in attempts if attempt.reward == best])
        waiting.remove(found)
        return found

    def _helps(self, family: str) -> bool:
        """Whether tries of a family are worth to be repaired."""
        state = self._state
        return not self.settings.adaptive or state.repair_rates.get(family, _HOPE) > state.rates.get(family, 0.0)

    def observe(self, rollouts: Iterable[Rollout]) -> None:
        """Learn what a batch came to, from all processes and in the same order in each."""
        state, settings = self._state, self.settings
        seen: dict[tuple[bool, str], list[bool]] = {}
        for rollout in rollouts:
            seen.setdefault((rollout.repair, self.tasks[rollout.task_id].family), []).append(rollout.success)
            if rollout.success:
                if settings.lessons == "all" or (settings.lessons == "repairs" and rollout.repair):
                    lesson = Lesson(rollout.task_id, rollout.attempt.script)
                    if lesson not in state.lessons and not _stutters(lesson.script):
                        state.lessons.append(lesson)
            elif settings.share and rollout.attempt.reward < settings.threshold:
                self._keep(rollout.attempt)
        for (repair, family), successes in seen.items():
            rates, rate = (state.repair_rates if repair else state.rates), sum(successes) / len(successes)
            rates[family] = _MEMORY * rates.get(family, rate) + (1 - _MEMORY) * rate
        state.version += 1

    def _keep(self, attempt: Attempt) -> None:
        attempts = self._state.attempts
        same = [other for other in attempts if other.task_id == attempt.task_id]
        if any(other.script == attempt.script for other in same):
            return
        if len(same) >= self.settings.per_task:
            attempts.remove(same[0])
        attempts.append(attempt)

    def state(self) -> dict[str, Any]:
        """Return everything that a resumed run needs, as JSON."""
        state = self._state
        return {
            "schema_version": SCHEMA_VERSION,
            "seed": self.seed,
            "groups": self.groups,
            "settings": asdict(self.settings),
            "version": state.version,
            "attempts": [asdict(attempt) for attempt in state.attempts],
            "lessons": [asdict(lesson) for lesson in state.lessons],
            "rates": state.rates,
            "repair_rates": state.repair_rates,
            "drawn": {str(batch): [asdict(choice) for choice in choices] for batch, choices in state.drawn.items()},
        }

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Take up a state that `state` returned.

        Raises:
            TrainingError: It is of another version of mdgym, of another run, or names tasks that are not here.
        """
        version = stored.get("schema_version") if isinstance(stored, Mapping) else None
        if version != SCHEMA_VERSION:
            raise TrainingError(
                f"the buffer is of version {version!r}, and this mdgym reads {SCHEMA_VERSION}: go on with the mdgym "
                "that wrote it, or begin a new run from the checkpoint's weights"
            )
        try:
            theirs = {"seed": stored["seed"], "groups": stored["groups"], **stored["settings"]}
            drawn = {int(batch): [from_json(Choice, c) for c in choices] for batch, choices in stored["drawn"].items()}
            attempts = deque((from_json(Attempt, a) for a in stored["attempts"]), self.settings.capacity)
            lessons = deque((from_json(Lesson, lesson) for lesson in stored["lessons"]), self.settings.lesson_capacity)
            rates, repair_rates = dict(stored["rates"]), dict(stored["repair_rates"])
            state = _State(attempts, lessons, stored["version"], rates, repair_rates, drawn)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise TrainingError(f"the buffer cannot be read: {type(error).__name__} {error}") from error
        for name, value in {"seed": self.seed, "groups": self.groups, **asdict(self.settings)}.items():
            if theirs.get(name) != value:
                raise TrainingError(f"the buffer belongs to a run with {name} {theirs.get(name)!r}, not {value!r}")
        chosen = [choice for choices in drawn.values() for choice in choices]
        named = {a.task_id for a in attempts} | {lesson.task_id for lesson in lessons} | {c.task_id for c in chosen}
        if missing := sorted(named - self.tasks.keys()):
            raise TrainingError(f"the buffer names task '{missing[0]}', which this run does not train on")
        self._state = state
