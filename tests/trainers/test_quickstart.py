"""The whole story, with so little training that it teaches nothing: every part of it must be there."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("trl")

from mdgym.errors import MdgymError, TrainingError
from mdgym.scoring import SerialPool
from mdgym.trainers.quickstart import NUMBERS, plot, table, tell
from mdgym.trainers.recipe import read

# peft 0.21 asks transformers 5 for a property by its old name
CONFIGS = Path(__file__).parents[2] / "configs" / "tiny"
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_story_has_all_its_parts(tmp_path, plain):
    recipe = read(CONFIGS)
    recipe.data = replace(recipe.data, families=("cohesion", "vacancy", "tension"), rows=64, repairs=8, excerpts=64)
    recipe.md_grpo.max_steps, recipe.md_grpo.max_completion_length = 2, 24
    recipe.md_grpo.families = list(recipe.data.families)
    with SerialPool() as pool:
        summary = tell(recipe, tmp_path / "story", pool, episodes=9, split="validation")
        with pytest.raises(TrainingError, match="story already"):
            tell(recipe, tmp_path / "story", pool, episodes=9)
    assert summary == json.loads((tmp_path / "story" / "summary.json").read_text())
    assert all(summary[when][name].keys() == {"value", "ci"} for when in ("before", "after") for name in NUMBERS)
    assert (tmp_path / "story" / "curve.png").stat().st_size > 1000
    assert summary["runs"] <= 64 and (summary["split"], summary["tasks"]) == ("validation", 9)
    assert table(summary).row_count == len(NUMBERS)


def test_the_curve_is_drawn_over_lammps_runs(tmp_path):
    lines = [
        {"step": i, "lammps/runs": 32 * i, "score/executed": i / 10, "score/success": 0.1, "reward": 0.2}
        for i in range(1, 9)
    ]
    plot([*lines, {"step": 8, "train_runtime": 1.0}], tmp_path / "curve.png")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_a_split_that_does_not_exist_is_said_before_anything_is_trained(tmp_path):
    with pytest.raises(MdgymError, match="'exam'"):
        tell(read(CONFIGS), tmp_path / "story", None, split="exam")
    assert not (tmp_path / "story").exists()


def test_a_missing_plot_library_is_said_before_anything_is_trained(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MdgymError, match=r"pip install 'mdgym\[plots\]'"):
        tell(None, tmp_path / "story", None)
    assert not (tmp_path / "story").exists()
