"""A language model that vLLM runs in this process, on a GPU, as a policy.

Written from the documentation of vLLM and never run: it needs a GPU. `vllm serve` and `EndpointAgent` do the same.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mdgym.agents.instructions import messages
from mdgym.agents.sampling import PLAIN, Sampling
from mdgym.errors import AgentError
from mdgym.tasks.task import Task

try:
    from vllm import LLM, SamplingParams
except ImportError as error:
    raise AgentError('vLLM in this process needs a GPU and vLLM: pip install "mdgym[vllm]"') from error


class VllmAgent:
    """A chat model that answers all questions of a batch at the same time, each with a seed of its own.

    Attributes:
        name: What it is called in reports.
        batch_size: How many observations it is asked at once, at most; vLLM shares the memory among them.
        sampling: How answers are drawn.
    """

    def __init__(
        self,
        model: str | Path,
        sampling: Sampling = PLAIN,
        batch_size: int = 256,
        system: str | None = None,
        thinking: bool = False,
        name: str = "",
        **engine: Any,
    ) -> None:
        """Load a model.

        Args:
            model: A folder or a name on the Hugging Face hub.
            sampling: How answers are drawn.
            batch_size: How many observations are asked at once, at most.
            system: The system message; None for none.
            thinking: Let a model that can do so think before it answers (Qwen3's `enable_thinking`).
            name: What the agent is called in reports; by default "vllm:" and where the model comes from.
            engine: Further arguments of `vllm.LLM`, such as `tensor_parallel_size=2` or `max_model_len=8192`.

        Raises:
            ValueError: The batch size is below 1.
            AgentError: The model cannot be loaded.
        """
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, not {batch_size!r}")
        self.name = name or f"vllm:{model}"
        self.batch_size = batch_size
        self.sampling = sampling
        self._system = system
        self._thinking = thinking
        try:
            self._model = LLM(model=str(model), **engine)
        except Exception as error:
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise AgentError(f"vLLM cannot load '{model}': {reason}") from error

    def act(self, observation: str, task: Task, seed: int) -> str:
        """Return what the model says; see `act_many`."""
        return self.act_many([observation], [task], [seed])[0]

    def act_many(self, observations: Sequence[str], tasks: Sequence[Task], seeds: Sequence[int]) -> list[str]:
        """Generate an answer to each observation.

        Args:
            observations: What the model reads, each as one message of a user.
            tasks: Their tasks, which the model does not see.
            seeds: Each seeds the sampling of its own answer.

        Returns:
            The answers, in the same order.
        """
        settings = [
            SamplingParams(
                temperature=self.sampling.temperature,
                top_p=self.sampling.top_p,
                # of all versions of vLLM, the number for all tokens
                top_k=self.sampling.top_k or -1,
                max_tokens=self.sampling.max_new_tokens,
                seed=seed,
            )
            for seed in seeds
        ]
        outputs = self._model.chat(
            [messages(observation, self._system) for observation in observations],
            settings,
            use_tqdm=False,
            chat_template_kwargs={"enable_thinking": self._thinking},
        )
        return [str(output.outputs[0].text) for output in outputs]
