import pytest

from mdgym.tasks.families import lennard_jones


def test_published_state_point_is_met():
    assert lennard_jones.pressure(2.0, 0.5) == pytest.approx(1.074, abs=5e-4)
    assert lennard_jones.energy(2.0, 0.5) == pytest.approx(-3.150, abs=5e-4)


def test_cutoff_removes_the_tail():
    # NIST's simulations of the truncated fluid, corrected for the tail, at T* = 1, rho* = 0.01: P* = 9.4e-3.
    assert lennard_jones.pressure(1.0, 0.01) == pytest.approx(9.47e-3, abs=5e-5)
    assert lennard_jones.pressure(2.0, 0.5, 2.5) - lennard_jones.pressure(2.0, 0.5) == pytest.approx(0.2674, abs=1e-3)
    assert lennard_jones.energy(2.0, 0.5, 2.5) - lennard_jones.energy(2.0, 0.5) == pytest.approx(0.2677, abs=1e-3)


def test_cutoff_that_is_far_away_changes_nothing():
    assert lennard_jones.pressure(1.5, 0.6, 1e4) == pytest.approx(lennard_jones.pressure(1.5, 0.6))


@pytest.mark.parametrize(("temperature", "density"), [(0.9, 0.8), (1.5, 0.3), (3.0, 0.7)])
def test_pressure_and_energy_are_of_one_thermodynamics(temperature, density):
    # rho^2 dU/drho = P - T dP/dT
    h = 1e-3
    slope = (lennard_jones.energy(temperature, density + h) - lennard_jones.energy(temperature, density - h)) / (2 * h)
    heating = lennard_jones.pressure(temperature + h, density) - lennard_jones.pressure(temperature - h, density)
    right = lennard_jones.pressure(temperature, density) - temperature * heating / (2 * h)
    assert density**2 * slope == pytest.approx(right, abs=1e-4)


def test_a_dilute_gas_follows_its_second_virial_coefficient():
    # B2 of the full potential vanishes at the Boyle temperature 3.418 (sigma^3).
    assert lennard_jones.pressure(3.418, 1e-3) == pytest.approx(3.418e-3, rel=1e-4)
