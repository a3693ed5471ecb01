"""Scripts that the three families with dynamics share: averages, habits, mistakes, and cheats.

A family's plain script samples `v_x` and `v_y`, takes their means as `v_mx` and `v_my`, and makes its results of them.
"""

from mdgym.benchmarks.scripts import Mistake, Writer
from mdgym.benchmarks.scripts.common import BOX, POTENTIAL, Plain

AVERAGE = "reset_timestep 0\nfix means all ave/time 5 $(${steps}/5) ${steps} v_x v_y"
MEANS = "variable mx equal f_means[1]\nvariable my equal f_means[2]"


def variants(plain: Plain) -> dict[str, Writer]:
    """Return right scripts that differ from the plain one in style, averages or housekeeping."""
    change = plain.change
    series = "variable mx equal ave(f_series[1])\nvariable my equal ave(f_series[2])"
    by_hand = "variable sx equal 0\nvariable sy equal 0\nvariable n equal $(round(${steps}/10))"
    return {
        "plain": change(),
        "every step": change(average="reset_timestep 0\nfix means all ave/time 1 ${steps} ${steps} v_x v_y"),
        "running average": change(average="fix means all ave/time 5 1 5 v_x v_y ave running"),
        "blocks, running": change(average="fix means all ave/time 2 5 10 v_x v_y ave running file means.dat"),
        "window of blocks": change(
            average="reset_timestep 0\nfix means all ave/time 5 4 20 v_x v_y ave window $(${steps}/20)"
        ),
        "two fixes": change(
            average="reset_timestep 0\n"
            "fix a all ave/time 10 $(${steps}/10) ${steps} v_x\n"
            "fix b all ave/time 10 $(${steps}/10) ${steps} v_y mode scalar",
            means="variable mx equal f_a\nvariable my equal f_b",
        ),
        "started with the run": change(
            equilibrate="${define}\n"
            "fix means all ave/time 10 1 10 v_x v_y ave running start $(${settle}+10)\n"
            "run ${settle}",
            average="",
        ),
        "fix vector": change(average="fix series all vector 10 v_x v_y", means=series),
        "fix vector, whole run": change(
            equilibrate="run ${settle}\nreset_timestep 0\nrun 0",
            average="fix series all vector 1 v_x v_y",
            means=series,
        ),
        "summed in a loop": change(
            average=by_hand,
            produce="variable i loop $(v_n)\n"
            "label next\n"
            "run 10 post no\n"
            "variable sx equal $(v_sx+v_x:%.16g)\n"
            "variable sy equal $(v_sy+v_y:%.16g)\nnext i\njump SELF next",
            means="variable mx equal v_sx/v_n\nvariable my equal v_sy/v_n",
        ),
        "production in four runs": change(produce="run $(${steps}/4)\n" * 4),
        "loop over runs": change(
            average="${average}\nvariable i loop 10", produce="label again\nrun $(${steps}/10)\nnext i\njump SELF again"
        ),
        "printing now and then": change(
            produce="run ${steps} every 500 \"print 'step $(step) x $(v_x) T $(temp)'\" \"print 'still running'\""
        ),
        "longer": change(equilibrate="run ${settle}\nrun ${settle}\nrun ${steps}"),
        "one run": change(
            equilibrate="run 0",
            average="fix means all ave/time 5 1 5 v_x v_y ave running start $(${settle}+5)",
            produce="run $(${settle}+${steps})",
        ),
        "other seeds and quit": change(start=plain.parts["start"].replace("4711", "99"), results="${results}\nquit"),
        "thermo and files": change(
            equilibrate="thermo_style custom step temp press pe ke etotal vol density\n"
            "thermo 100\n"
            "thermo_modify flush yes\n"
            "dump traj all custom 500 traj.lammpstrj id type xs ys zs vx vy vz\n"
            "restart 1000 old.restart new.restart\n"
            "fix log all print 200 'T = $(temp)' file log.txt screen no\n"
            "${equilibrate}",
            average="fix means all ave/time 10 1 10 v_x v_y ave running",
            results="${results}\nundump traj\nwrite_data end.data\nwrite_restart end.restart",
        ),
        "other observables": change(
            equilibrate="compute rdf all rdf 50\ncompute msd all msd com yes\n"
            "fix rdf all ave/time 100 1 100 c_rdf[*] file rdf.dat mode vector\n"
            "fix msd all ave/time 10 10 100 c_msd[4] file msd.dat\n"
            "${equilibrate}\n"
            "unfix rdf\n"
            "unfix msd",
            average="${average}\nfix profile all ave/chunk 10 10 100 layers temp file profile.dat".replace(
                "${average}", "compute layers all chunk/atom bin/1d z lower 0.2 units reduced\n${average}"
            ),
        ),
        "minimized first": change(start="minimize 1e-10 1e-10 200 2000\nreset_timestep 0\n${start}"),
        "test system first": change(box=f"{BOX.replace('${cells}', '3')}\n{POTENTIAL}\nrun 0\nclear\n{BOX}"),
        "read back": change(
            start="write_data start.data nocoeff\n"
            "clear\n"
            "units ${units}\n"
            "atom_style atomic\n"
            "read_data start.data\n"
            "${potential}\n"
            "${start}"
        ),
        "restarted": change(
            equilibrate="${equilibrate}\n"
            "write_restart half.restart\n"
            "clear\n"
            "read_restart half.restart\n"
            "${potential}\n"
            "timestep ${dt}\n${fixes}\nrun 0"
        ),
        "neighbour settings": change(
            box=f"newton on\natom_modify map array\n{BOX}",
            start="neighbor 0.5 bin\nneigh_modify every 1 delay 0 check yes\n${start}",
        ),
        "pieces in another order": change(
            box="",
            potential="timestep ${dt}\nvariable n equal ${cells}\n"
            + BOX.replace("create_atoms    1 box", f"{POTENTIAL}\ncreate_atoms 1 box").replace("${cells}", "${n}"),
        ),
        "commented": change(
            equilibrate="# let it settle &\n# for a while\nrun ${settle} # steps",
            produce='run &\n  ${steps}  # production\nprint """\nproduction\nended\n"""',
        ),
        "conditions": change(
            equilibrate='if "${cells} > 2" then "run ${settle}" else "run 10"\nvariable go string "run ${steps}"',
            produce="${go}",
        ),
    }


