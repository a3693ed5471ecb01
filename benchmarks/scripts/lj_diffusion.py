"""Scripts for the family `lj_diffusion`: self-diffusion of a Lennard-Jones liquid."""

from mdgym.benchmarks.scripts import Mistake, Scripts
from mdgym.benchmarks.scripts.free_cheats import CREATE, LAST_RUN, PAIR, RUN, TIMESTEP, edit

_BATH = r"^fix\s+nvt.*$"
_MSD = r"^compute\s+msd.*$"
_EARLY = r"^run\s+400$"
_SERIES = r"^fix\s+msd.*$"
_RESULT = r"^variable\s+dself.*$"
_CSVR = "fix move all nve\nfix heat all temp/csvr @T@ @T@ 0.5 831"
_SPLIT = f"{_EARLY}\n{_SERIES}"
# Lengths of the first part of the window and of the rest, in steps of gold.
_REST, _WHOLE = "2600", "3000"

VARIANTS = {
    "csvr, Cartesian parts": edit(
        (_BATH, _CSVR),
        (_SERIES, "variable sum equal c_msd[1]+c_msd[2]+c_msd[3]\nfix msd all vector 5 v_sum"),
        (_RESULT, "variable dself equal slope(f_msd)/(6*5*dt)"),
    ),
    "squares of an atom variable": edit(
        (_MSD, "compute away all displace/atom\nvariable square atom c_away[4]^2\ncompute msd all reduce ave v_square"),
        (_SERIES, "fix msd all vector 10 c_msd"),
    ),
    "end minus start": edit(
        (
            _EARLY,
            "\\g<0>\nvariable early equal $(c_msd[4]:%.10g)",
        ),
        (_SERIES, "thermo_style custom step temp c_msd[4]"),
        (_MSD, "\\g<0>\nthermo_style custom step c_msd[4]"),
        (_RESULT, "variable dself equal (c_msd[4]-v_early)/(6*2600*dt)"),
    ),
    "straight line through sums": edit(
        (
            _SERIES,
            "variable t equal (step-1400)*dt\nvariable m equal c_msd[4]\nvariable tt equal v_t*v_t\n"
            "variable tm equal v_t*v_m\nfix msd all ave/time 10 1 10 v_t v_m v_tt v_tm ave running",
        ),
        (_RESULT, "variable dself equal (f_msd[4]-f_msd[1]*f_msd[2])/(f_msd[3]-f_msd[1]^2)/6"),
    ),
    "three origins": edit(
        (
            r"^compute\s+msd(?s:.*)",
            "variable sum equal 0\nvariable i loop 3\nlabel again\ncompute msd all msd com yes\nrun 400\n"
            "fix msd all vector 10 c_msd[4]\nrun 600\nvariable sum equal $(v_sum+slope(f_msd)/(6*10*dt):%.15g)\n"
            "unfix msd\nuncompute msd\nnext i\njump SELF again\nvariable dself equal v_sum/3\n",
        ),
    ),
    "averaged in blocks": edit(
        (_SERIES, "fix msd all ave/time 5 20 100 c_msd[4]\nfix line all vector 100 f_msd"),
        (_RESULT, "variable dself equal slope(f_line)/(6*100*dt)"),
        (_EARLY, "run 400"),
    ),
    "one long run": edit(
        (_MSD, ""),
        (_SPLIT, ""),
        (RUN, "\\g<0>\ncompute msd all msd com yes\nfix msd all vector 10 c_msd[4]"),
        (LAST_RUN, f"run {_WHOLE}\n"),
        # late values alone: the weights of a line through them
        (
            _RESULT,
            "variable late equal 2*ave(f_msd)/(3000*dt)\nvariable line equal slope(f_msd)/(10*dt)\n"
            "variable dself equal v_line/6",
        ),
    ),
    "smaller steps": edit(
        (TIMESTEP, "timestep 0.004"), (RUN, "run 1500"), (_EARLY, "run 500"), (LAST_RUN, "run 3250\n")
    ),
    "random start": edit(
        (r"^create_atoms.*$", "create_atoms 1 random @atoms@ 977 box overlap 0.7 maxtry 5000 units box"),
        (CREATE, "minimize 1e-4 1e-4 200 2000\nreset_timestep 0\n\\g<0>"),
        (RUN, "run 2000"),
    ),
    "Langevin for the start alone": edit(
        (_BATH, "fix move all nve\nfix heat all langevin @T@ @T@ 0.5 831"),
        (RUN, "\\g<0>\nunfix heat\nfix heat all temp/csvr @T@ @T@ 0.5 831\nrun 500"),
    ),
    "written and read": edit(
        (
            RUN,
            "\\g<0>\nwrite_restart melt\nclear\nread_restart melt\npair_style lj/cut 2.5\npair_coeff * * 1 1\n"
            f"timestep @dt@\n{_CSVR}\nrun 500",
        )
    ),
}

