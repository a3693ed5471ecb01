"""Muon for the matrices of a small model and AdamW for the rest, as one optimizer.

From random weights it learns from fewer examples. Muon: K. Jordan et al., "Muon: An optimizer for hidden layers in
neural networks" (2024), here as torch has it.
"""

from collections.abc import Callable
from typing import Any

import torch


class MuonAndAdamW(torch.optim.Optimizer):
    """Two optimizers behind one interface; schedulers and checkpoints see their groups one after the other."""

    def __init__(
        self, model: torch.nn.Module, matrix_lr: float, lr: float, epsilon: float = 1e-8, weight_decay: float = 0.0
    ) -> None:
        """Take all weights of a model.

        Args:
            model: The model.
            matrix_lr: Learning rate of Muon, for matrices that are no embeddings.
            lr: Learning rate of AdamW.
            epsilon: Of AdamW; gradients far below it move nothing.
            weight_decay: Of both.
        """
        weights = [(name, weight) for name, weight in model.named_parameters() if weight.requires_grad]
        matrices = [w for name, w in weights if w.ndim == 2 and "embed" not in name and "lm_head" not in name]
        chosen = set(map(id, matrices))
        others = [weight for _, weight in weights if id(weight) not in chosen]
        self._parts: tuple[torch.optim.Optimizer, ...] = (
            torch.optim.Muon(matrices, lr=matrix_lr, weight_decay=weight_decay),
            torch.optim.AdamW(others, lr=lr, betas=(0.9, 0.98), eps=epsilon, weight_decay=weight_decay),
        )
        super().__init__([{"params": [weight for _, weight in weights]}], {})
        self.param_groups = [group for part in self._parts for group in part.param_groups]

    def step(self, closure: Callable[[], float] | None = None) -> Any:
        """Make a step with both."""
        loss = None if closure is None else closure()
        for part in self._parts:
            part.step()
        return loss

    def state_dict(self) -> dict[str, Any]:
        """Return the state of both."""
        return {"parts": [part.state_dict() for part in self._parts]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take up the state of both."""
        for part, state in zip(self._parts, state_dict["parts"], strict=True):
            part.load_state_dict(state)
        self.param_groups = [group for part in self._parts for group in part.param_groups]
