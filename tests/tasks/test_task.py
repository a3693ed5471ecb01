import pytest

from mdgym.engine import Limits
from mdgym.scoring import SerialPool
from mdgym.tasks.task import Task

LONG = """units lj
region box block 0 4 0 4 0 4
create_box 1 box
create_atoms 1 random 60 4711 NULL
mass 1 1.0
pair_style zero 2.5
pair_coeff * *
fix move all nve
run 800000
"""


@pytest.mark.parametrize(("cpu_s", "expected"), [(0.0, (5.0, 4.0)), (0.5, (5.0, 4.0)), (2.0, (12.0, 6.0))])
def test_limits_leave_a_right_script_three_times_its_cpu_time(cpu_s, expected):
    found = Task("user/1", "Melt it.", cpu_s=cpu_s).limits(Limits(wall_s=5.0, cpu_s=4.0, files=7))
    assert (found.wall_s, found.cpu_s) == expected
    assert found.files == 7


@pytest.mark.parametrize(("cpu_s", "seconds"), [(0.0, "1 s"), (0.3, "1.8 s")])
def test_a_pool_gives_a_long_task_its_time(cpu_s, seconds):
    with SerialPool(Limits(wall_s=1.0)) as pool:
        score = pool.score(Task("user/1", "Melt it.", cpu_s=cpu_s), LONG).score
    assert score.execution.status == "timeout"
    assert f"within {seconds}" in score.execution.error.message
