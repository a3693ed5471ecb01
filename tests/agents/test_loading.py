import contextlib
import re
import sys
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdgym import agents
from mdgym.agents import Sampling
from mdgym.agents.loading import read_sampling
from mdgym.errors import AgentError


class Own:
    name = "own"

    def act(self, observation, task, seed):
        return "units lj"


def answer(prompt):
    return prompt.upper()


NOT_CALLABLE = 3


@pytest.mark.parametrize("name", ["gold", "template", "silent"])
def test_built_in_agents_have_their_name(name, closed_task):
    agent = agents.load(name)
    assert agent.name == name
    assert isinstance(agent.act(closed_task.prompt, closed_task, 0), str)


def test_own_class_is_made_and_own_function_is_wrapped_under_the_name_that_was_given(open_task):
    assert agents.load(f"{__name__}:Own").act("p", open_task, 0) == "units lj"
    function = agents.load(f"{__name__}:answer")
    assert function.name == f"{__name__}:answer"
    assert function.act("p", open_task, 0) == "P"


@pytest.mark.parametrize(
    ("name", "model", "url"),
    [
        ("openai:tiny@http://localhost:8000/v1", "tiny", "http://localhost:8000/v1"),
        ("openai:Qwen/Qwen3-8B@https://a.example/v1", "Qwen/Qwen3-8B", "https://a.example/v1"),
        ("openai:@cf/meta/llama@2024@https://a.example/v1", "@cf/meta/llama@2024", "https://a.example/v1"),
    ],
)
def test_endpoint_is_named_by_model_and_url(name, model, url):
    pytest.importorskip("openai")
    agent = agents.load(name)
    assert isinstance(agent, agents.EndpointAgent)
    assert (agent.name, agent._model, agent._url) == (name, model, url)


def endpoint(**settings):
    pytest.importorskip("openai")
    return agents.load("openai:tiny@http://localhost:8000/v1", **settings)


def test_settings_reach_the_model_and_stand_in_its_name(tmp_path):
    own = tmp_path / "own.txt"
    own.write_text("Think first.\n")
    agent = endpoint(sampling="temperature=0.5, top_k=3,max_new_tokens=1048576", system=str(own))
    assert agent.sampling == Sampling(temperature=0.5, top_k=3, max_new_tokens=1048576)
    assert agent._system == "Think first."
    settings = f"temperature=0.5, top_k=3, max_new_tokens=1048576, system={own}#"
    assert agent.name.startswith(f"openai:tiny@http://localhost:8000/v1 ({settings}")
    own.write_text("Think again.")
    other = endpoint(sampling="temperature=0.5, top_k=3,max_new_tokens=1048576", system=str(own))
    assert other.name != agent.name and len(other.name) == len(agent.name)


def test_usual_settings_stand_in_no_name():
    assert endpoint().name == endpoint(sampling="temperature=1,top_p=1.0", system="lammps").name
    assert endpoint()._system == agents.load_instructions("lammps")
    assert endpoint(system="none")._system is None
    assert endpoint(system="none").name.endswith("/v1 (system=none)")


@pytest.mark.parametrize(
    ("sampling", "complaint"),
    [
        ("heat=1", "'heat=1' is not one of temperature=…, top_p=…, top_k=…, max_new_tokens=…"),
        ("temperature", "could not convert"),
        ("temperature=1,temperature=2", "each once"),
        ("temperature=-1", "must be a number of at least 0"),
        ("temperature=nan", "must be a number"),
        ("top_k=1.5", "invalid literal"),
        ("top_p=0.9,", "'' is not one of"),
    ],
)
def test_sampling_that_makes_no_sense_is_one_sentence(sampling, complaint):
    with pytest.raises(AgentError, match=re.escape(complaint)) as caught:
        endpoint(sampling=sampling)
    assert "\n" not in str(caught.value)


@given(st.text())
def test_any_sampling_is_read_or_refused(text):
    with contextlib.suppress(AgentError):
        assert isinstance(read_sampling(text), Sampling)


def test_instructions_that_are_not_there_are_named():
    with pytest.raises(AgentError, match=r"instructions 'nothing\.txt' cannot be read"):
        endpoint(system="nothing.txt")


@pytest.mark.parametrize("settings", [{"sampling": "temperature=0"}, {"system": "lammps"}])
@pytest.mark.parametrize("name", ["gold", f"{__name__}:Own"])
def test_settings_are_for_language_models_alone(name, settings):
    with pytest.raises(AgentError, match="takes neither sampling nor instructions: they are for hf:, vllm:, openai:"):
        agents.load(name, **settings)


def test_vllm_is_asked_for_one_answer_to_each_question_with_its_own_seed(monkeypatch, open_task):
    asked = []

    class LLM:
        def __init__(self, **arguments):
            asked.append(arguments)

        def chat(self, chats, settings, **arguments):
            asked.append((chats, settings, arguments))
            return [SimpleNamespace(outputs=[SimpleNamespace(text=chat[-1]["content"].upper())]) for chat in chats]

    # the library needs a GPU; this holds what is written of its documentation, not that it works
    monkeypatch.setitem(sys.modules, "vllm", SimpleNamespace(LLM=LLM, SamplingParams=dict))
    monkeypatch.delitem(sys.modules, "mdgym.agents.vllm_offline", raising=False)
    agent = agents.load("vllm:folder")
    try:
        assert (agent.name, agent.batch_size, isinstance(agent, agents.BatchAgent)) == ("vllm:folder", 256, True)
        assert agent.act_many(["a", "b"], [open_task] * 2, [3, 4]) == ["A", "B"]
    finally:
        sys.modules.pop("mdgym.agents.vllm_offline")
    settings = {"temperature": 1.0, "top_p": 1.0, "top_k": -1, "max_tokens": 2048}
    assert asked[0] == {"model": "folder"}
    assert asked[1][1] == [settings | {"seed": 3}, settings | {"seed": 4}]
    assert asked[1][2]["chat_template_kwargs"] == {"enable_thinking": False}


def test_vllm_that_is_not_there_is_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "vllm", None)
    with pytest.raises(AgentError, match=r'pip install "mdgym\[vllm\]"'):
        agents.load("vllm:folder")


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("nobody", "gold, template, silent"),
        ("", "no agent ''"),
        ("no_such_module:x", "ModuleNotFoundError"),
        (f"{__name__}:missing", "AttributeError"),
        (f"{__name__}:NOT_CALLABLE", "needs `name`"),
        (":x", "module:attribute"),
    ],
)
def test_agent_that_cannot_be_loaded_says_why(name, complaint):
    with pytest.raises(AgentError, match=complaint):
        agents.load(name)
