"""MD-GRPO: GRPO on real LAMMPS, in which failed tries come back as questions of their own.

It is TRL's GRPOTrainer and its public hooks: a data set whose prompts are made when they are read, a reward function
that scores on a pool, and callbacks that teach lessons, save and validate. With `share` 0 and no lessons it is GRPO.
"""

import json
from dataclasses import dataclass, field
from math import lcm
from pathlib import Path
from typing import Any

from datasets import Dataset
from transformers import TrainerCallback
from trl import GRPOConfig, GRPOTrainer

from mdgym.errors import TrainingError
from mdgym.evaluation import derive_seed
from mdgym.scoring import Pool, make_pool
from mdgym.trainers.data import tasks_of
from mdgym.trainers.hardware import OnAnyHardware, check_launch
from mdgym.trainers.lessons import Teacher
from mdgym.trainers.loading import load_model, load_tokenizer, lora
from mdgym.trainers.losses import with_advantage
from mdgym.trainers.recycle import Curriculum
from mdgym.trainers.rewards import ScriptReward
from mdgym.trainers.sft import last_checkpoint
from mdgym.trainers.trace import Recycling
from mdgym.trainers.validation import CURVE, Validation

CURRICULUM = "curriculum.json"
METRICS = "metrics.jsonl"


@dataclass
class GrpoSettings(OnAnyHardware, GRPOConfig):
    """Settings of MD-GRPO: TRL's own (`trl.GRPOConfig`), and these."""

    shuffle_dataset: bool = field(default=False, metadata={"help": "Must be false: prompts follow the buffer."})
    suite: str = field(default="micro", metadata={"help": "Suite whose train split gives the tasks."})
    families: list[str] = field(default_factory=list, metadata={"help": "Only these families of it; all without any."})
    workers: str = field(default="serial", metadata={"help": "serial, or Ray: a number of workers, auto, host:port."})
    max_runs: int = field(default=0, metadata={"help": "Stop after this many LAMMPS runs; 0 for no such limit."})
    recycle_share: float = field(default=0.0, metadata={"help": "Share of groups that answer a failed try."})
    recycle_threshold: float = field(default=1.0, metadata={"help": "Tries with less reward are recycled."})
    recycle_pick: str = field(default="random", metadata={"help": "random, nearest, hardest or frequent."})
    recycle_shows: str = field(
        default="all", metadata={"help": "What a repair prompt tells of a try: its script, the feedback, or all."}
    )
    recycle_fades: int = field(default=0, metadata={"help": "Batches over which the share falls to 0; 0 for never."})
    recycle_capacity: int = field(default=256, metadata={"help": "Failed tries that are kept."})
    adaptive: bool = field(
        default=False, metadata={"help": "Recycle, and teach lessons, where the policy fails by itself."}
    )
    resample: bool = field(default=False, metadata={"help": "Prefer tasks of families that sometimes succeed."})
    lessons: str = field(
        default="none", metadata={"help": "Successes learned on their task's own prompt: none, repairs, all."}
    )
    lesson_steps: int = field(default=0, metadata={"help": "Steps on lessons alone after each update."})
    lesson_batch: int = field(default=8, metadata={"help": "Lessons in one such step of each process."})
    lesson_renamed: float = field(
        default=0.0, metadata={"help": "Share of lessons whose potential file gets an invented name."}
    )
    drop_flat: bool = field(
        default=False, metadata={"help": "Average the loss over groups that have an advantage, not over all."}
    )
    validate_every: int = field(default=0, metadata={"help": "Validate every so many LAMMPS runs; 0 for never."})
    validate_tasks: int = field(default=0, metadata={"help": "Tasks of the validation split; 0 for all."})
    validate_k: int = field(default=1, metadata={"help": "Sampled answers to each of them, beside the greedy one."})

    @property
    def recycling(self) -> Recycling:
        """The part that says how failed tries are used."""
        return Recycling(
            self.recycle_share,
            self.recycle_threshold,
            self.recycle_capacity,
            pick=self.recycle_pick,
            shows=self.recycle_shows,
            fades=self.recycle_fades,
            adaptive=self.adaptive,
            resample=self.resample,
            lessons=self.lessons,
        )

    @property
    def advantage_alone(self) -> bool:
        """Whether nothing but the advantage of an answer moves the policy, and the others have no part in the mean."""
        return (
            self.loss_type in ("dapo", "cispo", "vespo")
            and not (self.beta or self.entropy_coef or self.use_adaptive_entropy or self.use_liger_kernel)
            and self.top_entropy_quantile == 1.0
        )

    @property
    def groups(self) -> int:
        """Groups in a batch, over all processes."""
        return int(self.generation_batch_size) // int(self.num_generations)

    @property
    def batches(self) -> int:
        """Batches that are generated. TRL counts steps_per_generation in backward passes and max_steps in updates."""
        return -(-int(self.max_steps) * int(self.gradient_accumulation_steps) // self._passes)

    @property
    def block(self) -> int:
        """Updates after which a new batch begins: only there a checkpoint holds all that a run needs to go on."""
        return lcm(self._passes, self.gradient_accumulation_steps) // int(self.gradient_accumulation_steps)

    @property
    def _passes(self) -> int:
        return int(self.steps_per_generation) * int(self.num_iterations)


class MdGrpoTrainer(GRPOTrainer):
    """GRPO that knows its curriculum, and logs what its lessons came to."""

    def __init__(self, *args: Any, curriculum: Curriculum, **kwargs: Any) -> None:
        """Train; `curriculum` has the lessons."""
        super().__init__(*args, **kwargs)
        self.curriculum = curriculum
        self.lesson_losses: list[float] = []

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Return TRL's loss; answers without advantage are left out where they have no part in it."""
        if self.args.advantage_alone and not self.aux_loss_enabled:
            inputs = with_advantage(inputs, self.accelerator)
            if self.args.drop_flat:
                counting = self.accelerator.gather(inputs["completion_mask"].sum()).sum()
                inputs["num_items_in_batch"] = counting * self.args.steps_per_generation
        return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)

    def log(self, logs: dict[str, Any], start_time: float | None = None) -> None:
        """Log; the mean of the lessons' losses goes with the other numbers of a step."""
        if "loss" in logs and self.lesson_losses:
            logs["lesson_loss"] = sum(self.lesson_losses) / len(self.lesson_losses)
            self.lesson_losses.clear()
        super().log(logs, start_time)


