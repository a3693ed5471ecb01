"""What is read from LAMMPS's memory after the last command."""

import numpy as np
import pytest

BOX = "region b block 0 4 0 5 0 6\ncreate_box 2 b\n"


def test_the_state_is_sorted_by_id_and_complete(engine):
    execution = engine.run(
        "units metal\nboundary p s f\natom_style charge\nregion b prism 0 4 0 5 0 6 1 0.5 -0.5\ncreate_box 2 b\n"
        "create_atoms 2 single 3 3 3\ncreate_atoms 1 single 1 2 3\ncreate_atoms 2 single 2 1 3\n"
        "mass 1 10\nmass 2 20\nset atom 1 charge -0.5\nset atom 3 charge 0.25\nvelocity all set 0 0 0\n"
        "set atom 2 vx 7\npair_style zero 1\npair_coeff * *\ntimestep 0.003\nreset_timestep 5\nrun 0\n"
    )
    assert execution.status == "completed", execution.error
    state = execution.state
    assert (state.units, state.dimension, state.periodic) == ("metal", 3, (True, False, False))
    assert (state.step, state.timestep, state.atoms) == (5, 0.003, 3)
    assert state.ids.tolist() == [1, 2, 3]
    assert state.types.tolist() == [2, 1, 2]
    assert state.masses.tolist() == [20, 10, 20]
    assert state.charges.tolist() == [-0.5, 0, 0.25]
    assert np.allclose(state.positions, [[3, 3, 3], [1, 2, 3], [2, 1, 3]], rtol=1e-14)
    assert state.velocities.tolist() == [[0, 0, 0], [7, 0, 0], [0, 0, 0]]
    assert state.box[2].tolist() == [1, 0.5, -0.5]
    assert state.force_field == ("pair_style zero 1", "pair_coeff * *")
    assert state.restart is None


def test_atoms_that_carry_their_own_mass_have_it(engine):
    execution = engine.run(
        f"atom_style sphere\n{BOX}create_atoms 1 single 1 1 1\ncreate_atoms 2 single 2 2 2\n"
        "set atom 1 diameter 1.0 density 2.0\nset atom 2 diameter 2.0 density 3.0\n"
    )
    assert np.allclose(execution.state.masses, [np.pi / 6 * 2, np.pi / 6 * 8 * 3])


def test_a_mass_that_was_not_set_is_no_number_to_trust(engine):
    state = engine.run(f"{BOX}create_atoms 1 single 1 1 1\n").state
    assert not state.masses[0] > 0


@pytest.mark.parametrize(
    "script", ["units lj\n", "clear\n", f"{BOX}clear\n", f"atom_modify id no\n{BOX}create_atoms 1 single 1 1 1\n"]
)
def test_without_a_box_or_ids_there_is_no_state(engine, script):
    execution = engine.run(script)
    assert (execution.status, execution.state) == ("completed", None)


def test_a_box_without_atoms_is_a_state(engine):
    state = engine.run(BOX).state
    assert state.atoms == 0
    assert state.positions.shape == state.velocities.shape == (0, 3)
    assert state.masses.shape == state.ids.shape == (0,)


@pytest.mark.parametrize(("style", "kept"), [("atomic", False), ("charge", False), ("bond", True), ("full", True)])
def test_a_restart_is_kept_of_molecular_systems_only(engine, style, kept):
    extra = " bond/types 1 extra/bond/per/atom 1 extra/special/per/atom 2" if kept else ""
    bonds = "bond_style zero\nbond_coeff 1\ncreate_bonds single/bond 1 1 2\n" if kept else ""
    execution = engine.run(
        f"atom_style {style}\nregion b block 0 4 0 5 0 6\ncreate_box 1 b{extra}\nmass 1 1\npair_style zero 3\n"
        f"pair_coeff * *\ncreate_atoms 1 single 1 1 1\ncreate_atoms 1 single 2 2 2\n{bonds}"
    )
    assert execution.status == "completed", execution.error
    assert (execution.state.restart is not None) == kept
    assert execution.files == ()


def test_an_end_without_completion_has_no_state_and_no_variables(engine):
    execution = engine.run(f"{BOX}variable a equal 1\nfoo\n")
    assert (execution.state, execution.variables) == (None, {})


STYLES = {
    # definition: value at the end
    "equal 2+3": 5.0,
    "equal v_missing": None,
    "equal 1/0": None,
    "equal sqrt(-1)": None,
    "index 4 5": 4.0,
    "index word": None,
    "index 1e3": 1000.0,
    "loop 3": 1.0,
    "string 7": 7.0,
    "string ' 8 '": 8.0,
    "string nan": None,
    "string inf": None,
    "string 1_000": None,
    "format e %8.3f": 3.142,
    "internal 2.5": 2.5,
    "vector [1,2]": None,
    "atom 1": None,
    "getenv HOME": None,
}


@pytest.mark.parametrize("definition", STYLES)
def test_variables_have_the_value_that_they_would_print(engine, definition):
    script = f"variable e equal PI\nvariable x {definition}\n"
    execution = engine.run(script, variables=("x",))
    if "getenv" in definition:
        assert execution.status == "script_error"
        return
    assert execution.status == "completed", execution.error
    assert execution.variables == {"x": STYLES[definition]}
    everything = engine.run(script).variables
    assert everything.get("x") == STYLES[definition]


def test_of_many_variables_the_first_are_evaluated(engine):
    variables = engine.run("".join(f"variable v{i} equal {i}\n" for i in range(300))).variables
    assert variables == {f"v{i}": float(i) for i in range(200)}


def test_a_variable_that_ends_lammps_is_the_fault_of_the_script(engine):
    chain = "".join(f"variable {x} equal {'(' * 1900}v_{y}{')' * 1900}\n" for x, y in zip("abcdefghi", "bcdefghij"))
    execution = engine.run(chain)
    assert execution.status == "crash"
    assert not execution.executed
