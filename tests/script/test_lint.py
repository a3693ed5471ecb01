import time

import pytest

from mdgym.engine.library import package_directory
from mdgym.script.lint import Finding, lint

RIGHT = {
    "lj": """
        units lj
        lattice fcc 0.8442
        region box block 0 3 0 3 0 3
        create_box 1 box
        create_atoms 1 box
        mass 1 1.0
        velocity all create 1.44 87287 loop geom
        pair_style lj/cut 2.5
        pair_coeff 1 1 1.0 1.0 2.5
        fix 1 all nve
        run 2
        pair_style lj/cut 3.0
        run 2
    """,
    "eam sets the masses": """
        units metal
        variable a index 3.6
        lattice fcc ${a}
        region box block 0 3 0 3 0 3
        create_box 2 box
        create_atoms 1 box
        pair_style eam/alloy
        pair_coeff * * NiAlH_jea.eam.alloy Ni Al
        min_style cg
        minimize 1e-6 1e-6 2 2
        print "a = ${a}, pe = $(pe)"
    """,
    "file on a path that lammps strips": """
        units metal
        lattice diamond 5.43
        region box block 0 2 0 2 0 2
        create_box 1 box
        create_atoms 1 box
        mass * 28.06
        pair_style sw
        pair_coeff * * potentials/Si.sw Si
        run 0
    """,
    "hybrid": """
        units metal
        lattice fcc 4.0
        region box block 0 3 0 3 0 3
        create_box 2 box
        create_atoms 1 box
        mass 1*2 40
        pair_style hybrid/overlay lj/cut 8.0 morse 6.0
        pair_coeff * * lj/cut 0.01 3.4
        pair_coeff 1 1 morse 0.1 1.0 3.0
        run 0
    """,
    "loop": """
        units lj
        variable i loop 3
        variable t index 1.0 1.1 1.2
        label start
        clear
        units lj
        lattice fcc 0.8
        region box block 0 3 0 3 0 3
        create_box 1 box
        create_atoms 1 box
        mass 1 1.0
        pair_style lj/cut 2.5
        pair_coeff * * 1 1
        fix 1 all nvt temp $t ${t} 0.1
        thermo_style custom step temp pe
        fix 2 all print 1 "step $(step) of ${i}" screen no
        run 2 every 1 "print 't = $t'" "if '$i > 5' then 'jump SELF done'"
        next t
        jump SELF start
        label done
    """,
    "ideal gas of spheres": """
        units lj
        atom_style sphere
        region box block 0 5 0 5 0 5
        create_box 1 box
        create_atoms 1 random 20 12345 box
        pair_style none
        fix 1 all nve/sphere
        run 2
    """,
    "choice": """
        units lj
        variable many equal 1
        if "${many} == 1" then "variable n equal 3" else "variable n equal 2"
        lattice sc 0.8
        region box block 0 $n 0 $n 0 $n units lattice
        create_box 1 box
        create_atoms 1 box
        mass 1 1.0
        if "${many} > 0" then &
            "pair_style soft 1.0" &
            "pair_coeff * * 1.0" &
        elif "${many} > 7" &
            "pair_style zero 2.0"
        run $(v_n+1)
    """,
    "molecule and data written by the script": '''
        units lj
        atom_style bond
        region box block 0 8 0 8 0 8
        create_box 1 box bond/types 1 extra/bond/per/atom 2 extra/special/per/atom 4
        print "a dimer" file dimer.mol
        print "" append dimer.mol
        print """2 atoms
        1 bonds""" append dimer.mol
        variable section index Coords Types Bonds
        variable first index "1 0 0 0" "1 1" "1 1 1 2"
        variable second index "2 1 0 0" "2 1" ""
        label section
        print "" append dimer.mol
        print ${section} append dimer.mol
        print "" append dimer.mol
        print "${first}" append dimer.mol
        if "${section} != Bonds" then "print '${second}' append dimer.mol"
        next section first second
        jump SELF section
        molecule dimer dimer.mol
        create_atoms 0 random 5 123 box mol dimer 77 overlap 0.5 maxtry 50
        mass 1 1
        bond_style harmonic
        bond_coeff 1 50 1.0
        pair_style lj/cut/opt 2.5
        pair_coeff 1 1 0.1 1
        run 0
        write_data all.data
        clear
        units lj
        atom_style bond
        bond_style harmonic
        pair_style lj/cut 2.5
        read_data all.data
        run 0
    ''',
}

