"""The client against a real server on this machine, which fails as it is told; and against `transformers serve`."""

import asyncio
import email.utils
import importlib.util
import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mdgym
from mdgym import agents
from mdgym.agents import BatchAgent, Metered, Sampling, Usage, load_instructions
from mdgym.agents.tools import tool_schemas
from mdgym.errors import AgentError

openai = pytest.importorskip("openai")

from mdgym.agents import EndpointAgent, ToolEndpointAgent, completions, endpoint  # noqa: E402


def _helper():
    # tests are no package
    spec = importlib.util.spec_from_file_location("endpoint_server", Path(__file__).with_name("endpoint_server.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


endpoint_server = _helper()
SCRIPT, completion, failing, reply = (
    endpoint_server.SCRIPT,
    endpoint_server.completion,
    endpoint_server.failing,
    endpoint_server.reply,
)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """No key, and pauses of milliseconds."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(completions, "_PAUSE", 0.01)


@pytest.fixture
def server():
    with endpoint_server.EndpointServer() as server:
        yield server


@pytest.fixture
def ask(server, open_task):
    """Ask an agent for this server about observations, and return agent and answers."""

    def ask(*observations, **options):
        agent = EndpointAgent("tiny", server.url, **options)
        return agent, agent.act_many(observations, [open_task] * len(observations), range(len(observations)))

    return ask


def known(server, open_task, **options):
    """Return an agent whose endpoint has answered before."""
    script, server.script = server.script, []
    agent = EndpointAgent("tiny", server.url, **options)
    agent.act("p", open_task, 0)
    server.script = script
    return agent


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


@pytest.mark.parametrize(
    "fault",
    [
        failing(429),
        failing(500),
        failing(503),
        failing(408),
        reply(cut=40),
        endpoint_server.hang_up,
        endpoint_server.hang,
        endpoint_server.trickle,
        reply("{'no': json"),
        reply('{"choices": []}'),
        reply({"error": {"message": "upstream failed"}}),
        reply(completion(content=["a list"])),
        reply("<html>Bad gateway</html>", kind="text/html"),
    ],
)
def test_fault_that_may_pass_is_met_by_asking_again(server, ask, open_task, caplog, fault):
    server.script = [fault, fault]
    agent = known(server, open_task, timeout=1.0)
    server.requests.clear()
    assert agent.act("p", open_task, 0) == SCRIPT
    assert (len(server.requests), agent.usage.retries) == (3, 2)
    # a wait is told, and once
    assert caplog.text.count("waits for an answer") == 1


@pytest.mark.parametrize("later", ["0.5", "date"])
def test_next_request_waits_as_long_as_the_endpoint_asks(server, ask, later):
    # a date has no fractions of a second
    later = email.utils.formatdate(time.time() + 1.5, usegmt=True) if later == "date" else later
    server.script = [failing(429, Retry_After=later)]
    start = time.monotonic()
    assert ask("p")[1] == [SCRIPT]
    assert 0.4 < time.monotonic() - start < 5


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        (failing(401, "Incorrect API key"), "refuses the key .*401: Incorrect API key.*set OPENAI_API_KEY"),
        (failing(404, "no model 'tiny'"), "does not know the model 'tiny'.*no model 'tiny'"),
        (failing(400, "context is 4096 tokens"), "refuses the request.*400: context is 4096 tokens"),
        (failing(429, "no credit", code="insufficient_quota"), "refuses the request.*no credit"),
        (reply("<html>Welcome</html>", kind="text/html"), "is no endpoint.*Welcome.*ends with /v1"),
        (reply({"detail": "a page"}), "is no endpoint"),
        (endpoint_server.hang_up, "cannot be reached .*disconnected.*: is the address right"),
        (failing(429, Retry_After="3600"), "no answer within 1 s; request 1: 429: out of order"),
        (failing(500), "no answer within 1 s; request [0-9]+: 500: out of order"),
        (endpoint_server.hang, "no answer within 1 s; request [0-9]+: no whole answer in time"),
        (endpoint_server.trickle, "no answer within 1 s"),
    ],
)
def test_fault_that_stays_is_one_sentence_within_seconds(server, ask, caplog, fault, complaint):
    server.usual = fault
    start = time.monotonic()
    with pytest.raises(AgentError, match=complaint) as caught:
        ask("p", timeout=0.7, patience=1)
    assert time.monotonic() - start < 6
    assert "\n" not in str(caught.value)


def test_wrong_path_and_dead_port_are_one_sentence_within_seconds(server, open_task, caplog):
    with pytest.raises(AgentError, match=r"often ends with /v1 .*404"):
        EndpointAgent("tiny", server.url.removesuffix("/v1")).act("p", open_task, 0)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(AgentError, match=r"cannot be reached .*: is the address right"):
        EndpointAgent("tiny", f"http://127.0.0.1:{port}/v1").act("p", open_task, 0)


def test_one_question_without_an_answer_ends_the_batch_at_once(server, ask):
    server.usual = endpoint_server.hang
    server.script = [endpoint_server.hang, failing(401)]
    start = time.monotonic()
    with pytest.raises(AgentError, match="refuses the key"):
        ask("a", "b", "c")
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://a/v1", "http://", "http://a:b/v1", "http://me:secret@a/v1"])
def test_url_that_is_none_is_refused_before_anything_is_sent(url):
    with pytest.raises(AgentError, match="is no address of an endpoint"):
        EndpointAgent("tiny", url)


def test_missing_or_impossible_key_is_one_sentence(monkeypatch):
    with pytest.raises(AgentError, match="set OPENAI_API_KEY"):
        agents.load("openai:gpt")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-“quoted”")
    with pytest.raises(AgentError, match="characters that no key has") as caught:
        agents.load("openai:gpt")
    assert "quoted" not in str(caught.value)


@pytest.mark.parametrize("options", [{"concurrency": 0}, {"timeout": 0}, {"patience": -1}, {"timeout": float("nan")}])
def test_settings_that_make_no_sense_are_refused(options):
    with pytest.raises(ValueError, match="must be"):
        EndpointAgent("tiny", "http://localhost/v1", **options)


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


def test_ctrl_c_ends_the_wait_for_a_server_that_says_nothing(server, tmp_path):
    server.usual = endpoint_server.hang
    command = [sys.executable, "-m", "mdgym", "eval", "--agent", f"openai:tiny@{server.url}", "--suite", "micro"]
    out = tmp_path / "run"
    with subprocess.Popen(
        [*command, "--episodes", "4", "--out", out],
        stderr=subprocess.PIPE,
        text=True,
        # a shell starts what runs in the background with Ctrl-C ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        try:
            while not server.requests:
                assert process.poll() is None, process.stderr.read()
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 130
    assert "the same command goes on from there" in said and "Traceback" not in said


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


@pytest.mark.parametrize("later", ["nan", "-5", "soon", "Mon, 01 Jan 9999999 00:00:00 GMT"])
def test_time_that_makes_no_sense_is_no_reason_to_wait(server, ask, later):
    server.script = [failing(429, Retry_After=later)]
    assert ask("a")[1] == [SCRIPT]


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


def test_missing_client_is_one_sentence(tmp_path):
    code = (
        "import sys; sys.modules['openai'] = None\n"
        "from mdgym import agents\nfrom mdgym.errors import AgentError\n"
        "try: agents.load('openai:x@http://localhost/v1')\nexcept AgentError as error: print(error)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip().endswith('pip install "mdgym[agents]"')


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