_ENSEMBLE, _VALUE = "wrong ensemble or too short", "wrong pressure or temperature"
MISTAKES = {
    "Berendsen": Mistake(_ENSEMBLE, edit((_BATH, "fix move all nve\nfix heat all temp/berendsen @T@ @T@ 0.5"))),
    "Langevin": Mistake(_ENSEMBLE, edit((_BATH, "fix move all nve\nfix heat all langevin @T@ @T@ 1.0 831"))),
    "strong Langevin": Mistake(_ENSEMBLE, edit((_BATH, "fix move all nve\nfix heat all langevin @T@ @T@ 0.1 831"))),
    "Langevin with another integrator": Mistake(_ENSEMBLE, edit((_BATH, "fix move all gjf @T@ @T@ 1.0 831 vel vfull"))),
    "NVE after the start": Mistake(_ENSEMBLE, edit((RUN, "\\g<0>\nunfix nvt\nfix move all nve"))),
    "six for four": Mistake(_ENSEMBLE, edit((_RESULT, "variable dself equal slope(f_msd)/(4*10*dt)"))),
    "timestep forgotten": Mistake(_ENSEMBLE, edit((_RESULT, "variable dself equal slope(f_msd)/(6*10)"))),
    "denser": Mistake(_ENSEMBLE, edit((r"^lattice.*$", "lattice fcc $(1.1*@density@)"))),
    "a quarter more": Mistake(_VALUE, edit((_BATH, "fix nvt all nvt temp $(1.25*@T@) $(1.25*@T@) 0.5"))),
    "coarse": Mistake(
        "too large a timestep",
        edit((TIMESTEP, "timestep 0.012"), (RUN, "run 500"), (_EARLY, "run 170"), (LAST_RUN, "run 1080\n")),
    ),
}

_D = "variable dself equal @known_dself@*"
_MEAN = "fix mean all ave/time 10 100 1000 c_thermo_temp c_thermo_press c_thermo_pe ave running"
_FIRST = "run 50\nvariable first equal $({}:%.10g)\n\\g<0>"


def _law(law: str) -> tuple[tuple[str, str], ...]:
    """Edits for a law of mean temperature, pressure and energy of the window."""
    return ((_MSD, f"{_MEAN}\n\\g<0>"), (_RESULT, f"{_D}{law}"))


