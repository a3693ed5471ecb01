"""Policies to compare with: scripted ones, language models, and whatever you bring as a function.

`HuggingFaceAgent` is loaded at first use, because it loads torch.
"""

import importlib
from typing import TYPE_CHECKING, Any

from mdgym.agents.gold import GoldAgent
from mdgym.agents.loading import load
from mdgym.agents.sampling import Sampling
from mdgym.agents.silent import SilentAgent
from mdgym.agents.template import TemplateAgent
from mdgym.policy import Agent, BatchAgent, FunctionAgent

if TYPE_CHECKING:
    from mdgym.agents.hugging_face import HuggingFaceAgent

__all__ = [
    "Agent",
    "BatchAgent",
    "FunctionAgent",
    "GoldAgent",
    "HuggingFaceAgent",
    "Sampling",
    "SilentAgent",
    "TemplateAgent",
    "load",
]


def __getattr__(name: str) -> Any:
    if name == "HuggingFaceAgent":
        return importlib.import_module("mdgym.agents.hugging_face").HuggingFaceAgent
    raise AttributeError(f"module 'mdgym.agents' has no attribute '{name}'")
