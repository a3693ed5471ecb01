"""Gold scripts of families that judge two temperatures: one stage after the other, an average in each."""

from collections.abc import Callable
from dataclasses import dataclass

# Averages go in blocks of this many steps. They must divide every run: a block that is not complete gives 0.
BLOCK = 250

Fixes = Callable[[float], tuple[str, ...]]
"""The fix commands of a stage at a temperature, without their first word."""


@dataclass(frozen=True)
class Plan:
    """How long the stages are, in time units.

    Attributes:
        timestep: Size of a step.
        equilibration: Before each average.
        duration: Of each average.
    """

    timestep: float
    equilibration: float
    duration: float

    def __post_init__(self) -> None:
        for span in (self.equilibration, self.duration):
            if self.steps(span) % BLOCK:
                raise ValueError(f"{span!r} is no whole number of blocks of {BLOCK} steps of {self.timestep!r}")

    def steps(self, span: float) -> int:
        """Number of steps in a span of time."""
        return round(span / self.timestep)


def two_stages(head: str, first: float, second: float, fixes: Fixes, plan: Plan, value: str, ramp: str = "") -> str:
    """Write a script that averages one number at two temperatures.

    Args:
        head: From `units` to `mass`.
        first: Temperature of the earlier stage.
        second: Temperature of the later stage.
        fixes: The fixes of a stage.
        plan: How long the stages are.
        value: What is averaged, an equal-style expression.
        ramp: A fix that brings the system to the second temperature in one block; without it velocities are scaled.

    Returns:
        The script; the averages are the variables `cold` and `hot`, and the fixes of the last stage still act.
    """
    # A crystal's energy is half kinetic: this much more gives it the whole difference.
    heat = f"velocity        all scale {2 * second - first:g}"
    if ramp:
        heat = f"fix             ramp {ramp}\nrun             {BLOCK}\nunfix           ramp"
    away = "\n".join(f"unfix           {fix.split()[0]}" for fix in fixes(first))
    return f"""\
{head}
velocity        all create {2 * first:g} 4711 mom yes rot no
timestep        {plan.timestep}
thermo          {2 * BLOCK}
variable        now equal {value}
{_stage(fixes(first), plan, "cold")}
{away}

{heat}
{_stage(fixes(second), plan, "hot")}
"""


def _stage(fixes: tuple[str, ...], plan: Plan, name: str) -> str:
    acting = "\n".join(f"fix             {fix}" for fix in fixes)
    return f"""
{acting}
run             {plan.steps(plan.equilibration)}
fix             means all ave/time 5 {BLOCK // 5} {BLOCK} v_now ave running
run             {plan.steps(plan.duration)}
variable        {name} equal $(f_means:%.15g)
unfix           means"""
