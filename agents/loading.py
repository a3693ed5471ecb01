"""From a name on the command line to an agent."""

import importlib
import re

from mdgym.agents.gold import GoldAgent
from mdgym.agents.silent import SilentAgent
from mdgym.agents.template import TemplateAgent
from mdgym.errors import AgentError
from mdgym.policy import Agent, FunctionAgent, as_agent

BUILT_IN = {agent.name: agent for agent in (GoldAgent, TemplateAgent, SilentAgent)}


# Imported where they are used: they load torch, vLLM or the OpenAI client, which need not be there.
def _hugging_face(source: str, name: str) -> Agent:
    from mdgym.agents.hugging_face import HuggingFaceAgent

    return HuggingFaceAgent(source, name=name)


def _vllm(source: str, name: str) -> Agent:
    from mdgym.agents.vllm_offline import VllmAgent

    return VllmAgent(source, name=name)


def _endpoint(source: str, name: str) -> Agent:
    from mdgym.agents.endpoint import EndpointAgent

    # names of models may hold an @ of their own
    model, *urls = re.split(r"@(?=https?://)", source, maxsplit=1)
    return EndpointAgent(model, urls[0] if urls else None, name=name)


_LANGUAGE_MODELS = {"hf": _hugging_face, "vllm": _vllm, "openai": _endpoint}


def load(name: str) -> Agent:
    """Return the agent that is called `name`.

    Args:
        name: "gold", "template", "silent"; "hf:PATH" for a language model in a folder or on the Hugging Face hub, or
            "vllm:PATH" for the same in vLLM; "openai:MODEL@URL" for one behind an OpenAI-compatible endpoint, or
            "openai:MODEL" for one of OpenAI; or "module:attribute" for one of your own: an agent, a class that makes
            one without arguments, or a function from the observation to an answer.

    Returns:
        The agent.

    Raises:
        AgentError: There is no such agent, or importing or making it failed.
    """
    if name in BUILT_IN:
        return BUILT_IN[name]()
    module_name, colon, attribute = name.partition(":")
    if not (module_name and colon and attribute):
        raise AgentError(
            f"no agent '{name}': use {', '.join(BUILT_IN)}, hf:PATH for a language model (or vllm:PATH, "
            "openai:MODEL@URL), or module:attribute for your own"
        )
    if module_name in _LANGUAGE_MODELS:
        return _LANGUAGE_MODELS[module_name](attribute, name)
    try:
        found = importlib.import_module(module_name)
        for part in attribute.split("."):
            found = getattr(found, part)
        agent = found() if isinstance(found, type) else found
    except Exception as error:
        raise AgentError(f"agent '{name}' cannot be loaded: {type(error).__name__}: {error}") from error
    if not isinstance(agent, Agent) and callable(agent):
        return FunctionAgent(agent, name=name)
    return as_agent(agent)
