"""The trusted recording: equal to what LAMMPS says, complete, and out of the reach of a script."""

import math
import random
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdgym.engine.execution import COLUMNS
from mdgym.engine.probe import MAX_FRAMES, MAX_SAMPLES, sampling

LIQUID = """units lj
lattice fcc 0.8442
region box block 0 2 0 2 0 3
create_box 2 box
create_atoms 1 box
mass * 1.5
velocity all create 1.0 1
pair_style lj/cut 1.6
pair_coeff * * 1.0 1.0
fix 1 all nve
"""
TABLE = """thermo 1
thermo_style custom step temp press pxx pyy pzz pxy pxz pyz vol atoms dt pe ke
thermo_modify norm no format float %.17g
"""
COPPER = """units metal
lattice fcc 3.615
region box prism 0 2 0 2 0 2 0.1 0.05 -0.1
create_box 1 box
create_atoms 1 box
pair_style eam/alloy
pair_coeff * * Cu_mishin1.eam.alloy Cu
velocity all create 600 1
fix 1 all npt temp 600 600 0.1 iso 0 0 1
"""
FLAT = """units lj
dimension 2
lattice hex 0.8
region box block 0 5 0 3 -0.1 0.1
create_box 1 box
create_atoms 1 box
mass 1 1
pair_style lj/cut 2
pair_coeff 1 1 1 1
velocity all create 0.5 1
fix 1 all nve
fix 2 all enforce2d
"""
CHARGED = """units real
atom_style charge
lattice custom 5.64 a1 1 0 0 a2 0 1 0 a3 0 0 1 &
    basis 0 0 0 basis 0.5 0.5 0 basis 0.5 0 0.5 basis 0 0.5 0.5 &
    basis 0.5 0.5 0.5 basis 0 0 0.5 basis 0 0.5 0 basis 0.5 0 0
region box block 0 2 0 2 0 2
create_box 2 box
create_atoms 1 box basis 5 2 basis 6 2 basis 7 2 basis 8 2
set type 1 charge 1
set type 2 charge -1
mass * 20
pair_style lj/cut/coul/long 5
pair_coeff * * 0.1 2.5
kspace_style pppm 1e-4
velocity all create 100 1
timestep 0.5
fix 1 all nvt temp 100 100 50
"""
MOLECULES = """units lj
atom_style bond
lattice sc 0.5
region box block 0 3 0 3 0 3
create_box 1 box bond/types 1 extra/bond/per/atom 2 extra/special/per/atom 4
create_atoms 1 box
mass 1 1
bond_style harmonic
bond_coeff 1 50 1.0
pair_style lj/cut 1.5
pair_coeff 1 1 1 1
group pair id 1 2
create_bonds single/bond 1 1 2
velocity all create 1 1
timestep 0.001
fix 1 all nve
"""
EMPTY = "region b block 0 9 0 9 0 9\ncreate_box 1 b\nmass 1 1\npair_style zero 1\npair_coeff * *\n"
SYSTEMS = {"liquid": LIQUID, "copper": COPPER, "flat": FLAT, "charged": CHARGED, "molecules": MOLECULES}
THERMO = [COLUMNS.index(name) for name in COLUMNS if name not in ("mass", "step")]


def table(log):
    """Rows of all thermo tables of a log, in the order of printing."""
    number = r"[-+]?[.\d]+(?:e[-+]\d+)?"
    return np.array(
        [line.split() for line in log.splitlines() if re.fullmatch(rf" *{number}(?: +{number}){{13}} *", line)], float
    )


def check_against_thermo(execution, thermo=1):
    rows, at = table(execution.log), 0
    for segment in execution.segments:
        # each step is printed at least once, in order, and the first of a run once more
        at += bool(at)
        for sample in segment.samples[segment.column("step") % thermo == 0]:
            at += int(np.flatnonzero(rows[at:, 0] == sample[0])[0])
            assert np.allclose(sample[THERMO], rows[at, 1:], rtol=1e-10, atol=1e-12)
        for frame in segment.frames:
            assert segment.first_step <= frame.step <= segment.last_step
            assert frame.potential == segment.column("potential")[segment.column("step") == frame.step]


