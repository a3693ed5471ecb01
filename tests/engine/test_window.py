import numpy as np
import pytest

from mdgym.engine.execution import COLUMNS, COMPLETED, Execution, Frame, Segment
from mdgym.engine.measures import measure
from mdgym.engine.window import judged_window, judged_windows, moving_fixes

NPT = ("fix 1 all npt temp 300 300 0.1 iso 0 0 1",)


def samples(steps, **columns):
    rows = np.zeros((len(steps), len(COLUMNS)))
    values = {"step": steps, "atoms": 4, "mass": 256.0, "timestep": 0.002} | columns
    for name, value in values.items():
        rows[:, COLUMNS.index(name)] = value
    return rows


def run(first, last, every=10, command="run", fixes=NPT, touched=(), nested=(), timestep=0.002, frames=(), **columns):
    # The engine's first row stands at the start of the run.
    steps = np.arange(first, last + 1, every)
    return Segment(
        command=command,
        line=1,
        first_step=first,
        last_step=last,
        timestep=timestep,
        every=every,
        samples=samples(steps, **({"timestep": timestep} | columns)),
        frames=frames,
        force_field=("pair_style eam", "pair_coeff * * Cu_u3.eam"),
        fixes=fixes,
        touched=touched,
        nested=nested,
        watched=True,
    )


def window(*segments, duration=1.0):
    return judged_window(Execution(status=COMPLETED, segments=segments), duration)


def frame(step):
    return Frame(step, np.zeros((3, 3)), np.ones(4, dtype=int), np.zeros((4, 3)), -1.0)


def test_the_window_is_the_last_duration_without_its_first_instant():
    found = window(run(0, 2000), duration=1.0)
    assert found.column("step")[0] == 1510
    assert found.column("step")[-1] == 2000
    assert len(found.samples) == 50
    assert found.elapsed == pytest.approx(4.0)
    assert found.long_enough


def test_runs_under_the_same_settings_are_one_stretch_and_their_shared_step_counts_once():
    found = window(run(0, 300), run(300, 700), duration=1.4)
    assert found.column("step").tolist() == list(range(10, 701, 10))
    assert len(found.segments) == 2
    assert found.long_enough


def test_a_short_stretch_is_returned_and_says_that_it_is_short():
    found = window(run(0, 400), duration=1.0)
    assert found.elapsed == pytest.approx(0.8)
    assert not found.long_enough
    assert found.column("step")[0] == 10


def test_duration_over_timestep_may_round():
    # 0.3 / 0.1 = 2.9999999999999996 and 0.7 / 0.1 = 6.999999999999999: neither may gain or lose a step.
    for duration, rows in ((0.3, 3), (0.7, 7)):
        found = window(run(0, 10, every=1, timestep=0.1), duration=duration)
        assert len(found.samples) == rows
    assert window(run(0, 3, every=1, timestep=0.1), duration=0.3).long_enough


@pytest.mark.parametrize(
    "earlier",
    [
        {"timestep": 0.001},
        {"fixes": ("fix 1 all nvt temp 300 300 0.1",)},
        {"atoms": 2},
        {"mass": 300.0},
        {"command": "minimize"},
    ],
)
def test_a_change_of_settings_starts_a_new_stretch(earlier):
    found = window(run(0, 500, **earlier), run(500, 800), duration=10.0)
    assert found.elapsed == pytest.approx(0.6)
    assert len(found.segments) == 1


def test_touching_the_system_between_runs_starts_a_new_stretch():
    found = window(run(0, 500), run(500, 800, touched=("velocity all scale 300",)), duration=10.0)
    assert found.elapsed == pytest.approx(0.6)


def test_what_was_touched_before_the_first_run_of_a_stretch_does_not_matter():
    first = run(0, 500, touched=("velocity all create 300 1",))
    assert window(first, run(500, 800), duration=10.0).elapsed == pytest.approx(1.6)


def test_run_0_neither_ends_nor_lengthens_a_stretch():
    found = window(run(0, 500), run(500, 500), run(500, 800), run(800, 800, fixes=()), duration=10.0)
    assert found.elapsed == pytest.approx(1.6)
    assert found.fixes == NPT


def test_touching_before_a_run_0_still_parts_the_runs_around_it():
    found = window(run(0, 500), run(500, 500, touched=("velocity all scale 300",)), run(500, 800), duration=10.0)
    assert found.elapsed == pytest.approx(0.6)


