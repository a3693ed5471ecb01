"""A model that calls tools, behind a real server on this machine; the tools are real, and so is LAMMPS."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import endpoint_server
import pytest
from endpoint_server import calling, completion, failing, reply, step_by_step
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mdgym import agents
from mdgym.agents import RuntimeAgent, Usage, solve
from mdgym.agents.tools import BatchToolAgent, ToolAgent, call_tool, tool_schemas
from mdgym.agents.workshop import Workshop
from mdgym.engine import Engine
from mdgym.errors import AgentError, InfrastructureError

pytest.importorskip("openai")

from mdgym.agents import EndpointAgent, ToolEndpointAgent


@pytest.fixture
def agent(server):
    return ToolEndpointAgent("tiny", server.url)


def ask(agent, task, call=lambda name, arguments: f"{name} says yes", observation="p"):
    return agent.act_with_tools(observation, task, 0, tool_schemas(), call)


def told(request):
    return [message["content"] for message in request["messages"] if message["role"] == "tool"]


def test_model_searches_and_tries_before_it_answers(server, agent, careful, good):
    server.usual = careful
    solution = solve("Run a crystal.", agent, progress=False)
    assert solution.right and solution.script == good and len(solution.rounds) == 1
    search, run = solution.rounds[0].calls
    assert (search.name, run.name, solution.runs) == ("search_potentials", "short_run", 2)
    first, second, third = server.requests
    assert first["tools"] == second["tools"] == third["tools"] == tool_schemas() and "tool_choice" not in third
    assert [message["role"] for message in third["messages"]] == ["system", "user", *["assistant", "tool"] * 2]
    assert told(third) == [search.answer, run.answer]
    assert "Cu_mishin1.eam.alloy" in search.answer and "ran to its end" in run.answer
    assert third["messages"][3]["tool_call_id"] == third["messages"][2]["tool_calls"][0]["id"]
    assert agent.usage == Usage(answers=1, prompt_tokens=30, completion_tokens=15)
    assert (solution.rounds[0].prompt_tokens, solution.rounds[0].completion_tokens) == (30, 15)


def test_many_tasks_are_worked_on_at_once_each_with_tools_of_its_own(server, tasks, careful, good):
    together = threading.Barrier(3)

    def wait(server, handler, request):
        together.wait(10)
        careful(server, handler, request)

    server.script, server.usual = [wait] * 3, careful
    with RuntimeAgent(ToolEndpointAgent("tiny", server.url, concurrency=3), rounds=2) as runtime:
        assert runtime.act_many([task.prompt for task in tasks], tasks, [1, 2, 3]) == [good] * 3
        assert (server.busiest, len(server.requests), runtime.runs) == (3, 9, 6)


def test_more_tasks_than_may_be_under_way_are_asked_one_after_the_other(server, tasks, careful, good):
    server.usual = careful
    with RuntimeAgent(ToolEndpointAgent("tiny", server.url, concurrency=2), rounds=2) as runtime:
        assert runtime.act_many([task.prompt for task in tasks], tasks, [1, 2, 3]) == [good] * 3
    assert server.busiest <= 2


def test_asked_without_tools_it_answers_without(server, agent, open_task):
    assert agent.act_many(["a", "b"], [open_task] * 2, [1, 2]) == [endpoint_server.SCRIPT] * 2
    assert not any("tools" in request for request in server.requests)


def test_tools_are_the_users_choice(server):
    url = f"tiny@{server.url}"
    plain, equipped = agents.load(f"openai:{url}"), agents.load(f"openai+tools:{url}")
    assert not isinstance(plain, ToolAgent) and isinstance(equipped, BatchToolAgent)
    assert isinstance(equipped, EndpointAgent) and equipped.name == f"openai+tools:{url}"
    assert ToolEndpointAgent("tiny", server.url).name == equipped.name


def test_model_that_calls_for_ever_must_answer_in_the_end(server, agent, open_task):
    server.usual = reply(calling(("lint", {"script": ""})))
    heard = []
    assert ask(agent, open_task, lambda *call: heard.append(call) or "no") == ""
    assert len(heard) == 20 and len(server.requests) == 21 and agent.usage.answers == 1
    assert [request.get("tool_choice") for request in server.requests] == [None] * 20 + ["none"]


def test_whatever_a_model_calls_is_answered_with_text_and_sent_back_as_json(server, agent, open_task):
    wild = [
        ("rm", "{}"),
        ("lint", "{'script': 1}"),
        ("lint", "[" * 9999),
        ("lint", '{"script": "' + "x" * 50_000 + '"}'),
        ("lint\ud800", '{"script": "\ud800"}'),
        ("look_up", '{"name": "\\ud800"}'),
        ("", ""),
        ("lint", "[]"),
    ]
    server.usual = step_by_step(calling(*wild), completion("done"))
    with Engine() as engine:
        workshop = Workshop(engine)
        assert ask(agent, open_task, lambda name, arguments: call_tool(workshop, name, arguments)) == "done"
    second = server.requests[1]
    answers = told(second)
    assert len(answers) == len(wild) and all(answers) and "no tool 'rm'" in answers[0] and "no JSON" in answers[1]
    sent = [call["function"]["arguments"] for call in second["messages"][2]["tool_calls"]]
    assert all(isinstance(json.loads(text), dict) for text in sent) and sent[0] == sent[1] == "{}"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.text(st.characters()), st.text(st.characters())), min_size=1, max_size=3))
def test_any_call_reaches_the_tools_as_it_was_made(server, agent, open_task, wanted):
    server.usual = step_by_step(calling(*wanted), completion("done"))
    heard = []
    assert ask(agent, open_task, lambda *call: heard.append(call) or "no") == "done"
    assert heard == wanted


@pytest.mark.parametrize(
    "call",
    [
        {"id": None, "type": "function", "function": {"name": "lint", "arguments": None}},
        {"function": {"name": "lint", "arguments": ""}},
        {"id": "", "index": 0, "type": "function", "function": {"name": "lint"}},
    ],
)
def test_call_that_is_short_of_something_is_made_all_the_same(server, agent, open_task, call):
    server.usual = step_by_step(completion(None, tool_calls=[call]), completion("done"))
    heard = []
    assert ask(agent, open_task, lambda *made: heard.append(made) or "no") == "done"
    assert heard == [("lint", "")]
    (sent,) = server.requests[1]["messages"][2]["tool_calls"]
    assert sent["id"] == server.requests[1]["messages"][3]["tool_call_id"] == (call.get("id") or "")
    assert (sent["type"], sent["function"]) == ("function", {"name": "lint", "arguments": "{}"})


@pytest.mark.parametrize(
    "call", ["lint", {"id": "a"}, {"id": "a", "type": "custom", "custom": {"name": "x", "input": ""}}]
)
def test_call_that_is_none_is_a_fault_of_the_endpoint(server, agent, open_task, call):
    server.script = [reply(completion(None, tool_calls=[call]))]
    assert ask(agent, open_task) == endpoint_server.SCRIPT
    assert agent.usage.retries == 1


def test_thoughts_go_back_with_the_calls(server, agent, open_task):
    said = calling(("lint", {"script": ""}), reasoning_content="first, lint")
    server.usual = step_by_step(said, completion("done"))
    ask(agent, open_task)
    assert server.requests[1]["messages"][2]["reasoning_content"] == "first, lint"


def test_fault_in_between_is_met_by_asking_again_and_no_tool_is_called_twice(server, agent, open_task):
    said = calling(("lint", {"script": ""}), ("look_up", {"name": "run"}))
    server.script = [reply(said), failing(503), endpoint_server.hang_up, reply(completion("done"))]
    heard = []
    assert ask(agent, open_task, lambda *call: heard.append(call) or "no") == "done"
    assert len(heard) == 2 and agent.usage.retries == 2


def test_server_without_tools_is_one_sentence(server, agent, open_task):
    server.usual = failing(400, "tiny does not support tools")
    with pytest.raises(AgentError, match=r"refuses the request with tools .*400: tiny does not.*without the \+tools"):
        ask(agent, open_task)
    with pytest.raises(AgentError, match=r"refuses the request for the model"):
        agent.act("p", open_task, 0)


def test_conversation_that_outgrows_the_context_ends_with_what_was_said(server, agent, open_task, caplog):
    call = calling(("lint", {"script": ""}))
    call["choices"][0]["message"]["content"] = "so far"
    # an endpoint that never took the answer of a tool is not thought to be short of context
    server.script = [reply(call), failing(400, "no role tool")]
    with pytest.raises(AgentError, match="no role tool"):
        ask(agent, open_task)
    server.script = [reply(call), reply(call), failing(400, "context is 4096 tokens")]
    assert ask(agent, open_task) == "so far"
    assert (agent.usage.answers, agent.usage.cut) == (1, 1) and "goes no further with tools" in caplog.text


def test_failure_of_ours_in_a_tool_is_not_blamed_on_the_agent(server, agent, careful, open_task, monkeypatch):
    def failing_run(*arguments):
        raise InfrastructureError("no disk")

    monkeypatch.setattr(Workshop, "run", failing_run)
    server.usual = careful
    with RuntimeAgent(agent) as runtime, pytest.raises(InfrastructureError, match="no disk"):
        runtime.act("p", open_task, 0)


def test_tools_run_in_the_thread_that_asked_and_ctrl_c_in_one_ends_it(server, agent, open_task):
    server.usual = reply(calling(("lint", {"script": ""})))
    threads = threading.active_count()

    def call(name, arguments):
        assert threading.current_thread() is threading.main_thread()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask(agent, open_task, call)
    assert threading.active_count() <= threads + 1


def test_work_of_another_thread_can_be_interrupted(server, agent, open_task):
    server.script, server.usual = [reply(calling(("lint", {"script": ""})))], endpoint_server.hang
    with RuntimeAgent(agent) as runtime, ThreadPoolExecutor() as executor:
        work = executor.submit(runtime.act, "p", open_task, 0)
        while len(server.requests) < 2:
            assert not work.done()
            time.sleep(0.01)
        runtime.interrupt()
        with pytest.raises(AgentError, match="was interrupted"):
            work.result(timeout=5)
        server.usual = reply()
        assert runtime.act("p", open_task, 0) == "units lj\n"


def test_interrupted_work_has_no_further_round(open_task):
    asked = []

    def answer(observation):
        asked.append(observation)
        runtime.interrupt()
        return "units ljj"

    with RuntimeAgent(answer) as runtime, pytest.raises(AgentError, match="was interrupted"):
        runtime.act("p", open_task, 0)
    assert len(asked) == 1


def test_one_question_without_an_answer_ends_the_others_and_their_calls(server, open_task):
    heard = []

    def answer(server, handler, request):
        is_bad = request["messages"][-1]["content"] == "bad"
        (failing(401) if is_bad else reply(calling(*[("lint", "{}")] * 50)))(server, handler, request)

    def slow(name, arguments):
        heard.append(name)
        threading.Event().wait(0.2)
        return "no"

    server.usual = answer
    agent = ToolEndpointAgent("tiny", server.url)
    with pytest.raises(AgentError, match="refuses the key"):
        agent.act_many_with_tools(["good", "bad"], [open_task] * 2, [1, 2], tool_schemas(), [slow, slow])
    assert len(heard) < 25