class _Keeper(TrainerCallback):
    """Saves the curriculum with each checkpoint, writes metrics, and ends when the LAMMPS runs are used up."""

    def __init__(self, curriculum: Curriculum, reward: ScriptReward, max_runs: int) -> None:
        self._curriculum = curriculum
        self._reward = reward
        self._max_runs = max_runs

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._reward.step_began()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._reward.step_ended()
        if self._max_runs and self._reward.runs >= self._max_runs:
            control.should_training_stop = True

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any], **_: Any) -> None:
        if state.is_world_process_zero:
            with (Path(args.output_dir) / METRICS).open("a", encoding="utf-8") as file:
                file.write(json.dumps({"step": state.global_step, **logs}) + "\n")

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if state.is_world_process_zero:
            folder = Path(args.output_dir) / f"checkpoint-{state.global_step}"
            stored = {**self._curriculum.state(), "runs": self._reward.runs}
            (folder / CURRICULUM).write_text(json.dumps(stored), encoding="utf-8")


def prompts(curriculum: Curriculum, slots: int, seed: int) -> Dataset:
    """Return a data set of groups whose prompts are drawn when they are read.

    Args:
        curriculum: Draws them.
        slots: Number of groups of the whole training.
        seed: Seeds the episodes; one seed for a group.
    """

    def read(rows: dict[str, list[int]]) -> dict[str, list[Any]]:
        choices = [curriculum.choice(slot) for slot in rows["slot"]]
        return {
            "prompt": [[{"role": "user", "content": curriculum.prompt(choice)}] for choice in choices],
            "task_id": [choice.task_id for choice in choices],
            "repair": [choice.attempt is not None for choice in choices],
            "seed": [derive_seed(seed, slot) for slot in rows["slot"]],
            "slot": rows["slot"],
        }

    return Dataset.from_dict({"slot": list(range(slots))}).with_transform(read)


