from dataclasses import replace

import pytest

from mdgym.errors import TaskError
from mdgym.tasks import measurements
from mdgym.tasks.families.pair_crystal import ACCURACY, FAMILY, PairCrystalPoint
from mdgym.tasks.families.pair_potentials import PairPotential, fcc_constant, fcc_energy
from mdgym.tasks.task import SPLITS
from mdgym.trial import trial_tasks

TASKS = trial_tasks(FAMILY, measurements.DIRECTORY)
POINTS = [point for split in SPLITS for point in FAMILY.points[split]]
PAIRS = list(zip(TASKS, POINTS, strict=True))
ARGON = PairPotential("lj", (0.0104, 3.4), 9.5)
each = pytest.mark.parametrize(("task", "point"), PAIRS, ids=[point.label for point in POINTS])


def off(task, name, value):
    """By how many limits a value is off."""
    reference = task.reference(name)
    return abs(value - reference.value) / reference.limit


@pytest.mark.parametrize(
    ("potential", "guess", "words"),
    [
        (ARGON, 5.27, "guess 5.27"),
        (ARGON, 7.0, "no fcc lattice constant"),
        (replace(ARGON, cutoff=9.9), 5.32, "a shell is within"),
    ],
)
def test_a_point_that_jumps_or_is_given_away_is_refused(potential, guess, words):
    with pytest.raises(TaskError, match=words):
        PairCrystalPoint(potential, guess)


def test_splits_share_no_coefficients():
    found = [{point.potential.coefficients for point in FAMILY.points[split]} for split in SPLITS]
    assert not found[0] & found[1] and not found[0] & found[2] and not found[1] & found[2]


@each
def test_references_are_lattice_sums(task, point):
    assert task.reference("a0").value == pytest.approx(point.a0, rel=1e-8)
    assert task.reference("epot").value == pytest.approx(fcc_energy(point.potential, point.a0), rel=1e-8)
    assert task.reference("a0").limit == pytest.approx(ACCURACY * point.a0)


@each
def test_every_number_of_the_prompt_matters(task, point):
    potential = point.potential
    assert off(task, "a0", point.guess) > 3
    # the other kind of truncation
    assert off(task, "epot", fcc_energy(replace(potential, shifted=not potential.shifted), point.a0)) > 3
    # a cutoff one shell farther out, or one shell nearer
    for factor in (0.88, 1.12):
        other = replace(potential, cutoff=factor * potential.cutoff)
        assert off(task, "epot", fcc_energy(other, point.a0)) > 1.5
    # any coefficient 2 % off
    for place, value in enumerate(potential.coefficients):
        numbers = list(potential.coefficients)
        numbers[place] = 1.02 * value
        other = replace(potential, coefficients=tuple(numbers))
        a0 = fcc_constant(other, point.a0, 0.05)
        assert max(off(task, "a0", a0), off(task, "epot", fcc_energy(other, a0))) > 3


@each
def test_the_prompt_names_units_truncation_and_variables(task, point):
    assert f"units {point.potential.units}" in task.prompt or f"units: {point.potential.units}" in task.prompt
    assert "shift" in task.prompt or "平移" in task.prompt
    assert "`a0`" in task.prompt and "`epot`" in task.prompt