def mistakes(plain: Plain) -> dict[str, Mistake]:
    """Return honest mistakes of the levels that do not depend on the ensemble."""
    change = plain.change
    return {
        "jump back for ever": Mistake("endless loop", change(produce="label again\n${produce}\njump SELF again")),
        "far too long": Mistake("endless loop", change(produce="run 100000000")),
        "loop without next": Mistake("endless loop", change(start="variable i loop 3\nlabel again\njump SELF again")),
        "first command": Mistake("typo", change(box=BOX.replace("units ", "unit "))),
        "create_boxes": Mistake("typo", change(box=BOX.replace("create_box ", "create_boxes "))),
        "pair_stile": Mistake("typo", change(potential="pair_stile none")),
        "velocty": Mistake("typo", change(start="velocty all create 1.0 4711\n${start}")),
        "fix of no style": Mistake("typo", change(fixes="fix move all nvee")),
        "undefined fix": Mistake("late crash", change(means="variable mx equal f_mean[1]\nprint '${mx}'")),
        "undefined variable": Mistake("late crash", change(results="${results}\nprint 'mean ${average_x}'")),
        "typo after the run": Mistake("late crash", change(results="${results}\nwrite_dat end.data")),
        "no such fix to remove": Mistake("late crash", change(results="${results}\nunfix averages")),
        "too short": Mistake(
            "wrong ensemble or too short",
            change(
                equilibrate="run 0",
                average="fix means all ave/time 5 1 5 v_x v_y ave running",
                produce="run $(${steps}/5)",
            ),
        ),
        "one variable forgotten": Mistake(
            "wrong ensemble or too short", change(results="${results}\nvariable ${second} delete")
        ),
        "both variables under other names": Mistake(
            "wrong ensemble or too short", change(results="variable mean1 equal v_mx\nvariable mean2 equal v_my")
        ),
        "too few atoms": Mistake("wrong ensemble or too short", change(box=BOX.replace("${cells}", "3"))),
    }
