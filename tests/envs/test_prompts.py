"""What a policy reads when it may repair its script."""

import pytest

from mdgym.envs import repair_prompt

SCRIPT = "You have already tried this script:\n\n```lammps\nunits lj\n```"


@pytest.mark.parametrize(
    ("script", "feedback", "told"),
    [
        ("units lj\n", "ERROR\n", f"{SCRIPT}\n\nWhat came of it:\n\nERROR"),
        ("", "ERROR", "You have already tried this script:\n\n```lammps\n\n```\n\nWhat came of it:\n\nERROR"),
        ("units lj", None, SCRIPT),
        (None, "ERROR", "What came of a script that you have already tried:\n\nERROR"),
    ],
    ids=["all", "an empty script is shown", "script alone", "feedback alone"],
)
def test_a_failed_try_stands_under_the_prompt_of_its_task(script, feedback, told):
    assert repair_prompt("Task.\n", script, feedback) == f"Task.\n\n{told}\n\nWrite the whole script again, corrected."
