from mdgym.script.styles import COMMANDS, SUFFIXES, without_suffix


def test_the_list_of_commands_is_that_of_lammps(catalogue):
    # Deprecated names that LAMMPS only keeps to say so.
    old = {"box", "kim", "reset_ids", "reset_atom_ids", "reset_mol_ids", "mdi", "quit"}
    assert (catalogue.commands ^ COMMANDS) <= old


def test_a_suffix_is_stripped_and_nothing_else(catalogue):
    for style in catalogue.styles["pair"]:
        plain = without_suffix(style)
        assert plain == style or (plain in catalogue.styles["pair"] and style[len(plain) + 1 :] in SUFFIXES)
