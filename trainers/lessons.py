"""Lessons: what succeeded is learned as the answer to its task's own prompt, which costs no LAMMPS run."""

from collections.abc import Sequence
from random import Random
from typing import Any

import torch
from transformers import TrainerCallback

from mdgym.trainers.data import fenced
from mdgym.trainers.losses import answer_loss
from mdgym.trainers.points import renamed


class Teacher(TrainerCallback):
    """Takes a few steps on lessons alone after each update of the policy gradient, with the same optimizer."""

    def __init__(self, trainer: Any) -> None:
        """Teach the model of `trainer`, an `MdGrpoTrainer`, as its settings say."""
        self._trainer = trainer

    def on_step_end(self, args: Any, state: Any, control: Any, optimizer: Any = None, **_: Any) -> None:
        """Take the steps; each process draws lessons of its own, and all of them have some or none."""
        trainer, accelerator = self._trainer, self._trainer.accelerator
        # the outermost model: it alone shares gradients with other processes
        model = trainer.model_wrapped
        for number in range(args.lesson_steps):
            rng = Random(f"{args.seed}/{state.global_step}/{number}/{accelerator.process_index}")
            lessons = trainer.curriculum.draw_lessons(rng, args.lesson_batch)
            if not lessons:
                return
            pairs = [(trainer.curriculum.tasks[lesson.task_id].prompt, lesson.script) for lesson in lessons]
            pairs = [renamed(*pair, rng) if rng.random() < args.lesson_renamed else pair for pair in pairs]
            tensors = tensors_of(pairs, trainer.processing_class, trainer.chat_template_kwargs)
            loss, _ = answer_loss(model, **{name: tensor.to(accelerator.device) for name, tensor in tensors.items()})
            trainer.lesson_losses.append(loss.item())
            accelerator.backward(loss)
            accelerator.clip_grad_norm_(model.parameters(), args.max_grad_norm)
            optimizer.step()
            optimizer.zero_grad()


def tensors_of(pairs: Sequence[tuple[str, str]], tokenizer: Any, template: dict[str, Any]) -> dict[str, torch.Tensor]:
    """Return pairs as a causal language model reads them, padded at the left: so answers end together.

    Args:
        pairs: Prompt and script.
        tokenizer: With a chat template and a pad token.
        template: Arguments of the chat template.

    Returns:
        `input_ids`, `attention_mask`, and `labels`, which are -100 but for the answers; each (pairs, longest pair).
    """
    rows, labels = [], []
    options: dict[str, Any] = {**template, "tokenize": True, "return_dict": False}
    for prompt, script in pairs:
        start = tokenizer.apply_chat_template(
            [{"role": "user", "content": prompt}], add_generation_prompt=True, **options
        )
        answer = [*tokenizer(fenced(script), add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]
        rows.append(start + answer)
        labels.append([-100] * len(start) + answer)
    length, pad = max(map(len, rows)), tokenizer.pad_token_id
    return {
        "input_ids": torch.tensor([[pad] * (length - len(row)) + row for row in rows]),
        "attention_mask": torch.tensor([[0] * (length - len(row)) + [1] * len(row) for row in rows]),
        "labels": torch.tensor([[-100] * (length - len(row)) + row for row in labels]),
    }
