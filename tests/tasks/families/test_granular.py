import math
from dataclasses import replace
from itertools import pairwise

import pytest

from mdgym.engine import Engine
from mdgym.errors import TaskError
from mdgym.rewards.thermodynamic_checks import grade
from mdgym.tasks import measurements
from mdgym.tasks.families.collisions import CollisionPoint, linear, solved
from mdgym.tasks.families.granular import FAMILY, LIMITS, POINTS, TOLERANCES, gold
from mdgym.trial import trial_tasks

TASKS = trial_tasks(FAMILY, measurements.DIRECTORY)
POINT = POINTS["train"][0]
ALL = [point for points in POINTS.values() for point in points]
HERTZ = next(point for point in ALL if point.law == "hertz")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"law": "jkr"}, "law 'jkr'"),
        ({"units": "metal"}, "units 'metal'"),
        ({"density": 0.0}, r"density 0\.0 must be positive"),
        ({"damping": 1e5}, r"damping 100000\.0 gives a restitution"),
        ({"damping": 10.0}, r"damping 10\.0 gives a restitution"),
        ({"speed": 50.0}, r"speed 50\.0 gives an overlap"),
    ],
)
def test_a_point_outside_the_family_is_refused(change, words):
    with pytest.raises(TaskError, match=words):
        replace(POINT, **change)


def test_a_linear_contact_is_half_a_damped_oscillation():
    # m_eff = 1: d'' + g d' + k d = 0 with k = 101, g = 2 has the frequency 10
    point = object.__new__(CollisionPoint)
    numbers = {"law": "hooke", "units": "lj", "diameter": 1.0, "density": 12 / math.pi, "stiffness": 101.0}
    for name, value in {**numbers, "damping": 2.0, "speed": 1.0}.items():
        object.__setattr__(point, name, value)
    assert point.mass == pytest.approx(2.0)
    assert linear(point)[:2] == pytest.approx((math.exp(-math.pi / 10), math.pi / 10))


def test_an_undamped_hertz_contact_is_elastic_and_lasts_as_long_as_hertz_found():
    point = object.__new__(CollisionPoint)
    for name, value in {**vars(HERTZ), "damping": 0.0}.items():
        object.__setattr__(point, name, value)
    restitution, duration, overlap = solved(point)
    assert restitution == pytest.approx(1.0, rel=1e-6)
    assert duration == pytest.approx(2.9432 * overlap / point.speed, rel=1e-3)
    mass, radius = point.mass / 2, point.diameter / 4
    spring = 2 / 5 * point.stiffness * math.sqrt(radius) * overlap**2.5
    assert spring == pytest.approx(0.5 * mass * point.speed**2, rel=1e-5)


def test_the_solution_of_a_hertz_contact_is_converged():
    for point in ALL:
        if point.law == "hertz":
            assert solved(point)[:2] == pytest.approx(solved(point, 4000)[:2], rel=1e-5)


def test_diameters_of_splits_do_not_overlap_in_a_unit_style():
    for units in ("si", "cgs", "lj"):
        bands = []
        for points in POINTS.values():
            found = [point.diameter for point in points if point.units == units]
            bands += [(min(found), max(found))] if found else []
        bands.sort()
        assert all(upper < lower for (_, upper), (lower, _) in pairwise(bands))


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_the_exact_solution_is_accepted_and_a_remembered_value_does_not_follow(task):
    point = next(point for point in ALL if gold(point) == task.gold)
    # half of the nominal change is the least that is drawn
    stiffness = point.stiffness * (1 + (task.contract.counterfactual.energy - 1) / 2)
    stiffer = object.__new__(CollisionPoint)
    for name, value in {**vars(point), "stiffness": stiffness}.items():
        object.__setattr__(stiffer, name, value)
    for name, value, moved in (
        ("restitution", point.exact[0], stiffer.exact[0]),
        ("dissipated", point.dissipated, stiffer.dissipated),
    ):
        reference = task.reference(name)
        assert reference.value == reference.anchor == pytest.approx(value, rel=1e-9)
        assert reference.limit == pytest.approx(LIMITS[name] * value)
        assert abs(moved / value - 1) > 2 * 0.3 * TOLERANCES[name]


def test_every_number_of_the_prompt_matters():
    for point in (POINT, HERTZ):
        task = next(task for task in TASKS if task.gold == gold(point))
        for name in ("diameter", "density", "stiffness", "damping", "speed"):
            other = object.__new__(CollisionPoint)
            for field, value in {**vars(point), name: 1.1 * getattr(point, name)}.items():
                object.__setattr__(other, field, value)
            found = {"restitution": other.exact[0], "dissipated": other.dissipated}
            assert not all(grade(value, task.reference(quantity))[0] for quantity, value in found.items()), name


def test_spheres_are_recorded(pool):
    with Engine() as engine:
        execution = engine.run(gold(POINT), variables=("restitution", "dissipated"))
    assert execution.executed, execution.error
    assert execution.watched
    assert execution.state.masses == pytest.approx([POINT.mass] * 2)
    assert execution.steps == 840


def test_a_formula_with_the_numbers_of_the_prompt_is_refused(pool):
    typed = (
        f"variable        frequency equal sqrt({POINT.stiffness}/{POINT.mass / 2}-{POINT.damping}^2/4)\n"
        f"variable        restitution equal exp(-PI*{POINT.damping}/2/v_frequency)\n"
        f"variable        dissipated equal {POINT.dissipated:.8g}\n"
    )
    script = gold(POINT).replace("variable        restitution", "variable        real").rsplit("variable", 1)[0] + typed
    score = pool.score(TASKS[0], script).score
    assert [check.name for check in score.checks if not check.passed] == ["shown dissipated", "counterfactual"]
    assert score.reward <= 0.25


def test_spheres_that_take_the_diameter_for_the_radius_are_refused(pool):
    script = gold(POINT).replace("diameter 0.002", "diameter 0.004")
    assert pool.score(TASKS[0], script).score.reward < 0.4
