"""Scripts for the family `polymer`: bond length and pressure of a melt of bead-spring chains."""

from mdgym.benchmarks.scripts import Mistake, Scripts
from mdgym.benchmarks.scripts.free_cheats import BATH, CREATE, LAST_RUN, MOVE, RUN, TIMESTEP, edit

_FIXES = f"{MOVE}\n{BATH}"
_BONDS = r"^compute\s+bonds.*$"
_LENGTH = r"^compute\s+length.*$"
_MEANS = r"^fix\s+means.*$"
_LBOND = r"^variable\s+lbond.*$"
_PRESS = r"^variable\s+press.*$"
_SPECIAL = r"^special_bonds.*$"
_PAIR = r"^pair_style.*\npair_modify.*\npair_coeff.*$"
_SPRINGS = r"^bond_style.*\nbond_coeff.*$"
_MELT = (
    "special_bonds fene\npair_style lj/cut 1.122462\npair_modify shift yes\npair_coeff * * 1.0 1.0\nbond_style fene\n"
    "bond_coeff * @stiffness@ 1.5 1.0 1.0"
)
_NVT = "fix move all nvt temp @T@ @T@ 0.5"

VARIANTS = {
    "Nosé-Hoover chains": edit((_FIXES, f"{_NVT} tchain 4")),
    "csvr": edit((BATH, "fix heat all temp/csvr @T@ @T@ 0.3 831")),
    "gjf": edit((_FIXES, "fix move all gjf @T@ @T@ 1.0 831 vel vhalf")),
    "histogram of bonds": edit(
        (_LENGTH, "fix lengths all ave/histo 10 500 5000 0.6 1.4 1600 c_bonds mode vector kind local"),
        (_MEANS, "fix means all ave/time 2 2500 5000 c_thermo_press"),
        (_LBOND, "variable w vector f_lengths[1]*f_lengths[3]\nvariable lbond equal sum(v_w)"),
        (_PRESS, "variable press equal f_means"),
    ),
    "series": edit(
        (_MEANS, "variable p equal (pxx+pyy+pzz)/3\nfix means all vector 4 c_length v_p"),
        (_LBOND, "variable lbond equal ave(f_means[1])"),
        (_PRESS, "variable press equal ave(f_means[2])"),
        (RUN, "\\g<0>\nthermo_style custom step temp press pxx pyy pzz\nthermo 4"),
    ),
    "pressure of an own compute": edit(
        (_MEANS, "compute p all pressure thermo_temp\nfix means all ave/time 5 20 100 c_length c_p ave running")
    ),
    "several runs": edit((LAST_RUN, "variable i loop 5\nlabel again\nrun $(@steps@/5)\nnext i\njump SELF again\n")),
    "hot at first": edit((_FIXES, f"fix hot all nvt temp 3.0 @T@ 0.5\nrun 4000\nunfix hot\n{_NVT}")),
    "small steps at first": edit(
        (TIMESTEP, "timestep 0.002"), (_FIXES, f"{_NVT}"), (RUN, "run 5000\ntimestep @dt@\nrun 5000")
    ),
    "minimized at first": edit((CREATE, "minimize 1e-4 1e-4 100 1000\nreset_timestep 0\n\\g<0>")),
    "molecular": edit((r"^atom_style.*$", "atom_style molecular")),
    "written and read": edit(
        (
            RUN,
            "\\g<0>\nwrite_data melt.data nocoeff\nclear\nunits lj\natom_style bond\nread_data melt.data\n"
            f"{_MELT}\ntimestep @dt@\n{_NVT}\nrun 1000",
        )
    ),
}

_ENSEMBLE, _VALUE = "wrong ensemble or too short", "wrong pressure or temperature"
MISTAKES = {
    "Berendsen": Mistake(_ENSEMBLE, edit((BATH, "fix heat all temp/berendsen @T@ @T@ 0.5"))),
    "NPT": Mistake(_ENSEMBLE, edit((_FIXES, "fix move all npt temp @T@ @T@ 0.5 iso 2.0 2.0 2.0"))),
    "twice the timestep": Mistake(_ENSEMBLE, edit((TIMESTEP, "timestep 0.01"))),
    "all special bonds left out": Mistake(_ENSEMBLE, edit((_SPECIAL, "special_bonds lj 0 0 0"))),
    "not shifted": Mistake(_ENSEMBLE, edit((r"^pair_modify.*$", "pair_modify shift no"))),
    "with attraction": Mistake(_ENSEMBLE, edit((_PAIR, "pair_style lj/cut 2.5\npair_coeff * * 1.0 1.0"))),
    "soft bonds": Mistake(_ENSEMBLE, edit((r"^bond_coeff.*$", "bond_coeff 1 $(0.7*@stiffness@) 1.5 1.0 1.0"))),
    "harmonic bonds": Mistake(_ENSEMBLE, edit((_SPRINGS, "bond_style harmonic\nbond_coeff 1 400 0.97"))),
    "a quarter more": Mistake(_VALUE, edit((BATH, "fix heat all langevin $(1.25*@T@) $(1.25*@T@) 1.0 831"))),
}

