from dataclasses import replace

import numpy as np
import pytest

from mdgym.errors import TaskError
from mdgym.tasks import measurements
from mdgym.tasks.families import cluster_shapes
from mdgym.tasks.families.cluster import FAMILY, FILE, ClusterPoint, data_file
from mdgym.tasks.families.pair_potentials import PairPotential
from mdgym.tasks.task import SPLITS
from mdgym.trial import trial_tasks

TASKS = trial_tasks(FAMILY, measurements.DIRECTORY)
POINTS = [point for split in SPLITS for point in FAMILY.points[split]]
PAIRS = list(zip(TASKS, POINTS, strict=True))
each = pytest.mark.parametrize(("task", "point"), PAIRS, ids=[point.label for point in POINTS])
REDUCED = PairPotential("lj", (1.0, 1.0), 10.0, units="lj")


def off(task, name, value):
    """By how many limits a value is off."""
    reference = task.reference(name)
    return abs(value - reference.value) / reference.limit


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"shape": "cube8"}, "shape 'cube8'"),
        ({"size": "radius"}, "size 'radius'"),
        ({"potential": PairPotential("buck", (6500.0, 0.273, 63.0), 9.5)}, "Buckingham"),
        ({"potential": replace(REDUCED, cutoff=2.0)}, "cutoff 2 is not beyond"),
    ],
)
def test_a_point_outside_the_family_is_refused(changes, words):
    with pytest.raises(TaskError, match=words):
        ClusterPoint(**dict(shape="icosahedron13", size="span", potential=REDUCED) | changes)


def test_splits_share_no_shape_and_no_coefficients():
    for axis in (lambda point: point.shape, lambda point: point.potential.coefficients):
        found = [{axis(point) for point in FAMILY.points[split]} for split in SPLITS]
        assert not found[0] & found[1] and not found[0] & found[2] and not found[1] & found[2]


@pytest.mark.parametrize(
    ("shape", "published"),
    # the Cambridge Cluster Database, reduced units, no cutoff
    [
        ("octahedron6", -12.712062),
        ("bipyramid7", -16.505384),
        ("icosahedron12", -37.967600),
        ("icosahedron13", -44.326801),
        ("rings19", -72.659782),
        ("octahedron38", -173.928427),
        ("icosahedron54", -272.208631),
        ("icosahedron55", -279.248470),
    ],
)
def test_shapes_relax_to_published_minima(shape, published):
    potential = replace(REDUCED, cutoff=100.0)
    relaxed = cluster_shapes.relax(potential, 0.97 * 2 ** (1 / 6) * cluster_shapes.SHAPES[shape]())
    assert cluster_shapes.energy(potential, relaxed) == pytest.approx(published, abs=2e-6)


@pytest.mark.parametrize("kind", ["lj", "morse"])
def test_the_gradient_is_the_derivative_of_the_energy(kind):
    potential = PairPotential(kind, (1.0, 1.0) if kind == "lj" else (1.0, 5.0, 1.0), 10.0, units="lj")
    positions = ClusterPoint("bipyramid7", "span", potential).start
    slope = cluster_shapes.gradient(potential, positions)
    for atom, axis in ((0, 0), (3, 1), (6, 2)):
        step = np.zeros_like(positions)
        step[atom, axis] = 1e-6
        above, below = (cluster_shapes.energy(potential, positions + sign * step) for sign in (1, -1))
        assert slope[atom, axis] == pytest.approx((above - below) / 2e-6, rel=1e-5, abs=1e-6)


@each
def test_data_files_are_functions_of_the_point_and_keep_images_away(task, point):
    text = task.files[FILE]
    assert text == data_file(replace(point))
    lines = text.split("\n")
    edge = next(line.split() for line in lines if line.endswith("xhi"))
    width = float(edge[1]) - float(edge[0])
    rows = np.array(
        [[float(word) for word in line.split()[2:]] for line in lines[lines.index("Atoms # atomic") + 2 : -1]]
    )
    assert len(rows) == task.contract.atoms[0]
    assert width - np.ptp(rows, axis=0).max() > point.potential.cutoff


@each
def test_what_was_not_relaxed_is_outside(task, point):
    start = point.start
    pairs = cluster_shapes.distances(start)
    size = {"span": pairs.max(), "closest": pairs.min(), "gyration": cluster_shapes.gyration(start)}[point.size]
    assert off(task, "energy", cluster_shapes.energy(point.potential, start)) > 50
    assert off(task, "size", size) > 5


@each
def test_energies_per_atom_and_other_truncations_are_outside(task, point):
    potential, energy = point.potential, task.reference("energy").value
    assert off(task, "energy", energy / len(point.start)) > 100
    # energies of the start shift by nearly as much as those of the minimum
    here = cluster_shapes.energy(potential, point.start)
    if potential.shifted:
        other = replace(potential, shifted=False)
    else:
        other = replace(potential, cutoff=0.5 * potential.cutoff)
    assert abs(cluster_shapes.energy(other, point.start) - here) > 3 * task.reference("energy").limit


@each
def test_prompts_name_file_units_and_convergence(task, point):
    for words in (FILE, "1e-8", f"units {point.potential.units}", str(len(point.start))):
        assert words in task.prompt
