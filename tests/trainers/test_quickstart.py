"""The whole story, with so little training that it teaches nothing: every part of it must be there."""

import json
import sys
from pathlib import Path

import pytest

pytest.importorskip("trl")

from mdgym.commands.quickstart import HABITS, STAGES
from mdgym.errors import TrainingError
from mdgym.scoring import SerialPool
from mdgym.trainers.quickstart import NUMBERS, plot, table, tell
from mdgym.trainers.settings import settings_of

# peft 0.21 asks transformers 5 for a property by its old name
CONFIGS = Path(__file__).parents[2] / "configs" / "tiny"
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_story_has_all_its_parts(tmp_path, plain):
    settings = {name: settings_of(stage, ["--config", str(CONFIGS / f"{name}.yaml")]) for name, stage in STAGES.items()}
    settings["md_grpo"].max_steps, settings["md_grpo"].max_completion_length = 2, 24
    settings["md_grpo"].families = ["cohesion", "vacancy", "tension"]
    data = {"suite": "micro", "families": ["cohesion", "vacancy", "tension"], "rows": 64, "repairs": 8, **HABITS}
    with SerialPool() as pool:
        summary = tell(settings, data, 64, tmp_path / "story", pool, episodes=9)
        with pytest.raises(TrainingError, match="story already"):
            tell(settings, data, 64, tmp_path / "story", pool, episodes=9)
    assert summary == json.loads((tmp_path / "story" / "summary.json").read_text())
    assert all(summary[when][name].keys() == {"value", "ci"} for when in ("before", "after") for name in NUMBERS)
    assert (tmp_path / "story" / "curve.png").stat().st_size > 1000
    assert summary["runs"] <= 64
    assert table(summary).row_count == len(NUMBERS)


def test_the_curve_is_drawn_over_lammps_runs(tmp_path):
    lines = [
        {"step": i, "lammps/runs": 32 * i, "score/executed": i / 10, "score/success": 0.1, "reward": 0.2}
        for i in range(1, 9)
    ]
    plot([*lines, {"step": 8, "train_runtime": 1.0}], tmp_path / "curve.png")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_a_missing_plot_library_is_said_before_anything_is_trained(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(TrainingError, match=r"pip install 'mdgym\[plots\]'"):
        tell({}, {}, 0, tmp_path / "story", None)
    assert not (tmp_path / "story").exists()
