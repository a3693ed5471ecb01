import dataclasses

import pytest

import mdgym
from mdgym.agents import GoldAgent, SilentAgent, TemplateAgent
from mdgym.errors import AgentError


def test_gold_writes_the_tasks_own_script_and_says_when_there_is_none(closed_task):
    assert GoldAgent().act(closed_task.prompt, closed_task, 0) == closed_task.gold
    with pytest.raises(AgentError, match="no gold script"):
        GoldAgent().act("p", dataclasses.replace(closed_task, gold=""), 0)


def test_silent_says_nothing(closed_task):
    assert SilentAgent().act(closed_task.prompt, closed_task, 0) == ""


def test_template_reads_the_prompt_alone(closed_task):
    blind = mdgym.Task(id="user/blind", prompt=closed_task.prompt)
    assert TemplateAgent().act(closed_task.prompt, blind, 0) == TemplateAgent().act(closed_task.prompt, closed_task, 0)
