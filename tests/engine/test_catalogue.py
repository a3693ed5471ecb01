"""The linter's data come from the installed LAMMPS."""

from mdgym.engine import Engine
from mdgym.engine.catalogue import read_catalogue
from mdgym.script import lint

SCRIPT = """units metal
atom_style atomic
lattice fcc 3.6
region box block 0 2 0 2 0 2
create_box 1 box
create_atoms 1 box
pair_style eam/aloy
pair_coeff * * Cu_mishin.eam.alloy Cu
fix 1 all nvet
run 10
"""


def test_the_linter_names_the_nearest_style_and_file_of_this_lammps() -> None:
    with Engine() as engine:
        catalogue = read_catalogue(engine)
    assert {"run", "if", "create_box"} <= catalogue.commands
    messages = " ".join(finding.message for finding in lint(SCRIPT, catalogue))
    assert "eam/alloy" in messages
    assert "Cu_mishin1.eam.alloy" in messages
    fixed = SCRIPT.replace("eam/aloy", "eam/alloy").replace("mishin.", "mishin1.").replace("nvet", "nve")
    assert lint(fixed, catalogue) == ()
