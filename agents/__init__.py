"""Policies to compare with: scripted ones, language models, and whatever you bring as a function.

Language models are loaded at first use, because they load torch, vLLM or the OpenAI client.
"""

import importlib
from typing import TYPE_CHECKING, Any

from mdgym.agents.gold import GoldAgent
from mdgym.agents.instructions import load_instructions
from mdgym.agents.loading import load
from mdgym.agents.runtime import RuntimeAgent, solve
from mdgym.agents.sampling import Sampling
from mdgym.agents.silent import SilentAgent
from mdgym.agents.solution import Solution
from mdgym.agents.template import TemplateAgent
from mdgym.agents.usage import Metered, Usage
from mdgym.policy import Agent, BatchAgent, FunctionAgent

if TYPE_CHECKING:
    from mdgym.agents.endpoint import EndpointAgent
    from mdgym.agents.endpoint_tools import ToolEndpointAgent
    from mdgym.agents.hugging_face import HuggingFaceAgent
    from mdgym.agents.vllm_offline import VllmAgent

__all__ = [
    "Agent",
    "BatchAgent",
    "EndpointAgent",
    "FunctionAgent",
    "GoldAgent",
    "HuggingFaceAgent",
    "Metered",
    "RuntimeAgent",
    "Sampling",
    "SilentAgent",
    "Solution",
    "TemplateAgent",
    "ToolEndpointAgent",
    "Usage",
    "VllmAgent",
    "load",
    "load_instructions",
    "solve",
]

_MODULES = {
    "EndpointAgent": "endpoint",
    "HuggingFaceAgent": "hugging_face",
    "ToolEndpointAgent": "endpoint_tools",
    "VllmAgent": "vllm_offline",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(importlib.import_module(f"mdgym.agents.{_MODULES[name]}"), name)
    raise AttributeError(f"module 'mdgym.agents' has no attribute '{name}'")
