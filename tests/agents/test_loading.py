import pytest

from mdgym import agents
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
