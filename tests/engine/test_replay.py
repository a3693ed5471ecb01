"""A verifier's own run gives the energies and the motion of the script it checks."""

import dataclasses

import numpy as np
import pytest

from mdgym.engine import Limits
from mdgym.engine.execution import COLUMNS
from mdgym.engine.protocol import pack, unpack
from mdgym.engine.replay import FreeMotion, Replay, ReplayResult
from mdgym.records import from_json, to_json

LJ = ("pair_style lj/cut 2.5", "pair_modify shift yes", "pair_coeff * * 1.0 1.0")
COPPER = ("pair_style eam/alloy", "pair_coeff * * Cu_mishin1.eam.alloy Cu")
SILICON = ("pair_style sw", "pair_coeff * * Si.sw Si")
SYSTEMS = {
    # set-up, mass, force field, velocities
    "liquid": ("units lj\nlattice fcc 0.8\nregion b block 0 3 0 3 0 3\n", 1.5, LJ, "create 1.5 1"),
    "tilted": (
        "units metal\nlattice fcc 3.615\nregion b prism 0 3 0 3 0 3 0.8 0.4 -0.3\n",
        63.55,
        COPPER,
        "create 900 1",
    ),
    "flat": ("units lj\ndimension 2\nlattice hex 0.8\nregion b block 0 6 0 4 -0.1 0.1\n", 1.0, LJ, "create 0.5 1"),
    "cluster": ("units lj\nboundary s s s\nlattice fcc 1.0\nregion b block 0 2 0 2 0 2\n", 1.0, LJ, "create 0.1 1"),
    "film": (
        "units metal\nboundary p p s\nlattice diamond 5.431\nregion b block 0 2 0 2 0 2\n",
        28.0855,
        SILICON,
        "create 300 1",
    ),
}


def script(name, end):
    setup, mass, force_field, velocity = SYSTEMS[name]
    flat = "fix flat all enforce2d\n" if name == "flat" else ""
    return (
        f"{setup}create_box 1 b\ncreate_atoms 1 region b\nmass 1 {mass}\n" + "\n".join(force_field) + "\n"
        f"velocity all {velocity}\nfix 1 all nve\n{flat}{end}"
    )


def job(name, state, **changes):
    _, mass, force_field, _ = SYSTEMS[name]
    return Replay(
        state.units, state.dimension, state.periodic, (mass,), np.ones(state.atoms, np.int64), force_field, **changes
    )


@pytest.mark.parametrize("name", SYSTEMS)
def test_energies_of_frames_are_those_that_were_recorded(engine, name):
    execution = engine.run(script(name, "run 100\n"))
    assert execution.status == "completed", execution.error
    frames = execution.segments[0].frames
    result = engine.replay(job(name, execution.state, frames=frames))
    assert result.error == ""
    assert np.allclose(result.potentials, [frame.potential for frame in frames], rtol=1e-11)
    assert len(set(result.potentials)) > 5
    # the frames are what the script itself saw: the last state has the energy of the last sample
    assert result.timing.cpu_s >= result.timing.lammps_s > 0


@pytest.mark.parametrize("name", ["liquid", "tilted", "film"])
def test_free_motion_goes_on_as_the_script_would(engine, name):
    before = engine.run(script(name, "run 50\n"))
    after = engine.run(script(name, "run 50\nrun 20\n")).segments[-1]
    state = before.state
    motion = FreeMotion(state.timestep, 20, state.positions, state.velocities, state.box)
    samples = engine.replay(job(name, state, motion=motion)).samples
    assert samples.shape == (21, len(COLUMNS))
    # a box that shrinks does so with each neighbor list, and these are built anew
    for column in ("temperature", "potential", "kinetic", *(["pressure"] if all(state.periodic) else [])):
        index = COLUMNS.index(column)
        assert np.allclose(samples[:, index], after.samples[:, index], rtol=1e-7, atol=1e-7)


def test_motion_starts_anew_after_frames(engine):
    execution = engine.run(script("liquid", "run 50\n"))
    state, frames = execution.state, execution.segments[0].frames
    motion = FreeMotion(0.002, 10, state.positions, state.velocities, state.box, ("pair_modify shift no",))
    both = engine.replay(job("liquid", state, frames=frames[:3], motion=motion))
    alone = engine.replay(job("liquid", state, motion=motion))
    assert len(both.potentials) == 3
    assert np.allclose(both.samples, alone.samples, rtol=1e-9)
    kinetic = both.samples[0, COLUMNS.index("kinetic")]
    assert kinetic == pytest.approx(0.5 * 1.5 * np.sum(state.velocities**2), rel=1e-10)


