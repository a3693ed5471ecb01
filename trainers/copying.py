"""Initial weights that know how to copy, which a model otherwise finds out before it learns anything else.

A script quotes its prompt. Attention learns to quote by an *induction head* (Olsson et al., "In-context learning and
induction heads", 2022): a head of one layer brings each place the token before it, and a head of the next looks for the
place whose token before is the present one, and takes what stands there. From random weights most of a laptop's minutes
pass until such heads appear. Here they are written down, and training does the rest.
"""

import math
from typing import Any

import torch
from transformers import Qwen3ForCausalLM

# Wavelengths of the rotary embedding: those below look at neighbours, those above hardly change over a prompt.
_NEAR, _FAR = 40.0, 1500.0
# Gain of queries and keys (a softmax over a prompt that finds one place), size of the embeddings, and how much louder
# what is copied is than the token itself. Twice the gain learned more slowly.
_GAIN, _SIZE, _LOUD = 1.7, 0.1, 6.0


@torch.no_grad()
def teach_to_copy(model: Qwen3ForCausalLM) -> None:
    """Put an induction head for each key-value head into the first two layers of a model with random weights.

    The stream between layers is divided: one constant, the token, and as wide as a head the token before.

    Args:
        model: Two layers at least, tied embeddings, and room for a head beside the token: `head_dim` below half of
            `hidden_size`.
    """
    config = model.config
    width, head = config.hidden_size, config.head_dim
    token, before = slice(1, width - head), slice(width - head, width)
    embedding = model.model.embed_tokens.weight
    embedding.normal_(0, _SIZE)
    embedding[:, 0], embedding[:, before] = 2.5 * _SIZE, 0
    first, second = (layer.self_attn for layer in model.model.layers[:2])
    for attention in (first, second):
        attention.q_norm.weight.fill_(_GAIN)
        attention.k_norm.weight.fill_(_GAIN)
    # a few directions of the token are enough to know it again
    seen = torch.linalg.qr(torch.randn(width - head - 1, head))[0].T
    waves = [config.rope_parameters["rope_theta"] ** (-2 * i / head) for i in range(head // 2)]
    _previous_token(first, head, waves, seen, token, before)
    far = [i for i, wave in enumerate(waves) if 2 * math.pi / wave > _FAR]
    places = [*far, *(i + head // 2 for i in far)]
    for group in range(config.num_key_value_heads):
        query = group * (config.num_attention_heads // config.num_key_value_heads)
        chosen = torch.randperm(head)[: len(places)]
        rows, keys = slice(query * head, (query + 1) * head), slice(group * head, (group + 1) * head)
        for matrix in (second.q_proj.weight[rows], second.k_proj.weight[keys], second.v_proj.weight[keys]):
            matrix.zero_()
        second.o_proj.weight[:, rows] = 0
        for place, direction in zip(places, chosen, strict=True):
            second.q_proj.weight[query * head + place, token] = seen[direction]
            second.k_proj.weight[group * head + place, width - head + direction] = 1
        # each carries another part of the token
        part = slice(1 + group * head, 1 + (group + 1) * head)
        second.v_proj.weight[keys, part] = torch.eye(head)
        second.o_proj.weight[part, rows] = _LOUD * _SIZE * torch.eye(head)


def _previous_token(
    attention: Any, head: int, waves: list[float], seen: torch.Tensor, token: slice, before: slice
) -> None:
    """Make the first head look one token back, and write what it sees where the token before belongs."""
    for i, wave in enumerate(waves):
        near = 2 * math.pi / wave < _NEAR
        attention.q_proj.weight[[i, i + head // 2]] = 0
        attention.k_proj.weight[[i, i + head // 2]] = 0
        # turned by one position, so that query and key fit best where the distance is one
        attention.q_proj.weight[i, 0] = float(near)
        attention.k_proj.weight[i, 0] = near * math.cos(wave)
        attention.k_proj.weight[i + head // 2, 0] = near * math.sin(wave)
    attention.v_proj.weight[:head] = 0
    attention.v_proj.weight[:head, token] = seen
    attention.o_proj.weight[:, :head] = 0
    attention.o_proj.weight[before, :head] = 1.5 * _SIZE * torch.eye(head)
