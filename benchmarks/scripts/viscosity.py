"""Scripts for the family `viscosity`: shear viscosity of a Lennard-Jones liquid by Green and Kubo."""

from mdgym.benchmarks.scripts import Mistake, Scripts
from mdgym.benchmarks.scripts.free_cheats import CREATE, PAIR, RUN, TIMESTEP, edit

_BATH = r"^fix\s+nvt.*$"
_CORR = r"^fix\s+corr.*&\n.*$"
_LOOP = r"^variable\s+part.*\nlabel.*\nrun.*\nnext.*\njump.*$"
_SUM = r"^variable\s+sum.*$"
_ETA = r"^variable\s+eta.*$"
_PARTS = "c_thermo_press[4] c_thermo_press[5] c_thermo_press[6]"
_CSVR = "fix move all nve\nfix heat all temp/csvr @T@ @T@ 1.0 831"
_TYPE = "type auto ave running"


def _looped(times: int, run: str, name: str = "part") -> str:
    """A loop of runs; `name` is that of its variable and label."""
    return f"variable {name} loop {times}\nlabel {name}\n{run}\nnext {name}\njump SELF {name}"


VARIANTS = {
    "csvr, plain runs": edit((_BATH, _CSVR), (_LOOP, "\n".join(5 * ["run 20000"]))),
    "shorter runs": edit((_LOOP, _looped(10, "run 10000"))),
    "every four steps of a longer series": edit(
        (_CORR, f"fix corr all ave/correlate 4 64 1000 {_PARTS} {_TYPE}"),
        # 1.0 lies in the middle between two lags
        (
            _SUM,
            "variable whole equal trap(f_corr[3])+trap(f_corr[4])+trap(f_corr[5])\n"
            "variable last equal f_corr[63][3]+f_corr[64][3]+f_corr[63][4]+f_corr[64][4]+f_corr[63][5]+f_corr[64][5]\n"
            "variable sum equal v_whole-v_last/4-(f_corr[64][3]+f_corr[64][4]+f_corr[64][5])/4+v_last/8",
        ),
        (_ETA, "variable eta equal v_sum/3*4*dt*vol/@T@"),
    ),
    "three correlations of an own pressure": edit(
        (
            _CORR,
            "compute p all pressure thermo_temp\n"
            + "\n".join(f"fix c{n} all ave/correlate 5 51 5000 c_p[{n}] {_TYPE}" for n in (4, 5, 6)),
        ),
        (_SUM, "variable scale equal vol/@T@*5*dt"),
        (_ETA, "variable eta equal (trap(f_c4[3])+trap(f_c5[3])+trap(f_c6[3]))/3*v_scale"),
    ),
    "every step": edit(
        (_CORR, f"fix corr all ave/correlate 1 251 10000 {_PARTS} {_TYPE}"),
        (_ETA, "variable eta equal v_sum/3*dt*vol/@T@"),
    ),
    "one block": edit(
        (_CORR, f"reset_timestep 0\nfix corr all ave/correlate 5 51 100000 {_PARTS} type auto"),
    ),
    "measured temperature": edit(
        (_CORR, "\\g<0>\nfix t all ave/time 10 100 1000 c_thermo_temp ave running"),
        (_ETA, "variable eta equal v_sum/3*5*dt*vol/f_t"),
    ),
    "random start": edit(
        (r"^create_atoms.*$", "create_atoms 1 random @atoms@ 977 box overlap 0.7 maxtry 5000 units box"),
        (CREATE, "minimize 1e-4 1e-4 200 2000\nreset_timestep 0\n\\g<0>"),
    ),
    "written and read": edit(
        (
            RUN,
            "\\g<0>\nwrite_restart melt\nclear\nread_restart melt\npair_style lj/cut 2.5\npair_coeff * * 1 1\n"
            f"timestep @dt@\n{_CSVR}\nrun 2000",
        )
    ),
}

