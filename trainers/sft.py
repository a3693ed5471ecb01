"""Supervised fine-tuning on pairs of prompt and script, by TRL's SFTTrainer."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from transformers.trainer_utils import get_last_checkpoint
from trl import SFTConfig, SFTTrainer

from mdgym.errors import TrainingError
from mdgym.trainers.hardware import OnAnyHardware, check_launch
from mdgym.trainers.loading import load_model, load_rows, load_tokenizer, lora
from mdgym.trainers.losses import answer_loss
from mdgym.trainers.muon import MuonAndAdamW

COLUMNS = ("prompt", "completion")


@dataclass
class SftSettings(OnAnyHardware, SFTConfig):
    """Settings of supervised fine-tuning: TRL's own (`trl.SFTConfig`), and these."""

    data: str = field(default="", metadata={"help": "JSON lines with prompt and completion, or a folder of them."})
    muon_lr: float = field(default=0.0, metadata={"help": "Learning rate of Muon for matrices; 0 for TRL's optimizer."})


class PlainSftTrainer(SFTTrainer):
    """TRL's trainer with the plain loss, for a CPU: TRL's fused head is made for GPUs and slow there."""

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Return the mean negative log-likelihood of the labels."""
        # TRL pads at the right, which a causal model does not see
        loss, outputs = answer_loss(model, inputs["input_ids"], None, inputs["labels"], num_items_in_batch)
        return (loss, outputs) if return_outputs else loss


def train(settings: SftSettings) -> Path:
    """Train.

    Args:
        settings: Everything that can be set; `mdgym train sft --settings` lists it.

    Returns:
        Folder of the trained model, `output_dir`.

    Raises:
        TrainingError: A setting makes no sense, or model, data or checkpoint cannot be used.
    """
    check_launch(settings.processes, settings.distributed or None, settings.deepspeed_plugin is not None)
    checkpoint = last_checkpoint(settings.output_dir, settings.resume)
    rows, model = load_rows(settings.data, COLUMNS), load_model(settings.model, dtype=settings.weights_type)
    rates = settings.muon_lr, settings.learning_rate, settings.adam_epsilon
    optimizer = MuonAndAdamW(model, *rates) if settings.muon_lr else None
    plain = settings.use_cpu and settings.loss_type == "nll" and not settings.lora_rank
    trainer = (PlainSftTrainer if plain else SFTTrainer)(
        model=model,
        args=settings,
        train_dataset=rows,
        processing_class=load_tokenizer(settings.model),
        peft_config=lora(settings.lora_rank),
        optimizers=(optimizer, None),
    )
    trainer.train(resume_from_checkpoint=checkpoint)
    trainer.save_model()
    return Path(settings.output_dir)


def last_checkpoint(output_dir: str, resume: bool) -> str | None:
    """Return the checkpoint to go on from; None for a new run.

    Raises:
        TrainingError: There is none to go on from, or one is in the way.
    """
    found: str | None = get_last_checkpoint(output_dir) if Path(output_dir).is_dir() else None
    if resume and found is None:
        raise TrainingError(f"there is no checkpoint in {output_dir} to go on from")
    if not resume and found is not None:
        raise TrainingError(f"{found} is there already: go on from it with --resume, or choose another output_dir")
    return found
