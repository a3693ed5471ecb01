"""How common LAMMPS commands are written, and which pair style reads which potential file.

In short after the manual of LAMMPS 22Jul2025; what is in brackets may be left out.
"""

from mdgym.questions.facts.wheel import FORMATS

GRAMMAR = {
    "angle_coeff": "angle_coeff N args",
    "angle_style": "angle_style style",
    "atom_style": "atom_style style   (atomic, charge, bond, molecular, full, sphere, ...)",
    "bond_coeff": "bond_coeff N args",
    "bond_style": "bond_style style",
    "boundary": "boundary x y z   (p periodic, f fixed, s shrink-wrapped)",
    "change_box": "change_box group-ID x scale 1.1 [y ...] [remap] [units box]",
    "compute": "compute ID group-ID style args",
    "create_atoms": "create_atoms type box | single x y z | random N seed region-ID [units box]",
    "create_box": "create_box number-of-types region-ID",
    "delete_atoms": "delete_atoms group group-ID | region region-ID | overlap cutoff group1-ID group2-ID",
    "dimension": "dimension 2 | 3",
    "displace_atoms": "displace_atoms group-ID move dx dy dz | random dx dy dz seed [units box]",
    "dump": "dump ID group-ID style every file [columns]",
    "fix": "fix ID group-ID style args",
    "group": "group ID type 1 | id 1:10 | region region-ID | union | subtract | intersect ...",
    "if": 'if "condition" then "command" ... [elif "condition" "command" ...] [else "command" ...]',
    "jump": "jump SELF label",
    "kspace_style": "kspace_style pppm | ewald | ... accuracy",
    "label": "label name",
    "lattice": "lattice fcc | bcc | sc | diamond | hcp scale   (a lattice constant; in units lj a reduced density)",
    "mass": "mass type value",
    "min_style": "min_style cg | sd | fire | hftn | quickmin",
    "minimize": "minimize energy-tolerance force-tolerance max-iterations max-evaluations",
    "neigh_modify": "neigh_modify [every N] [delay N] [check yes | no]",
    "neighbor": "neighbor skin bin",
    "pair_coeff": "pair_coeff I J args   (a file: pair_coeff * * file element-of-type-1 element-of-type-2 ...)",
    "pair_modify": "pair_modify [shift yes | no] [tail yes | no] [mix arithmetic | geometric]",
    "pair_style": "pair_style style args",
    "print": 'print "text with ${variables}"',
    "read_data": "read_data file",
    "region": "region ID block xlo xhi ylo yhi zlo zhi | sphere x y z radius | prism ... [units box]",
    "replicate": "replicate nx ny nz",
    "reset_timestep": "reset_timestep N",
    "run": "run N [upto]",
    "set": "set type 1 | group ID | atom 1 charge 1.0 | type 2 | ...",
    "special_bonds": "special_bonds lj w12 w13 w14 coul w12 w13 w14",
    "thermo": "thermo N",
    "thermo_style": "thermo_style custom step temp press pe etotal ...",
    "timestep": "timestep dt",
    "unfix": "unfix ID",
    "units": "units lj | metal | real | si | cgs | electron | micro | nano",
    "variable": "variable name equal formula | index words | loop N | string text | atom formula   (${name}, v_name)",
    "velocity": "velocity group-ID create temperature seed [mom yes] [rot yes] [dist gaussian] | scale T | zero linear",
    "write_data": "write_data file",
}

# Those of which questions are made, and some that are too alike to ask for.
PAIR_STYLES = {**FORMATS, ".comb3": "comb3", ".edip": "edip/multi", ".meam": "meam"}
