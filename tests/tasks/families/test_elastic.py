import pytest

from mdgym.engine import Engine
from mdgym.errors import TaskError
from mdgym.scoring import SerialPool
from mdgym.tasks import measurements
from mdgym.tasks.families import bulk_modulus, crystals
from mdgym.tasks.families.elastic import ACCURACY, FAMILY, ElasticPoint, gold
from mdgym.trial import trial_tasks

NAMES = ("c11", "c12", "c44")


def by_crystal(family):
    """Make a task of each point; keys are element and file."""
    tasks = trial_tasks(family, measurements.DIRECTORY)
    return {f"{t.parameters['crystal']['element']} {t.parameters['crystal']['file']}": t for t in tasks}


TASKS = by_crystal(FAMILY)
SILICON = TASKS["Si Si.sw"]
DIAMONDS = [point for points in FAMILY.points.values() for point in points if point.crystal.structure == "diamond"]
each = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS.keys())


def off(task, name, value):
    """By how many limits a value is off."""
    reference = task.reference(name)
    return abs(value - reference.value) / reference.limit


def failed(score):
    return {check.name for check in score.score.checks if not check.passed}


def test_more_atoms_than_the_contract_allows_are_refused():
    with pytest.raises(TaskError, match="13500 atoms"):
        ElasticPoint(crystals.CU_U3, cells=15)


def test_splits_share_no_element_and_no_file():
    splits = [{(p.crystal.element, p.crystal.file) for p in points} for points in FAMILY.points.values()]
    for place in (0, 1):
        names = [{pair[place] for pair in split} for split in splits]
        assert not names[0] & names[1] and not names[0] & names[2] and not names[1] & names[2]


@pytest.mark.parametrize(
    ("crystal", "published"),
    [
        # Foiles, Baskes, Daw, Phys. Rev. B 33, 7983 (1986), calculated values, GPa
        ("Ag Ag_u3.eam", (129, 91, 57)),
        ("Au Au_u3.eam", (183, 159, 45)),
        ("Ni Ni_u3.eam", (233, 154, 128)),
        ("Pd Pd_u3.eam", (218, 184, 65)),
        # Mishin et al., Phys. Rev. B 63, 224106 (2001)
        ("Cu Cu_mishin1.eam.alloy", (169.9, 122.6, 76.2)),
        # Balamane, Halicioglu, Tiller, Phys. Rev. B 46, 2250 (1992), relaxed
        ("Si Si.sw", (151, 76, 56)),
        ("Si Si.tersoff", (121, 86, 10.3)),
    ],
)
def test_accepted_values_agree_with_the_published_ones(crystal, published):
    for name, value in zip(NAMES, published, strict=True):
        assert TASKS[crystal].reference(name).value == pytest.approx(value, rel=1e-2)


def test_the_bulk_modulus_is_that_of_the_other_family():
    other = by_crystal(bulk_modulus.FAMILY)
    for crystal, task in TASKS.items():
        c11, c12 = (task.reference(name).value for name in ("c11", "c12"))
        # tables of Ta are rough: 0.5 %
        assert (c11 + 2 * c12) / 3 == pytest.approx(other[crystal].reference("bulk").value, rel=6e-3)


@each
def test_crystals_are_stable_and_typical_wrong_answers_are_outside(task):
    c11, c12, c44 = (task.reference(name).value for name in NAMES)
    assert c11 > abs(c12) and c44 > 0
    assert task.reference("c44").limit == pytest.approx(ACCURACY * c44)
    # tensor strain for engineering strain, a tilt in lattice units, C12 and C44 exchanged, bar for GPa
    for wrong in (2 * c44, c44 / 2, c44 * task.parameters["crystal"]["a0"], c12, 1e4 * c44, -c44):
        assert off(task, "c44", wrong) > 3


@pytest.mark.parametrize("point", DIAMONDS, ids=lambda point: point.label)
def test_clamped_atoms_are_refused(point):
    clamped = gold(point).split("unfix")
    script = "unfix".join([clamped[0], clamped[1].replace("minimize        0.0 1.0e-10 1000 10000", "run 0")])
    task = TASKS[f"{point.crystal.element} {point.crystal.file}"]
    with Engine() as engine:
        execution = engine.run(script, variables=NAMES)
    assert execution.executed, execution.error
    assert off(task, "c11", execution.variables["c11"]) < 0.1
    assert off(task, "c44", execution.variables["c44"]) > 1.5


def test_constants_and_a_lattice_constant_from_the_literature_are_refused():
    typed = SILICON.gold + "\nvariable c11 equal 151.4\nvariable c12 equal 76.4\nvariable c44 equal 56.4\n"
    # without the relaxation of the box, at the published lattice constant
    unrelaxed = SILICON.gold.replace(SILICON.gold.partition("fix ")[2].partition("unfix")[0], "relax all nve\n")
    with SerialPool() as pool:
        scores = [pool.score(SILICON, script, 0) for script in (SILICON.gold, typed, unrelaxed)]
    assert scores[0].score.reward == pytest.approx(1)
    assert "counterfactual" in failed(scores[1]) and "counterfactual" in failed(scores[2])


@each
def test_the_prompt_says_that_atoms_relax_and_where_they_must_not_lie(task):
    assert all(f"`{name}`" in task.prompt for name in NAMES)
    assert any(word in task.prompt.lower() for word in ("relax", "minimized", "弛豫"))
    assert any(word in task.prompt for word in ("face", "box boundary", "边界面"))
