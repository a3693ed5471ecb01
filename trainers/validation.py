"""How good is the policy by now? Asked on the validation split while it trains."""

import json
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from mdgym.agents.hugging_face import HuggingFaceAgent
from mdgym.agents.sampling import Sampling
from mdgym.envs import LammpsScriptEnv
from mdgym.errors import TrainingError
from mdgym.evaluation import choose, evaluate
from mdgym.report import Report
from mdgym.scoring import Pool
from mdgym.tasks.task import Task
from mdgym.trainers.data import tasks_of
from mdgym.trainers.rewards import ScriptReward

CURVE = "curve.jsonl"
# Answers that are generated together; a small model on a CPU gains nothing from more.
_BATCH = 64


def assess(
    model: Any,
    tokenizer: Any,
    tasks: tuple[Task, ...],
    pool: Pool,
    k: int,
    longest: int,
    seed: int,
    name: str = "policy",
) -> dict[str, Report]:
    """Evaluate a loaded model, greedily and by sampling at temperature 1.

    Args:
        model: The model.
        tokenizer: Its tokenizer.
        tasks: What it is asked.
        pool: Scores its answers.
        k: Sampled answers per task.
        longest: Most tokens of an answer.
        seed: Seeds sampling and episodes.
        name: What it is called in the reports.

    Returns:
        "greedy" with one answer per task, and "sampled" with `k`.
    """
    with LammpsScriptEnv(tasks=tasks, pool=pool) as env:
        found = {}
        for kind, samples, temperature in (("greedy", 1, 0.0), ("sampled", k, 1.0)):
            sampling = Sampling(temperature=temperature, max_new_tokens=longest)
            agent = HuggingFaceAgent(model, tokenizer, sampling, _BATCH, name=f"{name}-{kind}")
            found[kind] = evaluate(env, agent, k=samples, seed=seed, progress=False)
    return found


def summary(reports: dict[str, Report]) -> dict[str, float]:
    """Return the numbers of a learning curve."""
    greedy, sampled = reports["greedy"], reports["sampled"]
    numbers = {
        "executed_at_1": sampled.executed_at(1),
        "success_at_1": sampled.success_at(1),
        "reward": sampled.reward,
        "greedy_executed": greedy.executed_at(1),
        "greedy_success": greedy.success_at(1),
    }
    return {name: float(value) for name, value in numbers.items() if value is not None}


class Validation(TrainerCallback):
    """Validates at the beginning, after every so many LAMMPS runs, and at the end; its own runs do not count.

    Each time a line is added to `curve.jsonl` in the output folder, and the numbers are logged as `validation/…`.
    """

    def __init__(self, trainer: Any, reward: ScriptReward, pool: Pool) -> None:
        """Validate `trainer` as its settings say.

        Raises:
            TrainingError: Weights are sharded over processes.
        """
        if trainer.is_deepspeed_enabled and trainer.accelerator.state.deepspeed_plugin.zero_stage == 3:
            raise TrainingError(
                "validate_every does not work with ZeRO-3: evaluate checkpoints with mdgym eval --agent hf:"
            )
        self._trainer = trainer
        self._reward = reward
        self._pool = pool
        settings = trainer.args
        tasks = tasks_of(settings.suite, "validation", settings.families)
        self._tasks = choose(tasks, settings.validate_tasks or None, 0)
        self._plan()

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Validate before the first step, unless the run goes on from a checkpoint."""
        if state.global_step == 0:
            self._validate(state)

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Validate when enough scripts were run, and at the last step."""
        last = control.should_training_stop or state.global_step >= state.max_steps
        if self._reward.runs >= self._next or last:
            self._validate(state)

    def _validate(self, state: Any) -> None:
        trainer, settings = self._trainer, self._trainer.args
        self._plan()
        if state.is_world_process_zero:
            model = trainer.accelerator.unwrap_model(trainer.model)
            reports = assess(
                model,
                trainer.processing_class,
                self._tasks,
                self._pool,
                settings.validate_k,
                settings.max_completion_length,
                settings.seed,
            )
            numbers = summary(reports)
            line = {"step": state.global_step, "runs": self._reward.runs, **numbers}
            folder = Path(settings.output_dir)
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / CURVE).open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
            trainer.log({f"validation/{name}": value for name, value in numbers.items()})
        trainer.accelerator.wait_for_everyone()

    def _plan(self) -> None:
        """Set the next time: a resumed run validates when a straight one would."""
        every = self._trainer.args.validate_every
        self._next = (self._reward.runs // every + 1) * every