# (what stands in the right LJ script, what stands there instead, message, whether LAMMPS itself stops)
LJ = RIGHT["lj"]
WRONG = [
    ("velocity all", "velocitie all", "unknown command 'velocitie'; did you mean 'velocity'?", True),
    ("fix 1 all nve", "fix 1 all nvee", "unknown fix style 'nvee'; did you mean 'nve'?", True),
    ("fix 1 all nve", "fix 1 all", "`fix` has no style", True),
    ("fix 1 all nve", "compute 1 all tempe", "unknown compute style 'tempe'; did you mean 'temp'?", True),
    ("pair_style lj/cut 2.5", "pair_style lj/cutt 2.5", "unknown pair style 'lj/cutt'; did you mean 'lj/cut'?", True),
    ("pair_style lj/cut 2.5", "pair_style lj/cut/gpu 2.5", "unknown pair style 'lj/cut/gpu'", True),
    ("pair_style lj/cut 2.5", "pair_style hybrid lj/cutt 2.5", "unknown pair style 'lj/cutt'", True),
    ("pair_style lj/cut 2.5\n", "\n", "`pair_coeff` before `pair_style`", True),
    ("pair_coeff 1 1 1.0 1.0 2.5", "", "`run` before any `pair_coeff`", True),
    ("mass 1 1.0", "", "`run` before the `mass` of atom type 1", True),
    ("create_box 1 box", "create_box 3 box", "`run` before the `mass` of atom type 2, 3", True),
    ("create_box 1 box", "", "`create_atoms` before there is a box", True),
    ("units lj\n", "units lj\nmass 1 1.0\n", "`mass` before there is a box", True),
    ("units lj\n", "units lj\nvelocity all set 0 0 0\n", "`velocity` before there is a box", True),
    ("units lj\n", "units lj\ngroup a type 1\n", "`group` before there is a box", True),
    ("units lj\n", "units lj\nset type 1 x 1\n", "`set` before there is a box", True),
    ("units lj\n", "units lj\nwrite_data x.data\n", "`write_data` before there is a box", True),
    ("units lj\n", "units lj\nminimize 0 0 1 1\n", "`minimize` before there is a box", True),
    ("units lj\n", "units lj\nreplicate 1 1 2\n", "`replicate` before there is a box", True),
    ("units lj\n", "units lj\ndelete_atoms group all\n", "`delete_atoms` before there is a box", True),
    ("units lj\n", "units lj\ndisplace_atoms all move 0 0 1\n", "`displace_atoms` before there is a box", True),
    ("run 2", "run ${steps}", "variable 'steps' is never defined", True),
    ("run 2", "print 'T = $t'\nrun 2", "variable 't' is never defined", True),
    ("run 2", "jump SELF nowhere\nrun 2", "`jump SELF nowhere`: no such label", True),
    ("run 2", "print 'done\nrun 2", "Unmatched single quote", True),
    ("run 2", "print 'done'.\nrun 2", "quote not followed by white-space", True),
    ("run 2", "if 1 run\nrun 2", "missing argument", True),
    ("run 2", "run 2 evry 1 NULL", "Unknown run keyword: evry", True),
    ("run 2", "", "no `run` or `minimize`", False),
    ("run 2", "shell mkdir out\nrun 2", "fresh directory", False),
    ("run 2", "run 2 every 1 'shell curl x'", "forbidden", False),
    ("run 2", "include other.lmp\nrun 2", "only input files that came with the script", False),
]
EAM = RIGHT["eam sets the masses"]


