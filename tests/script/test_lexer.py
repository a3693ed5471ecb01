import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mdgym.script.lexer import Command, ScriptSyntaxError, check_quotes, clean, quote_words, read_script, split_words

NAMES = tuple(f"v{number}" for number in range(6))
TAILS = st.lists(
    st.sampled_from(
        [" ", " a", " b c", "&", " &", " & &", '"', '"""', "'", "#", "\t", "\r", "\v", " “", "” ", "’", "\u00a0"]
    ),
    max_size=6,
).map("".join)
WORDS = st.lists(st.text(st.sampled_from(" ab'\"#$&{}()\n\t*;|\\"), max_size=6), min_size=1, max_size=6)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def scripts(draw):
    lines = [f"variable {name} index {name}{draw(TAILS)}" for name in NAMES]
    for _ in range(draw(st.integers(0, 4))):
        lines.insert(draw(st.integers(0, len(lines))), draw(TAILS))
    return "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n\n"]))


def as_read_here(script):
    """What the `variable … index` commands of a script define, and whether one of them is an error."""
    found = {}
    for command in read_script(script):
        try:
            check_quotes(command.text)
            words = split_words(command.text)
        except ScriptSyntaxError:
            return found, True
        if words[0] != "variable" or len(words) < 4:
            return found, True
        found.setdefault(words[1], words[3:])
    return found, False


@QUICK
@given(scripts())
@example("variable v0 index a &\n\n &\nb # c &\nvariable v1 index d\nvariable v2 index &\n")
@example('variable v0 index """a\n\n  b &\nc""" # """\nvariable v1 index d\n""" \nvariable v2 index e &')
@example("variable v0 index a & &\n \nvariable v1 index c\nvariable v2 index “a b” ’c d’\n")
def test_a_file_is_read_as_lammps_reads_it(tmp_path, lammps, script):
    path = tmp_path / "in.test"
    path.write_text(script, encoding="utf-8", newline="")
    assert as_read_here(script) == lammps.variables(lambda lmp: lmp.file(str(path)), NAMES)


@QUICK
@given(WORDS)
def test_quoted_words_are_read_back_by_lammps_and_by_the_splitter(lammps, words):
    try:
        text = quote_words(words)
    except ScriptSyntaxError:
        # Only a word that holds both kinds of quotes can be beyond LAMMPS.
        assert any("'" in word and '"' in word for word in words)
        return
    assert split_words(text) == tuple(words)
    command = f"variable v0 index {text}"
    assert lammps.variables(lambda lmp: lmp.command(command), NAMES) == ({"v0": tuple(words)}, False)


@given(st.text(st.sampled_from("ab \t'\"#&"), max_size=30))
def test_words_split_from_any_text_are_quoted_back_unless_lammps_cannot_say_them(text):
    try:
        words = split_words(text)
        quoted = quote_words(words)
    except ScriptSyntaxError:
        return
    assert split_words(quoted) == words
    assert clean(quoted) == quoted
    check_quotes(quoted)


def test_comments_continuations_and_line_numbers():
    script = '# units metal &\nstill a comment\n\nunits   metal # Å “\nfix 1 all &\n  nve\nprint "a # b" # \'c\n'
    assert read_script(script, "in.x") == (
        Command("units   metal", 4, "in.x"),
        Command("fix 1 all   nve", 5, "in.x"),
        Command('print "a # b"', 7, "in.x"),
    )


def test_triple_quotes_hold_other_quotes_and_lose_blank_lines():
    (command,) = read_script('print """a "b"\n\n  it\'s"""  file x # c\n')
    assert split_words(command.text) == ("print", 'a "b"\n  it\'s', "file", "x")


def test_a_continuation_on_the_last_line_stays_a_word():
    assert read_script("run 10 &\n") == (Command("run 10 &", 1),)
    assert read_script("run 10 &") == (Command("run 10 &", 1),)
    assert read_script("&\n") == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('print "a', "Unbalanced quotes in input line"),
        ('print """a"', "Unbalanced quotes in input line"),
        ('print "a"b', "Input line quote not followed by white-space"),
    ],
)
def test_broken_quotes_are_refused_as_lammps_refuses_them(text, message):
    with pytest.raises(ScriptSyntaxError, match=message):
        split_words(text)


@pytest.mark.parametrize(("text", "kind"), [("it's", "single"), ('x"', "double"), ('a """b"', "triple")])
def test_a_quote_that_never_closes_is_found_inside_a_word(text, kind):
    with pytest.raises(ScriptSyntaxError, match=f"Unmatched {kind} quote in command"):
        check_quotes(text)


def test_an_expanded_value_may_hold_a_hash_or_an_apostrophe():
    assert split_words("print it's#1") == ("print", "it's#1")


def test_a_value_that_lammps_would_change_is_not_quoted():
    with pytest.raises(ScriptSyntaxError, match="non-ASCII"):
        quote_words(("print", "a” file b"))


def test_nul_is_refused_with_its_line():
    with pytest.raises(ScriptSyntaxError, match="line 2"):
        read_script("run 1\nrun\0 2\n")


def test_characters_beyond_ascii_become_what_lammps_makes_of_them_or_a_question_mark():
    assert clean("mass\u00a01 \u22121 Å 😀 \ud800") == "mass 1 -1 ? ? ?"


@pytest.mark.parametrize(
    "unit", ["\n", "&\n", "a &\n", '"', '"""', "'\n", "# ", "\t", "& ", "x\n&\n", '"" ', '"a"\n', "\r\n", "é"]
)
def test_hostile_text_takes_linear_time(unit):
    script = (unit * (200_000 // len(unit) + 1))[:200_000] + "& " * 1000 + "\n" * 1000
    started = time.process_time()
    for command in read_script(script):
        try:
            check_quotes(command.text)
            split_words(command.text)
        except ScriptSyntaxError:
            pass
    assert time.process_time() - started < 2
