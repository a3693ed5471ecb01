"""Weights that know how to copy, before any training."""

import pytest

pytest.importorskip("transformers")
pytest.importorskip("torch")

import torch

from mdgym.trainers.tiny import TinySettings, make_model, train_tokenizer

LENGTH = 40


@pytest.fixture(scope="module")
def tokenizer():
    return train_tokenizer(["pair_coeff * * Cu_u3.eam"], vocabulary=1500)


def goes_on(model, tokenizer, seed):
    """Return how often the most likely token is the one that followed the present one before, in random text."""
    torch.manual_seed(seed)
    # all different, so that there is one right answer
    text = torch.stack([torch.randperm(len(tokenizer))[:LENGTH] for _ in range(20)])
    with torch.inference_mode():
        logits = model(input_ids=torch.cat([text, text], 1)).logits
    # the first token of the repetition stands at LENGTH
    return (logits[:, LENGTH:-1].argmax(-1) == text[:, 1:]).float().mean().item()


@pytest.mark.parametrize("seed", [0, 1])
def test_a_new_model_goes_on_as_its_prompt_did(tokenizer, seed):
    assert goes_on(make_model(tokenizer, TinySettings(), seed), tokenizer, seed) > 0.8


def test_without_the_heads_it_guesses(tokenizer):
    # one layer has no room for them
    assert goes_on(make_model(tokenizer, TinySettings(layers=1), 0), tokenizer, 0) < 0.05


def test_it_is_made_the_same_from_the_same_seed_and_leaves_random_numbers_as_they_were(tokenizer):
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    first, again, other = (make_model(tokenizer, TinySettings(), seed) for seed in (1, 1, 2))
    assert torch.equal(torch.rand(1), expected)
    pairs = list(zip(first.parameters(), again.parameters(), strict=True))
    assert all(torch.equal(a, b) for a, b in pairs)
    assert not all(torch.equal(a, b) for a, b in zip(first.parameters(), other.parameters(), strict=True))
