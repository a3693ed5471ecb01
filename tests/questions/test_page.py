"""The page on questions: its code runs, and its table is that of the suite."""

import re
from collections import Counter
from pathlib import Path

from mdgym.questions import load_question_suite
from mdgym.tasks.task import SPLITS

PAGE = (Path(__file__).parents[2] / "docs" / "questions.md").read_text("utf-8")


def test_code_of_the_page_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(block, names)
    assert (tmp_path / "runs" / "questions" / "answers.jsonl").exists()
    assert names["report"].accuracy == 1.0


def test_table_of_the_page_is_that_of_the_suite():
    counts = [Counter(question.family for question in load_question_suite("facts", split)) for split in SPLITS]
    rows = re.findall(r"^\| `(\w+)` \| .* \| (\d+) \| (\d+) \| (\d+) \|$", PAGE, re.MULTILINE)
    assert {family: tuple(map(int, found)) for family, *found in rows} == {
        family: tuple(count[family] for count in counts) for family in counts[0]
    }
    total = " | ".join(str(sum(count.values())) for count in counts)
    assert f"| all | | {total} |" in PAGE