def test_fixes_that_only_look_may_come_and_go():
    looking = (*NPT, "fix avg all ave/time 10 10 100 c_thermo_temp", "fix_modify avg energy yes")
    found = window(run(0, 500), run(500, 800, fixes=looking), duration=10.0)
    assert found.elapsed == pytest.approx(1.6)
    assert found.fixes == NPT
    assert moving_fixes(("fix 1 all langevin 300 300 1 7", "fix_modify 1 energy yes")) == (
        "fix 1 all langevin 300 300 1 7",
        "fix_modify 1 energy yes",
    )


def test_there_is_no_window_without_dynamics_at_the_end():
    assert window() is None
    assert window(run(0, 0)) is None
    assert window(run(0, 500), run(500, 600, command="minimize")) is None


def test_there_is_no_window_when_the_last_run_changes_its_timestep_or_atoms():
    varying = np.where(np.arange(51) < 20, 0.002, 0.001)
    assert window(run(0, 500, **{"timestep": 0.002}), duration=1.0) is not None
    changed = run(0, 500)
    changed.samples[:, COLUMNS.index("timestep")] = varying
    assert window(changed) is None
    assert window(run(0, 500, atoms=np.arange(51))) is None


def test_a_step_counter_that_was_reset_does_not_confuse_the_window():
    found = window(run(0, 500), run(0, 500, touched=("reset_timestep 0",)), duration=1.0)
    assert found.column("step").tolist() == list(range(10, 501, 10))


def test_frames_and_nested_commands_of_the_stretch_are_kept():
    frames = (frame(100), frame(450))
    found = window(run(0, 500, frames=frames, nested=("velocity all scale 300",)), duration=0.5)
    assert [f.step for f in found.frames] == [450]
    assert found.nested == ("velocity all scale 300",)


def bath(target, first, last, stop=None, **columns):
    """A run under a thermostat at a temperature, or a ramp to another."""
    stop = target if stop is None else stop
    rows = len(range(first, last + 1, 10))
    fixes = (f"fix 1 all npt temp {target} {stop} 0.1 iso 0 0 1",)
    return run(first, last, fixes=fixes, **{"temperature": np.linspace(target, stop, rows)} | columns)


def temperatures(*segments, earlier=(300.0,), duration=1.0):
    windows = judged_windows(Execution(status=COMPLETED, segments=segments), duration, earlier)
    return [None if w is None else float(np.mean(w.column("temperature"))) for w in windows]


def test_without_earlier_temperatures_there_is_one_window():
    assert temperatures(bath(300, 0, 1000), bath(600, 1000, 2000), earlier=()) == [600.0]


def test_an_earlier_window_is_the_last_duration_of_its_own_stretch():
    segments = (bath(300, 0, 600), bath(300, 600, 1200), bath(600, 1200, 2200))
    first, last = judged_windows(Execution(status=COMPLETED, segments=segments), 1.0, (300.0,))
    assert first.elapsed == pytest.approx(2.4)
    assert first.column("step").tolist() == list(range(710, 1201, 10))
    assert last.column("step").tolist() == list(range(1710, 2201, 10))


def test_a_ramp_a_minimization_or_a_run_0_between_the_stages_is_passed_over():
    ramp = bath(300, 1000, 2000, stop=600)
    assert temperatures(bath(300, 0, 1000), ramp, bath(600, 2000, 3000)) == [300.0, 600.0]
    between = (run(1000, 1050, command="minimize"), run(1050, 1050, touched=("velocity all create 600 1",)))
    assert temperatures(bath(300, 0, 1000), *between, bath(600, 1050, 2000)) == [300.0, 600.0]


def test_a_short_stretch_near_the_temperature_does_not_hide_a_long_one_before_it():
    short = bath(310, 1000, 1400)
    assert temperatures(bath(300, 0, 1000), short, bath(600, 1400, 2400)) == [300.0, 600.0]


def test_of_two_stretches_at_the_earlier_temperature_the_later_counts():
    again = bath(300, 1000, 2000, temperature=305.0)
    changed = run(1000, 2000, fixes=("fix 2 all nvt temp 300 300 0.1",), temperature=305.0)
    assert temperatures(bath(300, 0, 1000), changed, bath(600, 2000, 3000)) == [305.0, 600.0]
    # the same fix goes on: one stretch, and its end counts
    assert temperatures(bath(300, 0, 1000), again, bath(600, 2000, 3000)) == [305.0, 600.0]