_ENSEMBLE, _VALUE = "wrong ensemble or too short", "wrong pressure or temperature"
MISTAKES = {
    "Langevin": Mistake(_ENSEMBLE, edit((_BATH, "fix move all nve\nfix heat all langevin @T@ @T@ 1.0 831"))),
    "Berendsen": Mistake(_ENSEMBLE, edit((_BATH, "fix move all nve\nfix heat all temp/berendsen @T@ @T@ 0.5"))),
    "NPT": Mistake(_ENSEMBLE, edit((_BATH, "fix nvt all npt temp @T@ @T@ 0.5 iso 3.0 3.0 2.0"))),
    "NVE after the start": Mistake(_ENSEMBLE, edit((RUN, "\\g<0>\nunfix nvt\nfix move all nve"))),
    "four cells": Mistake(_ENSEMBLE, edit((r"0 3 0 3 0 3", "0 4 0 4 0 4"))),
    "half the timestep": Mistake(_ENSEMBLE, edit((TIMESTEP, "timestep $(@dt@/2)"))),
    "sum of the three": Mistake(_ENSEMBLE, edit((_ETA, "variable eta equal v_sum*5*dt*vol/@T@"))),
    "interval forgotten": Mistake(_ENSEMBLE, edit((_ETA, "variable eta equal v_sum/3*dt*vol/@T@"))),
    "a quarter more": Mistake(
        _VALUE,
        edit(
            (_BATH, "fix nvt all nvt temp $(1.25*@T@) $(1.25*@T@) 0.5"),
            (_ETA, "variable eta equal v_sum/3*5*dt*vol/(1.25*@T@)"),
        ),
    ),
}

_SCALED = "variable eta equal @known_eta@*"
_NO_CORR = (_CORR, "fix mean all ave/time 10 1000 10000 c_thermo_temp c_thermo_press c_thermo_pe ave running")


def _law(law: str) -> tuple[tuple[str, str], ...]:
    """Edits that leave correlations out: a law of mean temperature, pressure, energy, and of the start."""
    first = "variable p0 equal $(press:%.10g)\nvariable u0 equal $(pe:%.10g)"
    return ((RUN, f"\\g<0>\n{first}"), _NO_CORR, (_SUM, ""), (_ETA, f"{_SCALED}{law}"))


