import pytest

pytest.importorskip("trl")

import torch

from mdgym.trainers.muon import MuonAndAdamW


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = torch.nn.Embedding(2, 4)
        self.matrix = torch.nn.Linear(4, 4, bias=False)


@pytest.mark.parametrize(("epsilon", "moves"), [(1e-8, True), (1e-5, False)])
def test_gradients_far_below_epsilon_move_nothing(epsilon, moves):
    torch.manual_seed(0)
    model = Model()
    before = model.embed.weight.detach().clone()
    optimizer = MuonAndAdamW(model, 0.02, 0.01, epsilon)
    for _ in range(5):
        model.matrix.weight.grad = torch.randn(4, 4)
        model.embed.weight.grad = torch.tensor([[1e-3] * 4, [1e-7] * 4])
        optimizer.step()
    used, unused = (model.embed.weight.detach() - before).abs().mean(1).tolist()
    assert used == pytest.approx(0.05, rel=0.05)
    assert (unused > 0.04) if moves else (unused < 0.001)
