"""Scripts for the family `cohesion`: lattice constant and cohesive energy at 0 K."""

from mdgym.benchmarks.scripts import Mistake, Scripts
from mdgym.benchmarks.scripts.cohesion_cheats import cheats
from mdgym.benchmarks.scripts.common import BOX, POTENTIAL, STRETCH, Plain

PLAIN = Plain(
    {
        "box": BOX,
        "potential": POTENTIAL,
        "relax": "fix relax all box/relax iso 0.0 vmax 0.001\nminimize 1.0e-12 1.0e-12 1000 10000",
        "answer": "variable a0 equal lx/${cells}\nvariable ecoh equal pe/atoms",
    }
)
change = PLAIN.change

_ENERGY = "variable e equal pe/atoms"

# Energies at seven lattice constants within 0.6 %, least squares by a parabola in i = -3 ... 3.
_PARABOLA = f"""\
{_ENERGY}
variable s0 equal 0
variable s1 equal 0
variable s2 equal 0
variable i index -3 -2 -1 0 1 2 3
label scan
variable a equal ${{constant}}*(1+0.002*${{i}})
{STRETCH}
variable s0 equal $(v_s0+v_e:%.16g)
variable s1 equal $(v_s1+v_i*v_e:%.16g)
variable s2 equal $(v_s2+v_i*v_i*v_e:%.16g)
next i
jump SELF scan
variable c2 equal (v_s2-4*v_s0)/84
variable c1 equal v_s1/28
variable c0 equal v_s0/7-4*v_c2"""
_VERTEX = """\
variable a0 equal ${constant}*(1-0.002*v_c1/(2*v_c2))
variable ecoh equal v_c0-v_c1^2/(4*v_c2)"""

# Secant steps until the pressure vanishes.
_SECANT = f"""\
variable p equal press
variable e equal pe/atoms
variable a equal ${{constant}}*0.995
{STRETCH}
variable a1 equal ${{a}}
variable p1 equal ${{p}}
variable a equal ${{constant}}*1.005
variable turn loop 6
label secant
{STRETCH}
variable a2 equal ${{a}}
variable p2 equal ${{p}}
if "$(abs(v_p2)) < 0.01" then "jump SELF found"
variable a equal $(v_a2-v_p2*(v_a2-v_a1)/(v_p2-v_p1):%.14g)
variable a1 equal ${{a2}}
variable p1 equal ${{p2}}
next turn
jump SELF secant
label found"""

# Halves the bracket of the minimum by golden section: no derivative, no parabola.
_GOLDEN = f"""\
{_ENERGY}
variable g equal (sqrt(5)-1)/2
variable low equal $(0.985*${{constant}})
variable high equal $(1.015*${{constant}})
variable turn loop 16
label golden
variable a equal $(v_high-v_g*(v_high-v_low):%.14g)
{STRETCH}
variable left equal $(v_e:%.16g)
variable x1 equal ${{a}}
variable a equal $(v_low+v_g*(v_high-v_low):%.14g)
{STRETCH}
variable right equal $(v_e:%.16g)
variable x2 equal ${{a}}
if "${{left}} < ${{right}}" then "variable high equal ${{x2}}" else "variable low equal ${{x1}}"
next turn
jump SELF golden
variable a equal $((v_low+v_high)/2:%.14g)
{STRETCH}"""

# The classic tutorial: per-atom energies, box length, printing of results.
_TUTORIAL = """\
compute eng all pe/atom
compute eatoms all reduce sum c_eng
reset_timestep 0
fix 1 all box/relax iso 0.0 vmax 0.001
thermo 10
thermo_style custom step pe lx ly lz press pxx pyy pzz c_eatoms
min_style cg
minimize 1e-25 1e-25 5000 10000
variable natoms equal "count(all)"
variable teng equal "c_eatoms"
variable length equal "lx\""""
_TUTORIAL_ANSWER = """\
variable a0 equal "v_length/${cells}"
variable ecoh equal "v_teng/v_natoms"
print "Total energy (eV) = ${teng};"
print "Lattice constant (Angstroms) = ${a0}; Cohesive energy (eV) = ${ecoh};"
print "All done!\""""

_CUBE = "variable a0 equal (${per_cell}*vol/atoms)^(1/3)\nvariable ecoh equal pe/atoms"
_ENDLESS = "label again\nrun 0\njump SELF again\n"

