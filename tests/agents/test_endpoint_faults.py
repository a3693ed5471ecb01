"""Endpoints that fail: what may pass is asked again, and all else is one sentence within seconds."""

import email.utils
import socket
import time

import endpoint_server
import pytest
from endpoint_server import SCRIPT, completion, failing, reply

from mdgym import agents
from mdgym.errors import AgentError

pytest.importorskip("openai")

from mdgym.agents import EndpointAgent

pytestmark = pytest.mark.usefixtures("quick")


def known(server, open_task, **options):
    """Return an agent whose endpoint has answered before."""
    script, server.script = server.script, []
    agent = EndpointAgent("tiny", server.url, **options)
    agent.act("p", open_task, 0)
    server.script = script
    return agent


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


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://a/v1", "http://", "http://a:b/v1", "http://[a/v1"])
def test_url_that_is_none_is_refused_before_anything_is_sent(url):
    with pytest.raises(AgentError, match="is no address of an endpoint"):
        EndpointAgent("tiny", url)


@pytest.mark.parametrize(
    "url",
    ["http://me:s3cret@a/v1", "me:s3cret@a/v1", "http://[me:s3cret@a/v1", "http://a/v1?key=s3cret", "http://a/#s3cret"],
)
@pytest.mark.parametrize("place", ["argument", "environment"])
def test_url_with_a_secret_is_refused_and_not_repeated(monkeypatch, url, place):
    if place == "environment":
        monkeypatch.setenv("OPENAI_BASE_URL", url)
    with pytest.raises(AgentError, match="without user, password and query: set OPENAI_API_KEY") as caught:
        EndpointAgent("tiny", url if place == "argument" else None)
    assert "s3cret" not in str(caught.value)


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


@pytest.mark.parametrize("later", ["nan", "-5", "soon", "Mon, 01 Jan 9999999 00:00:00 GMT"])
def test_time_that_makes_no_sense_is_no_reason_to_wait(server, ask, later):
    server.script = [failing(429, Retry_After=later)]
    assert ask("a")[1] == [SCRIPT]
