"""What the probe leaves behind must not harm the script's own computes."""

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
