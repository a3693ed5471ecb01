from dataclasses import replace

import pytest

from mdgym.errors import TaskError
from mdgym.rewards.thermodynamic_checks import grade
from mdgym.tasks import measurements
from mdgym.tasks.families.langevin_diffusion import DURATION, FAMILY, BathPoint
from mdgym.trial import trial_tasks

TASKS = trial_tasks(FAMILY, measurements.DIRECTORY)
POINT = BathPoint(40, 300, 0.2, 0.01, 60)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mass": 0.5}, "mass 0.5"),
        ({"temperature": 20}, "temperature 20"),
        ({"damping": 2.0}, "damping 2.0"),
        ({"timestep": 0.05}, "timestep 0.05"),
        ({"edge": 5}, "edge 5"),
    ],
)
def test_a_point_outside_the_family_is_refused(change, words):
    with pytest.raises(TaskError, match=words):
        replace(POINT, **change)


def test_diffusion_is_kt_damp_over_m():
    # kT/m of argon at 300 K is 6.236 Å^2/ps^2 (8.314463 J/mol/K, 40 g/mol)
    assert POINT.diffusion == pytest.approx(8.314463 * 300 / 0.040 * 1e-4 * 0.2, rel=1e-5)


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_the_accepted_value_is_exact_and_gold_agrees(task):
    reference = task.reference("dself")
    assert reference.value == reference.anchor
    # one run of gold strays by 2 % in the mean over all points
    assert 3.5 * reference.spread <= reference.limit < 0.102 * reference.value
    assert task.reference("temperature").limit < 0.03 * task.contract.temperature


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
@pytest.mark.parametrize("factor", [1 / 6, 1 / 3, 0.5, 2 / 3, 0.8, 1.25, 1.5, 2, 3, 4])
def test_a_slope_over_the_wrong_dimension_or_another_bath_is_outside(task, factor):
    reference = task.reference("dself")
    assert not grade(factor * reference.value, reference)[0]


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_free_flight_is_outside(task):
    # Nosé-Hoover lets free particles fly: the square grows as 3 kT/m t^2, its slope over 6 is kT/m times the window
    flight = task.reference("dself").value / task.parameters["damping"] * DURATION
    assert not grade(flight / 2, task.reference("dself"))[0]


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_the_changed_world_moves_the_answer_beyond_the_tolerance(task):
    (quantity,) = task.contract.quantities
    moved = abs(task.contract.counterfactual.thermostat - 1) * task.reference("dself").value
    assert moved > 4 * quantity.tolerance


def test_splits_differ_in_mass():
    masses = {split: {point.mass for point in points} for split, points in FAMILY.points.items()}
    assert all(40 <= mass <= 60 for mass in masses["validation"])
    assert all(70 <= mass <= 110 for mass in masses["test"])
    assert all(mass < 40 or mass > 110 for mass in masses["train"])
