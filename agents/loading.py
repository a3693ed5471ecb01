"""From a name and settings on the command line to an agent."""

import importlib
import re
from collections.abc import Callable
from dataclasses import asdict

from mdgym.agents.gold import GoldAgent
from mdgym.agents.instructions import load_instructions
from mdgym.agents.sampling import PLAIN, Sampling
from mdgym.agents.silent import SilentAgent
from mdgym.agents.template import TemplateAgent
from mdgym.errors import AgentError
from mdgym.policy import Agent, FunctionAgent, as_agent
from mdgym.records import digest

BUILT_IN = {agent.name: agent for agent in (GoldAgent, TemplateAgent, SilentAgent)}

# What makes an agent of the model's source, how it samples, and its system message.
_Maker = Callable[[str, Sampling, str | None], Agent]


# Imported where they are used: they load torch, vLLM or the OpenAI client, which need not be there.
def _hugging_face(source: str, sampling: Sampling, system: str | None) -> Agent:
    from mdgym.agents.hugging_face import HuggingFaceAgent

    return HuggingFaceAgent(source, sampling=sampling, system=system)


def _vllm(source: str, sampling: Sampling, system: str | None) -> Agent:
    from mdgym.agents.vllm_offline import VllmAgent

    return VllmAgent(source, sampling, system=system)


def _endpoint(source: str, sampling: Sampling, system: str | None) -> Agent:
    from mdgym.agents.endpoint import EndpointAgent

    return EndpointAgent(*_address(source), sampling, system=system)


def _endpoint_with_tools(source: str, sampling: Sampling, system: str | None) -> Agent:
    from mdgym.agents.endpoint_tools import ToolEndpointAgent

    return ToolEndpointAgent(*_address(source), sampling, system=system)


# With each, the instructions that it is given unless the user names others.
_LANGUAGE_MODELS: dict[str, tuple[_Maker, str]] = {
    "hf": (_hugging_face, "none"),
    "vllm": (_vllm, "none"),
    "openai": (_endpoint, "lammps"),
    "openai+tools": (_endpoint_with_tools, "lammps"),
}


def load(name: str, sampling: str = "", system: str = "") -> Agent:
    """Return the agent that is called `name`.

    Args:
        name: "gold", "template", "silent"; "hf:PATH" for a language model in a folder or on the Hugging Face hub, or
            "vllm:PATH" for the same in vLLM; "openai:MODEL@URL" for one behind an OpenAI-compatible endpoint, or
            "openai:MODEL" for one of OpenAI, and "openai+tools:" for one that may call tools in the runtime; or
            "module:attribute" for one of your own: an agent, a class that makes one without arguments, or a function
            from the observation to an answer.
        sampling: How a language model draws its answers, such as "temperature=0.7,max_new_tokens=4096"; the fields of
            `Sampling`, whose defaults hold for the others.
        system: Instructions of a language model: "lammps", the path of a text file, or "none"; empty for what is usual
            with it.

    Returns:
        The agent. In its name stand the settings that are not as usual, and the address of an endpoint that
        OPENAI_BASE_URL names, so that runs of others are not gone on with.

    Raises:
        AgentError: There is no such agent, importing or making it failed, or a setting makes no sense or is for
            language models only.
    """
    module_name, colon, attribute = name.partition(":")
    if module_name in _LANGUAGE_MODELS and attribute:
        return _language_model(attribute, read_sampling(sampling), system, *_LANGUAGE_MODELS[module_name])
    if sampling or system:
        kinds = ", ".join(f"{kind}:" for kind in _LANGUAGE_MODELS)
        raise AgentError(f"agent '{name}' takes neither sampling nor instructions: they are for {kinds}")
    if name in BUILT_IN:
        return BUILT_IN[name]()
    if not (module_name and colon and attribute):
        raise AgentError(
            f"no agent '{name}': use {', '.join(BUILT_IN)}, hf:PATH for a language model (or vllm:PATH, "
            "openai:MODEL@URL, openai+tools:MODEL@URL), or module:attribute for your own"
        )
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


def read_sampling(text: str) -> Sampling:
    """Read how answers are drawn, as it is written on a command line.

    Args:
        text: Such as "temperature=0.7,top_p=0.95"; empty for the defaults.

    Raises:
        AgentError: There is no such setting, it stands there twice, or its value makes no sense.
    """
    usual = asdict(PLAIN)
    given: dict[str, str] = {}
    for part in text.split(",") if text else ():
        key, _, value = (word.strip() for word in part.partition("="))
        if key not in usual or key in given:
            raise AgentError(
                f"sampling '{text}': '{part}' is not one of {', '.join(f'{k}=…' for k in usual)}, each once"
            )
        given[key] = value
    try:
        return Sampling(**{key: type(usual[key])(value) for key, value in given.items()})
    except ValueError as error:
        raise AgentError(f"sampling '{text}': {error}") from error


def _language_model(source: str, sampling: Sampling, system: str, maker: _Maker, usual_system: str) -> Agent:
    usual = asdict(PLAIN)
    changed = [f"{key}={value}" for key, value in asdict(sampling).items() if value != usual[key]]
    chosen = system or usual_system
    instructions = None if chosen == "none" else load_instructions(chosen)
    if chosen != usual_system:
        # with a hash of the text, which may change while the name of the file stays
        changed.append(f"system={chosen}" + (f"#{digest(instructions)[:8]}" if instructions else ""))
    agent = maker(source, sampling, instructions)
    if changed:
        agent.name += f" ({', '.join(changed)})"
    return agent


def _address(source: str) -> tuple[str, str | None]:
    # names of models may hold an @ of their own
    model, *urls = re.split(r"@(?=https?://)", source, maxsplit=1)
    return model, urls[0] if urls else None
