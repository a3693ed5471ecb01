"""The settings of the quickstart, and what is said of wrong ones."""

import shutil
from pathlib import Path

import pytest

pytest.importorskip("trl")

from mdgym.errors import TrainingError
from mdgym.trainers.recipe import read

CONFIGS = Path(__file__).parents[2] / "configs" / "tiny"


def test_suite_and_families_of_the_data_are_those_of_md_grpo():
    recipe = read(CONFIGS)
    assert (recipe.data.suite, list(recipe.data.families)) == (recipe.md_grpo.suite, recipe.md_grpo.families)
    assert recipe.data.rows > 1000 and recipe.data.excerpts > 1000 and 0 < recipe.data.fatal < 1


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(TrainingError, match=r"there is no folder '.*nowhere': start from the top of a checkout"):
        read(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("rows: many", "rows"),
        ("rwos: 3", "rwos"),
        ("rows: -1", "must not be negative"),
        ("fatal: 1.5", "within 0 to 1"),
        ("- a", "data.yaml"),
        ("rows: [", "data.yaml"),
        (None, "no settings file"),
    ],
)
def test_wrong_settings_of_the_data_are_named(tmp_path, written, said):
    folder = shutil.copytree(CONFIGS, tmp_path / "configs")
    (folder / "data.yaml").unlink()
    if written is not None:
        (folder / "data.yaml").write_text(written)
    with pytest.raises(TrainingError, match=said):
        read(folder)
