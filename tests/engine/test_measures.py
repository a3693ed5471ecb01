"""Measures against configurations and series whose answers are known."""

from dataclasses import replace

import numpy as np
import pytest

from mdgym.engine.execution import COLUMNS, FLUX, Frame
from mdgym.engine.measures import measure
from mdgym.engine.window import Window


def make_window(frames=(), timestep=1.0, **columns):
    rows = np.zeros((max(map(len, columns.values()), default=1), len(COLUMNS)))
    for name, values in columns.items():
        if name in FLUX:
            rows = np.pad(rows, ((0, 0), (0, len(COLUMNS) + len(FLUX) - rows.shape[1])))
        rows[:, (*COLUMNS, *FLUX).index(name)] = values
    return Window(rows, timestep, 1.0, 1.0, (), (), (), tuple(frames), ())


def test_potential_per_molecule_counts_all_atoms_of_one():
    window = make_window(potential=np.array([-30.0, -50.0]), atoms=np.array([12.0, 12.0]))
    assert measure((window,), "mean potential per molecule", (3.0,)) == pytest.approx(-10.0)


def test_coordination_of_a_simple_cubic_lattice_and_across_the_edges_of_the_box():
    places = np.array([[x, y, z] for x in range(4) for y in range(4) for z in range(4)], dtype=float)
    box = np.array([[0.0] * 3, [4.0] * 3, [0.0] * 3])
    kinds = np.ones(64, dtype=int)
    window = make_window([Frame(0, box, kinds, places, 0.0)])
    assert measure((window,), "coordination", (1.1, 1.0, 1.0)) == pytest.approx(6.0)
    assert measure((window,), "coordination", (1.5, 1.0, 1.0)) == pytest.approx(18.0)


def test_coordination_counts_one_type_around_another():
    places = np.array([[1.0, 1.0, 1.0], [1.5, 1.0, 1.0], [9.8, 1.0, 1.0], [5.0, 5.0, 5.0]])
    box = np.array([[0.0] * 3, [10.0] * 3, [0.0] * 3])
    window = make_window([Frame(0, box, np.array([1, 2, 2, 1]), places, 0.0)])
    # the first atom has both, one of them across the edge; the last has none
    assert measure((window,), "coordination", (1.3, 1.0, 2.0)) == pytest.approx(1.0)
    assert measure((window,), "coordination", (1.3, 2.0, 1.0)) == pytest.approx(1.0)
    assert np.isnan(measure((make_window(),), "coordination", (1.3, 1.0, 2.0)))


def markov_stress(steps, decay, random):
    """A series whose correlation is decay^lag."""
    kicks = random.standard_normal(len(steps)) * np.sqrt(1 - decay**2)
    values = np.empty(len(steps))
    values[0] = random.standard_normal()
    for i in range(1, len(steps)):
        values[i] = decay * values[i - 1] + kicks[i]
    return values


def test_viscosity_of_a_stress_that_decays_exponentially():
    random = np.random.default_rng(3)
    steps = np.arange(0.0, 600_000.0, 10.0)
    decay = 0.9
    stresses = {name: 2 * markov_stress(steps, decay, random) for name in ("pxy", "pxz", "pyz")}
    window = make_window(timestep=0.002, step=steps, volume=100.0 + 0 * steps, temperature=1.5 + 0 * steps, **stresses)
    # the trapezoidal rule over 200 lags, of 4 x 0.9^lag; the sum of the rest is 1e-9 of it
    expected = 100 / 1.5 * 0.02 * 4 * (1 / (1 - decay) - 0.5)
    assert measure((window,), "viscosity", (4.0, 1.0)) == pytest.approx(expected, rel=0.05)
    assert measure((window,), "viscosity", (4.0, 3.0)) == pytest.approx(
        3 * measure((window,), "viscosity", (4.0, 1.0)), rel=1e-12
    )


def test_viscosity_of_known_numbers():
    steps = np.arange(10.0, 130.0, 10.0)
    values = np.array([1.0, -2.0, 3.0, 0.5, 1.0, 2.0, -1.0, 0.0, 1.5, -0.5, 2.5, 1.0])
    window = make_window(
        timestep=0.1,
        step=steps,
        volume=8.0 + 0 * steps,
        temperature=2.0 + 0 * steps,
        pxy=values,
        pxz=values,
        pyz=values,
    )
    by_lag = [np.mean(values[: len(values) - lag] * values[lag:]) for lag in range(4)]
    expected = 8.0 / 2.0 * 1.0 * (0.5 * by_lag[0] + by_lag[1] + by_lag[2] + 0.5 * by_lag[3])
    assert measure((window,), "viscosity", (3.0, 1.0)) == pytest.approx(expected, rel=1e-12)


