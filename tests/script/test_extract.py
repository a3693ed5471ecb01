import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdgym.script.extract import COMPLETE, FOREIGN, PARTIAL, PLAIN, Extraction, extract_script

SCRIPT = "units lj\nfix 1 all nve\nrun 10\n"
INPUT_PART = "units lj\nlattice fcc 0.8\n"


@pytest.mark.parametrize(
    "answer",
    [
        f"```lammps\n{SCRIPT}```",
        f"Here it is:\n\n```\n{SCRIPT}```\nIt runs 10 steps.",
        f"~~~ lammps\n{SCRIPT}~~~\n",
        f"````lmp\n{SCRIPT}````",
        f"  ```LAMMPS\n{SCRIPT}   ```  ",
        f"```lammps\n{SCRIPT}",
        f"first\n```lammps\nunits metal\nrun 5\n```\nbetter:\n```lammps\n{SCRIPT}```",
        f"```lammps\n{SCRIPT}```\nStart it with\n```bash\nlmp -in in.lj\n```",
        f"```lammps\n{SCRIPT}```\nThe part that matters is\n```lammps\nfix 1 all nve\n```",
        f"```lammps\n{SCRIPT}```\n```python\nimport lammps\nif True:\n    print(1)\n```",
        f"```lammps\n{INPUT_PART}```lammps\n{SCRIPT}```",
        f"````markdown\n```\nnot a script\n```\n````\n```\n{SCRIPT}```",
        f"<think>```lammps\nunits si\nrun 1\n```</think>\n```lammps\n{SCRIPT}```",
        f"I should ```run``` it.\n</think>```lammps\n{SCRIPT}```".replace("</think>", "</think>\n"),
        f"\ufeff```lammps\n{SCRIPT}```".replace("\n", "\r\n"),
        f"```lammps\n\0{SCRIPT}\0```",
    ],
)
def test_the_last_complete_block_is_the_script(answer):
    assert extract_script(answer) == Extraction(SCRIPT, COMPLETE)


def test_a_run_inside_an_if_makes_a_block_complete():
    script = 'units lj\nif "1 > 0" then "run 1"\n'
    assert extract_script(f"```\n{script}```").rule == COMPLETE


def test_without_a_complete_block_the_last_with_any_command_counts():
    answer = f"```lammps\n{INPUT_PART}```\nand\n```\nStep Temp\n0 1.0\n```"
    assert extract_script(answer) == Extraction(INPUT_PART, PARTIAL)


def test_where_nothing_is_lammps_the_last_block_is_judged_and_not_its_fence():
    misspelt = "unit lj\natom_stile atomic\n"
    assert extract_script(f"So:\n```lammps\n{misspelt}```\n```\n\n```") == Extraction(misspelt, FOREIGN)


def test_a_script_beside_a_block_of_another_language_counts():
    answer = f"{SCRIPT}```python\nimport numpy\nprint(numpy.pi)\n```"
    assert extract_script(answer) == Extraction(answer, PLAIN)


@pytest.mark.parametrize("answer", [SCRIPT, "", "I cannot do that.", "print '```'\nrun 1"])
def test_text_without_a_fence_is_taken_as_it_is(answer):
    assert extract_script(answer) == Extraction(answer, PLAIN)


def test_thoughts_are_never_the_script():
    assert extract_script(f"<think>```\n{SCRIPT}```</think>") == Extraction("", PLAIN)
    assert extract_script(f"<THINK>maybe\n```\n{SCRIPT}```") == Extraction("", PLAIN)
    assert extract_script(f"```\n{SCRIPT}```\n</thinking>units si\n") == Extraction("units si\n", PLAIN)
    assert extract_script(f"<think>a</think>{INPUT_PART}<think>b</think>run 1") == Extraction(
        INPUT_PART + "run 1", PLAIN
    )


@given(st.lists(st.sampled_from(["```", "~~~", "````", "lammps", "\n", "run 1", "units lj", " ", "'", "&", "\x1c"])))
def test_a_script_consists_of_lines_of_the_answer(pieces):
    answer = "".join(pieces)
    assert set(extract_script(answer).script.split("\n")) <= {*answer.split("\n"), ""}


@pytest.mark.parametrize(
    "unit", ["`", "```\n", "```lammps\n", "~", "```\nrun 1\n```\n", "<think>", "</think>", "\n", "``` `\n", "'"]
)
def test_hostile_answers_take_linear_time(unit):
    started = time.process_time()
    extract_script(unit * (300_000 // len(unit)))
    assert time.process_time() - started < 2