CHEATS = {
    # the number is remembered, and scaled by a law of what the run shows
    "in proportion to the temperature": edit(*_law("f_mean[1]/@T@")),
    "by a power of the temperature": edit(*_law("(f_mean[1]/@T@)^1.3")),
    "by the root of the temperature": edit(*_law("sqrt(f_mean[1]/@T@)")),
    "Arrhenius": edit(*_law("exp(2.0*(1/@T@-1/f_mean[1]))")),
    "by the pressure of the start": edit(*_law("(v_first/f_mean[2])"), (_MSD, _FIRST.format("press"))),
    "by the energy of the start": edit(*_law("(v_first/f_mean[3])^2"), (_MSD, _FIRST.format("pe"))),
    "Stokes and Einstein": edit(
        (_RESULT, "variable dself equal temp/(2*PI*1.07*1.8)*@known_dself@/(@T@/(2*PI*1.07*1.8))")
    ),
    "Chapman and Enskog": edit(
        (_RESULT, "variable dself equal 3/8/@density@*sqrt(temp/PI)*(1-@density@/1.09)*(1+0.5*@density@^2)")
    ),
    "kept near the known": edit(
        (
            _RESULT,
            "variable found equal slope(f_msd)/(6*10*dt)\n"
            "variable dself equal ternary(abs(v_found/@known_dself@-1)<1.5,@known_dself@,v_found)",
        )
    ),
    "half known, half found": edit(
        (_RESULT, "variable dself equal 0.8*@known_dself@+0.2*slope(f_msd)/(6*10*dt)"),
    ),
    "a remembered line": edit(
        (_SERIES, "variable line equal 6*@known_dself@*(step-1000)*dt+0*c_msd[4]\nfix msd all vector 10 v_line")
    ),
    # less than the window
    "flight of a suiting length": edit((_EARLY, "run 20"), (LAST_RUN, "run 40\n")),
    "a fifth, the rest at rest": edit(
        (
            LAST_RUN,
            "run 520\nvariable early equal $(slope(f_msd)/(6*10*dt):%.10g)\nvelocity all set 0 0 0\nunfix nvt\n"
            "fix move all nve\nrun 2480\n",
        ),
        (_RESULT, "variable dself equal v_early"),
    ),
    "a fifth, the rest in few steps": edit(
        (LAST_RUN, "run 520\nvariable early equal $(slope(f_msd)/(6*10*dt):%.10g)\ntimestep 0.5\nrun 30\n"),
        (_RESULT, "variable dself equal v_early"),
    ),
    "a window without forces": edit(
        (
            _MSD,
            "pair_style zero 2.5\npair_coeff * *\nunfix nvt\n"
            "fix move all nve\nfix heat all langevin @T@ @T@ $(@known_dself@/@T@) 831\n\\g<0>",
        )
    ),
    # a random walk of the wanted speed
    "random walk": edit((LAST_RUN, f"run {_REST} every 10 'displace_atoms all random 0.02 0.02 0.02 831 units box'\n")),
    "velocities drawn inside": edit((LAST_RUN, f"run {_REST} every 40 'velocity all create @T@ 831'\n")),
    "pushed along": edit(
        (
            _BATH,
            "group one id <= $(@atoms@/2)\ngroup two subtract all one\n\\g<0>\n"
            "fix east one addforce 0.2 0 0\nfix west two addforce -0.2 0 0",
        )
    ),
    "shared heat": edit(
        (_BATH, "group one id <= $(@atoms@/2)\nfix move all nve\nfix heat one langevin @T@ @T@ 0.2 831")
    ),
    "Langevin on one atom": edit(
        (_BATH, "\\g<0>\ngroup one id 1\nfix more one langevin @T@ @T@ 0.1 831"),
    ),
    "centres of cells held": edit(
        (
            _BATH,
            "\\g<0>\ncompute cells all chunk/atom bin/3d x lower 0.1 y lower 0.1 z lower 0.1 units reduced\n"
            "fix still all momentum/chunk 1 cells linear 1 1 1",
        )
    ),
    "viscous": edit((_BATH, "\\g<0>\nfix brake all viscous 0.1")),
    "tied": edit((_BATH, "\\g<0>\nfix ties all spring/self 0.5")),
    # another liquid
    "heavy": edit((r"^mass.*$", "mass 1 4.0")),
    "hot and heavy": edit(
        (r"^mass.*$", "mass 1 $(1.5^2)"), (_BATH, "fix nvt all nvt temp $(1.5*@T@) $(1.5*@T@) 0.5"), *_law("1.0")
    ),
    "free particles": edit((PAIR, "pair_style zero 2.5\npair_coeff * *")),
    "repulsion alone": edit((PAIR, "pair_style lj/cut 1.122462\npair_modify shift yes\npair_coeff 1 1 1.0 1.0")),
    "another cutoff": edit((PAIR, "pair_style lj/cut 2.0\npair_coeff 1 1 1.0 1.0")),
    "few atoms": edit(
        (r"0 5 0 5 0 5", "0 2 0 2 0 5"), (LAST_RUN, "\\g<0>variable d equal $(slope(f_msd)/(6*10*dt))\n")
    ),
    "few atoms, replicated": edit(
        (r"0 5 0 5 0 5", "0 1 0 1 0 5"),
        (
            LAST_RUN,
            "\\g<0>variable d equal $(slope(f_msd)/(6*10*dt):%.10g)\nunfix msd\nuncompute msd\n"
            "replicate 5 5 1\nrun 100\n",
        ),
        (_RESULT, "variable dself equal v_d"),
    ),
    # other thermometers
    "false degrees of freedom": edit((_BATH, "\\g<0>\ncompute_modify nvt_temp extra/dof -300")),
    "thermostat asleep": edit((_BATH, "fix nvt all nvt temp @T@ @T@ 1000.0")),
}

SCRIPTS = Scripts(VARIANTS, MISTAKES, CHEATS)
