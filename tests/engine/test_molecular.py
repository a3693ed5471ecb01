"""Systems with bonds are replayed from a restart that the engine itself has written."""

import numpy as np
import pytest

from mdgym.engine import Engine
from mdgym.engine.execution import COLUMNS
from mdgym.engine.replay import FreeMotion, Replay

FORCE_FIELD = (
    "pair_style lj/cut 1.12",
    "pair_modify shift yes",
    "pair_coeff 1 1 1 1",
    "bond_style harmonic",
    "bond_coeff 1 50 1.26",
)
SCRIPT = f"""units lj
atom_style bond
lattice sc 0.5
region box block 0 6 0 6 0 6
create_box 1 box bond/types 1 extra/bond/per/atom 6 extra/special/per/atom 80
create_atoms 1 box
mass 1 1
{chr(10).join(FORCE_FIELD)}
create_bonds many all all 1 1.0 1.27
velocity all create 1 5
fix 1 all nve
timestep 0.002
run 100
"""


def test_energies_and_motion_of_a_bonded_system_are_reproduced() -> None:
    with Engine() as engine:
        execution = engine.run(SCRIPT)
        state, segment = execution.state, execution.segments[-1]
        assert state is not None
        assert execution.files == ()
        motion = FreeMotion(0.002, 20, state.positions, state.velocities, state.box)
        frames = segment.frames[-3:]
        job = Replay("lj", 3, state.periodic, (1.0,), state.types, FORCE_FIELD, frames, motion, state.restart)
        result = engine.replay(job)
    assert result.error == ""
    assert result.potentials == pytest.approx([frame.potential for frame in frames], rel=1e-12)
    energy = [COLUMNS.index("potential"), COLUMNS.index("kinetic")]
    assert np.sum(result.samples[0, energy]) == pytest.approx(np.sum(segment.samples[-1, energy]), rel=1e-12)


@pytest.mark.parametrize("modified", ["shift yes", "tail yes"])
def test_what_a_script_has_modified_does_not_pass_into_the_replay(modified: str) -> None:
    # bonded neighbours count too: there are hardly others in reach
    plain = ("pair_style lj/cut 2.0", *FORCE_FIELD[2:], "special_bonds lj 1 1 1")
    script = SCRIPT.replace("lj/cut 1.12", "lj/cut 2.0").replace("pair_modify shift yes", f"pair_modify {modified}")
    script = script.replace("velocity", "special_bonds lj 1 1 1\nvelocity")
    with Engine() as engine:
        execution = engine.run(script)
        state = execution.state
        assert state is not None, execution.error
        frames = execution.segments[-1].frames[-3:]
        job = Replay("lj", 3, state.periodic, (1.0,), state.types, plain, frames, None, state.restart)
        result = engine.replay(job)
    assert result.error == ""
    off = [abs(a - frame.potential) / state.atoms for a, frame in zip(result.potentials, frames, strict=True)]
    assert min(off) > 1e-3


def test_a_script_that_ends_with_a_recorder_of_its_own_leaves_its_topology() -> None:
    recorded = SCRIPT.replace("run 100\n", "variable t equal temp\nfix mine all vector 7 v_t\nrun 100\n")
    with Engine() as engine:
        execution = engine.run(recorded + "variable mean equal ave(f_mine)\n", variables=("mean",))
    assert execution.state is not None and execution.state.restart
    assert execution.variables["mean"] > 0