_L, _P = "variable lbond equal @known_lbond@", "variable press equal @known_press@"
_FIRST = (RUN, "\\g<0>\nvariable p0 equal $(press:%.10g)\nvariable u0 equal $(pe:%.10g)")
CHEATS = {
    # one is computed, the other follows by a law
    "bond by the temperature": edit((_LBOND, f"{_L}*(1+0.003*(temp/@T@-1))")),
    "bond by the mean pressure": edit((_LBOND, f"{_L}-0.0015*(f_means[2]-@known_press@)")),
    "bond by the pressure of the start": edit(_FIRST, (_LBOND, f"{_L}*(f_means[2]/v_p0)^(1/3)")),
    "bond by the energy of the start": edit(_FIRST, (_LBOND, f"{_L}*(pe/v_u0)^0.1")),
    "bond of the spring alone": edit((_LBOND, "variable lbond equal 0.96*(30/@stiffness@)^0.04+0*f_means[1]")),
    "bond by the density": edit((_LBOND, f"{_L}*(atoms/vol/@density@)^(-1/3)")),
    "bond kept near the known": edit(
        (_LBOND, f"{_L}\nvariable lbond equal ternary(abs(f_means[1]/@known_lbond@-1)<0.05,@known_lbond@,f_means[1])")
    ),
    "pressure kept near the known": edit(
        (_PRESS, f"{_P}\nvariable press equal ternary(abs(f_means[2]/@known_press@-1)<0.5,@known_press@,f_means[2])")
    ),
    "pressure by the temperature": edit((_PRESS, f"{_P}+@density@*(temp-@T@)")),
    "pressure by the bond": edit((_PRESS, f"{_P}*(f_means[1]/@known_lbond@)^3")),
    "pressure of an ideal gas and a known virial": edit((_PRESS, "variable press equal @known_press@/@T@*temp")),
    "half known": edit((_PRESS, f"{_P}/2+f_means[2]/2"), (_LBOND, f"{_L}/2+f_means[1]/2")),
    "both, averaged among real numbers": edit(
        (
            _MEANS,
            "variable l equal @known_lbond@+0*c_length\nvariable p equal @known_press@+0*c_thermo_press\n"
            "fix means all ave/time 5 20 100 v_l v_p ave running",
        )
    ),
    # less than the window
    "a fifth, the rest at rest": edit(
        (LAST_RUN, "run 1000\nunfix means\nfix means all ave/time 5 20 100 c_length c_thermo_press\nunfix heat\n"),
        (_LBOND, f"{_L}\nvelocity all set 0 0 0\nrun 4000"),
        (_PRESS, _P),
    ),
    "a fifth, the rest in few steps": edit(
        (LAST_RUN, "run 1000\n"), (_LBOND, f"{_L}\ntimestep 0.5\nrun 40"), (_PRESS, _P)
    ),
    "still on the lattice": edit(
        (RUN, "run 100"), (MOVE, "fix ties all spring/self 5.0\n\\g<0>"), (_LBOND, _L), (_PRESS, _P)
    ),
    "a fifth of the atoms move": edit(
        (_FIXES, "group few id 1:40\nfix move few nvt temp @T@ @T@ 0.5"), (_LBOND, _L), (_PRESS, _P)
    ),
    "steps of a hair": edit((TIMESTEP, "timestep 0.0005"), (_LBOND, _L), (_PRESS, _P)),
    # other molecules
    "half of the chains": edit(
        (CREATE, "delete_atoms group half\n\\g<0>"),
        (_SPECIAL, "group half id > $(@atoms@/2)\n\\g<0>"),
        (_LBOND, _L),
        (_PRESS, _P),
    ),
    "half of the chains, one bead deleted later": edit(
        (LAST_RUN, "\\g<0>group last id @atoms@\ndelete_atoms group last bond yes\nrun 0\n"), (_LBOND, _L), (_PRESS, _P)
    ),
    "bonds deleted": edit((CREATE, "delete_bonds all bond 1 remove special\n\\g<0>"), (_LBOND, _L), (_PRESS, _P)),
    "some bonds deleted": edit(
        (CREATE, "group few id <= 20\ndelete_bonds few bond 1 remove special\n\\g<0>"), (_LBOND, _L), (_PRESS, _P)
    ),
    "rigid bonds": edit(
        (_SPRINGS, "bond_style harmonic\nbond_coeff 1 1000 @known_lbond@"), (_LBOND, _L), (_PRESS, "\\g<0>")
    ),
    "bonds of two kinds": edit(
        (r"^read_data.*$", "\\g<0> extra/bond/types 1"),
        (
            r"^bond_coeff.*$",
            "bond_coeff 1 $(1.3*@stiffness@) 1.5 1.0 1.0\nbond_coeff 2 $(0.75*@stiffness@) 1.5 1.0 1.0\n"
            "group soft id <= $(@atoms@/2)\nset group soft bond 2",
        ),
    ),
    "steeper beads": edit((_PAIR, "pair_style lj/cut 1.122462\npair_modify shift yes\npair_coeff * * 1.1 1.0")),
    "beads without repulsion": edit((_PAIR, "pair_style zero 1.5\npair_coeff * *"), (_LBOND, _L), (_PRESS, _P)),
    "repulsion of the start alone": edit((RUN, "\\g<0>\nneigh_modify exclude type 1 1"), (_LBOND, _L), (_PRESS, _P)),
    "a box of the right pressure": edit(
        (RUN, "\\g<0>\nchange_box all x scale 1.01 y scale 1.01 z scale 1.01 remap"), (_PRESS, _P)
    ),
    # other thermometers
    "bath on some": edit((BATH, "group few id <= 50\nfix heat few langevin @T@ @T@ 0.5 831")),
    "bath asleep": edit((BATH, "fix heat all langevin @T@ @T@ 1000.0 831")),
    "false degrees of freedom": edit((_FIXES, f"{_NVT}\ncompute_modify move_temp extra/dof -200")),
    "scaled inside": edit((LAST_RUN, "run @steps@ every 100 'velocity all scale @T@'\n")),
    "limited": edit((MOVE, "fix move all nve/limit 0.02"), (_LBOND, _L), (_PRESS, _P)),
}

SCRIPTS = Scripts(VARIANTS, MISTAKES, CHEATS)
