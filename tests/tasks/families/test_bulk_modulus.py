import math

import pytest

from mdgym.errors import TaskError
from mdgym.scoring import SerialPool
from mdgym.tasks import measurements
from mdgym.tasks.families import crystals
from mdgym.tasks.families.bulk_modulus import BULK_ACCURACY, EV_PER_CUBIC_ANGSTROM, FAMILY, BulkPoint
from mdgym.trial import trial_tasks

TASKS = {task.parameters["crystal"]["file"]: task for task in trial_tasks(FAMILY, measurements.DIRECTORY)}
COPPER = TASKS["Cu_mishin1.eam.alloy"]
each = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS.keys())


def off(task, name, value):
    """By how many limits a value is off."""
    reference = task.reference(name)
    return abs(value - reference.value) / reference.limit


def failed(score):
    return {check.name for check in score.score.checks if not check.passed}


def test_more_atoms_than_the_contract_allows_are_refused():
    with pytest.raises(TaskError, match="13500 atoms"):
        BulkPoint(crystals.CU_U3, cells=15)


def test_splits_share_no_element_and_no_file():
    splits = [{(p.crystal.element, p.crystal.file) for p in points} for points in FAMILY.points.values()]
    for place in (0, 1):
        names = [{pair[place] for pair in split} for split in splits]
        assert not names[0] & names[1] and not names[0] & names[2] and not names[1] & names[2]


@pytest.mark.parametrize(
    ("file", "c11", "c12"),
    [
        # Foiles, Baskes, Daw, Phys. Rev. B 33, 7983 (1986), calculated values, GPa
        ("Ag_u3.eam", 129, 91),
        ("Au_u3.eam", 183, 159),
        ("Ni_u3.eam", 233, 154),
        ("Pd_u3.eam", 218, 184),
        # Mishin et al., Phys. Rev. B 63, 224106 (2001)
        ("Cu_mishin1.eam.alloy", 169.9, 122.6),
    ],
)
def test_accepted_values_agree_with_published_elastic_constants(file, c11, c12):
    assert TASKS[file].reference("bulk").value == pytest.approx((c11 + 2 * c12) / 3, rel=5e-3)


def test_stillinger_weber_silicon_has_its_exact_bulk_modulus():
    # The angles do not change with the volume: E = 2 phi(r) per atom, V = 8 r^3 / 3^1.5, B = r^2 E''(r) / 9V.
    a, b, cut, epsilon, sigma = 7.049556277, 0.6022245584, 1.8, 2.1683, 2.0951

    def energy(x):
        return 2 * epsilon * a * (b / x**4 - 1) * math.exp(1 / (x - cut))

    x, h = 2 ** (1 / 6), 1e-4
    curvature = (energy(x + h) - 2 * energy(x) + energy(x - h)) / h**2
    volume = 8 * (x * sigma) ** 3 / 3**1.5
    assert TASKS["Si.sw"].reference("bulk").value == pytest.approx(
        EV_PER_CUBIC_ANGSTROM * x**2 * curvature / (9 * volume), rel=1e-4
    )


@each
def test_typical_wrong_answers_are_outside(task):
    bulk = task.reference("bulk")
    assert bulk.limit == pytest.approx(BULK_ACCURACY * bulk.value)
    # linear for volume strain, bar for GPa, eV/Å^3 for GPa
    for factor in (3, 1 / 3, 1e4, 1 / EV_PER_CUBIC_ANGSTROM):
        assert off(task, "bulk", factor * bulk.value) > 3
    # a0 2 % off lowers or raises B by about B' * 6 %
    assert off(task, "a0", 1.02 * task.reference("a0").value) > 3


def test_another_potential_of_the_same_element_gives_another_answer():
    values = [TASKS[name].reference("bulk").value for name in ("Al_zhou.eam.alloy", "Al_jnp.eam")]
    assert abs(values[0] - values[1]) > BULK_ACCURACY * max(values)


@each
def test_the_prompt_names_the_variables_and_keeps_atoms_off_the_faces(task):
    assert "`bulk`" in task.prompt and "`a0`" in task.prompt
    assert any(words in task.prompt for words in ("face", "periodic boundary (", "边界面"))


def test_constants_and_a_lattice_constant_from_the_literature_are_refused():
    typed = f"{COPPER.gold}\nvariable bulk equal 138.5\nvariable a0 equal 3.615\n"
    unrelaxed = COPPER.gold.replace("minimize        0.0 1.0e-10 1000 10000", "run 0")
    with SerialPool() as pool:
        scores = [pool.score(COPPER, script, 0) for script in (COPPER.gold, typed, unrelaxed)]
    assert scores[0].score.reward == pytest.approx(1)
    assert "counterfactual" in failed(scores[1]) and "counterfactual" in failed(scores[2])
