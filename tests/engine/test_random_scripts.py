"""Whatever a policy writes ends with a status, in time, and as a record: never as a fault of ours."""

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mdgym.engine import Execution, Limits
from mdgym.engine.execution import COMPLETED, STATUSES
from mdgym.records import from_json, to_json

LIMITS = Limits(wall_s=3.0, cpu_s=3.0, atom_steps=2e4, commands=300, file_mb=1, directory_mb=4, files=30, memory_mb=256)
QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
GOOD = """units lj
lattice fcc 0.8442
region box block 0 2 0 2 0 2
create_box 1 box
create_atoms 1 box
mass 1 1.0
velocity all create 0.7 87287
pair_style lj/cut 1.6
pair_coeff 1 1 1.0 1.0
fix 1 all nve
variable t equal temp
variable i loop 3
label again
run 20 every 10 "variable e equal $(pe)" "if '$t > 0' then 'print hot' else 'print cold'"
next i
jump SELF again
thermo_style custom step temp pe v_t
minimize 1e-4 1e-4 10 20
print "the end: $(v_t:%8.3f) ${t}" file end.txt
"""
NAMES = st.sampled_from(
    ["a", "i", "box", "all", "1", "t", "x", "temp", "half", "SELF", "again", "r.x", "f.txt", "NULL"]
)
NUMBERS = st.one_of(
    st.integers(-3, 40).map(str),
    st.sampled_from(
        ["0", "1", "1e-6", "0.005", "1e300", "-1e300", "nan", "inf", "99999999999999999999", "2147483648", "*"]
    ),
    st.floats(-5, 5).map(repr),
)
FORMULAS = st.sampled_from(
    [
        "v_a",
        "temp",
        "$(v_i)",
        "${i}",
        "$a",
        "random(0,1,5)",
        "1/0",
        "sqrt(-1)",
        "c_c",
        "f_f[1]",
        "x[1]",
        "vol*(1+2)",
        "((1",
        "$(",
    ]
)
ARGUMENTS = st.one_of(NAMES, NUMBERS, FORMULAS)
VERBS = st.sampled_from(
    """units lattice region create_box create_atoms mass velocity pair_style pair_coeff fix unfix compute uncompute
    variable label jump next if run minimize print thermo thermo_style thermo_modify timestep reset_timestep clear
    write_data write_restart read_restart read_data dump undump dump_modify write_dump group set displace_atoms
    delete_atoms change_box replicate include shell quit log echo info neigh_modify neighbor boundary dimension
    atom_style bond_style kspace_style special_bonds rerun restart balance min_style min_modify run_style fix_modify
    compute_modify pair_modify processors newton package suffix molecule region2vmd comm_modify timer plugin""".split()
)
STYLES = st.sampled_from(
    """nve nvt npt langevin ave/time ave/chunk vector print halt deform box/relax rigid shake external setforce
    lj/cut eam table hybrid zero none block sphere index loop equal atom string vector delete file getenv internal
    create scale box region single random custom atom one multi every upto pre no yes metal lj real""".split()
)
RANDOM_COMMANDS = st.builds(
    lambda verb, words: " ".join([verb, *words]), VERBS, st.lists(st.one_of(STYLES, ARGUMENTS), max_size=8)
)
LIKELY_COMMANDS = st.sampled_from(
    """run 0
run 10
run 10 every 2 "print x"
run 10 every 3 "velocity all scale 1.0"
run 5 pre no post no
run 12 upto
run 10 every 5 "if '$(step) > 5' then 'unfix 1' else 'fix 2 all langevin 1 1 1 5'"
minimize 0 1e-3 5 10
clear
reset_timestep 0
unfix 1
fix 1 all nve
fix 1 all nvt temp 1 1 0.5
fix 2 all npt temp 1 1 0.5 iso 0 0 1
fix 3 all ave/time 1 2 2 c_thermo_temp file ave.txt
fix 4 all deform 1 x scale 1.1
fix 5 all print 1 "$(step)" file steps.txt
fix 6 all external pf/array 1
fix 7 all box/relax iso 0
compute c all msd
compute c all pressure thermo_temp
uncompute thermo_temp
thermo_modify temp c
thermo_modify lost ignore
group all subtract all half
group half id 1 2 3
delete_atoms group half
delete_atoms group all
create_atoms 1 single 0.1 0.1 0.1
create_atoms 1 random 5 7 NULL
velocity all create 1 1
velocity all set 1e10 0 0
displace_atoms all random 0.1 0.1 0.1 3
set group all type 1
mass 1 0.0
change_box all triclinic
change_box all boundary f f f
replicate 2 1 1
write_restart r.x
read_restart r.x
write_data d.x
read_data d.x
dump d all custom 2 f.txt id x y z
undump d
rerun f.txt dump x y z
variable a equal v_a
variable a equal temp
variable a delete
variable i loop 3
next i
jump SELF again
label again
if "$(step) > 10" then "jump SELF end" else "print x"
label end
print "$(v_a) ${i}"
pair_style none
pair_style lj/cut 2.5
pair_coeff * * 1 1
pair_style zero 2.0
timestep 0.01
timestep 1e300
run_style respa 2 2
run_style verlet
min_style fire
neigh_modify every 1 delay 0 check no exclude group all all
atom_modify sort 0 0
special_bonds lj 0 0 0
log own.log
log none
echo both
info all
restart 2 a.x b.x
restart 0
thermo 1
thermo_style custom step temp press v_a c_c
suffix omp
package omp 1
processors 1 1 1
units metal
atom_style full
boundary f f f
dimension 2
quit
shell ls
print x file /etc/x""".splitlines()
)
TEXTS = st.text(st.sampled_from("ab1 .*\t\n\r\"'$&#{}()[]=<>!|,;:/\\_-+^%~`@?\u00e5\u201c\u4e2d\x1c\x7f"), max_size=60)


