"""Hidden frames and what is measured from them, against what LAMMPS computes of the same atoms."""

import numpy as np
import pytest

from mdgym.engine.execution import COLUMNS, Frame
from mdgym.engine.measures import measure, radial_distribution
from mdgym.engine.window import Window, judged_window

LIQUID = """units lj
lattice fcc 0.7
region box block 0 3 0 3 0 3
create_box 2 box
create_atoms 1 box
set group all type/fraction 2 0.4 1
mass * 1
pair_style lj/cut 2.5
pair_coeff * * 1 1
velocity all create 3 1
fix 1 all nve
run 200
run 400
"""
CUTOFF, BINS = 2.1, 21
# an atom that flies through the edges of a box that leans
FLYER = """units lj
region box prism 0 4 0 3 0 5 0.7 -0.4 0.6
create_box 1 box
create_atoms 1 single 3.5 2.5 4.5
create_atoms 1 single 1 1 1
mass 1 1
pair_style zero 1
pair_coeff * *
set atom 1 vx 3 vy -2 vz 1.5
fix 1 all nve
timestep 0.01
run 1000
"""


def frozen(frame, kinds):
    """A script that shows the atoms of a frame to `compute rdf`."""
    lower, upper, _ = frame.box
    places = lower + (frame.positions - lower) % (upper - lower)
    (x, y, z), (xx, yy, zz) = lower.tolist(), upper.tolist()
    atoms = [f"create_atoms {k} single {p[0]!r} {p[1]!r} {p[2]!r}" for k, p in zip(frame.types, places.tolist())]
    values = [f"variable g{i} equal c_g[{i + 1}][2]" for i in range(BINS)]
    return "\n".join(
        [
            f"units lj\nregion box block {x!r} {xx!r} {y!r} {yy!r} {z!r} {zz!r}\ncreate_box 2 box",
            *atoms,
            f"mass * 1\npair_style zero 2.5\npair_coeff * *\ncompute g all rdf {BINS} {kinds} cutoff {CUTOFF}",
            "thermo_style custom step c_g[1][2]\nrun 0",
            *values,
        ]
    )


@pytest.mark.parametrize("kinds", [(), (1, 1), (1, 2), (2, 2)], ids=str)
def test_the_radial_distribution_of_hidden_frames_is_that_of_lammps(engine, kinds):
    frames = engine.run(LIQUID).segments[-1].frames[:3]
    names = tuple(f"g{i}" for i in range(BINS))
    expected = []
    for frame in frames:
        execution = engine.run(frozen(frame, " ".join(map(str, kinds))), variables=names)
        assert execution.executed, execution.error
        assert execution.state.atoms == len(frame.positions)
        expected.append([execution.variables[name] for name in names])
    assert np.max(expected) > 1.5
    assert radial_distribution(frames, CUTOFF, BINS, kinds) == pytest.approx(np.mean(expected, axis=0), rel=1e-9)


def test_the_peak_is_the_highest_bin():
    frames = [Frame(0, *_pair(distance)) for distance in (1.23, 1.26, 1.6)]
    window = _window(frames, 0.1)
    assert measure((window,), "peak place", (2.0, 20.0)) == pytest.approx(1.25)
    # two atoms, each sees the other in two frames of three
    shell = 4 / 3 * np.pi * (1.3**3 - 1.2**3)
    assert measure((window,), "peak height", (2.0, 20.0)) == pytest.approx(2 / 3 * 1000 / shell)


def test_frames_follow_an_atom_across_the_edges_of_the_box(engine):
    execution = engine.run(FLYER)
    segment = execution.segments[-1]
    assert len(segment.frames) > 8
    for frame in segment.frames:
        time = 0.01 * frame.step
        assert frame.positions[0] == pytest.approx([3.5 + 3 * time, 2.5 - 2 * time, 4.5 + 1.5 * time], abs=1e-9)
        assert frame.positions[1] == pytest.approx([1, 1, 1])


def test_diffusion_of_frames_is_the_mean_square_displacement_of_lammps(engine):
    """Free flight has no diffusion coefficient, but its displacements are exact: 3 T t^2 less the centre of mass."""
    script = FLYER.replace("create_atoms 1 single 1 1 1", "create_atoms 1 random 400 7 NULL").replace(
        "set atom 1 vx 3 vy -2 vz 1.5", "velocity all create 2 3 mom no\nvelocity all set 1 NULL NULL sum yes"
    )
    script = script.replace("run 1000", "compute m all msd com yes\nfix m all vector 1 c_m[4]\nrun 1000")
    execution = engine.run(f"{script}variable at equal f_m[1001]\n", variables=("at",))
    window = judged_window(execution, 10.0)
    times = np.array([0.01 * frame.step for frame in window.frames])
    later, sooner = np.triu_indices(len(times), 1)
    lags = times[sooner] - times[later]
    squares = execution.variables["at"] * (lags / 10.0) ** 2
    used = (lags >= 2) & (lags <= 6)
    expected = np.polyfit(lags[used], squares[used], 1)[0] / 6
    assert measure((window,), "diffusion", (2.0, 6.0)) == pytest.approx(expected, rel=1e-6)


def test_diffusion_of_a_random_walk():
    random = np.random.default_rng(0)
    drift = np.array([5.0, 0.0, -3.0])
    steps = random.normal(scale=np.sqrt(2 * 0.3 * 10 * 0.1), size=(12, 4000, 3)) + drift
    frames = [Frame(10 * i, np.zeros((3, 3)), np.ones(4000, int), x, 0.0) for i, x in enumerate(np.cumsum(steps, 0))]
    window = _window(frames, 0.1)
    assert measure((window,), "diffusion", (1.0, 6.0)) == pytest.approx(0.3, rel=0.03)
    # one lag, or none, gives no slope
    assert np.isnan(measure((window,), "diffusion", (1.0, 1.5)))
    assert np.isnan(measure((_window(frames[:1], 0.1),), "diffusion", (1.0, 6.0)))


def _pair(distance):
    box = np.array([[0.0] * 3, [10.0] * 3, [0.0] * 3])
    # an atom is no part of the density around it, so two atoms have that of one
    return box, np.ones(2, int), np.array([[0.1, 0, 0], [10.1 - distance, 0, 0]]), 0.0


def _window(frames, timestep):
    return Window(np.zeros((1, len(COLUMNS))), timestep, 1.0, 1.0, (), (), (), tuple(frames), ())
