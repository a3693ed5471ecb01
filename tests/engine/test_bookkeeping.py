"""What is in force while a script runs."""

from mdgym.engine.bookkeeping import Bookkeeping


def after(*commands: str) -> Bookkeeping:
    books = Bookkeeping()
    for command in commands:
        books.note(tuple(command.split()))
    return books


def test_a_new_pair_style_forgets_the_coefficients_of_the_old_one() -> None:
    books = after("pair_style lj/cut 2.5", "pair_coeff 1 1 1 1", "pair_style eam", "pair_coeff * * Cu_u3.eam")
    assert books.force_field == ("pair_style eam", "pair_coeff * * Cu_u3.eam")


def test_the_same_command_again_changes_nothing() -> None:
    books = after("pair_style eam", "pair_coeff * * Cu_u3.eam", "pair_coeff * * Cu_u3.eam")
    assert len(books.force_field) == 2


def test_fixes_come_change_and_go() -> None:
    books = after("fix 1 all nve", "fix 2 all langevin 1 1 1 5", "fix_modify 2 energy yes", "unfix 1")
    assert books.fixes == ("fix 2 all langevin 1 1 1 5", "fix_modify 2 energy yes")


def test_what_a_thermostat_takes_its_target_from_is_part_of_it() -> None:
    books = after("variable t atom 1+x", "variable p equal press", "fix 1 all ave/time 1 1 1 v_p")
    assert books.fixes == ("fix 1 all ave/time 1 1 1 v_p",)
    books.note(("fix", "2", "all", "langevin", "v_t", "1.0", "0.1", "5"))
    assert "variable t atom 1+x" in books.fixes
    assert "variable p equal press" not in books.fixes


def test_changed_degrees_of_freedom_are_kept() -> None:
    assert after("compute_modify thermo_temp extra/dof 300").fixes == ("compute_modify thermo_temp extra/dof 300",)
    assert after("compute_modify thermo_temp dynamic/dof yes").fixes == ()


def test_touched_is_taken_once() -> None:
    books = after("velocity all create 1 2", "print x", "replicate 2 2 2")
    assert books.take_touched() == ("velocity all create 1 2", "replicate 2 2 2")
    assert books.take_touched() == ()


def test_clear_forgets_all_but_leaves_a_trace() -> None:
    books = after("pair_style eam", "fix 1 all nve", "compute_modify thermo_temp extra/dof 3", "clear")
    assert (books.force_field, books.fixes, books.take_touched()) == ((), (), ("clear",))
