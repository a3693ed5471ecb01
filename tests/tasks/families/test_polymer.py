from dataclasses import replace

import numpy as np
import pytest

from mdgym.errors import TaskError
from mdgym.rewards.thermodynamic_checks import grade
from mdgym.tasks import measurements
from mdgym.tasks.families.bead_spring import EXTENSION, single_bond, snake
from mdgym.tasks.families.polymer import FAMILY, FILE, MeltPoint
from mdgym.tasks.task import SPLITS
from mdgym.trial import trial_tasks

TASKS = trial_tasks(FAMILY, measurements.DIRECTORY)
POINTS = [point for split in SPLITS for point in FAMILY.points[split]]
POINT = MeltPoint((6, 6, 6), 12, 0.85, 1.0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sites": (4, 4, 4)}, "64 beads"),
        ({"length": 13}, "length 13"),
        ({"density": 0.2}, "density 0.2"),
        ({"temperature": 5.0}, "temperature 5.0"),
        ({"stiffness": 5.0}, "stiffness 5.0"),
    ],
)
def test_a_point_outside_the_family_is_refused(change, words):
    with pytest.raises(TaskError, match=words):
        replace(POINT, **change)


def read(text):
    """Return positions by id, molecules by id, bonds and edges of a data file."""
    lines = text.split("\n")
    atoms = int(next(line for line in lines if line.endswith(" atoms")).split()[0])
    bonds = int(next(line for line in lines if line.endswith(" bonds")).split()[0])
    first, second = lines.index("Atoms # bond") + 2, lines.index("Bonds") + 2
    table = np.array([line.split() for line in lines[first : first + atoms]], dtype=float)
    pairs = np.array([line.split()[2:] for line in lines[second : second + bonds]], dtype=int)
    edges = np.array([float(line.split()[1]) for line in lines if line.endswith("hi")])
    return table[:, 3:], table[:, 1], pairs, edges


@pytest.mark.parametrize("point", POINTS, ids=lambda p: p.label)
def test_chains_start_on_distinct_sites_with_bonds_that_hold(point):
    positions, molecules, pairs, edges = read(snake(point.sites, point.length, point.density))
    assert len({tuple(place) for place in positions}) == point.beads
    assert np.all((positions > 0) & (positions < edges))
    assert point.beads / np.prod(edges) == pytest.approx(point.density, rel=1e-6)
    assert len(pairs) == point.beads - point.beads // point.length
    assert np.all(molecules[pairs[:, 0] - 1] == molecules[pairs[:, 1] - 1])
    assert len(set(molecules)) == point.beads // point.length
    lengths = np.linalg.norm(positions[pairs[:, 0] - 1] - positions[pairs[:, 1] - 1], axis=1)
    # in the changed world R0 may be 2 % shorter
    assert np.all(lengths < 0.9 * EXTENSION)
    assert np.ptp(lengths) < 1e-3


def test_a_single_bond_is_as_long_as_its_minimum_when_cold():
    # the minimum of 4 (r^-12 - r^-6) + 1 - 15 1.5^2 ln(1 - (r / 1.5)^2) lies at 0.9609
    assert single_bond(0.05, 30.0) == pytest.approx(0.9609, abs=1e-3)
    assert single_bond(1.0, 20.0) > single_bond(1.0, 30.0) > single_bond(0.5, 30.0)


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_limits_hold_the_spread_of_gold_and_are_tight(task):
    assert set(task.files) == {FILE}
    for name, part in (("lbond", 0.008), ("press", 0.16)):
        reference = task.reference(name)
        assert 5 * reference.spread <= 1.0001 * reference.limit
        assert reference.limit < part * reference.value
    assert task.reference("temperature").limit < 0.12 * task.contract.temperature


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_the_starting_lattice_and_the_ideal_pressure_are_outside(task):
    spacing = task.contract.density ** (-1 / 3)
    assert not grade(spacing, task.reference("lbond"))[0]
    ideal = task.contract.density * task.contract.temperature
    assert not grade(ideal, task.reference("press"))[0]


def test_splits_differ_in_density():
    densities = {split: {point.density for point in points} for split, points in FAMILY.points.items()}
    assert not densities["train"] & densities["test"] and not densities["train"] & densities["validation"]
    assert not densities["test"] & densities["validation"]
