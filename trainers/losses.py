"""What a step needs not compute: logits of prompts, and answers that move nothing."""

from typing import Any

import torch

# Groups without spread get advantages of rounding errors, up to 3e-8 over the 1e-4 that TRL adds to the spread.
FLAT = 1e-3


def answer_loss(
    model: Any,
    input_ids: torch.Tensor,
    attention_mask: torch.Tensor | None,
    labels: torch.Tensor,
    total: torch.Tensor | float | None = None,
) -> tuple[torch.Tensor, Any]:
    """Return the mean negative log-likelihood of labels; logits begin where the first answer does.

    Args:
        model: A causal language model, or what wraps one.
        input_ids: Shape (rows, length).
        attention_mask: Shape (rows, length); None where no row is padded at its left, for a causal model does not see
            what comes later.
        labels: Shape (rows, length); -100 where nothing is to be learned.
        total: Number of labels to divide by; None for those of this batch.

    Returns:
        The loss, and what the model gave.
    """
    first = int((labels != -100).any(0).nonzero()[0])
    kept = labels.shape[1] - max(first - 1, 0)
    outputs = model(input_ids=input_ids, attention_mask=attention_mask, logits_to_keep=kept)
    logits, wanted = outputs.logits[:, :-1].float(), labels[:, -kept:][:, 1:]
    summed = torch.nn.functional.cross_entropy(
        logits.reshape(-1, logits.shape[-1]), wanted.reshape(-1), ignore_index=-100, reduction="sum"
    )
    return summed / ((wanted != -100).sum() if total is None else total), outputs


def with_advantage(inputs: dict[str, Any], accelerator: Any) -> dict[str, Any]:
    """Leave rows without advantage out of a batch of TRL's GRPOTrainer, and columns that are then padding.

    Their gradient is zero as long as nothing but the advantage enters the loss. In about half of the groups of a policy
    that has learned something all answers get the same reward.

    Args:
        inputs: What TRL hands to `compute_loss`; tensors begin with (rows, ...), masks are 0 at padding.
        accelerator: Knows the other processes: all keep as many rows, for they compare them one by one.

    Returns:
        The same, smaller; at least one row.
    """
    live = inputs["advantages"].abs() > FLAT
    live = live if live.dim() == 1 else live.any(1)
    most = max(int(accelerator.gather(live.sum()).max()), 1)
    rows = torch.argsort(~live, stable=True)[:most]
    whole = len(live)
    small = {
        name: value[rows] if isinstance(value, torch.Tensor) and value.dim() and len(value) == whole else value
        for name, value in inputs.items()
    }
    begin = int(small["prompt_mask"].any(0).nonzero()[0])
    width = small["completion_mask"].shape[1]
    # an answer that TRL masks because it was cut off has no token that counts
    counting = small["completion_mask"].any(0).nonzero()
    end = int(counting[-1]) + 1 if len(counting) else 1
    for name, value in small.items():
        if name.startswith("prompt_"):
            small[name] = value[:, begin:]
        elif isinstance(value, torch.Tensor) and value.dim() == 2 and value.shape[1] == width:
            small[name] = value[:, :end]
    return small