def check_complete(execution):
    assert execution.status == "completed", execution.error
    assert execution.watched, execution.unwatched_reason
    for segment in execution.segments:
        assert segment.watched
        if segment.command == "run":
            first, last, every = segment.first_step, segment.last_step, segment.every
            assert segment.column("step").tolist() == list(range(-(-first // every) * every, last + 1, every))
            assert len(segment.frames) <= 2 * MAX_FRAMES + 1
    assert execution.steps == sum(segment.steps for segment in execution.segments)


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_recording_is_what_lammps_prints(engine, system):
    execution = engine.run(f"{SYSTEMS[system]}{TABLE}run 60\nrun 0\nrun 7\n")
    check_complete(execution)
    check_against_thermo(execution)
    assert [len(s.samples) for s in execution.segments] == [61, 1, 8]
    assert len(execution.segments[0].frames) >= 8
    mass = np.sum(execution.state.masses)
    assert all(np.allclose(s.column("mass"), mass, rtol=1e-12) for s in execution.segments)


RUNS = {
    "a long run is sampled every few steps": "thermo 100\nrun 2500\n",
    "a loop": "variable i loop 5\nlabel l\nrun 13\nnext i\njump SELF l\n",
    "steps set back and forth": "run 30\nreset_timestep 0\nrun 30\nreset_timestep 1000001\nrun 25\n",
    "no steps": "run 0\nrun 0\nrun 0 post no\n",
    "without setup": "run 10\nrun 10 pre no\nrun 10 pre no post no\n",
    "commands in between": "run 50 every 7 'velocity all scale 1.0' 'print x'\nrun 20 every 5 NULL\n",
    "up to a step": "run 20\nrun 33 upto\nrun 33 upto\n",
    "another timestep": "run 20\ntimestep 0.002\nrun 20\nrun 20 every 10 'timestep 0.001'\n",
    "stopped early": "variable s equal step\nfix h all halt 10 v_s >= 20 error continue\nrun 100\nunfix h\nrun 3\n",
    "more and fewer atoms": "run 5\ndelete_atoms group left\nrun 5\nreplicate 2 1 1\nrun 5\n",
    "a second system": f"run 5\nclear\n{LIQUID.replace('0.8442', '0.7')}{TABLE}run 9\n",
    "another integrator": "run_style respa 2 2\nrun 12\nrun_style verlet\nrun 3\n",
    "rare thermo output of its own": "thermo_style custom step\nrun 40\n",
}


@pytest.mark.parametrize("name", RUNS)
def test_every_step_is_accounted_for(engine, name):
    group = "region left block INF 1 INF INF INF INF\ngroup left region left\n"
    execution = engine.run(f"{LIQUID}{group}{TABLE}{RUNS[name]}")
    check_complete(execution)
    if "rare" not in name:
        check_against_thermo(execution, 100 if "long" in name else 1)


def test_a_minimization_is_recorded_at_its_end(engine):
    execution = engine.run(
        f"{LIQUID}displace_atoms all ramp x 0 0.3 y 0 3\n{TABLE}minimize 0 1e-4 200 2000\nvariable e equal pe\n"
        "variable p equal press\nprint '$e $p'\nrun 10\n"
    )
    check_complete(execution)
    minimum = execution.segments[0]
    assert (minimum.command, minimum.first_step, minimum.last_step) == ("minimize", 0, minimum.steps)
    last = next(row for row in table(execution.log)[::-1] if row[0] == minimum.last_step)
    row = dict(zip(COLUMNS, minimum.samples[-1]))
    assert row["step"] == last[0]
    assert row["potential"] == pytest.approx(last[-2], rel=1e-10)
    assert row["pressure"] == pytest.approx(last[2], rel=1e-10)
    assert math.isnan(row["timestep"])


def test_a_flat_minimization_has_the_volume_of_a_flat_box(engine):
    execution = engine.run(f"{FLAT}minimize 0 0.1 5 50\nrun 0\n")
    minimum, run = execution.segments
    assert minimum.column("volume")[-1] == pytest.approx(run.column("volume")[0], rel=1e-12)


def test_thousands_of_runs_are_recorded_up_to_a_number(engine):
    loop = "fix 1 all nve\nvariable i loop 2100\nlabel l\nrun 1 pre no post no\nnext i\njump SELF l\n"
    execution = engine.run(EMPTY + "create_atoms 1 single 1 1 1\n" + loop)
    assert execution.status == "completed"
    assert execution.steps == 2100
    assert len(execution.segments) == 2000
    assert (execution.watched, execution.unwatched_reason) == (False, "more than 2000 runs in one script")


@given(st.integers(0, 10**9), st.integers())
def test_samples_are_few_and_every_frame_has_one(steps, seed):
    every, between = sampling(steps, random.Random(seed))
    assert steps // every <= 2 * MAX_SAMPLES
    assert between % every == 0
    assert between >= every >= 1
    assert steps < 200 or steps // between <= 2 * MAX_FRAMES


@pytest.mark.parametrize("steps", [2000, 2500, 4000, 5000, 10_000])
def test_frames_fall_out_of_step_with_round_intervals(steps):
    every, between = sampling(steps, random.Random(1))
    frames = range(between, steps + 1, between)
    assert sum(frame % (10 * every) == 0 for frame in frames) <= len(frames) // 8


def test_frames_lie_where_the_script_cannot_know_yet_the_same_each_time(engine):
    def frames(seed):
        return [frame.step for frame in engine.run(f"{LIQUID}run 2000\n", seed=seed).segments[0].frames]

    assert frames(1) == frames(1)
    assert len({tuple(frames(seed)) for seed in range(5)}) > 1


HONEST = f"{LIQUID}run 40\n"
FORGERIES = {
    "renamed columns": "thermo_modify colname temp Press colname press Temp colname epair TotEng\n",
    "degrees of freedom": "compute_modify thermo_temp extra/dof 100\n",
    "dynamic degrees of freedom": "compute_modify thermo_temp dynamic/dof yes\n",
    "another thermometer": "region r block 0 1 0 1 0 1\ngroup g region r\ncompute t g temp\nthermo_modify temp t\n",
    "another barometer": "compute p all pressure NULL virial\nthermo_modify press p\n",
    "normalised output": "thermo_modify norm yes flush no line multi\n",
    "computes redefined": "uncompute thermo_pe\ncompute thermo_pe all pe bond\n",
    "variables named like keywords": "".join(
        f"variable {name} equal 0.5\n" for name in ("pe", "ke", "vol", "atoms", "dt", "temp", "press", "step", "mass")
    ),
    "names of the probe's pattern": "".join(
        f"variable p{i:016x}vol equal 1\ncompute p{i:016x}t all temp\n" for i in range(16)
    ),
    "printed numbers": "print 'Step Temp'\nprint '0 300'\nfix p all print 1 '       40   1.0   -5.0'\n",
    "an echo of all commands": "echo both\nlog own.log\n",
    "a list of everything": "run 0 every 1 'info all out overwrite all.txt'\n",
    "an external fix of its own": "fix e all external pf/array 1\nfix_modify e virial yes\n",
}


@pytest.mark.parametrize("name", FORGERIES)
def test_what_a_script_says_of_itself_does_not_enter_the_recording(engine, name):
    honest = engine.run(HONEST)
    forged = engine.run(HONEST.replace("run 40", FORGERIES[name] + "run 40"))
    assert forged.status == "completed", forged.error
    assert np.array_equal(forged.segments[-1].samples, honest.segments[-1].samples)
    assert np.array_equal(forged.state.positions, honest.state.positions)
    assert len(forged.segments[-1].frames) == len(honest.segments[-1].frames) > 3
    for frame, other in zip(forged.segments[-1].frames, honest.segments[-1].frames):
        if frame.step == other.step:
            assert (frame.potential, frame.positions.tobytes()) == (other.potential, other.positions.tobytes())
    assert not re.search(r"\bp[0-9a-f]{16}", forged.log.replace("p000000000000000", ""))


LEARNING = {
    # how a script would come to know the names, and then bend the probe
    "its own log": "log {file}\nrun 1\nlog none\nvariable f file {file}\nprint '$f'\n",
    "its own log, named anew": "log own.log\nrun 1\nlog none\nvariable f file own.log\nprint '$f'\n",
    "a list in the middle": "run 4 every 1 'info all out overwrite {file}'\nvariable f file {file}\n",
    "a restart": "restart 2 {file}\nrun 4\nread_restart {file}\n",
    "a file that it includes": "print 'run 10' file {file}\ninclude {file}\n",
    "an included log": "log own.log\nrun 1\nlog none\ninclude own.log\n",
    "reading in the middle": "run 4 every 1 'variable f file own.log'\n",
    "reading behind a variable": "variable s string file\nlog own.log\nrun 4 every 1 'variable f ${{s}} own.log'\n",
    "a command from a variable": "variable w index uncompute\nrun 4 every 1 '${{w}} thermo_temp'\n",
    "clear in the middle": "run 4 every 1 clear\n",
    "a run in the middle": "run 4 every 1 'run 2'\n",
    "jump in the middle": "label l\nrun 4 every 1 'jump SELF l'\n",
    "a run in an if in the middle": """run 4 every 1 'if "1 == 1" then "run 2"'\n""",
    "set back in the middle": "run 4 every 1 'reset_timestep 0'\n",
}


@pytest.mark.parametrize("name", LEARNING)
def test_the_names_of_the_probe_cannot_be_learned_or_used(engine, name):
    script = LIQUID + LEARNING[name].format(file="words.txt")
    execution = engine.run(script, files={"words.txt": "alpha\nbeta\n"})
    assert execution.status in ("script_error", "forbidden") or name in (
        "a list in the middle",
        "reading behind a variable",
    )
    text = f"{execution.log} {execution.error} {execution.variables}"
    assert not re.search(r"\bp[0-9a-f]{16}", text)
    assert "pressure" not in execution.log


def test_a_value_read_behind_a_variable_is_no_name_of_the_probe(engine):
    # the first line of a file is all that can be had so, for `next` is refused inside a run
    script = f"{LIQUID}variable s string file\nlog own.log\nrun 4 every 1 'variable f ${{s}} own.log'\nprint 'got $f'\n"
    execution = engine.run(script)
    assert not re.search(r"\bp[0-9a-f]{16}", execution.log)


def test_a_potential_that_lies_beside_the_script_cannot_be_read_by_it(engine):
    text = "# this is secret\n1 2 3\n"
    for command in (
        "variable f file Cu_u3.eam\nprint '$f'\n",
        "include Cu_u3.eam\n",
        "variable a atomfile Cu_u3.eam\n",
    ):
        execution = engine.run(command, files={"Cu_u3.eam": text})
        assert execution.status == "script_error"
        assert "secret" not in execution.log


@pytest.mark.parametrize(
    "script",
    [
        "group cold id 1 2 3\ngroup all subtract all cold\nrun 20\n",
        "group cold id 1 2 3\nrun 20 every 5 'group all subtract all cold'\n",
        "group cold id 1 2 3\nvariable a string all\n"
        """run 20 every 5 'if "$(step) == 5" then "group ${a} subtract all cold" else "group ${a} union all cold"'\n""",
    ],
)
def test_taking_atoms_out_of_the_group_all_is_noticed(engine, script):
    execution = engine.run(LIQUID + script)
    assert execution.status == "completed"
    assert not execution.watched
    assert not execution.segments[0].watched


def test_atoms_that_leave_an_open_box_are_no_reason_to_mistrust(engine):
    execution = engine.run(
        f"{LIQUID}change_box all boundary f f f\nvelocity all scale 50\nthermo_modify lost ignore\nthermo 30\nrun 60\n"
    )
    check_complete(execution)
    assert execution.state.atoms < 48


def test_what_is_changed_inside_a_run_is_known_in_the_next(engine):
    execution = engine.run(
        f"{LIQUID}run 4 every 2 'fix push all addforce 1 0 0'\nrun 4 every 4 'pair_coeff 1 1 2.0 1.0'\n"
        """run 2 every 1 'if "$(step) > 100" then fix'\nrun 4\nrun 0 every 1 'set type 1 type 2'\nrun 4\n"""
    )
    assert execution.status == "completed", execution.error
    last = execution.segments[-1]
    assert "fix push all addforce 1 0 0" in last.fixes
    assert "pair_coeff 1 1 2.0 1.0" in last.force_field
    assert last.touched == ("set type 1 type 2",)
    assert execution.segments[0].nested == ("fix push all addforce 1 0 0",)


def test_a_rerun_is_no_dynamics(engine):
    execution = engine.run(
        f"{LIQUID}dump d all custom 5 d.txt id type x y z\nrun 10\nundump d\nrerun d.txt dump x y z\nprint done\n"
    )
    check_complete(execution)
    assert execution.steps == 10
    assert len(execution.segments) == 1


@pytest.mark.parametrize(
    "command", ["temper 10 5 1 1 1 1", "neb 0 0.1 10 10 10 final x", "prd 10 1 1 1 1 c 1", "hyper 1 1"]
)
def test_dynamics_that_cannot_be_watched_are_refused(engine, command):
    execution = engine.run(f"{LIQUID}{command}\n")
    assert execution.status == "script_error"
    assert "use plain `run` or `minimize`" in execution.error.message


def test_no_box_and_no_atoms_are_no_reason_to_mistrust(engine):
    execution = engine.run(f"{EMPTY}run 5\n")
    check_complete(execution)
    assert engine.run("run 5\n").watched


def test_a_system_without_ids_is_recorded_without_frames(engine):
    liquid = LIQUID.replace("create 1.0 1", "create 1.0 1 loop geom")
    execution = engine.run(f"atom_modify id no\n{liquid}run 20\n")
    check_complete(execution)
    assert execution.segments[0].frames == ()
    assert execution.state is None


def test_frames_do_not_fill_the_memory(engine):
    big = (
        LIQUID.replace("0 2 0 2 0 3", "0 25 0 25 0 25")
        .replace("lj/cut 1.6", "zero 1.2")
        .replace("1.0 1.0\nfix", "\nfix")
    )
    execution = engine.run(f"{big}neigh_modify every 100 delay 100 check no\nrun 100\n")
    assert execution.status == "completed", execution.error
    assert sum(frame.positions.nbytes for frame in execution.segments[0].frames) <= 32 << 20
    assert execution.state.atoms == 62500