def train(settings: GrpoSettings, pool: Pool | None = None) -> Path:
    """Train.

    Args:
        settings: Everything that can be set; `mdgym train grpo --settings` lists it.
        pool: What scores; None for the one that `settings.workers` names. One that is given is not closed.

    Returns:
        Folder of the trained model, `output_dir`.

    Raises:
        TrainingError: A setting makes no sense, or model or checkpoint cannot be used.
        InfrastructureError: The pool is dead; checkpoints are kept.
    """
    check_launch(settings.processes, settings.distributed or None, settings.deepspeed_plugin is not None)
    _check(settings)
    tasks = tasks_of(settings.suite, "train", settings.families)
    curriculum = Curriculum(tasks, settings.groups, settings.recycling, settings.seed)
    checkpoint = _checkpoint(settings)
    Path(settings.output_dir).mkdir(parents=True, exist_ok=True)
    own = _pool(settings) if pool is None else None
    scorer = pool or own
    assert scorer is not None
    try:
        if own is not None:
            # a cluster that cannot be joined shows before a large model is loaded
            _ = own.workers
        tokenizer, model = load_tokenizer(settings.model), load_model(settings.model, dtype=settings.weights_type)
        reward = ScriptReward(scorer, curriculum)
        if checkpoint is None:
            # those of another run in the same folder
            for name in (METRICS, CURVE):
                (Path(settings.output_dir) / name).unlink(missing_ok=True)
        else:
            reward.runs = _restore(curriculum, checkpoint / CURRICULUM)
        # one batch more than is used: a data loader reads one ahead, also where the run is made longer later
        slots = settings.groups * (settings.batches + 1)
        trainer = MdGrpoTrainer(
            model=model,
            args=settings,
            reward_funcs=reward,
            train_dataset=prompts(curriculum, slots, settings.seed),
            processing_class=tokenizer,
            peft_config=lora(settings.lora_rank),
            curriculum=curriculum,
        )
        if settings.lesson_steps:
            trainer.add_callback(Teacher(trainer))
        # after the lessons: they belong to the update
        trainer.add_callback(_Keeper(curriculum, reward, settings.max_runs))
        if settings.validate_every:
            trainer.add_callback(Validation(trainer, reward, scorer))
        trainer.train(resume_from_checkpoint=None if checkpoint is None else str(checkpoint))
        trainer.save_model()
    finally:
        if own is not None:
            own.close()
    return Path(settings.output_dir)


def _check(settings: GrpoSettings) -> None:
    if not settings.model:
        raise TrainingError("no model: name a folder or a model of the hub with --model")
    if settings.max_steps < 1:
        raise TrainingError("max_steps must be set: prompts are drawn without end")
    if settings.dataloader_num_workers or settings.shuffle_dataset:
        raise TrainingError("dataloader_num_workers must be 0 and shuffle_dataset false: prompts follow the buffer")
    if settings.lesson_steps and settings.lessons == "none":
        raise TrainingError("lesson_steps is set, but lessons are 'none': set them to 'repairs' or 'all'")
    if settings.drop_flat and not settings.advantage_alone:
        raise TrainingError("drop_flat needs a loss of advantages alone: loss_type dapo, beta 0 and no entropy bonus")
    if settings.save_strategy == "steps" and settings.save_steps % settings.block:
        raise TrainingError(
            f"save_steps {settings.save_steps} must be a multiple of {settings.block}, the steps of one generation"
        )


def _pool(settings: GrpoSettings) -> Pool:
    try:
        return make_pool(str(settings.workers), processes=settings.world_size)
    except ValueError as error:
        raise TrainingError(f"workers: {error}") from error


def _checkpoint(settings: GrpoSettings) -> Path | None:
    found = last_checkpoint(settings.output_dir, settings.resume)
    if found is not None and not (Path(found) / CURRICULUM).exists():
        raise TrainingError(f"{found} has no {CURRICULUM}: it was written by another trainer")
    return Path(found) if found else None


def _restore(curriculum: Curriculum, file: Path) -> int:
    """Take up the curriculum of a checkpoint, and return how many scripts had been run."""
    try:
        stored = json.loads(file.read_text("utf-8"))
        curriculum.restore(stored)
        return int(stored["runs"])
    except (KeyError, ValueError) as error:
        raise TrainingError(f"{file}: {error}") from error
