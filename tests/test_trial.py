"""A family is tried with its own right scripts."""

from itertools import islice

from mdgym.tasks import measurements
from mdgym.tasks.families import FAMILIES
from mdgym.trial import try_family


def test_gold_is_tried_with_each_seed_and_named_by_it():
    family = next(family for family in FAMILIES if family.name == "cluster")
    trials = list(islice(try_family(family, measurements.DIRECTORY, seeds=(3, 8), splits=("test",)), 3))
    assert [trial.script for trial in trials] == ["gold, seed 3", "gold, seed 8", "variant 0"]
    assert [trial.seed for trial in trials] == [3, 8, 0]
    assert all(trial.success and trial.reward == 1.0 for trial in trials)
