import json

import pytest

from mdgym.benchmarks.pages import marks
from mdgym.benchmarks.reward_page import write_page
from mdgym.benchmarks.reward_summary import summary
from mdgym.errors import MdgymError

from .test_reward import outcome

BEGIN, END = marks("reward")
RESULT = summary(
    [
        outcome("gold", 1.0, success=True),
        outcome("variant", 0.4, name="late"),
        outcome("mistake", 0.02, "typo"),
        outcome("cheat", 0.25),
    ]
)


def test_a_page_gets_table_and_plot_between_its_marks_and_keeps_the_rest(tmp_path):
    page = tmp_path / "reward.md"
    page.write_text(f"# Before\n\n{BEGIN}\nold numbers\n{END}\n\nAfter.\n")
    write_page(page, RESULT, "mdgym bench reward")
    text = page.read_text()
    assert text.startswith("# Before") and text.endswith("After.\n") and "old numbers" not in text
    assert "| cohesion | 1/1 | 0/1 |" in text and "late" in text and "(reward.svg)" in text
    first = (tmp_path / "reward.svg").read_text()
    assert "<svg" in first
    assert json.loads((tmp_path / "reward.json").read_text())["auroc"] == 1.0
    write_page(page, RESULT, "mdgym bench reward")
    assert page.read_text() == text and (tmp_path / "reward.svg").read_text() == first


def test_a_page_without_marks_is_left_alone(tmp_path):
    page = tmp_path / "other.md"
    page.write_text("# Other\n")
    with pytest.raises(MdgymError, match="no place"):
        write_page(page, RESULT, "x")
    assert page.read_text() == "# Other\n"
