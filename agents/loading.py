"""From a name on the command line to an agent."""

import importlib

from mdgym.agents.gold import GoldAgent
from mdgym.agents.silent import SilentAgent
from mdgym.agents.template import TemplateAgent
from mdgym.errors import AgentError
from mdgym.policy import Agent, FunctionAgent, as_agent

BUILT_IN = {agent.name: agent for agent in (GoldAgent, TemplateAgent, SilentAgent)}


def load(name: str) -> Agent:
    """Return the agent that is called `name`.

    Args:
        name: "gold", "template", "silent"; "hf:PATH" for a language model in a folder or on the Hugging Face hub; or
            "module:attribute" for one of your own: an agent, a class that makes one without arguments, or a function
            from the observation to an answer.

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
            f"no agent '{name}': use {', '.join(BUILT_IN)}, hf:PATH for a language model, or module:attribute for your "
            "own"
        )
    if module_name == "hf":
        # here, because it loads torch
        from mdgym.agents.hugging_face import HuggingFaceAgent

        return HuggingFaceAgent(attribute, name=name)
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
