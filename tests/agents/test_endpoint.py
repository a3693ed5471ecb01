"""The client against a real server on this machine; and against `transformers serve`."""

import asyncio
import os
import re
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import endpoint_server
import pytest
from endpoint_server import SCRIPT, calling, completion, failing, reply
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mdgym
from mdgym import agents
from mdgym.agents import BatchAgent, Metered, Sampling, Usage, load_instructions
from mdgym.agents.tools import tool_schemas
from mdgym.errors import AgentError, RecordError

pytest.importorskip("openai")

from mdgym.agents import EndpointAgent, ToolEndpointAgent, endpoint

pytestmark = pytest.mark.usefixtures("quick")


def test_answers_come_in_the_order_of_the_questions_with_no_more_under_way_than_allowed(server, ask):
    server.usual = endpoint_server.echo
    questions = ["a", "bb", "ccc", "模拟一个晶体。🧪", "eeeee", "ff", "g" * 9]
    agent, answers = ask(*questions, concurrency=3)
    assert answers == questions
    assert (server.busiest, agent.batch_size) == (3, 3)
    assert isinstance(agent, BatchAgent) and isinstance(agent, Metered)
    assert agent.act_many([], [], []) == []


def test_request_holds_instructions_observation_sampling_and_seed(server, open_task):
    sampling = Sampling(temperature=0.5, top_p=0.9, max_new_tokens=7)
    EndpointAgent("tiny", server.url, sampling).act("p", open_task, 41)
    EndpointAgent("tiny", server.url, Sampling(top_k=3), system=None, extra={"seed": None, "think": False}).act(
        "p", open_task, 41
    )
    first, second = server.requests
    assert first == {
        "model": "tiny",
        "messages": [{"role": "system", "content": load_instructions("lammps")}, {"role": "user", "content": "p"}],
        "temperature": 0.5,
        "top_p": 0.9,
        "max_tokens": 7,
        "seed": 41,
    }
    assert second["messages"] == [{"role": "user", "content": "p"}]
    assert (second["top_k"], second["think"], "seed" in second) == (3, False, False)


def test_key_of_the_environment_is_sent_and_an_endpoint_of_ones_own_needs_none(server, open_task, monkeypatch):
    EndpointAgent("tiny", server.url).act("p", open_task, 0)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-mine\n")
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    EndpointAgent("tiny").act("p", open_task, 0)
    assert server.keys == ["Bearer none", "Bearer sk-mine"]


@pytest.mark.parametrize("kind", ["openai", "openai+tools"])
def test_name_holds_the_server_also_where_the_environment_names_it(server, tasks, tmp_path, monkeypatch, kind):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-mine")
    assert agents.load(f"{kind}:tiny").name == f"{kind}:tiny"
    monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}\n")
    agent = agents.load(f"{kind}:tiny")
    assert agent.name == agents.load(f"{kind}:tiny@{server.url}").name == f"{kind}:tiny@{server.url}"
    mdgym.evaluate(tasks, agent, out=tmp_path, progress=False)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://another.example/v1")
    other = agents.load(f"{kind}:tiny", "temperature=0.5")
    assert other.name == f"{kind}:tiny@http://another.example/v1 (temperature=0.5)"
    # what one server said is not taken for what another says
    with pytest.raises(RecordError, match="its agent is"):
        mdgym.evaluate(tasks, agents.load(f"{kind}:tiny"), out=tmp_path, progress=False)


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        ({"content": None}, ""),
        ({"content": "", "reasoning_content": "long thoughts"}, ""),
        ({"content": SCRIPT, "reasoning_content": "short thoughts"}, SCRIPT),
        ({"content": None, "refusal": "I will not."}, ""),
        ({"content": "half a scr", "finish": "length"}, "half a scr"),
    ],
)
def test_answer_is_the_content_whatever_else_there_is(server, ask, message, answer):
    server.usual = reply(completion(**message))
    agent, answers = ask("p")
    assert answers == [answer]
    assert agent.usage.cut == (message.get("finish") == "length")


def test_tokens_and_cost_are_counted(server, ask):
    server.script = [reply(completion(usage=False)), failing(500)]
    agent, _ = ask("a", "b", "c", prices=(2.0, 10.0), concurrency=1)
    assert agent.usage == Usage(
        answers=3, prompt_tokens=20, completion_tokens=10, uncounted=1, retries=1, cost=pytest.approx(140e-6)
    )
    assert "20 tokens read and 10 written; cost 0.00014;" in str(agent.usage)
    assert ask("a")[0].usage.cost is None


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(), max_size=30))
def test_any_text_can_be_asked_about(server, open_task, text):
    agent = EndpointAgent("tiny", server.url)
    server.requests.clear()
    assert agent.act(text, open_task, 0) == SCRIPT
    asked = server.requests[0]["messages"][-1]["content"]
    assert asked == text.encode("utf-8", "replace").decode()