def test_viscosity_thins_samples_of_unlike_runs_and_wants_enough_of_them():
    random = np.random.default_rng(4)
    fine, coarse = np.arange(5.0, 1005.0, 5.0), np.arange(1010.0, 4010.0, 10.0)
    steps = np.concatenate([fine, coarse])
    stress = random.standard_normal(len(steps))
    columns = dict(volume=8.0 + 0 * steps, temperature=2.0 + 0 * steps, pxy=stress, pxz=stress, pyz=stress)
    mixed = make_window(timestep=0.1, step=steps, **columns)
    even = steps % 10 == 0
    thinned = make_window(timestep=0.1, step=steps[even], **{name: values[even] for name, values in columns.items()})
    assert measure((mixed,), "viscosity", (5.0, 1.0)) == measure((thinned,), "viscosity", (5.0, 1.0))
    assert np.isnan(measure((mixed,), "viscosity", (1e4, 1.0)))
    assert np.isnan(measure((make_window(),), "viscosity", (5.0, 1.0)))


def test_thermal_conductivity_of_known_numbers_and_none_without_a_flux():
    steps = np.arange(10.0, 130.0, 10.0)
    values = np.array([1.0, -2.0, 3.0, 0.5, 1.0, 2.0, -1.0, 0.0, 1.5, -0.5, 2.5, 1.0])
    columns = dict(timestep=0.1, step=steps, volume=8.0 + 0 * steps, temperature=2.0 + 0 * steps)
    window = make_window(**columns, jx=values, jy=2 * values, jz=-values)
    by_lag = [np.mean(values[: len(values) - lag] * values[lag:]) for lag in range(4)]
    # the columns are the flux times the volume; their squares are 1, 4 and 1 times those of the first
    expected = 1 / (8.0 * 2.0**2) * 2 * (0.5 * by_lag[0] + by_lag[1] + by_lag[2] + 0.5 * by_lag[3])
    assert measure((window,), "thermal conductivity", (3.0, 1.0)) == pytest.approx(expected, rel=1e-12)
    assert np.isnan(measure((window,), "thermal conductivity", (1e4, 1.0)))
    assert np.isnan(measure((make_window(**columns, pxy=values),), "thermal conductivity", (3.0, 1.0)))


BOX = np.array([[0.0] * 3, [20.0] * 3, [0.0] * 3])
CUBE = np.array([[x, y, z] for x in range(3) for y in range(3) for z in range(3)], dtype=float)


def two_cubes(steps, walk_from=0):
    """Frames of a cube of atoms that shake and drift as a whole, beside one whose atoms each go their own way."""
    random = np.random.default_rng(5)
    walk = np.cumsum(
        np.where(np.arange(401)[:, None, None] > walk_from, random.normal(0, 0.1, (401, 27, 3)), 0.0), axis=0
    )
    shaken = random.normal(0, 0.05, (401, 27, 3)) + 0.02 * np.arange(401)[:, None, None]
    places = np.concatenate([CUBE + shaken, CUBE + 10 + walk], axis=1)
    return [Frame(step, BOX, np.ones(54, dtype=int), places[step], 0.0) for step in steps]


def settled(frames, half, **changes):
    return measure((replace(make_window(frames), **changes),), "settled share", (1.2, 0.25, half))


def test_settled_are_atoms_that_stay_among_their_neighbours_wherever_these_drift():
    frames = two_cubes(range(0, 401, 20))
    assert [settled(frames, half) for half in (0.0, 1.0)] == [0.5, 0.5]
    # few frames will do
    assert settled(frames[::5], 0.0) == 0.5


def test_settled_atoms_are_counted_by_halves_of_the_window():
    frames = two_cubes(range(0, 401, 20), walk_from=200)
    assert [settled(frames, half) for half in (0.0, 1.0)] == [1.0, 0.5]


def test_frames_that_crowd_do_not_make_atoms_settled():
    crowded = two_cubes([*range(0, 381, 95), *range(381, 401)])
    assert [settled(crowded, half) for half in (0.0, 1.0)] == [0.5, 0.5]


def test_settled_atoms_are_not_counted_from_too_few_frames_or_too_short_a_time():
    assert np.isnan(settled(two_cubes([0, 400]), 0.0))
    assert np.isnan(settled(two_cubes(range(0, 401, 20)), 0.0, duration=801.0))
    assert np.isnan(settled([], 0.0))


def test_edges_of_the_box():
    box = np.array([[-1.0, 0.0, 2.0], [2.0, 5.0, 9.0], [0.0] * 3])
    wider = box + np.array([[0.0] * 3, [0.0, 1.0, 0.0], [0.0] * 3])
    window = make_window([Frame(0, b, np.ones(1, dtype=int), np.zeros((1, 3)), 0.0) for b in (box, wider)])
    assert [measure((window,), "mean edge", (axis,)) for axis in (0.0, 1.0, 2.0)] == [3.0, 5.5, 7.0]
    assert np.isnan(measure((make_window(),), "mean edge", (0.0,)))
