"""`run` and `minimize`: bounded before they start."""

import pytest

from mdgym.engine import Limits

BOX = """units lj
lattice fcc 0.8442
region box block 0 2 0 2 0 2
create_box 1 box
create_atoms 1 box
mass 1 1.0
pair_style lj/cut 1.6
pair_coeff 1 1 1.0 1.0
velocity all create 1 1
fix 1 all nve
"""
ATOMS = 32


@pytest.mark.parametrize(
    "command",
    [
        "run 1",
        "minimize 0 0 1 1",
        "rerun x dump x",
        "jump SELF a",
        "label a",
        "next i",
        "quit",
        "clear",
        "read_data x",
        "read_restart x",
        "${c} thermo_temp",
        "$c",
        "  'run' 1",
        """if "1 == 2" then "print a" else "run 1" """,
        """if "1 == 2" then 'if "1 == 1" then "quit"'""",
    ],
)
def test_what_would_steer_the_input_is_refused_inside_a_run(engine, command):
    execution = engine.run(f'{BOX}run 4 every 2 """{command}"""\n')
    assert execution.status == "script_error"
    assert "cannot be used inside 'run ... every'" in execution.error.message
    assert (execution.error.line, execution.steps) == (11, 0)


@pytest.mark.parametrize("command", ["plugin load x", "fix i all ipi a 1", "shell curl x", "print x file /etc/x"])
def test_an_attack_inside_a_run_is_one_before_anything_runs(engine, command):
    execution = engine.run(f"{BOX}run 4 every 2 '{command}'\n")
    assert (execution.status, execution.steps) == ("forbidden", 0)


def test_harmless_commands_inside_a_run_are_executed(engine):
    script = f"{BOX}variable n equal 0\nrun 12 every 4 'variable n equal $(v_n+1)' '# a comment' 'print \"$n\"'\n"
    execution = engine.run(script)
    assert (execution.status, execution.variables["n"]) == ("completed", 3.0)


SPENT = {
    # script, atoms x steps
    "run 10\nrun 20\n": 30 * ATOMS,
    "run 10 every 5 NULL\n": 10 * ATOMS,
    "run 10\nrun 30 upto\n": 30 * ATOMS,
    "run 10\nreplicate 2 1 1\nrun 10\n": 30 * ATOMS,
    "run 0\nrun 10\n": 10 * ATOMS,
    "delete_atoms group all\nrun 100\n": 100,
}


@pytest.mark.parametrize("script", SPENT)
def test_the_limit_counts_atoms_times_steps_exactly(engine, script):
    enough = engine.run(BOX + script, limits=Limits(atom_steps=SPENT[script]))
    assert enough.status == "completed", enough.error
    short = engine.run(BOX + script, limits=Limits(atom_steps=SPENT[script] - 1))
    assert short.status == "quota"
    assert short.error.message == f"more than {SPENT[script] - 1:g} atoms x steps were asked for"


def test_a_minimization_counts_what_it_has_done(engine):
    script = f"{BOX}displace_atoms all ramp x 0 0.3 x 0 3\nminimize 0 0 20 200\nrun 10\n"
    assert engine.run(script, limits=Limits(atom_steps=30 * ATOMS)).status == "completed"
    assert engine.run(script, limits=Limits(atom_steps=29 * ATOMS)).status == "quota"
    used_up = engine.run(script, limits=Limits(atom_steps=15 * ATOMS))
    assert (used_up.status, used_up.steps) == ("quota", 15)


CAPPED = {
    # what is left of the command can be seen in the log of the echo
    "run 500": "run 40",
    "run 500 upto": "run 40",
    "run 500 start 0 stop 1000 pre no post no": "run 40 post no",
    "run 500 every 10 'print x'": 'run 40 every 10 "print x"',
    "run 500 every 7 NULL": "run 40 every 7 NULL",
}


@pytest.mark.parametrize("command", CAPPED)
def test_a_shortened_run_keeps_its_meaning(engine, command):
    execution = engine.run(f"{BOX}echo screen\n{command}\n", limits=Limits(run_steps=40))
    assert execution.status == "completed", execution.error
    assert (execution.capped, execution.steps, execution.segments[0].watched) == (True, 40, True)
    assert f"\n{CAPPED[command]}\n" in execution.log


def test_a_run_without_setup_is_set_up_and_keeps_its_ramp(engine):
    execution = engine.run(f"{BOX}run 10\necho screen\nrun 10 pre no start 0 stop 20 post no\n")
    assert "\nrun 10 start 0 stop 20 post no\n" in execution.log
    assert not execution.capped


@pytest.mark.parametrize("steps", ["x", "1.5", "1e2", "-1", "--1", "9" * 30, "0x10", "NULL"])
def test_a_number_of_steps_that_is_none_is_an_error_and_nothing_runs(engine, steps):
    execution = engine.run(f"{BOX}run {steps}\n")
    assert execution.status == "script_error"
    assert execution.steps == 0


@pytest.mark.parametrize("steps", ["1" + "0" * 18, "9" * 19, "+9" + "0" * 17])
def test_a_run_without_end_is_stopped_before_it_begins(engine, steps):
    assert engine.run(f"{BOX}run {steps}\n").status == "quota"


def test_a_fix_of_all_atoms_is_one_of_all_whatever_its_group_is_called(engine):
    execution = engine.run(
        f"{BOX}group every type 1\ngroup some id 1 2\nfix 2 every setforce NULL NULL NULL\n"
        "fix 3 some setforce NULL NULL NULL\nrun 5\n"
    )
    assert execution.segments[0].fixes == (
        "fix 1 all nve",
        "fix 2 all setforce NULL NULL NULL",
        "fix 3 some setforce NULL NULL NULL",
    )
