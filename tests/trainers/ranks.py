"""One process of a training that is watched: started by torch.distributed.run, it leaves `rank<N>.json`.

    ranks.py OUT PLAN SETTINGS...

PLAN is "plain", "lessons" (there are some from the first step on) or "deaf" (the second process cannot score its first
answers).
"""

import json
import sys
from concurrent.futures import Future
from pathlib import Path
from typing import Any, ClassVar

from accelerate import PartialState

from mdgym.errors import InfrastructureError
from mdgym.scoring import SerialPool
from mdgym.trainers import md_grpo
from mdgym.trainers.recycle import Curriculum
from mdgym.trainers.rewards import ScriptReward
from mdgym.trainers.settings import settings_of
from mdgym.trainers.trace import Lesson


class DeafPool(SerialPool):
    """Loses what it is given first."""

    lost = 0

    def submit(self, task: Any, answer: str, seed: int = 0) -> "Future[Any]":
        if self.lost == 6:
            return super().submit(task, answer, seed)
        self.lost += 1
        future: Future[Any] = Future()
        future.set_exception(InfrastructureError("the worker is gone"))
        return future


class WatchedReward(ScriptReward):
    """Writes down what it was asked."""

    calls: ClassVar[list[dict[str, Any]]] = []

    def __call__(self, prompts: Any, completions: Any, log_metric: Any, **columns: Any) -> list[float | None]:
        faults = {}

        def log(name: str, value: float) -> None:
            if name.startswith("fault/"):
                faults[name] = value
            log_metric(name, value)

        rewards = super().__call__(prompts, completions, log_metric=log, **columns)
        said = {"prompts": [prompt[0]["content"] for prompt in prompts], "rewards": rewards, "runs": self.runs}
        said["faults"] = faults
        self.calls.append({**said, **{name: columns[name] for name in ("slot", "seed", "repair", "task_id")}})
        return rewards


class TaughtCurriculum(Curriculum):
    """Knows lessons from the beginning."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        tasks = list(self.tasks.values())[:5]
        self._state.lessons.extend(Lesson(task.id, task.gold[:60]) for task in tasks)


def main(out: str, plan: str, *arguments: str) -> None:
    curricula = []
    kind = TaughtCurriculum if plan == "lessons" else Curriculum

    def make(*args: Any) -> Curriculum:
        curricula.append(kind(*args))
        return curricula[-1]

    md_grpo.Curriculum, md_grpo.ScriptReward = make, WatchedReward
    settings = settings_of("grpo", list(arguments))
    rank = PartialState().process_index
    with (DeafPool if plan == "deaf" and rank == 1 else SerialPool)() as pool:
        md_grpo.train(settings, pool)
    found = {"calls": WatchedReward.calls, "curriculum": curricula[0].state()}
    (Path(out) / f"rank{rank}.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