@pytest.mark.parametrize(
    "segments",
    [
        (bath(600, 0, 1000),),
        (bath(300, 0, 400), bath(600, 400, 1400)),
        (bath(600, 0, 1000), bath(300, 1000, 2000)),
        (bath(450, 0, 1000), bath(600, 1000, 2000)),
        (bath(300, 0, 1000, atoms=np.arange(101)), bath(600, 1000, 2000)),
        (run(0, 50, command="minimize"), bath(600, 50, 1050)),
    ],
    ids=[
        "no first stage",
        "first stage too short",
        "swapped order",
        "another temperature",
        "atoms change",
        "only a minimization before",
    ],
)
def test_a_first_stage_that_is_not_there_leaves_its_window_empty(segments):
    first, last = temperatures(*segments)
    assert first is None
    assert last == pytest.approx(np.mean(segments[-1].column("temperature")))


def test_a_mass_that_is_summed_in_another_order_is_the_same():
    rounded = 486.4268 + np.where(np.arange(101) < 50, 0.0, 2e-13)
    assert window(run(0, 1000, mass=rounded)) is not None
    assert window(run(0, 1000, mass=np.where(np.arange(101) < 50, 486.4268, 486.4269))) is None


@pytest.mark.parametrize("count", [1, 2, 3])
def test_runs_that_are_not_uniform_before_the_last_stretch_leave_the_earlier_window_empty(count):
    uneven = [run(1000 * i, 1000 * (i + 1), atoms=np.arange(101)) for i in range(count)]
    assert temperatures(*uneven, bath(600, 1000 * count, 1000 * count + 1000)) == [None, 600.0]


def test_one_stretch_cannot_be_both_windows():
    # the temperature was changed inside a fix that stays the same
    rising = np.where(np.arange(301) < 150, 300.0, 600.0)
    assert temperatures(run(0, 3000, temperature=rising)) == [None, 600.0]


def test_three_windows_keep_their_order():
    stages = (bath(300, 0, 1000), bath(450, 1000, 2000), bath(600, 2000, 3000))
    assert temperatures(*stages, earlier=(300.0, 450.0)) == [300.0, 450.0, 600.0]
    assert temperatures(*stages, earlier=(450.0, 300.0)) == [None, 300.0, 600.0]


def test_changes_from_the_first_window_to_the_last():
    cold = bath(300, 0, 1000, volume=1000.0, potential=-14.0, kinetic=1.0)
    hot = bath(600, 1000, 2000, volume=1000.0 * 1.003**3, potential=-13.0, kinetic=2.0)
    windows = judged_windows(Execution(status=COMPLETED, segments=(cold, hot)), 1.0, (300.0,))
    # 1e-6 / K over 300 K
    assert measure(windows, "linear expansion", (300e-6,)) == pytest.approx(10.0)
    assert measure(windows, "slope of total per atom", (300.0,)) == pytest.approx(0.5 / 300)
    assert measure(windows, "mean temperature", (0.0,)) == pytest.approx(300.0)
    assert measure(windows, "mean temperature") == pytest.approx(600.0)


def test_energies_and_volumes_are_per_atom_and_a_constant_is_a_length():
    found = window(run(0, 100, potential=-14.0, kinetic=2.0, volume=4 * 3.6**3 / 4, temperature=300.0), duration=0.2)
    assert measure((found,), "mean temperature") == pytest.approx(300.0)
    assert measure((found,), "mean potential per atom") == pytest.approx(-3.5)
    assert measure((found,), "mean total per atom") == pytest.approx(-3.0)
    assert measure((found,), "mean volume per atom") == pytest.approx(3.6**3 / 4)
    assert measure((found,), "mean fcc constant") == pytest.approx(3.6)
    assert measure((found,), "mean bcc constant") == pytest.approx(3.6 / 2 ** (1 / 3))
    assert measure((found,), "mean diamond constant") == pytest.approx(3.6 * 2 ** (1 / 3))


def test_the_spread_is_the_standard_deviation_of_the_total():
    total = np.array([9.0] + [1.0, -1.0] * 5)
    found = window(run(0, 100, potential=total, kinetic=-2 * total), duration=0.2)
    assert measure((found,), "spread of total per atom") == pytest.approx(0.25)


def test_an_unknown_measure_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"'entropy'.*mean temperature"):
        measure((window(run(0, 100)),), "entropy")
