"""Any causal language model of the transformers library as a policy.

The one module of mdgym outside the trainers that imports torch.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdgym.agents.instructions import messages
from mdgym.agents.sampling import PLAIN, Sampling
from mdgym.errors import AgentError
from mdgym.evaluation import derive_seed
from mdgym.tasks.task import Task

_INSTALL = 'a language model needs torch, transformers and peft: pip install "mdgym[train]"'

try:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
except ImportError as error:
    raise AgentError(_INSTALL) from error

if TYPE_CHECKING:
    from peft import PeftModel
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


class HuggingFaceAgent:
    """A causal language model that is asked through its chat template.

    A prompt that leaves no room in the model's context (`max_position_embeddings` less the longest answer) loses its
    beginning, after the template was applied; the answer gets at most half of the context. What `Sampling` does not
    name, such as a repetition penalty, is as the model's own generation config says.

    An answer that is sampled depends on the whole batch that it is generated with: torch draws the tokens of all rows
    from one generator, which is seeded with all seeds of the batch. A greedy one depends on it by rounding alone.

    Examples:
        >>> agent = HuggingFaceAgent("Qwen/Qwen3-0.6B", sampling=Sampling(temperature=0.7))  # doctest: +SKIP
        >>> report = mdgym.evaluate(env, agent, k=4)  # doctest: +SKIP

    Attributes:
        name: What it is called in reports.
        batch_size: How many observations it is asked at once, at most.
        sampling: How answers are drawn.
        model: The model, which may be in training: `act` leaves its mode and the random numbers of torch as they were.
        tokenizer: Its tokenizer, which is not changed.
    """

    def __init__(
        self,
        model: "str | Path | PreTrainedModel | PeftModel",
        tokenizer: "PreTrainedTokenizerBase | None" = None,
        sampling: Sampling = PLAIN,
        batch_size: int = 16,
        device: str | None = None,
        dtype: "str | torch.dtype" = "auto",
        adapter: str | Path | None = None,
        system: str | None = None,
        thinking: bool = False,
        name: str = "",
    ) -> None:
        """Load a model, or take one that is loaded.

        Args:
            model: A folder or a name on the Hugging Face hub, of a whole model or of a LoRA adapter that names its
                base; or a loaded model.
            tokenizer: The tokenizer; None loads it from where the model comes from.
            sampling: How answers are drawn.
            batch_size: How many observations are asked at once, at most; memory grows with it.
            device: Where the model runs, such as "cuda:1". None takes a GPU if there is one, and leaves a loaded model
                where it is.
            dtype: Type of the weights, "auto" for the one that they were saved in; a loaded model keeps its own.
            adapter: Folder or hub name of a LoRA adapter that is put on the model; None for none.
            system: The system message; None for none.
            thinking: Let a model that can do so think before it answers (Qwen3's `enable_thinking`).
            name: What the agent is called in reports; by default "hf:" and where the model comes from. Give one when
                you evaluate a model at other settings, or while it is trained.

        Raises:
            ValueError: The batch size is below 1.
            AgentError: A library is missing, the model, tokenizer or adapter cannot be loaded, or the tokenizer has no
                chat template or nothing to pad with.
        """
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, not {batch_size!r}")
        source = str(model) if isinstance(model, str | Path) else str(model.name_or_path)
        self.name = name or f"hf:{source}" + (f"+{adapter}" if adapter else "")
        self.batch_size = batch_size
        self.sampling = sampling
        self.tokenizer: Any = tokenizer
        self.model: Any = model
        if isinstance(model, str | Path):
            if (Path(source) / "adapter_config.json").is_file():
                # without it, transformers would say that this is no model
                _peft()
            place = f"from '{source}'" + ("" if Path(source).is_dir() else ", which is no folder here")
            self.model = _tried(
                f"no language model can be loaded {place}",
                lambda: AutoModelForCausalLM.from_pretrained(source, dtype=dtype),
            )
            if tokenizer is None:
                self.tokenizer = _tried(
                    f"no tokenizer can be loaded {place}", lambda: AutoTokenizer.from_pretrained(source)
                )
            device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        if adapter:
            self.model = _adapted(self.model, str(adapter))
        if device:
            self.model = _tried(f"'{self.name}' cannot run on '{device}'", lambda: self.model.to(device))
        self._system = system
        self._template = {} if thinking else {"enable_thinking": False}
        self._check_tokenizer()

    def act(self, observation: str, task: Task, seed: int) -> str:
        """Return what the model says; see `act_many`."""
        return self.act_many([observation], [task], [seed])[0]

    def act_many(self, observations: Sequence[str], tasks: Sequence[Task], seeds: Sequence[int]) -> list[str]:
        """Generate an answer to each observation, all at the same time.

        Args:
            observations: What the model reads, each as one message of a user.
            tasks: Their tasks, which the model does not see.
            seeds: Together they seed the sampling.

        Returns:
            The answers without special tokens, in the same order.
        """
        if not observations:
            return []
        tokens, mask = self._padded([self._tokens(observation) for observation in observations])
        training = self.model.training
        self.model.eval()
        try:
            with torch.inference_mode(), torch.random.fork_rng(range(torch.cuda.device_count())):
                torch.manual_seed(derive_seed(*seeds))
                output = self.model.generate(
                    input_ids=tokens.to(self.model.device),
                    attention_mask=mask.to(self.model.device),
                    **self._generation(),
                )
        finally:
            self.model.train(training)
        answers = output[:, tokens.shape[1] :]
        # a clean-up would take blanks out of scripts
        return list(self.tokenizer.batch_decode(answers, skip_special_tokens=True, clean_up_tokenization_spaces=False))

    def _tokens(self, observation: str) -> list[int]:
        encoded = self.tokenizer.apply_chat_template(
            messages(observation, self._system),
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            **self._template,
        )
        tokens: list[int] = encoded["input_ids"]
        return tokens if self._context is None else tokens[-(self._context - self._longest) :]

    def _padded(self, rows: Sequence[list[int]]) -> "tuple[torch.Tensor, torch.Tensor]":
        """Return tokens and mask, both (rows, longest row), padded at the left: answers are written at the right."""
        width = max(len(row) for row in rows)
        tokens = torch.full((len(rows), width), self._pad)
        mask = torch.zeros_like(tokens)
        for number, row in enumerate(rows):
            tokens[number, width - len(row) :] = torch.tensor(row)
            mask[number, width - len(row) :] = 1
        return tokens, mask

    def _check_tokenizer(self) -> None:
        if self.tokenizer is None:
            raise AgentError(f"agent '{self.name}' has a loaded model and no tokenizer: give it both")
        if not self.tokenizer.chat_template:
            raise AgentError(
                f"the tokenizer of '{self.name}' has no chat template: take a model that was trained to chat, or set "
                "tokenizer.chat_template"
            )
        if self.tokenizer.pad_token_id is None and not self._ends:
            raise AgentError(
                f"the tokenizer of '{self.name}' has neither a pad nor an end token: set tokenizer.pad_token"
            )

    @property
    def _context(self) -> int | None:
        """How many tokens the model can read and write; None where its config does not say."""
        return getattr(self.model.config.get_text_config(), "max_position_embeddings", None)

    @property
    def _longest(self) -> int:
        """How many tokens an answer may have."""
        wanted = self.sampling.max_new_tokens
        return wanted if self._context is None else min(wanted, self._context // 2)

    @property
    def _ends(self) -> list[int]:
        """Tokens that end an answer: the tokenizer knows the end of a turn, a base model may know that of a text."""
        known = self.model.generation_config.eos_token_id
        ends = {self.tokenizer.eos_token_id, *(known if isinstance(known, list) else [known])}
        return sorted(ends - {None})

    @property
    def _pad(self) -> int:
        pad = self.tokenizer.pad_token_id
        return int(self._ends[0] if pad is None else pad)

    def _generation(self) -> dict[str, Any]:
        """Return the settings of generation."""
        settings = {
            "max_new_tokens": self._longest,
            "pad_token_id": self._pad,
            "eos_token_id": self._ends,
            # training with gradient checkpointing turns it off in the model
            "use_cache": True,
            "do_sample": not self.sampling.greedy,
        }
        if self.sampling.greedy:
            return settings
        drawn = {"temperature": self.sampling.temperature, "top_p": self.sampling.top_p, "top_k": self.sampling.top_k}
        return settings | drawn


def _adapted(model: Any, adapter: str) -> Any:
    load = _peft().PeftModel.from_pretrained
    return _tried(f"no adapter can be loaded from '{adapter}'", lambda: load(model, adapter))


def _peft() -> Any:
    try:
        import peft
    except ImportError as error:
        raise AgentError(_INSTALL) from error
    return peft


def _tried(complaint: str, do: Callable[[], Any]) -> Any:
    try:
        return do()
    except Exception as error:
        # those of transformers are paragraphs, and their first line says what is wrong
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise AgentError(f"{complaint}: {reason}") from error