def run(lammps, tmp_path, script):
    """Run a script in LAMMPS and say whether it came to the end."""
    path = tmp_path / "in.test"
    path.write_text(script)
    instance = lammps.fresh()
    try:
        instance.file(str(path))
    except Exception:
        return False
    return True


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_script_has_no_findings(lammps, catalogue, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    assert lint(RIGHT[name], catalogue) == ()
    assert run(lammps, tmp_path, RIGHT[name])


def test_the_benchmarks_of_lammps_have_no_findings(catalogue):
    for path in (package_directory() / "share" / "lammps" / "bench").glob("in.*"):
        assert [f for f in lint(path.read_text(), catalogue) if f.severity == "error"] == [], path.name


@pytest.mark.parametrize(("right", "wrong", "message", "stops"), WRONG)
def test_a_wrong_script_has_a_finding_on_its_line(lammps, catalogue, tmp_path, right, wrong, message, stops):
    script = LJ.split("pair_style lj/cut 3.0")[0].replace(right, wrong, 1)
    found = [f for f in lint(script, catalogue) if message in f.message]
    assert [f.severity for f in found] == ["error"]
    assert 1 <= found[0].line <= script.count("\n") + 1
    if stops:
        assert not run(lammps, tmp_path, script)


def test_the_line_of_a_finding_is_that_of_the_command(catalogue):
    (finding,) = lint(LJ.replace("pair_coeff", "# comment\npair_coef"), catalogue)[:1]
    assert finding == Finding(11, "error", "unknown command 'pair_coef'; did you mean 'pair_coeff'?")


def test_an_unknown_potential_file_is_found_unless_the_task_or_the_script_brings_it(catalogue):
    script = EAM.replace("NiAlH_jea.eam.alloy", "NiAlH.eam.alloy")
    (finding,) = lint(script, catalogue)
    assert finding.message == "unknown potential file 'NiAlH.eam.alloy'; did you mean 'NiAlH_jea.eam.alloy'?"
    assert lint(script, catalogue, frozenset({"NiAlH.eam.alloy"})) == ()
    assert lint("print 'x' file NiAlH.eam.alloy\n" + script, catalogue) == ()


def test_inside_an_if_everything_is_a_warning(catalogue):
    (finding,) = lint(LJ + "if '1 > 2' then 'fixx 1 all nve'\n", catalogue)
    assert finding.severity == "warning"


def test_no_interaction_is_only_a_warning(lammps, catalogue, tmp_path):
    script = LJ.split("pair_style")[0] + "fix 1 all nve\nrun 1\n"
    assert [f.severity for f in lint(script, catalogue)] == ["warning"]
    assert run(lammps, tmp_path, script)


@pytest.mark.parametrize(
    "change",
    [
        ("units lj\n", "units lj\ninclude more.lmp\n"),
        ("pair_style lj/cut 2.5", "variable p string lj/cut\npair_style $p 2.5"),
        ("fix 1 all nve", "variable f index 1\nfix ${f} all nve"),
        ("create_box 1 box", "variable n index 1\ncreate_box ${n} box"),
        ("run 2", "variable w string x\njump SELF ${w}\nrun 2"),
        ("run 2", "variable w${w} string x\nrun ${w1}"),
        ("run 2", "${w} 2\nrun 2\nvariable w string run"),
    ],
)
def test_nothing_is_said_about_what_is_not_known(catalogue, change):
    assert lint(LJ.replace(*change), catalogue, frozenset({"more.lmp"})) == ()


def test_an_empty_script_has_a_finding(catalogue):
    assert [f.message for f in lint("# nothing\n", catalogue)] == ["the script has no commands"]
    assert [f.severity for f in lint("run\0 1", catalogue)] == ["error"]


@pytest.mark.parametrize(
    "unit", ["x{}\n", "fix 1 all f{}\n", "print ${{v{}}}\n", "${{", "jump SELF l{}\n", "label l{}\n", "&\n"]
)
def test_hostile_scripts_take_linear_time(catalogue, unit):
    script = "".join(unit.format(number) for number in range(10_000))
    started = time.process_time()
    lint(script, catalogue)
    assert time.process_time() - started < 3
