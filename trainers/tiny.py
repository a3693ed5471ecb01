"""The embedded default: a tokenizer and a Qwen3 model small enough to be trained from nothing on a laptop.

Both are saved in the ordinary layout of Hugging Face, and everything else loads them by `from_pretrained` like any
other model.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from string import ascii_lowercase, digits

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

from mdgym.trainers.copying import teach_to_copy
from mdgym.trainers.points import ENDINGS, SYMBOLS

USER, ASSISTANT, END, PAD = "<|user|>", "<|assistant|>", "<|end|>", "<|pad|>"
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] == 'assistant' %}"
    f"{ASSISTANT}{{% generation %}}{{{{ message['content'] }}}}{END}{{% endgeneration %}}"
    "{% else %}"
    f"{USER}{{{{ message['content'] }}}}"
    "{% endif %}"
    "{% endfor %}"
    f"{{% if add_generation_prompt %}}{ASSISTANT}{{% endif %}}"
)


def _any(words: Iterable[str]) -> str:
    """Match one of some words, the longest that fits."""
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


# What a script copies from its prompt must be cut into tokens the same way in both, whatever stands around it: names of
# potential files, in them chemical symbols and pairs of letters and digits, symbols that stand alone, digits. Between
# them tokens may be whole phrases, so that sequences are short.
# Words end where ASCII does: \b would see none between a symbol and a Chinese character.
_BEGIN, _END = r"(?<![A-Za-z0-9_])", r"(?![A-Za-z0-9_])"
# What kind of file it is; the full stop of a sentence is no part of that.
_KIND = rf"(?:{_any(ENDINGS.values())}){_END}"
_ENDING = rf"\.{_KIND}"
_INSIDE = rf"(?=[A-Za-z0-9_-]*{_ENDING})"
# A symbol with what follows it, so that it is another token than the symbol of the element, which stands nearby; but
# not with a whole ending: as five tokens, each of which is rare, it was often misread.
# Pairs seldom stand twice in a name, as single letters do: what follows a token says where the name goes on.
_IN_A_FILE = (
    rf"[A-Z][a-z]?\.(?={_KIND})|(?<=[A-Z]\.|[A-Z][a-z]\.){_KIND}"
    rf"|[A-Z][a-z]?_?{_INSIDE}|(?:[a-z][a-z]?|\d\d?){_INSIDE}"
)
# Alone, so that the token before a name is the same in all phrases and in scripts: where the token before was of a
# phrase, such as "- potential: ", it had to be learned of each phrase that a name follows, and of some it was not.
_BLANK = rf" {_INSIDE}"
# A pair style too, and what stands before it.
_STYLE = rf"(?:{_any(ENDINGS)})(?![A-Za-z0-9_/])"
_PAIR_STYLE = rf"pair_style (?={_STYLE})|(?<=pair_style ){_STYLE}"
_SYMBOL = rf"{_BEGIN}[A-Z][a-z]?{_END}"
# Digits one by one, but for constants: 0.0, 0.001, 1000, 1.0e-10, %.15g, the square root of two, and the three axes of
# a crystal that is turned.
_AXES = r"orient x(?: -?\d){3} orient y(?: -?\d){3} orient z(?: -?\d){3} spacing(?: [\d.]+){3}"
_DIGIT = rf"{_AXES}|\d\.\d{{9,}}|1\.0e-\d+|%\.\d+g|{_BEGIN}0\.0+1?{_END}|{_BEGIN}10{{2,}}{_END}|\d|\n"
# Commands that quote no number of their prompt are one pre-token, and one token where they are common.
_PLAIN = "boundary|units|atom_style|region|create_box|create_atoms|min_style|minimize|fix|unfix|group|delete_atoms|run"
_COMMAND = rf"(?<=\n)(?:(?:{_PLAIN})\b[^\n]*|variable\b(?:%\.\d+g|(?!\d\.\d|\d\d)[^\n])*)\n"
# One pattern: several would cut the pieces of those before.
_PIECES = "|".join((_COMMAND, _BLANK, _IN_A_FILE, _ENDING, _PAIR_STYLE, _SYMBOL, _DIGIT))
# How often each chemical symbol, ending, style and pair is shown to the tokenizer besides, so that each becomes one
# token.
_OFTEN = 1000


@dataclass(frozen=True)
class TinySettings:
    """Size of the model; the defaults make about a million parameters.

    Attributes:
        vocabulary: Number of tokens.
        hidden: Width.
        layers: Depth.
        heads: Attention heads, half as many for keys and values.
        context: Longest prompt and answer together, in tokens.
    """

    vocabulary: int = 3584
    hidden: int = 128
    layers: int = 4
    heads: int = 4
    context: int = 2048


def train_tokenizer(texts: Iterable[str], vocabulary: int = TinySettings.vocabulary) -> PreTrainedTokenizerFast:
    """Train a byte-level BPE tokenizer with a chat template that marks what the assistant says.

    Args:
        texts: Prompts and answers.
        vocabulary: Number of tokens, at least 260: all bytes and the special tokens.

    Returns:
        The tokenizer; any text can be encoded, and comes back the same.
    """
    if vocabulary < 260:
        raise ValueError(f"a byte-level vocabulary has at least 260 tokens, not {vocabulary}")
    tokenizer = Tokenizer(models.BPE())
    split = pre_tokenizers.Split(Regex(_PIECES), "isolated")
    whole = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, whole])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[PAD, USER, ASSISTANT, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    names = " ".join(symbol + ending for symbol in SYMBOLS for ending in ("", "_x.eam", ".eam"))
    names += "".join(f" X.{ending} X_x.{ending} pair_style {style}" for style, ending in ENDINGS.items())
    names += "".join(f" X_{a}{b}.eam" for part in (ascii_lowercase, digits) for a in part for b in part)
    tokenizer.train_from_iterator([*texts, *[names] * _OFTEN], trainer)
    found = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token=PAD, eos_token=END, clean_up_tokenization_spaces=False
    )
    found.chat_template = CHAT_TEMPLATE
    return found


def make_model(tokenizer: PreTrainedTokenizerFast, settings: TinySettings, seed: int = 0) -> Qwen3ForCausalLM:
    """Make a model with random weights; one of two layers and four heads or more knows how to copy.

    Args:
        tokenizer: Sets the number of tokens and the special ones.
        settings: Size.
        seed: Seeds the weights.
    """
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=settings.hidden,
        intermediate_size=3 * settings.hidden,
        num_hidden_layers=settings.layers,
        num_attention_heads=settings.heads,
        num_key_value_heads=max(1, settings.heads // 2),
        head_dim=settings.hidden // settings.heads,
        max_position_embeddings=settings.context,
        # that of Qwen3: slow waves, by which a token is found again far away
        rope_parameters={"rope_type": "default", "rope_theta": 1e6},
        tie_word_embeddings=True,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=None,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = Qwen3ForCausalLM(config)
        if settings.layers > 1 and settings.heads > 3:
            teach_to_copy(model)
    return model


def save_tiny(texts: Iterable[str], folder: Path, settings: TinySettings | None = None, seed: int = 0) -> None:
    """Train the tokenizer, make the model, and save both.

    Args:
        texts: What the tokenizer is trained on.
        folder: Made when it is not there.
        settings: Size of the model.
        seed: Seeds its weights.
    """
    settings = settings or TinySettings()
    tokenizer = train_tokenizer(texts, settings.vocabulary)
    make_model(tokenizer, settings, seed).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