VARIANTS = {
    "plain": change(),
    "tutorial": change(relax=_TUTORIAL, answer=_TUTORIAL_ANSWER),
    "steepest descent": change(relax=f"min_style sd\n{PLAIN.parts['relax']}\n{PLAIN.parts['relax']}"),
    "aniso": change(
        relax="fix relax all box/relax aniso 0.0 vmax 0.001\nminimize 0 1e-10 1000 10000",
        answer="variable a0 equal (lx+ly+lz)/(3*${cells})\nvariable ecoh equal pe/atoms",
    ),
    "triclinic": change(
        relax="change_box all triclinic\nfix relax all box/relax tri 0.0 vmax 0.001\nminimize 0 1e-10 1000 10000",
        answer=_CUBE,
    ),
    "several minimizations": change(
        relax="variable i loop 3\n"
        "label again\n"
        "fix relax all box/relax iso 0.0 vmax 0.01\n"
        "minimize 0 1e-8 100 1000\n"
        "unfix relax\n"
        "min_style fire\n"
        "minimize 0 1e-8 100 1000\n"
        "min_style cg\n"
        "next i\n"
        "jump SELF again"
    ),
    "parabola": change(relax=_PARABOLA, answer=_VERTEX),
    "secant on the pressure": change(
        relax=_SECANT, answer="variable a0 equal v_a\nvariable ecoh equal pe/atoms\nprint 'a0 = ${a0}'"
    ),
    "golden section": change(relax=_GOLDEN, answer="variable a0 equal ${a}\nvariable ecoh equal ${e}"),
    "relaxed coarsely, then parabola": change(
        relax="fix relax all box/relax iso 0.0 vmax 0.001\nminimize 0 1e-4 50 500\nunfix relax\n" + _PARABOLA,
        answer=_VERTEX,
    ),
    "far start": change(box=BOX.replace("${constant}", "$(1.02*${constant})"), answer=_CUBE),
    "close start": change(box=BOX.replace("${constant}", "$(0.985*${constant})"), answer=_CUBE),
    "one cell": change(box=BOX.replace("${cells}", "1"), answer=_CUBE),
    "more cells": change(box=BOX.replace("${cells}", "5"), answer=_CUBE),
    "oblong": change(box=BOX.replace("0 ${cells} 0 ${cells} 0 ${cells}", "0 2 0 3 0 4"), answer=_CUBE),
    "replicated": change(box=BOX.replace("${cells}", "1") + "\nreplicate 3 3 3", answer=_CUBE),
    "turned crystal": change(
        box=BOX.replace("${constant}", "${constant} orient x 1 1 0 orient y -1 1 0 orient z 0 0 1").replace(
            "${cells}", "2"
        ),
        answer=_CUBE,
    ),
    "displaced atoms": change(
        relax="displace_atoms all random 0.05 0.05 0.05 4711 units box\n"
        "min_modify dmax 0.05\n"
        "minimize 0 1e-8 1000 10000\n"
        "fix relax all box/relax iso 0.0 vmax 0.001\n"
        "minimize 0 1e-10 1000 10000",
        answer=_CUBE,
    ),
    "quench": change(
        relax="timestep 0.002\n"
        "fix move all nph iso 0 0 0.5 drag 2.0 ptemp 300\n"
        "fix brake all viscous 1.0\n"
        "run 1000\n"
        "unfix move\n"
        "unfix brake\n"
        "fix relax all box/relax iso 0.0 vmax 0.001\n"
        "minimize 0 1e-10 1000 10000",
        answer=_CUBE,
    ),
    "test system first": change(box=f"{BOX}\n{POTENTIAL}\nreplicate 2 1 1\nrun 0\nclear\n{BOX}"),
    "data file": change(
        answer="write_data relaxed.data\n"
        "write_dump all custom relaxed.dump id x y z\n"
        "variable a0 equal lx/${cells}\nvariable ecoh equal pe/atoms"
    ),
    "read back": change(
        relax="write_data start.data\n"
        "clear\n"
        "units ${units}\n"
        "atom_style atomic\n"
        "read_data start.data\n"
        "${force_field}\n"
        "${relax}",
    ),
    "variables and quit": change(
        box="variable a equal ${constant}\nvariable n index ${cells}\n"
        + BOX.replace("${constant}", "${a}").replace("${cells}", "${n}"),
        answer="variable a0 equal lx/v_n\nvariable natoms equal $(atoms)\nvariable ecoh equal pe/v_natoms\nquit",
    ),
    "comments and continuation": change(
        relax="# relax the cell &\n"
        "# and the atoms\n"
        "fix relax all box/relax &\n"
        "  iso 0.0 &\n"
        "  vmax 0.001\n"
        "min_style cg # conjugate gradients\n"
        "minimize 1.0e-12 1.0e-12 &\n"
        "  1000 10000"
    ),
    "energies per atom": change(relax="thermo_modify norm yes\n${relax}", answer=_CUBE.replace("pe/atoms", "pe")),
    "isolated at last": change(answer="variable a0 equal $(lx/${cells}:%.12g)\nvariable ecoh equal $(pe/atoms:%.12g)"),
}

MISTAKES = {
    "jump back for ever": Mistake("endless loop", change(relax=_ENDLESS)),
    "loop without next": Mistake("endless loop", change(relax="variable i loop 5\nlabel again\njump SELF again")),
    "first command": Mistake("typo", change(box=BOX.replace("units ", "unit "))),
    "lattice": Mistake("typo", change(box=BOX.replace("create_box ", "create_boxes "))),
    "pair_coef": Mistake("typo", change(potential=POTENTIAL.replace("${force_field}", "pair_coef * * none"))),
    "minimise": Mistake(
        "typo", change(relax="fix relax all box/relax iso 0.0 vmax 0.001\nminimise 0 1e-10 1000 10000")
    ),
    "undefined fix": Mistake("late crash", change(answer="${answer}\nvariable side equal f_box[1]\nprint '${side}'")),
    "undefined variable": Mistake("late crash", change(answer="${answer}\nprint 'a = ${lattice}'")),
    "energy forgotten": Mistake("wrong ensemble or too short", change(answer="variable a0 equal lx/${cells}")),
    "other names": Mistake(
        "wrong ensemble or too short", change(answer="variable a equal lx/${cells}\nvariable e equal pe/atoms")
    ),
    "too many atoms": Mistake("wrong ensemble or too short", change(box=BOX.replace("${cells}", "14"), answer=_CUBE)),
    "10 GPa": Mistake(
        "wrong pressure or temperature",
        change(relax="fix relax all box/relax iso 100000.0 vmax 0.001\nminimize 0 1e-10 1000 10000"),
    ),
    "5 GPa of tension": Mistake(
        "wrong pressure or temperature",
        change(relax="fix relax all box/relax iso -50000.0 vmax 0.001\nminimize 0 1e-10 1000 10000"),
    ),
}

SCRIPTS = Scripts(VARIANTS, MISTAKES, cheats(PLAIN))