def test_agent_can_be_asked_where_a_loop_runs_as_in_a_notebook(server, open_task):
    async def cell():
        return EndpointAgent("tiny", server.url).act("p", open_task, 0)

    assert asyncio.run(cell()) == SCRIPT


def test_evaluation_takes_it_in_batches_and_reports_under_its_name(server, tasks, tmp_path):
    server.usual = reply(completion(tasks[0].gold))
    name = f"openai:tiny@{server.url}"
    agent = agents.load(name)
    report = mdgym.evaluate(tasks, agent, k=2, out=tmp_path, progress=False)
    assert (report.agent, report.rollouts, report.executed_at(1)) == (name, 6, 1.0)
    assert agent.usage.answers == 6
    seeds = [request["seed"] for request in server.requests]
    assert len(set(seeds)) == 6


def test_another_thread_can_interrupt_a_call(server, ask, open_task):
    server.usual = endpoint_server.hang
    agent = EndpointAgent("tiny", server.url)
    agent.interrupt()
    with ThreadPoolExecutor() as executor:
        call = executor.submit(agent.act_many, ["a", "b"], [open_task] * 2, [1, 2])
        while len(server.requests) < 2:
            time.sleep(0.01)
        agent.interrupt()
        with pytest.raises(AgentError, match="was interrupted"):
            call.result(timeout=5)
    server.usual = reply()
    assert agent.act("p", open_task, 0) == SCRIPT


def test_call_that_is_interrupted_before_it_has_begun_ends(server, open_task, monkeypatch):
    server.usual = endpoint_server.hang
    agent = EndpointAgent("tiny", server.url)
    begin = endpoint.start_blocking_portal

    def slowly():
        agent.interrupt()
        return begin()

    monkeypatch.setattr(endpoint, "start_blocking_portal", slowly)
    with ThreadPoolExecutor() as executor:
        call = executor.submit(agent.act, "a", open_task, 1)
        try:
            with pytest.raises(AgentError, match="was interrupted"):
                call.result(timeout=5)
        finally:
            server.closing.set()
            agent.interrupt()


def test_answer_that_calls_tools_nobody_offered_is_an_answer(server, ask):
    server.script = [reply(calling(("lint", {"script": ""})))]
    agent, (answer,) = ask("a")
    assert (answer, agent.usage.answers) == ("", 1)


@pytest.mark.parametrize("usage", [{"total_tokens": 15}, {"prompt_tokens": None, "completion_tokens": 5}, {}])
def test_answer_with_odd_counts_is_an_answer(server, ask, usage):
    server.script = [reply(completion() | {"usage": usage})]
    agent, (answer,) = ask("a")
    assert answer == SCRIPT and agent.usage == Usage(answers=1, uncounted=1)


def test_agents_of_the_page_can_be_made():
    page = (Path(__file__).parents[2] / "docs/agents.md").read_text()
    block, *_ = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names = {}
    exec(block, names)
    assert names["thinker"].name == "qwen3-8b-thinking" and names["thinker"].usage.cost == 0


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_transformers_serve_answers_as_the_model_does(open_task, tmp_path):
    torch = pytest.importorskip("torch")
    pytest.importorskip("fastapi")
    pytest.importorskip("uvicorn")
    import transformers

    from mdgym.trainers.tiny import train_tokenizer

    tokenizer = train_tokenizer([open_task.prompt, open_task.gold], 300)
    # not a Qwen3, whose answers the server takes apart by that family's own chat template
    config = transformers.LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        initializer_range=0.5,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
    )
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        transformers.LlamaForCausalLM(config).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    serve = [Path(sys.executable).with_name("transformers"), "serve", tmp_path, "--host", "127.0.0.1"]
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    greedy = Sampling(temperature=0, max_new_tokens=16)
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen([*serve, "--port", str(port), "--device", "cpu"], env=environment, stderr=log)
    try:
        while process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        agent = EndpointAgent(str(tmp_path), f"http://127.0.0.1:{port}/v1", greedy, system=None)
        answers = agent.act_many(["Melt argon.", "Melt it."], [open_task] * 2, [1, 2])
        # a template that does not know tools: they are taken, and nothing comes of them
        equipped = ToolEndpointAgent(str(tmp_path), f"http://127.0.0.1:{port}/v1", greedy, system=None)
        assert equipped.act_with_tools("Melt argon.", open_task, 1, tool_schemas(), str) == answers[0]
        assert process.poll() is None, (tmp_path / "log").read_text()
    finally:
        process.terminate()
        process.wait(20)
    model = agents.HuggingFaceAgent(tmp_path, sampling=greedy, device="cpu")
    assert answers == model.act_many(["Melt argon.", "Melt it."], [open_task] * 2, [1, 2])
    assert all(answers)
    assert (agent.usage.answers, agent.usage.completion_tokens, agent.usage.cut) == (2, 32, 2)
