"""Control flow carried out by the interpreter is that of LAMMPS: each script also runs in the bare `lmp`."""

import re
from pathlib import Path

import numpy as np
import pytest

LIQUID = """units lj
atom_modify map array
lattice fcc 0.8442
region box block 0 3 0 3 0 3
create_box 2 box
create_atoms 1 box
mass * 1.0
variable vx atom sin(id)
variable vy atom cos(3*id)
variable vz atom sin(7*id)
velocity all set v_vx v_vy v_vz
pair_style lj/cut 2.5
pair_coeff * * 1.0 1.0
fix nve all nve
thermo 5
"""
FILES = {
    "inner.in": 'print "@@ inner $(step)"\nif "${skip} == 1" then "jump SELF end"\nrun 5\nlabel end\nprint "@@ left"\n',
    "outer.in": "include inner.in\nvariable skip delete\nvariable skip index 1\ninclude inner.in\n",
    "words.txt": "alpha\n# a comment\nbeta gamma\ndelta\n",
}
SCRIPTS = Path(__file__).parent / "scripts"


def read(name):
    """Scripts of a file by their titles, which stand behind `###`."""
    parts = re.split(r"^### (.*)\n", (SCRIPTS / name).read_text(), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2]))


FLOW = read("flow.in") | {
    "a backslash and tabs": "print\t'@@ a\\\\b'\t# x\n\t print '@@\tc'\n",
    "crlf line ends": 'variable a equal 1\r\nprint "@@ $a" \r\nprint &\r\n  "@@ b"\r\n',
    "characters beyond ascii": (
        "print '@@ \u201cquoted\u201d \u2212'\n# \u4e2d\nvariable x\u00a0index 5\nprint '@@ ${x}'\n"
    ),
}
DYNAMICS = read("dynamics.in")
WRONG = read("wrong.in")
_ROW = re.compile(r"\s*-?\d+(\s+[-+.\deE]+)+\s*")


def shown(log):
    """Lines that the script prints, and the rows of its thermo tables."""
    return [line.rstrip() for line in log.splitlines() if line.startswith("@@") or _ROW.fullmatch(line)]


def place(directory):
    for name, content in FILES.items():
        (directory / name).write_text(content)
    return directory


@pytest.mark.parametrize("name", FLOW)
def test_input_flows_as_in_bare_lammps(engine, bare, tmp_path, name):
    script = FLOW[name]
    execution = engine.run(script, files=FILES)
    assert execution.status == "completed", execution.error
    expected = shown(bare(script, place(tmp_path)))
    assert expected
    assert shown(execution.log) == expected


@pytest.mark.parametrize("name", DYNAMICS)
def test_watched_runs_are_those_of_bare_lammps_bit_for_bit(engine, bare, tmp_path, name):
    dump = "write_dump all custom final.txt id type x y z vx vy vz modify sort id format float %.17g\n"
    script = LIQUID + DYNAMICS[name]
    execution = engine.run(script, files=FILES)
    assert execution.status == "completed", execution.error
    assert execution.watched, execution.unwatched_reason
    last = script.replace("quit 0\n", dump + "quit 0\n") if "quit 0" in script else script + dump
    expected = shown(bare(last, place(tmp_path)))
    assert expected
    assert shown(execution.log) == expected
    rows = np.loadtxt(tmp_path / "final.txt", skiprows=9)
    state = execution.state
    found = np.column_stack([state.ids, state.types, state.positions, state.velocities])
    # `pre no` is set up anew, which adds forces in another order
    assert np.array_equal(found, rows) or ("pre no" in script and np.allclose(found, rows, rtol=0, atol=1e-12))


def complaint(log):
    found = re.search(r"^ERROR(?: on proc \d+)?: (.*?)(?: \([^()]*\.(?:cpp|h):\d+\))?$", log, re.MULTILINE)
    return found and found[1]


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_script_gets_the_complaint_of_bare_lammps(engine, bare, tmp_path, name):
    script = WRONG[name].replace("LIQUID\n", LIQUID)
    execution = engine.run(script, files={"other": "print a\n"})
    assert execution.status == "script_error"
    expected = complaint(bare(script, tmp_path))
    assert expected
    assert execution.error.message.startswith(expected)


HIDDEN = {
    "run": "${hidden} 100\n",
    "if": "${hidden} '1 == 1' then 'run 100' 'reset_timestep 0'\n",
    "include": "${hidden} words.txt\n",
    "jump": "${hidden} SELF\n",
    "clear": "${hidden}\n",
}


@pytest.mark.parametrize("command", HIDDEN)
def test_a_command_hidden_behind_two_variables_never_reaches_lammps(engine, command):
    # LAMMPS expands a line once; handed over unquoted, the value would be expanded again, unseen by the watch
    script = f"{LIQUID}variable inner string {command}\nvariable hidden index '${{inner}}'\n{HIDDEN[command]}"
    execution = engine.run(script, files=FILES)
    assert execution.status == "script_error"
    assert "Unknown command" in execution.error.message
    assert execution.steps == 0


def test_an_if_that_expands_to_itself_is_a_crash(engine):
    execution = engine.run('variable a string \'if "1 == 1" then "${a}"\'\n${a}\n')
    assert execution.status == "crash"
    assert execution.error.line == 2


def test_an_include_of_itself_is_an_error(engine):
    execution = engine.run("include again.in\n", files={"again.in": "print a\ninclude again.in\n"})
    assert execution.status == "script_error"
    assert (execution.error.file, execution.error.line) == ("again.in", 2)
