"""What is left out of a step has no part in its gradient."""

import pytest

pytest.importorskip("trl")

import torch
from transformers import AutoModelForCausalLM
from trl import GRPOTrainer

from mdgym.trainers.losses import answer_loss, with_advantage
from mdgym.trainers.md_grpo import GrpoSettings, MdGrpoTrainer, train

# peft 0.21 asks transformers 5 for a property by its old name
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")


def gradients(model, loss) -> torch.Tensor:
    """All gradients of a loss, shape (weights,); the model is left without any."""
    model.zero_grad()
    loss.backward()
    found = torch.cat([weight.grad.flatten() for weight in model.parameters() if weight.grad is not None])
    model.zero_grad()
    return found


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_loss_of_answers_is_that_of_the_model_itself(tiny, side):
    model = AutoModelForCausalLM.from_pretrained(tiny)
    tokens = torch.randint(10, 300, (3, 12), generator=torch.Generator().manual_seed(5))
    mask, labels = torch.ones_like(tokens), tokens.clone()
    for row, (prompt, padding) in enumerate(((4, 0), (7, 3), (5, 1))):
        filled = slice(padding, None) if side == "left" else slice(0, 12 - padding)
        labels[row, : padding + prompt if side == "left" else prompt] = -100
        outside = torch.ones(12, dtype=torch.bool)
        outside[filled] = False
        mask[row, outside], labels[row, outside] = 0, -100
    wanted = model(input_ids=tokens, attention_mask=mask, labels=labels).loss
    for shown in (mask, None) if side == "right" else (mask,):
        loss, outputs = answer_loss(model, tokens, shown, labels)
        assert outputs.logits.shape[1] == 12 - int((labels != -100).any(0).nonzero()[0]) + 1
        assert loss.item() == pytest.approx(wanted.item(), rel=1e-5)
        torch.testing.assert_close(gradients(model, loss), gradients(model, wanted), rtol=1e-4, atol=1e-7)
        wanted = model(input_ids=tokens, attention_mask=mask, labels=labels).loss
    assert answer_loss(model, tokens, mask, labels, 7.0)[0].item() == pytest.approx(
        wanted.item() * int((labels[:, 1:] != -100).sum()) / 7, rel=1e-5
    )


class Uneven:
    """A pool in which every answer of a group fails alike, but for the last answer of every second batch."""

    def __init__(self, pool):
        self.pool, self.seen = pool, 0

    def __getattr__(self, name):
        return getattr(self.pool, name)

    def submit(self, task, answer, seed=0):
        self.seen += 1
        return self.pool.submit(task, task.gold if self.seen % 12 == 6 else f"units\n#{self.seen}", seed)


@pytest.mark.parametrize("dropped", [False, True])
def test_answers_without_advantage_are_left_out_and_the_gradient_stays(plain, tmp_path, pool, monkeypatch, dropped):
    seen = []

    def spy(self, model, inputs, **others):
        whole = gradients(model, GRPOTrainer.compute_loss(self, model, dict(inputs)))
        part = gradients(model, loss(self, model, dict(inputs), **others))
        seen.append((inputs, with_advantage(inputs, self.accelerator), whole, part))
        return loss(self, model, inputs, **others)

    loss = MdGrpoTrainer.compute_loss
    monkeypatch.setattr(MdGrpoTrainer, "compute_loss", spy)
    options = {"max_steps": 4, "per_device_train_batch_size": 6, "num_generations": 3, "max_completion_length": 8}
    train(GrpoSettings(output_dir=str(tmp_path / "out"), drop_flat=dropped, **plain, **options), Uneven(pool))
    kept = [len(small["advantages"]) for _, small, _, _ in seen]
    assert sorted(kept) == [1, 1, 3, 3]
    for inputs, small, whole, part in seen:
        live = len(small["advantages"]) == 3
        assert len(inputs["advantages"]) == 6 and small["num_items_in_batch"] == inputs["num_items_in_batch"]
        assert small["prompt_mask"][:, 0].any() and small["completion_mask"][:, -1].any()
        tokens, of_those = inputs["completion_mask"].sum(), small["completion_mask"].sum()
        assert (whole.norm() > 1e-3) == live
        torch.testing.assert_close(part, whole * (tokens / of_those if dropped else 1.0), rtol=1e-3, atol=1e-5)


def test_a_process_keeps_as_many_rows_as_the_one_that_has_most():
    class Two:
        def gather(self, value):
            return torch.stack([value, torch.tensor(2)])

    inputs = {
        "prompt_ids": torch.tensor([[1], [2], [3]]),
        "prompt_mask": torch.ones(3, 1, dtype=torch.long),
        "completion_ids": torch.tensor([[4], [5], [6]]),
        "completion_mask": torch.ones(3, 1, dtype=torch.long),
        "advantages": torch.tensor([0.0, 0.0, 0.7]),
    }
    assert with_advantage(inputs, Two())["prompt_ids"].tolist() == [[3], [1]]


def test_columns_that_are_padding_in_what_is_left_go_too():
    class Alone:
        def gather(self, value):
            return value

    inputs = {
        "prompt_ids": torch.tensor([[1, 2, 3], [0, 0, 4], [0, 5, 6]]),
        "prompt_mask": torch.tensor([[1, 1, 1], [0, 0, 1], [0, 1, 1]]),
        "completion_ids": torch.tensor([[1, 2, 3, 4], [5, 6, 0, 0], [7, 0, 0, 0]]),
        "completion_mask": torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 0, 0]]),
        "old_per_token_logps": -torch.arange(12.0).reshape(3, 4),
        "advantages": torch.tensor([3e-4, -0.7, 0.7]),
        "num_items_in_batch": torch.tensor(7),
        "num_images": None,
    }
    small = with_advantage(inputs, Alone())
    assert small["prompt_ids"].tolist() == [[0, 4], [5, 6]] and small["prompt_mask"].tolist() == [[0, 1], [1, 1]]
    assert small["completion_ids"].tolist() == [[5, 6], [7, 0]]
    assert small["completion_mask"].tolist() == [[1, 1], [1, 0]]
    assert small["old_per_token_logps"].tolist() == [[-4.0, -5.0], [-8.0, -9.0]]
    assert small["advantages"].tolist() == pytest.approx([-0.7, 0.7])
    assert small["num_items_in_batch"] == 7 and small["num_images"] is None
    cut = {**inputs, "completion_mask": torch.zeros(3, 4, dtype=torch.long), "advantages": torch.zeros(3)}
    assert with_advantage(cut, Alone())["completion_ids"].tolist() == [[1]]
