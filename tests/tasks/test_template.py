"""The family to copy passes the tests that its copies inherit, and faults in a copy are named."""

import dataclasses

import pytest

from mdgym.errors import TaskError
from mdgym.script.perturb import Perturbation
from mdgym.tasks.family import Anchor, to_accuracy
from mdgym.tasks.task import Quantity
from mdgym.tasks.template import FAMILY, Dimer
from mdgym.testing import FamilyTests
from mdgym.trial import load_family, trial_tasks

ONE = (Dimer(0.01, 3.4),)


class TestTemplate(FamilyTests):
    family = FAMILY


def changed(**fields):
    return dataclasses.replace(FAMILY, **fields)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "My Family"),
        ("tier", 4),
        ("points", {"train": ONE, "test": (Dimer(0.02, 3.0),)}),
        ("points", {"train": ONE, "validation": (), "test": (Dimer(0.02, 3.0),)}),
        ("points", {"train": ONE, "validation": ONE, "test": (Dimer(0.02, 3.0),)}),
        ("wordings", ()),
        ("wordings", (("en", "no place for results"),)),
        ("duration", -1.0),
        ("duration", 2.0),  # the wording has no {window}
        ("runs", 0),
        ("perturbations", ()),
        ("perturbations", (Perturbation(),)),
        ("suites", {"mine": (30, 1, 1)}),
    ],
)
def test_a_fault_in_a_family_names_the_field(field, value):
    name = "wordings" if (field, value) == ("duration", 2.0) else field
    with pytest.raises(TaskError, match=rf"family '.*', {name}"):
        changed(**{field: value})


def test_overlapping_splits_name_the_point_and_both_splits():
    with pytest.raises(TaskError, match=r"0\.01eV-3\.4A.*train.*validation"):
        changed(points={"train": ONE, "validation": ONE, "test": (Dimer(0.02, 3.0),)})


def test_a_missing_unit_is_named():
    with pytest.raises(TaskError, match=r"'bond': unit is missing"):
        Quantity("bond", " ", "distance", "reference", 0.1)


def test_a_tolerance_that_no_right_script_meets_is_named(tmp_path):
    impossible = changed(
        references=to_accuracy(1e-12), variants=lambda point: (FAMILY.gold(point).replace("1e-12", "1e-3"),)
    )
    with pytest.raises(TaskError, match=r"'(bond|depth)'"):
        trial_tasks(impossible, tmp_path)


def test_a_gold_script_that_fails_is_named_with_its_line(tmp_path):
    broken = changed(gold=lambda point: FAMILY.gold(point).replace("minimize", "minimise"))
    with pytest.raises(TaskError, match=r"dimer 0\.01eV-3\.4A.*minimise"):
        trial_tasks(broken, tmp_path)


def test_a_variable_without_value_says_why(tmp_path):
    broken = changed(gold=lambda point: FAMILY.gold(point).replace("bond equal", "bond equal x[2]+"))
    with pytest.raises(TaskError, match=r"'bond' has no value: .*map"):
        trial_tasks(broken, tmp_path)


def test_a_field_that_a_wording_lacks_is_named(tmp_path):
    broken = changed(wordings=(("en", "units metal {color} {variables}"),))
    with pytest.raises(TaskError, match=r"wordings\[0\].*color"):
        trial_tasks(broken, tmp_path)


def test_an_anchor_that_is_missed_is_named(tmp_path):
    wrong = changed(anchors=lambda point, run: {"depth": Anchor(-1.0, 0.1, "a guess")})
    with pytest.raises(TaskError, match=r"'depth'.*a guess"):
        trial_tasks(wrong, tmp_path)


@pytest.mark.parametrize("text", ["FAMILY = 3\n", "import nothing_like_this\n", "x = (\n"])
def test_a_file_without_a_family_is_refused(tmp_path, text):
    path = tmp_path / "mine.py"
    path.write_text(text)
    with pytest.raises(TaskError, match=r"mine\.py"):
        load_family(str(path))