def test_another_force_field_gives_other_energies(engine):
    execution = engine.run(script("liquid", "run 20\n"))
    frames = execution.segments[0].frames
    wrong = dataclasses.replace(
        job("liquid", execution.state, frames=frames), force_field=(*LJ[:2], "pair_coeff * * 1.01 1.0")
    )
    result = engine.replay(wrong)
    assert np.all(np.abs(result.potentials / [frame.potential for frame in frames] - 1) > 0.005)


def test_what_lammps_says_is_the_error_and_what_came_before_is_kept(engine):
    state = engine.run(script("liquid", "run 20\n")).state
    frame = engine.run(script("liquid", "run 20\n")).segments[0].frames[0]
    wrong = dataclasses.replace(job("liquid", state, frames=(frame,)), force_field=("pair_style nosuch",))
    result = engine.replay(wrong)
    assert result.error.startswith("Unrecognized pair style 'nosuch'")
    assert result.potentials.tolist() == []
    lost = FreeMotion(10.0, 50, state.positions, state.velocities * 1e4, state.box)
    result = engine.replay(job("liquid", state, frames=(frame,), motion=lost))
    assert result.error
    assert "probe" not in result.error
    assert len(result.potentials) == 1


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
def test_positions_that_are_no_numbers_end_with_an_error(engine, value):
    execution = engine.run(script("liquid", "run 20\n"))
    frame = execution.segments[0].frames[0]
    broken = frame.positions.copy()
    broken[3, 1] = value
    result = engine.replay(job("liquid", execution.state, frames=(dataclasses.replace(frame, positions=broken),)))
    assert result.error or not np.isfinite(result.potentials[0])


def test_a_limit_is_an_error_of_the_result(engine):
    state = engine.run(script("liquid", "run 5\n")).state
    motion = FreeMotion(1e-5, 10**6, state.positions, state.velocities, state.box)
    limits = engine.limits
    try:
        engine.limits = Limits(wall_s=0.5)
        result = engine.replay(job("liquid", state, motion=motion))
    finally:
        engine.limits = limits
    assert result.error == "the script did not end within 0.5 s"
    assert result.samples.shape == (0, len(COLUMNS))


def test_potential_files_may_come_with_the_job(engine):
    execution = engine.run(script("tilted", "run 5\n"))
    frames = execution.segments[0].frames
    wanted = dataclasses.replace(
        job("tilted", execution.state, frames=frames), force_field=("pair_style eam", "pair_coeff * * mine.eam")
    )
    assert "mine.eam" in engine.replay(wanted).error
    wrong = engine.replay(wanted, files={"mine.eam": "no potential\n"})
    assert wrong.error


def test_jobs_and_results_survive_their_journey(engine):
    execution = engine.run(script("flat", "run 30\n"))
    state = execution.state
    motion = FreeMotion(0.005, 3, state.positions, state.velocities, state.box)
    sent = job("flat", state, frames=execution.segments[0].frames, motion=motion)
    again = from_json(Replay, unpack(pack(to_json(sent, raw=True))))
    assert to_json(again) == to_json(sent)
    result = engine.replay(sent)
    assert to_json(from_json(ReplayResult, to_json(result))) == to_json(result)
    assert to_json(engine.replay(sent)) == to_json(result)


@pytest.mark.parametrize("order", ["straight first", "sheared first"])
def test_straight_and_sheared_boxes_in_one_replay_keep_their_own_tilts(engine, order):
    end = "change_box all triclinic\nrun 10\nchange_box all xy delta 0.4 yz delta -0.3 remap\nrun 10\n"
    execution = engine.run(script("liquid", end))
    assert execution.status == "completed", execution.error
    straight, sheared = (segment.frames for segment in execution.segments)
    frames = (*straight, *sheared) if order == "straight first" else (*sheared, *straight)
    assert straight and sheared and np.any(sheared[0].box[2] != 0)
    result = engine.replay(job("liquid", execution.state, frames=frames))
    assert result.error == ""
    assert np.allclose(result.potentials, [frame.potential for frame in frames], rtol=1e-11)
