"""Tests that a family of tasks inherits: `class TestDimer(FamilyTests): family = FAMILY`.

They need pytest, and run real LAMMPS. Everything that mdgym demands of its own families is among them.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import pytest

from mdgym.benchmarks.points import entities
from mdgym.benchmarks.scripts import generic
from mdgym.errors import TaskError
from mdgym.records import from_json, to_json
from mdgym.scoring import SerialPool
from mdgym.tasks.family import Family
from mdgym.tasks.task import SPLITS, Task
from mdgym.trial import trial_tasks

CHEAT_LIMIT = 0.30


class FamilyTests:
    """Inherit from it and set `family`.

    Attributes:
        family: The family under test.
        references: Where its measurements are kept; None measures them anew in a temporary directory.
    """

    family: ClassVar[Family]
    references: ClassVar[Path | None] = None

    @pytest.fixture(scope="class")
    @classmethod
    def tasks(cls, tmp_path_factory: pytest.TempPathFactory) -> tuple[Task, ...]:
        """A task of each point."""
        return trial_tasks(cls.family, cls.references or tmp_path_factory.mktemp("references"))

    @pytest.fixture(scope="class")
    @classmethod
    def pool(cls) -> Iterator[SerialPool]:
        """What scores."""
        with SerialPool() as pool:
            yield pool

    def test_labels_are_fit_for_file_names(self) -> None:
        labels = [point.label for split in SPLITS for point in self.family.points[split]]
        assert all(re.fullmatch(r"[\w.+-]+", label) for label in labels), labels

    def test_no_two_points_of_different_splits_agree_in_everything(self) -> None:
        values: dict[Any, str] = {}
        for split in SPLITS:
            for point in self.family.points[split]:
                found = tuple(str(getattr(point, name)) for name in entities(point))
                assert values.setdefault(found, split) == split, f"{point.label} stands in two splits"

    def test_prompts_are_whole_and_depend_on_their_seed_alone(self, tasks: tuple[Task, ...]) -> None:
        for task in tasks:
            assert task.contract is not None
            assert not re.search(r"[{}]", task.prompt), task.prompt
            for quantity in task.contract.quantities:
                assert f"`{quantity.name}`" in task.prompt and quantity.unit in task.prompt, quantity.name
        point = self.family.points["test"][0]
        contract = tasks[-1].contract
        assert contract is not None
        for wording in range(len(self.family.wordings)):
            texts = {self.family.prompt(point, contract, wording, Random(7)) for _ in range(2)}
            assert len(texts) == 1

    def test_no_prompt_gives_an_answer_away(self, tasks: tuple[Task, ...]) -> None:
        for task in tasks:
            assert task.contract is not None
            for quantity in task.contract.quantities:
                reference = task.reference(quantity.name)
                assert reference is not None and f"{abs(reference.value):.4f}" not in task.prompt, quantity.name

    def test_references_have_an_anchor(self, tasks: tuple[Task, ...]) -> None:
        for task in tasks:
            assert task.contract is not None
            for quantity in task.contract.quantities:
                reference = task.reference(quantity.name)
                assert reference is not None and reference.anchor_source, f"'{quantity.name}' has no anchor"

    def test_tasks_survive_json(self, tasks: tuple[Task, ...]) -> None:
        assert all(from_json(Task, to_json(task)) == task for task in tasks)

    def test_gold_earns_one_on_every_point(self, tasks: tuple[Task, ...], pool: SerialPool) -> None:
        for task in tasks:
            score = pool.score(task, task.gold).score
            assert score.success and score.reward == 1.0, f"{task.id}: {score.feedback}"

    def test_variants_earn_one(self, tasks: tuple[Task, ...], pool: SerialPool) -> None:
        points = {self.family.gold(point): point for split in SPLITS for point in self.family.points[split]}
        for task in tasks[-1:]:
            for script in (*self.family.variants(points[task.gold]), *(v(task) for v in generic.VARIANTS.values())):
                score = pool.score(task, script).score
                assert score.success and score.reward == 1.0, f"{script}\n{score.feedback}"

    @pytest.mark.parametrize("name", list(generic.CHEATS))
    def test_cheats_are_not_paid(self, name: str, tasks: tuple[Task, ...], pool: SerialPool) -> None:
        task = tasks[-1]
        script = generic.CHEATS[name](task)
        if not script or script == task.gold:
            pytest.skip("it makes no sense for this family")
        score = pool.score(task, script).score
        assert score.reward < CHEAT_LIMIT, f"{script}\nearned {score.reward}"

    def test_what_is_asked_for_matters(self, tasks: tuple[Task, ...], pool: SerialPool) -> None:
        """The gold script of another point does not succeed, if the prompts of the two differ."""
        points = [point for split in SPLITS for point in self.family.points[split]]
        task = tasks[-1]
        others = [point for point in points if self.family.gold(point) != task.gold]
        assert others, "there is only one point"
        for other in others[:3]:
            score = pool.score(task, self.family.gold(other)).score
            assert not score.success, f"the script for {other.label} succeeds at {task.id}"

    def test_a_gold_script_that_fails_is_named(self, tmp_path: Path) -> None:
        broken = replace(self.family, gold=lambda point: "units nonsense\n")
        with pytest.raises(TaskError, match=self.family.name):
            trial_tasks(broken, tmp_path)