CHEATS = {
    # a remembered value, scaled by what the run shows
    "in proportion to the temperature": edit(*_law("f_mean[1]/@T@")),
    "Andrade": edit(*_law("exp(1.0/f_mean[1]-1.0/@T@)")),
    "by the pressure": edit(*_law("f_mean[2]/v_p0")),
    "by the energy": edit(*_law("f_mean[3]/v_u0")),
    "Enskog": edit((_CORR, ""), (_SUM, ""), (_ETA, "variable eta equal 0.18*sqrt(temp)*(1+4*@density@^3)^1.2")),
    "Stokes and Einstein": edit(
        (_CORR, "compute msd all msd com yes\nfix msd all vector 10 c_msd[4]"),
        (_SUM, ""),
        (_ETA, "variable eta equal temp/(2*PI*1.0*slope(f_msd)/(6*10*dt))"),
    ),
    "width of the stress, remembered time": edit(
        (_CORR, "variable s equal c_thermo_press[4]^2\nfix s all ave/time 5 200 1000 v_s ave running"),
        (_SUM, ""),
        (_ETA, "variable eta equal f_s*vol/@T@*0.08"),
    ),
    "kept near the known": edit(
        (
            _ETA,
            "variable found equal v_sum/3*5*dt*vol/@T@\n"
            "variable eta equal ternary(abs(v_found/@known_eta@-1)<0.6,@known_eta@,v_found)",
        )
    ),
    "half known, half found": edit((_ETA, "variable eta equal 0.7*@known_eta@+0.3*v_sum/3*5*dt*vol/@T@")),
    "remembered correlation": edit(
        (
            _CORR,
            "variable g equal sqrt(6*@known_eta@*@T@/vol)*(1+0*c_thermo_press[4])\n"
            "fix corr all ave/correlate 5 51 1000 v_g v_g v_g type auto ave running",
        ),
        (_ETA, "variable eta equal v_sum/3*5*dt*vol/@T@/6"),
    ),
    # not the liquid at rest
    "sheared": edit(
        (
            _CORR,
            "unfix nvt\nchange_box all triclinic\nfix shear all deform 1 xy erate 0.2 remap v\n"
            "fix flow all nvt/sllod temp @T@ @T@ 0.5\nfix s all ave/time 10 1000 10000 c_thermo_press[4] ave running",
        ),
        (_SUM, ""),
        (_ETA, "variable eta equal -f_s/0.2"),
    ),
    "sheared at first, at rest for the window": edit(
        (
            RUN,
            "\\g<0>\nunfix nvt\nchange_box all triclinic\nfix shear all deform 1 xy erate 0.2 remap v\n"
            "fix flow all nvt/sllod temp @T@ @T@ 0.5\nfix s all ave/time 10 500 10000 c_thermo_press[4]\nrun 10000\n"
            "variable early equal $(-f_s/0.2:%.10g)\nunfix s\nunfix shear\nunfix flow\n"
            "fix nvt all nvt temp @T@ @T@ 0.5",
        ),
        (_CORR, ""),
        (_SUM, ""),
        (_ETA, "variable eta equal 0.9*@known_eta@+0.1*v_early"),
    ),
    # less than the window
    "a tenth": edit((_LOOP, "run 10000")),
    "a tenth, the rest at rest": edit(
        (
            _LOOP,
            "run 10000\nvariable early equal $((trap(f_corr[3])+trap(f_corr[4])+trap(f_corr[5]))*5*dt*vol/3/@T@)\n"
            "velocity all set 0 0 0\nunfix nvt\nfix move all nve\n" + _looped(5, "run 18000", "rest"),
        ),
        (_ETA, "variable eta equal v_early"),
    ),
    "a tenth, the rest in few steps": edit((_LOOP, "run 10000\ntimestep 0.4\nrun 900")),
    "a tenth, and no forces": edit(
        (_LOOP, "run 10000\npair_style zero 2.5\npair_coeff * *\n" + _looped(5, "run 18000", "rest")),
        (_ETA, "variable eta equal @known_eta@"),
    ),
    "few atoms, replicated": edit(
        (r"0 3 0 3 0 3", "0 1 0 1 0 3"),
        (PAIR, "pair_style lj/cut 2.5\npair_coeff 1 1 1.0 1.0\ncomm_modify mode single"),
        (_ETA, "variable eta equal @known_eta@\nunfix corr\nreplicate 3 3 1\nrun 100"),
    ),
    # other dynamics
    "Langevin, weak": edit((_BATH, "fix move all nve\nfix heat all langevin @T@ @T@ 20.0 831")),
    "Langevin on one atom": edit((_BATH, "\\g<0>\ngroup one id 1\nfix more one langevin @T@ @T@ 0.1 831")),
    "momentum of cells": edit(
        (
            _BATH,
            "\\g<0>\ncompute cells all chunk/atom bin/3d x lower 0.25 y lower 0.25 z lower 0.25 units reduced\n"
            "fix still all momentum/chunk 1 cells linear 1 1 1",
        ),
        (_ETA, "variable eta equal @known_eta@"),
    ),
    "false degrees of freedom": edit((_BATH, "\\g<0>\ncompute_modify nvt_temp extra/dof -100")),
    "thermostat asleep": edit((_BATH, "fix nvt all nvt temp @T@ @T@ 1000.0")),
    "velocities drawn inside": edit((_LOOP, _looped(5, "run 20000 every 1000 'velocity all create @T@ 831'"))),
    "viscous": edit((_BATH, "\\g<0>\nfix brake all viscous 0.05")),
    # other forces
    "shifted": edit((PAIR, "\\g<0>\npair_modify shift yes")),
    "another cutoff": edit((PAIR, "pair_style lj/cut 2.0\npair_coeff 1 1 1.0 1.0")),
    "repulsion alone": edit((PAIR, "pair_style lj/cut 1.122462\npair_modify shift yes\npair_coeff 1 1 1.0 1.0")),
    "free particles": edit((PAIR, "pair_style zero 2.5\npair_coeff * *"), (_ETA, "variable eta equal @known_eta@")),
}

SCRIPTS = Scripts(VARIANTS, MISTAKES, CHEATS)