def check(engine, script, files=None):
    start = time.monotonic()
    execution = engine.run(script, files=files, limits=LIMITS)
    assert time.monotonic() - start < LIMITS.wall_s + 5
    assert execution.status in STATUSES
    assert (execution.error is None) == (execution.status == COMPLETED)
    text = json.dumps(to_json(execution), allow_nan=False)
    assert json.dumps(to_json(from_json(Execution, json.loads(text)))) == text
    for segment in execution.segments:
        steps = segment.column("step")
        assert all(segment.first_step <= step <= segment.last_step for step in steps)
        assert all(frame.step in steps for frame in segment.frames)
    return execution


@QUICK
@given(st.lists(st.one_of(RANDOM_COMMANDS, LIKELY_COMMANDS), max_size=12).map("\n".join))
def test_random_commands(engine, script):
    check(engine, script)


@QUICK
@given(st.lists(st.one_of(LIKELY_COMMANDS, LIKELY_COMMANDS, RANDOM_COMMANDS), max_size=15))
def test_random_commands_on_a_real_system(engine, commands):
    check(engine, GOOD[: GOOD.index("variable t")] + "\n".join(commands))


@QUICK
@given(TEXTS | st.text(max_size=60))
def test_random_text(engine, script):
    check(engine, script)


@QUICK
@given(st.lists(st.tuples(st.integers(0, len(GOOD)), st.integers(0, 12), TEXTS.map(lambda text: text[:5])), max_size=4))
def test_a_right_script_that_was_damaged(engine, damages):
    script = GOOD
    for start, length, text in damages:
        script = script[:start] + text + script[start + length :]
    execution = check(engine, script)
    if script == GOOD:
        assert execution.executed


@QUICK
@given(st.data())
def test_lines_of_a_right_script_in_another_order(engine, data):
    lines = GOOD.splitlines()
    for _ in range(data.draw(st.integers(0, 3))):
        i, j = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        lines[i], lines[j] = lines[j], lines[i]
    check(engine, "\n".join(lines))


@QUICK
@given(TEXTS, st.sampled_from(["include f.txt\n", "variable s file f.txt\nprint '$s'\n", "read_data f.txt\n"]))
def test_random_files(engine, text, command):
    check(engine, command, files={"f.txt": text})


@pytest.mark.slow
@pytest.mark.timeout(1200)
@settings(QUICK, max_examples=4000)
@given(st.lists(st.one_of(LIKELY_COMMANDS, LIKELY_COMMANDS, RANDOM_COMMANDS), max_size=20))
def test_many_random_commands_on_a_real_system(engine, commands):
    check(engine, GOOD[: GOOD.index("variable t")] + "\n".join(commands))
