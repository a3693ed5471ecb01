import pytest

from mdgym.script.lexer import split_words
from mdgym.script.progress import Progress

BOX = ["units metal", "region b block 0 1 0 1 0 1", "create_box 2 b", "create_atoms 1 box"]


def lacking(commands):
    progress = Progress()
    return [message for text in commands for message in progress.follow(split_words(text), True)]


@pytest.mark.parametrize(
    "commands",
    [
        ["mass * 1", "pair_style lj/cut 2.5", "pair_coeff * * 1 1"],
        ["mass 1*2 1", "pair_style lj/cut 2.5", "pair_coeff 1 1 1 1"],
        ["mass 1* 1", "pair_style none"],
        ["mass *1 1", "mass 2 1", "pair_style none"],
        ["mass Cu 1", "pair_style none"],
        ["mass ${i} 1", "pair_style none"],
        ["pair_style eam/fs/opt", "pair_coeff * * Fe_mm.eam.fs Fe Fe"],
        ["pair_style hybrid eam/alloy lj/cut 8.0", "pair_coeff * * lj/cut 1 1"],
        ["pair_style ${p}", "mass * 1"],
        ["fix m all property/atom rmass", "pair_style none"],
        ["atom_style sphere", "pair_style none"],
    ],
)
def test_nothing_is_lacking_in_a_complete_setup(commands):
    assert lacking([*BOX, *commands, "run 1", "run 1"]) == []


def test_a_restart_brings_everything_and_a_data_file_all_but_the_style():
    assert lacking(["read_restart x", "run 1"]) == []
    assert lacking(["pair_style lj/cut 2.5", "read_data x", "run 1"]) == []
    assert lacking(["read_data x", "run 1"]) == [(False, "`run` without a `pair_style`: the atoms do not interact")]


def test_each_lack_is_said_once():
    assert lacking(["mass 1 1", "velocity all set 0 0 0", "pair_style lj/cut 2.5", "run 1", "run 1"]) == [
        (True, "`mass` before there is a box: use `create_box`, `read_data` or `read_restart` first"),
        (True, "`run` before any `pair_coeff`"),
    ]


def test_a_new_pair_style_needs_new_coefficients_but_the_same_one_keeps_them():
    setup = [*BOX, "mass * 1", "pair_style lj/cut 2.5", "pair_coeff * * 1 1"]
    assert lacking([*setup, "pair_style lj/cut 3.5", "minimize 0 0 1 1"]) == []
    assert lacking([*setup, "pair_style soft 1.0", "minimize 0 0 1 1"]) == [
        (True, "`minimize` before any `pair_coeff`")
    ]


def test_commands_that_may_not_be_executed_leave_nothing_certain():
    progress = Progress()
    for text in ["create_box 2 b", "pair_style soft 1.0"]:
        assert list(progress.follow(split_words(text), certain=False)) == []
    assert list(progress.follow(("run", "1"), certain=True)) == []
    assert progress.started
