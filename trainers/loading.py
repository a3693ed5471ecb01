"""Models, tokenizers and data sets, with one clear sentence for what is wrong with them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from datasets import Dataset, load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer

from mdgym.errors import TrainingError


def load_tokenizer(path: str, chat: bool = True) -> Any:
    """Load the tokenizer of a model for training.

    Args:
        path: A folder, or the name of a model on the hub.
        chat: For conversations, which need a chat template; plain text needs none.

    Raises:
        TrainingError: There is none, or it has no chat template or no token to pad with.
    """
    tokenizer = _loaded("tokenizer", path, lambda: AutoTokenizer.from_pretrained(path))
    if chat and not tokenizer.chat_template:
        raise TrainingError(
            f"the tokenizer of '{path}' has no chat template: take an instruction-tuned model, or put a "
            "chat_template.jinja beside it"
        )
    if tokenizer.pad_token is None:
        if tokenizer.eos_token is None:
            raise TrainingError(f"the tokenizer of '{path}' has neither a token to pad with nor one for the end")
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def load_model(path: str, **options: Any) -> Any:
    """Load a causal language model.

    Args:
        path: A folder, or the name of a model on the hub.
        **options: For `from_pretrained`, such as `dtype` or `attn_implementation`.

    Raises:
        TrainingError: There is none, or adapters alone.
    """
    if (Path(path) / "adapter_config.json").exists():
        raise TrainingError(f"'{path}' holds adapters: merge them with their model first, as docs/training.md says")
    return _loaded("model", path, lambda: AutoModelForCausalLM.from_pretrained(path, **options))


def load_rows(path: str, columns: tuple[str, ...]) -> Dataset:
    """Load JSON lines: a file, or a folder with `*.jsonl`.

    Args:
        path: File or folder.
        columns: Columns that must be there; they alone are kept.

    Raises:
        TrainingError: There is no such file, it cannot be read, is empty, or lacks a column.
    """
    if not path:
        raise TrainingError("no data: name a file of JSON lines, or a folder of them, with --data")
    place = Path(path)
    files = sorted(map(str, place.glob("*.jsonl"))) if place.is_dir() else [str(place)] * place.is_file()
    if not files:
        raise TrainingError(f"there are no data at '{path}': make them with `mdgym data codegen --out {path}`")
    try:
        found = load_dataset("json", data_files=files, split="train")
    except Exception as error:
        # datasets raises StopIteration for an empty file, and says what is wrong in a cause
        cause = error.__cause__ or error
        reason = "there are no rows" if isinstance(cause, StopIteration) else _first_line(cause)
        raise TrainingError(f"the data at '{path}' cannot be read: {reason}") from error
    if missing := [name for name in columns if name not in found.column_names]:
        raise TrainingError(f"the data at '{path}' have no column '{missing[0]}', only {', '.join(found.column_names)}")
    return found.select_columns(list(columns))


def lora(rank: int) -> Any:
    """Return adapters on all linear layers for TRL; None for rank 0, which trains all weights."""
    if rank < 0:
        raise TrainingError(f"lora_rank must be at least 0, not {rank}")
    if rank == 0:
        return None
    from peft import LoraConfig

    return LoraConfig(r=rank, lora_alpha=2 * rank, target_modules="all-linear", task_type="CAUSAL_LM")


def _loaded(what: str, path: str, load: Callable[[], Any]) -> Any:
    if not path:
        raise TrainingError("no model: name a folder or a model of the hub with --model")
    try:
        return load()
    except Exception as error:
        place = f"from '{path}'" + ("" if Path(path).is_dir() else ", which is no folder here")
        raise TrainingError(f"no {what} can be loaded {place}: {_first_line(error)}") from error


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
