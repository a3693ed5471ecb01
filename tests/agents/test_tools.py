import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mdgym.agents.grammar import GRAMMAR, PAIR_STYLES
from mdgym.agents.tools import TOOLS, call_tool, potential_hints, tool_schemas
from mdgym.agents.workshop import SHORT_STEPS, Workshop
from mdgym.engine import Engine
from mdgym.errors import InfrastructureError
from mdgym.script import lint


@pytest.fixture(scope="module")
def engine():
    with Engine() as engine:
        yield engine


@pytest.fixture(scope="module")
def catalogue(engine):
    return Workshop(engine).catalogue


@pytest.fixture
def workshop(engine, catalogue):
    return Workshop(engine, catalogue)


def call(workshop, tool, /, **arguments):
    return call_tool(workshop, tool, json.dumps(arguments))


def test_what_the_grammar_names_is_in_this_lammps(catalogue):
    assert GRAMMAR.keys() <= catalogue.commands
    assert set(PAIR_STYLES.values()) <= catalogue.styles["pair"]
    assert all(text.startswith(name) for name, text in GRAMMAR.items())


def test_potentials_are_found_by_elements_and_by_words_of_the_citation(workshop):
    assert "Si.sw" in call(workshop, "list_potentials", ending=".sw").split()
    found = call(workshop, "search_potentials", words="Cu mishin")
    assert "Cu_mishin1.eam.alloy (pair_style eam/alloy)" in found
    assert "CuNi.eam.alloy" not in found
    # `edip` reads one element only
    assert "SiC.edip (pair_style edip/multi)" in call(workshop, "search_potentials", words="Si C")
    # the letters of an element inside of another one are not meant
    assert "Si.sw" not in call(workshop, "search_potentials", words="S")
    assert "No potential file" in call(workshop, "search_potentials", words="Cu nobody")
    assert "No file here" in call(workshop, "list_potentials", ending=".xyz")


def test_files_of_the_task_are_listed_too(engine, catalogue):
    workshop = Workshop(engine, catalogue, {"water.mol": "text"})
    assert call(workshop, "list_potentials", ending=".mol") == "water.mol"


def test_commands_and_styles_are_looked_up(workshop):
    assert call(workshop, "look_up", name="pair_coeff").startswith("command: pair_coeff I J args")
    assert call(workshop, "look_up", name="nvt").startswith("fix style: nvt\nlonger names: nvt/asphere")
    assert "minimize" in call(workshop, "look_up", name="minimise")
    assert call(workshop, "look_up", name="").startswith("This LAMMPS has no ''")


def test_linter_speaks_as_a_tool(workshop, good):
    assert call(workshop, "lint", script=good) == "Nothing found."
    assert "did you mean 'fix'" in call(workshop, "lint", script=good.replace("fix 1", "fxi 1"))
    assert workshop.used == 0


def test_short_run_is_short_and_counted(workshop, good):
    long = good.replace("run 100", "run 100000") + "variable t equal step\n"
    told = call(workshop, "short_run", script=f"```lammps\n{long}```")
    assert f"({SHORT_STEPS} steps)" in told
    assert told.splitlines()[-1] == f"variable t = {SHORT_STEPS}"
    rows = call(workshop, "read_thermo", script=long, rows=4).splitlines()[2:-1]
    assert [row.split()[0] for row in rows][:: len(rows) - 1] == ["0", str(SHORT_STEPS)]
    assert workshop.used == 2


def test_error_of_a_short_run_is_told(workshop, good):
    assert "line 11" in call(workshop, "short_run", script=good.replace("run 100", "run ten"))


def test_attack_through_a_tool_is_refused(workshop, good):
    assert "forbidden" in call(workshop, "short_run", script="shell curl example.org\n" + good)


def test_no_run_is_made_when_none_is_left(engine, catalogue, good):
    workshop = Workshop(engine, catalogue, runs=1)
    assert "ran to its end" in call(workshop, "short_run", script=good)
    assert "No LAMMPS run is left" in call(workshop, "short_run", script=good)
    assert workshop.used == 1


def test_our_failure_is_tried_once_more_and_then_raised(catalogue, good):
    class Failing(Engine):
        asked = 0

        def run(self, *arguments):
            self.asked += 1
            raise InfrastructureError("no disk")

    engine = Failing()
    with pytest.raises(InfrastructureError, match="no disk"):
        call(Workshop(engine, catalogue), "short_run", script=good)
    assert engine.asked == 2


def test_schemas_are_made_from_the_functions():
    schemas = [schema["function"] for schema in tool_schemas()]
    assert [schema["name"] for schema in schemas] == [tool.__name__ for tool in TOOLS]
    thermo = schemas[-1]["parameters"]
    assert {name: p["type"] for name, p in thermo["properties"].items()} == {"script": "string", "rows": "integer"}
    assert thermo["required"] == ["script", "rows"]
    assert all(p["description"] for schema in schemas for p in schema["parameters"]["properties"].values())
    assert all(schema["description"].endswith((".", "?")) for schema in schemas)
    json.dumps(schemas)


@pytest.mark.parametrize(
    ("name", "arguments", "complaint"),
    [
        ("rm", "{}", "no tool 'rm'; there are: list_potentials"),
        ("lint", "{", "no JSON"),
        ("lint", "[" * 20_000, "no JSON"),
        ("lint", "x" * 30_001, "at most 30000 are read"),
        ("rm\ud800" * 9000, "{}", "no tool 'rm"),
        ("lint", "[]", "takes exactly: script (string)"),
        ("lint", "", "takes exactly: script (string)"),
        ("lint", '{"script": 1}', "takes exactly"),
        ("read_thermo", '{"script": "run 1", "rows": true}', "rows (integer)"),
        ("lint", '{"script": "run 1", "more": "x"}', "takes exactly"),
    ],
)
def test_wrong_call_is_answered_with_what_is_right(workshop, name, arguments, complaint):
    assert complaint in call_tool(workshop, name, arguments)


@given(st.sampled_from([tool.__name__ for tool in TOOLS[:4]]), st.text())
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_words_get_an_answer_of_bounded_length(workshop, name, text):
    argument = {"list_potentials": "ending", "search_potentials": "words", "look_up": "name", "lint": "script"}[name]
    assert 0 < len(call_tool(workshop, name, json.dumps({argument: text}))) <= 6000


def test_missing_potential_is_answered_with_those_for_its_element(catalogue):
    script = "pair_style eam/alloy\npair_coeff * * Cu_old.eam.alloy Cu\npair_coeff * * x.sw Si\nrun 1\n"
    hints = potential_hints(script, lint(script, catalogue), catalogue)
    assert len(hints) == 2
    alloy = next(hint for hint in hints if "pair_style eam/alloy" in hint)
    assert "Cu_mishin1.eam.alloy" in alloy and "Al_zhou.eam.alloy" not in alloy
    right = script.replace("Cu_old", "Cu_mishin1").replace("x.sw", "Si.sw")
    assert potential_hints(right, lint(right, catalogue), catalogue) == ()


def test_hints_come_in_the_order_of_the_script(catalogue):
    files = [f"old{ending}" for ending in PAIR_STYLES]
    script = f"pair_style none\npair_coeff * * {' '.join(files)}\nrun 1\n"
    hints = potential_hints(script, lint(script, catalogue), catalogue)
    assert [hint.split(" for ")[1].split(" here")[0] for hint in hints] == [
        f"pair_style {style}" for style in dict.fromkeys(PAIR_STYLES.values())
    ]
