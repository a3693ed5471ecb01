"""The recording of the heat flux: where it is asked for, equal to that of LAMMPS, and out of the reach of a script."""

import re

import numpy as np
import pytest

from mdgym.engine.execution import COLUMNS, FLUX

from .test_probe import LIQUID, SYSTEMS, check_complete

FLOW = """compute k all ke/atom
compute u all pe/atom
compute v all stress/atom NULL virial
compute j all heat/flux k u v
"""


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_heat_flux_is_that_of_lammps_where_it_is_asked_for(engine, system):
    shown = "thermo 1\nthermo_style custom step c_j[1] c_j[2] c_j[3]\nthermo_modify norm no format float %.17g\n"
    execution = engine.run(f"{SYSTEMS[system]}{FLOW}{shown}run 40\nrun 0\nrun 7\n", heat_flux=True)
    check_complete(execution)
    rows = [
        line.split()
        for line in execution.log.splitlines()
        if re.fullmatch(r" *\d+(?: +[-+]?[.\d]+(?:e\S+)?){3} *", line)
    ]
    printed = {int(row[0]): [float(number) for number in row[1:]] for row in rows}
    segments = execution.segments
    assert [len(segment.samples) for segment in segments] == [41, 1, 8]
    for segment in segments:
        assert segment.samples.shape[1] == len(COLUMNS) + len(FLUX)
        for step, *flux in np.column_stack([segment.column(name) for name in ("step", *FLUX)]):
            assert np.allclose(flux, printed[int(step)], rtol=1e-9, atol=1e-11)
    assert np.std(segments[0].column("jx")) > 0


def test_the_heat_flux_is_left_alone_where_nobody_asks_and_changes_nothing_else(engine):
    script = f"{LIQUID}run 1000\nminimize 0 1e-4 20 50\nrun 20\n"
    without, beside = engine.run(script), engine.run(script, heat_flux=True)
    check_complete(beside)
    assert np.array_equal(without.state.positions, beside.state.positions)
    for plain, wide in zip(without.segments, beside.segments, strict=True):
        assert plain.samples.shape[1] == len(COLUMNS)
        assert np.array_equal(plain.samples, wide.samples[:, : len(COLUMNS)], equal_nan=True)
        assert np.all(np.isnan(wide.column("jz")) == (wide.command == "minimize"))
        with pytest.raises(IndexError):
            plain.column("jz")


BENT = {
    "computes of its own": "compute k all ke/atom\ncompute u all pe/atom bond\ncompute v all stress/atom NULL ke\n"
    "compute j all heat/flux k u v\nfix f all vector 1 c_j[1]\n",
    "another thermometer": f"{FLOW}compute t all temp/ramp vx 0 1 z 0 3\nthermo_modify temp t\n",
    "pressure without virials": "compute p all pressure thermo_temp ke\nthermo_modify press p\n",
    "no atoms for its own": "group none empty\ncompute u none pe/atom\ncompute v none stress/atom NULL virial\n",
    "names of the probe's pattern": "".join(
        f"compute p{i:016x}j all ke/atom\nvariable p{i:016x}sa equal 1\n" for i in range(16)
    ),
}
INSIDE = {
    "nothing": "'print x'",
    "its own flux anew": "'unfix f' 'uncompute j' 'compute j all heat/flux k u v' 'fix f all vector 1 c_j[1]'",
    "its own flux taken away": """'if "$(is_defined(fix,f))" then "unfix f" "uncompute j" "uncompute v"'""",
}


@pytest.mark.parametrize("name", BENT)
def test_what_a_script_defines_does_not_enter_the_heat_flux(engine, name):
    honest, bent = (engine.run(f"{LIQUID}{before}run 40\n", heat_flux=True) for before in ("", BENT[name]))
    check_complete(bent)
    assert np.array_equal(bent.segments[-1].samples, honest.segments[-1].samples)


@pytest.mark.parametrize("name", INSIDE)
def test_what_a_script_takes_away_inside_a_run_does_not_enter_the_heat_flux(engine, name):
    own = f"{FLOW}fix f all vector 1 c_j[1]\n"
    honest, bent = (
        engine.run(f"{LIQUID}{before}run 40 every 10 {inside}\n", heat_flux=True)
        for before, inside in (("", "'print x'"), (own, INSIDE[name]))
    )
    check_complete(bent)
    assert np.array_equal(bent.segments[-1].samples, honest.segments[-1].samples)


def test_atoms_taken_out_of_the_group_all_are_missed_in_the_heat_flux(engine):
    script = f"{LIQUID}group cold id 1 2 3\nrun 20 every 5 'group all subtract all cold'\n"
    assert not engine.run(script, heat_flux=True).watched
