import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mdgym.script.lexer import Command, ScriptSyntaxError, quote_words, read_script, split_words
from mdgym.script.nested import (
    IfThen,
    Partition,
    RunEvery,
    nested_commands,
    parse_if,
    parse_partition,
    parse_run,
    walk,
)

NAMES = ("a", "b", "c")
IF_WORDS = st.lists(
    st.sampled_from(["1", "0", "then", "elif", "else", "", *(f"variable {name} index x" for name in NAMES)]),
    min_size=2,
    max_size=9,
)


def executed(words):
    """The variables that an `if` command defines here, and whether it is an error."""
    try:
        commands = parse_if(words).choose(lambda condition: _number(condition) != 0)
    except ScriptSyntaxError:
        return {}, True
    found = {}
    for command in commands:
        parts = split_words(command)
        if parts[0] != "variable":
            return found, True
        found[parts[1]] = parts[3:]
    return found, False


def _number(condition):
    if condition not in ("0", "1"):
        raise ScriptSyntaxError("LAMMPS cannot evaluate this condition")
    return int(condition)


@settings(max_examples=150, deadline=None)
@given(IF_WORDS)
@example(["0", "then", "variable a index x", "elif"])
@example(["0", "then", "variable a index x", "else"])
@example(["0", "then", "variable a index x", "else", "variable b index x", "elif"])
@example(["0", "then", "", "elif", "1", "variable b index x", "variable c index x", "else", ""])
def test_if_chooses_what_lammps_executes(lammps, arguments):
    words = ("if", *arguments)
    assert executed(words) == lammps.variables(lambda lmp: lmp.command(quote_words(words)), NAMES)


def test_if_has_its_parts():
    words = split_words("if \"${x} > 1\" then 'run 1' \"print 'a b'\" elif $x quit else 'jump SELF end'")
    assert parse_if(words) == IfThen(
        (("${x} > 1", ("run 1", "print 'a b'")), ("$x", ("quit",))),
        ("jump SELF end",),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("if 1 then", "Illegal if command: missing argument"),
        ("if 1 run 1", 'expected "then" but found "run"'),
    ],
)
def test_a_malformed_if_is_refused(text, message):
    with pytest.raises(ScriptSyntaxError, match=message):
        parse_if(split_words(text))


def test_conditions_after_the_first_that_holds_are_not_evaluated():
    asked = []
    parsed = parse_if(("if", "a", "then", "x", "elif", "b", "y", "elif", "c", "z"))
    assert parsed.choose(lambda condition: asked.append(condition) or condition == "b") == ("y",)
    assert asked == ["a", "b"]


def test_run_every_has_its_commands():
    words = split_words('run 100 upto pre no every 10 "print $x" "velocity all scale 1"')
    assert parse_run(words) == RunEvery("100", ("upto", "pre", "no"), "10", ("print $x", "velocity all scale 1"))
    assert parse_run(split_words("run 100 every 10 NULL")) == RunEvery("100", (), "10", ())
    assert parse_run(split_words("run 100 start 0 stop 9")) == RunEvery("100", ("start", "0", "stop", "9"))


@pytest.mark.parametrize("text", ["run", "run 1 often", "run 1 every 2", "run 1 pre"])
def test_a_malformed_run_is_refused(text):
    with pytest.raises(ScriptSyntaxError):
        parse_run(split_words(text))


def test_partition_holds_a_command():
    words = split_words("partition yes 1*2 print 'a b'")
    assert parse_partition(words) == Partition("yes", "1*2", 'print "a b"')
    with pytest.raises(ScriptSyntaxError, match="Illegal partition"):
        parse_partition(split_words("partition yes 1 partition no 1 run 1"))


def test_a_plain_command_holds_no_other():
    assert nested_commands(("fix", "1", "all", "nve")) == ()
    assert nested_commands(()) == ()


def test_walk_finds_every_command_at_every_depth():
    script = """
        units lj
        if 1 then 'run 5 every 1 "print a # b"' elif 0 "partition yes 1 shell ls" else "# nothing" 'it"s'
        run 1 sometimes
    """
    assert [(command.text.split(" ")[0], command.line) for command in walk(read_script(script))] == [
        ("units", 2),
        ("if", 3),
        ("run", 3),
        ("print", 3),
        ("partition", 3),
        ("shell", 3),
        ('it"s', 3),
        ("run", 4),
    ]
    assert list(walk([Command("run 1 every 1 'quit # x'", 7)]))[1] == Command("quit", 7)
