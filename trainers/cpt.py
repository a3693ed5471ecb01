"""Continued pre-training on plain text, by TRL's SFTTrainer: books, manuals and notes, without questions."""

from dataclasses import dataclass, field
from pathlib import Path

from datasets import Dataset
from trl import SFTConfig, SFTTrainer

from mdgym.errors import TrainingError
from mdgym.trainers.hardware import OnAnyHardware, check_launch
from mdgym.trainers.loading import load_model, load_tokenizer, lora
from mdgym.trainers.sft import last_checkpoint

SUFFIXES = (".txt", ".md", ".rst")


@dataclass
class CptSettings(OnAnyHardware, SFTConfig):
    """Settings of continued pre-training: TRL's own (`trl.SFTConfig`), and these."""

    packing: bool = field(default=True, metadata={"help": "Fill each sequence with several texts."})
    # TRL's own default throws away what of a text is longer than a sequence: all of a book but its first pages.
    packing_strategy: str = field(default="wrapped", metadata={"help": "wrapped keeps everything, bfd and others not."})
    text: str = field(default="", metadata={"help": "Folder of text: .txt, .md and .rst, all levels down."})


def read_folder(folder: str) -> Dataset:
    """Read a folder of text, a row per file with columns `text` and `file`.

    Args:
        folder: Searched all levels down, in alphabetical order.

    Raises:
        TrainingError: There is no such folder, or no text in it.
    """
    place = Path(folder)
    if not folder or not place.is_dir():
        raise TrainingError(f"there is no folder '{folder}': name one with --text")
    files = sorted(path for path in place.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    rows = [{"text": path.read_text("utf-8", "replace"), "file": str(path.relative_to(place))} for path in files]
    rows = [row for row in rows if row["text"].strip()]
    if not rows:
        raise TrainingError(f"there is no text in '{folder}', only {', '.join(SUFFIXES)} are read")
    return Dataset.from_list(rows)


def train(settings: CptSettings) -> Path:
    """Train.

    Args:
        settings: Everything that can be set; `mdgym train cpt --settings` lists it.

    Returns:
        Folder of the trained model, `output_dir`.

    Raises:
        TrainingError: A setting makes no sense, or model, text or checkpoint cannot be used.
    """
    check_launch(settings.processes, settings.distributed or None, settings.deepspeed_plugin is not None)
    checkpoint = last_checkpoint(settings.output_dir, settings.resume)
    trainer = SFTTrainer(
        model=load_model(settings.model, dtype=settings.weights_type),
        args=settings,
        train_dataset=read_folder(settings.text).select_columns(["text"]),
        processing_class=load_tokenizer(settings.model, chat=False),
        peft_config=lora(settings.lora_rank),
    )
    trainer.train(resume_from_checkpoint=checkpoint)
    trainer.save_model()
    return Path(settings.output_dir)
