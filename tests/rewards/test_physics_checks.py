"""Soft physics."""

from dataclasses import replace

import numpy as np
import pytest

from mdgym.engine.execution import COLUMNS
from mdgym.rewards import physics_checks
from mdgym.rewards.case import Case
from rewards.conftest import make_case, make_evidence, make_execution, make_samples, with_column


def failed(case: Case) -> list[str]:
    return [r.name for check in physics_checks.CHECKS for r in check(case) if not r.passed]


def with_total(total: np.ndarray) -> Case:
    evidence = make_evidence()
    assert evidence.continuation is not None
    return make_case(evidence=replace(evidence, continuation=replace(evidence.continuation, total=total)))


def test_a_right_run_passes_and_scores_one(right: Case) -> None:
    results = [r for check in physics_checks.CHECKS for r in check(right)]
    assert {r.name for r in results} == {"timestep", "drift", "equilibrated"}
    assert all(r.passed and r.score == 1.0 for r in results)


def test_a_large_timestep_halves() -> None:
    noisy = -3.37 + 2e-4 * np.random.default_rng(5).standard_normal(200)
    case = with_total(noisy)
    assert failed(case) == ["timestep"]
    assert physics_checks.timestep(case)[0].score == 0.5


def test_a_drifting_energy_is_noticed() -> None:
    slope = 1e-3  # eV/atom/ps, twenty times what is allowed
    assert failed(with_total(-3.37 + slope * 0.002 * np.arange(200))) == ["drift"]


def test_a_larger_timestep_of_the_verifier_is_not_held_against_the_script() -> None:
    evidence = make_evidence()
    assert evidence.continuation is not None
    noisy = -3.37 + 2e-4 * np.random.default_rng(5).standard_normal(200)
    motion = replace(evidence.continuation, total=noisy, own_timestep=False)
    assert "timestep" not in failed(make_case(evidence=replace(evidence, continuation=motion)))


@pytest.mark.parametrize("name", ["potential", "volume"])
def test_production_straight_from_the_lattice_is_noticed(name: str) -> None:
    values = make_samples()[:, COLUMNS.index(name)]
    late = np.arange(len(values)) - 101
    relaxed = values + 0.1 * np.abs(values) * np.exp(-np.clip(late, 0, None) / 5) * (late >= 0)
    assert failed(make_case(execution=with_column(name, relaxed))) == ["equilibrated"]


def test_equilibrated_runs_pass_almost_always() -> None:
    random = np.random.default_rng(11)
    wrong = 0
    for _ in range(400):
        # correlated over several samples, as an energy is
        noise = np.convolve(random.standard_normal(260), np.ones(8) / 8, mode="valid")[:201]
        samples = make_samples()
        samples[:, COLUMNS.index("potential")] = 256 * (-3.45 + 0.003 * noise)
        samples[:, COLUMNS.index("volume")] = 3112 * (1 + 0.003 * np.roll(noise, 50))
        wrong += "equilibrated" in failed(make_case(execution=make_execution(segment={"samples": samples})))
    assert wrong <= 8


def test_free_flight_has_no_timestep_that_is_too_large() -> None:
    rounding = 1e-17 * np.random.default_rng(6).standard_normal(200)
    evidence = make_evidence()
    assert evidence.continuation is not None
    motion = replace(evidence.continuation, total=0.0776 + 3 * rounding, kinetic=0.0776 + rounding)
    case = make_case(evidence=replace(evidence, continuation=motion))
    assert physics_checks.timestep(case) == () and failed(case) == []
