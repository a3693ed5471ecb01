"""What the tests of endpoints share: a real server on this machine that fails as it is told.

`import endpoint_server` works in the files beside this one.
"""

import importlib.util
import sys
from pathlib import Path

import pytest

# tests are no package
_spec = importlib.util.spec_from_file_location("endpoint_server", Path(__file__).with_name("endpoint_server.py"))
endpoint_server = sys.modules[_spec.name] = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(endpoint_server)


@pytest.fixture
def quick(monkeypatch):
    """No key, no address, and pauses of milliseconds."""
    from mdgym.agents import completions

    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(completions, "_PAUSE", 0.01)


@pytest.fixture
def server(quick):
    with endpoint_server.EndpointServer() as server:
        yield server


@pytest.fixture
def ask(server, open_task):
    """Ask an agent for this server about observations, and return agent and answers."""
    from mdgym.agents import EndpointAgent

    def ask(*observations, **options):
        agent = EndpointAgent("tiny", server.url, **options)
        return agent, agent.act_many(observations, [open_task] * len(observations), range(len(observations)))

    return ask


@pytest.fixture
def careful(good):
    """A model that looks for a potential, tries its script, and then answers."""
    return endpoint_server.step_by_step(
        endpoint_server.calling(("search_potentials", {"words": "Cu mishin"})),
        endpoint_server.calling(("short_run", {"script": good})),
        endpoint_server.completion(f"```lammps\n{good}```"),
    )
