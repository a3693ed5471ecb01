from dataclasses import replace

import pytest

from mdgym.errors import TaskError
from mdgym.rewards.thermodynamic_checks import grade
from mdgym.tasks import measurements
from mdgym.tasks.families import ionic
from mdgym.tasks.families.ionic import coulomb_sum, neighbours
from mdgym.tasks.families.madelung import ACCURACY, FAMILY, POINTS, MadelungPoint, gold
from mdgym.trial import trial_tasks

TASKS = trial_tasks(FAMILY, measurements.DIRECTORY)
POINT = MadelungPoint(ionic.ROCKSALT, (1, -1), 2.82)
STRUCTURES = (
    ionic.ROCKSALT,
    ionic.CESIUM_CHLORIDE,
    ionic.ZINCBLENDE,
    ionic.FLUORITE,
    ionic.CUPRITE,
    ionic.RHENIUM_TRIOXIDE,
    ionic.PEROVSKITE,
)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"units": "si"}, "units 'si'"),
        ({"charges": (1, -2)}, "neutral"),
        ({"charges": (1, 1, -2)}, "must be 2 numbers"),
        ({"charges": (-1, 1)}, "begin with a cation"),
        ({"charges": (0, 0)}, "must not be zero"),
        ({"distance": 0.0}, "distance 0.0"),
    ],
)
def test_a_point_outside_the_family_is_refused(change, words):
    with pytest.raises(TaskError, match=words):
        replace(POINT, **change)


@pytest.mark.parametrize(
    ("structure", "charges", "constant"),
    [
        # widely tabulated values
        (ionic.ROCKSALT, (1, -1), 1.7475646),
        (ionic.CESIUM_CHLORIDE, (1, -1), 1.7626747),
        (ionic.ZINCBLENDE, (1, -1), 1.6380550),
        (ionic.FLUORITE, (2, -1), 2 * 2.51939),
    ],
)
def test_the_sum_by_numpy_gives_the_published_constants(structure, charges, constant):
    found = -coulomb_sum(structure, charges) * structure.nearest / structure.formulas
    assert found == pytest.approx(constant, rel=2e-6)


@pytest.mark.parametrize("structure", STRUCTURES, ids=lambda s: s.name)
def test_no_two_ions_share_a_site_and_neighbours_are_where_they_should_be(structure):
    kinds = range(len(structure.sites))
    distances = [neighbours(structure, one, other, 1.0)[0] for one in kinds for other in kinds]
    assert min(distances) == pytest.approx(structure.nearest, abs=1e-12)
    assert len({site for sites in structure.sites for site in sites}) == structure.atoms
    assert all(0 <= x < 1 for sites in structure.sites for site in sites for x in site)


def test_splits_share_no_structure():
    names = [{point.structure.name for point in points} for points in POINTS.values()]
    assert sum(map(len, names)) == len(set().union(*names))


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_gold_meets_the_exact_sum_and_a_remembered_value_does_not_follow(task):
    for quantity in task.contract.quantities:
        reference = task.reference(quantity.name)
        assert reference.value == pytest.approx(reference.anchor, rel=1e-5)
        assert reference.limit == pytest.approx(ACCURACY * abs(reference.value))
        # half of the nominal change is the least that is drawn
        least = abs(task.contract.counterfactual.energy - 1) / 2
        assert least * abs(reference.value) > 10 * quantity.tolerance
        assert quantity.powers == (1, 1)


def test_constants_of_other_structures_are_outside():
    task = next(task for task in TASKS if task.parameters["structure"]["name"] == "rocksalt")
    reference = task.reference("madelung")
    for wrong in (1.7626747, 1.6380550, -reference.value, 1.748, 2 * reference.value):
        assert not grade(wrong, reference)[0]


def test_a_typed_constant_is_refused(pool):
    task = TASKS[0]
    typed = task.gold.rsplit("variable        madelung", 1)[0] + "variable        madelung equal 1.7475646\n"
    score = pool.score(task, typed).score
    assert [check.name for check in score.checks if not check.passed] == ["counterfactual"]


def test_a_plain_cutoff_is_refused(pool):
    task = TASKS[0]
    cut = task.gold.replace("coul/long", "coul/cut").replace("kspace_style    ewald 1.0e-6", "")
    assert not pool.score(task, cut).score.success


def test_a_lattice_in_reduced_units_is_given_by_its_density():
    point = next(point for point in POINTS["train"] if point.units == "lj")
    assert f"custom {8 / (2 * point.distance) ** 3:.12g} " in gold(point)
