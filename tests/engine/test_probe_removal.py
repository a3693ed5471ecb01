"""What the probe leaves behind must not harm the script; what it writes down is what was in force."""

from mdgym.engine import Engine

SCRIPT = """units lj
lattice fcc 0.8
region box block 0 3 0 3 0 3
create_box 1 box
create_atoms 1 box
mass 1 1.0
pair_style lj/cut 2.5
pair_coeff 1 1 1.0 1.0
velocity all create 1.5 1
fix 1 all nve
variable p equal press
variable best equal 0
run 20
run 20 every 10 "variable best equal $(v_p)"
variable last equal v_best+0*v_p
print "last ${last}"
"""


def test_a_pressure_read_after_a_run_does_not_reach_for_fixes_that_are_gone() -> None:
    with Engine() as engine:
        execution = engine.run(SCRIPT)
    assert execution.status == "completed", execution.error
    assert execution.variables["last"] == execution.variables["best"] != 0


def test_a_group_that_holds_all_atoms_is_recorded_as_all_and_others_as_they_are() -> None:
    script = SCRIPT.replace(
        "fix 1 all nve", "group every type 1\ngroup few id 1:5\nfix 1 every nve\nfix 2 few drag 0 0 0 0.0 1"
    )
    with Engine() as engine:
        execution = engine.run(script)
    assert execution.status == "completed", execution.error
    assert execution.segments[0].fixes == ("fix 1 all nve", "fix 2 few drag 0 0 0 0.0 1")


def test_what_is_touched_after_the_last_run_is_known() -> None:
    with Engine() as engine:
        assert engine.run(SCRIPT).touched == ()
        assert engine.run(SCRIPT + "velocity all scale 2.0\n").touched == ("velocity all scale 2.0",)
