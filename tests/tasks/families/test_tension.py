import pytest

from mdgym.engine import Engine
from mdgym.errors import TaskError
from mdgym.tasks import measurements
from mdgym.tasks.families import crystals, static_stress
from mdgym.tasks.families.tension import FAMILY, UNITS, StaticTensionPoint
from mdgym.tasks.task import SPLITS
from mdgym.trial import trial_tasks

TASKS = trial_tasks(FAMILY, measurements.DIRECTORY)
POINTS = [point for split in SPLITS for point in FAMILY.points[split]]
each = pytest.mark.parametrize(
    ("task", "point"), list(zip(TASKS, POINTS, strict=True)), ids=[point.label for point in POINTS]
)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"direction": "211"}, "direction '211'"),
        ({"crystal": crystals.SI_SW}, "direction '100'"),
        ({"percent": 1.0}, "strain of 1 %"),
        ({"percent": -12.0}, "strain of -12 %"),
        ({"lateral": "free"}, "lateral 'free'"),
        ({"unit": "kbar"}, "unit 'kbar'"),
    ],
)
def test_a_point_outside_the_family_is_refused(changes, words):
    point = dict(crystal=crystals.CU_U3, direction="100", percent=5.0, lateral="fixed", unit="GPa") | changes
    with pytest.raises(TaskError, match=words):
        StaticTensionPoint(**point)


def test_splits_share_no_potential():
    files = [{point.crystal.file for point in FAMILY.points[split]} for split in SPLITS]
    assert not files[0] & files[1] and not files[1] & files[2] and not files[0] & files[2]


@each
def test_tension_is_positive_and_energy_too(task, point):
    stress, energy = task.reference("stress"), task.reference("energy")
    assert stress.value * point.percent > 0
    assert energy.value > 0
    assert 2 * abs(stress.value) > 100 * stress.limit


@each
def test_the_energy_is_about_the_work_of_the_stress(task, point):
    # half of stress times strain times volume; elasticity is not linear, but within a quarter
    stress = task.reference("stress").value / UNITS[point.unit][1]
    volume = point.crystal.a0**3 / {"fcc": 4, "bcc": 2}[point.crystal.structure]
    work = 0.5 * stress * point.percent / 100 * volume
    assert task.reference("energy").value == pytest.approx(work, rel=0.25)


@each
def test_another_unit_is_outside(task, point):
    stress = task.reference("stress")
    for factor in (-1, 0.1, 10, 1e-4, 1e4):
        assert abs(factor * stress.value - stress.value) > 10 * stress.limit


@each
def test_prompts_state_strain_direction_sign_and_lateral_edges(task, point):
    assert f"[{point.direction}]" in task.prompt
    assert f"{abs(point.percent):g}" in task.prompt or f"{point.factor:g} times" in task.prompt
    assert "tension" in task.prompt or "拉伸为正" in task.prompt
    assert any(words in task.prompt for words in ("keep their", "relax until", "保持未变形", "自由弛豫"))
    if point.percent < 0:
        assert any(words in task.prompt for words in (f"{point.percent:g}", "compress", f"{point.factor:g}"))


def test_copper_has_the_elastic_constants_of_its_potential():
    # Mishin et al., Phys. Rev. B 63, 224106 (2001): C11 = 169.9, C12 = 122.6 GPa. Strains of both signs, so that the
    # third order drops out of the mean.
    with Engine() as engine:

        def run(script, seed):
            return engine.run(script, seed=seed)

        found = [
            static_stress.axial(crystals.CU_MISHIN, "100", 3.614925, 1 + strain, relaxed, run)[0]
            for relaxed in (False, True)
            for strain in (0.002, -0.002)
        ]
    plain, relaxed = ((found[i] - found[i + 1]) / 0.004 * 160.2177 for i in (0, 2))
    assert plain == pytest.approx(169.9, rel=0.005)
    assert relaxed == pytest.approx(169.9 - 2 * 122.6**2 / (169.9 + 122.6), rel=0.01)


@pytest.mark.parametrize("label", ["Cu-Cu_zhou-eam_alloy-110-compress5-relaxed", "Au-Au_u3-eam-100-compress4-fixed"])
def test_a_wrong_state_of_the_lateral_edges_is_outside(label):
    number = next(i for i, point in enumerate(POINTS) if point.label == label)
    point, task = POINTS[number], TASKS[number]
    other = "fixed" if point.lateral == "relaxed" else "relaxed"
    script = FAMILY.gold(StaticTensionPoint(point.crystal, point.direction, point.percent, other, point.unit))
    with Engine() as engine:
        execution = engine.run(script, variables=("stress", "energy"))
    assert execution.executed, execution.error
    for name in ("stress", "energy"):
        reference = task.reference(name)
        assert abs(execution.variables[name] - reference.value) > 10 * reference.limit
