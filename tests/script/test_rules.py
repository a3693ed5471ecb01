import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdgym.engine.library import potentials_directory
from mdgym.script.lexer import split_words
from mdgym.script.rules import refusal

READABLE = frozenset({"water.mol", "in.extra"})

HABITS = [
    ("shell mkdir -p output", "fresh directory"),
    ('shell "mkdir -p output"', "fresh directory"),
    ("shell rm -f /tmp/old.dump", "remove this line"),
    ("shell echo done", "print"),
    ("timer timeout 0:10:00", "clock"),
    ("python f input 1 v_x return v_y", "equal"),
    ("partition yes 1 print hello", "one process"),
    ("temper 100 10 300 t 1 2", "one process"),
    ("neb 0 0 100 100 10 final f", "one process"),
    ("prd 100 10 10 10 c 1", "one process"),
    ("hyper 100 10 h e", "one process"),
    ("kim_init SW_StillingerWeber_1985 metal", "bare name"),
    ("package omp 4", "one thread"),
    ("package omp 0", "one thread"),
    ("package gpu 1", "remove the line"),
    ("package kokkos", "remove the line"),
    ("jump other.lmp", "SELF"),
    ("variable home getenv HOME", "no environment"),
    ("variable p python f", "formula"),
    ("include setup.lmp", "setup.lmp"),
    ("variable v file values.txt", "values.txt"),
    ("variable v atomfile values.txt", "in.extra, water.mol"),
    ("pair_coeff * * /usr/share/lammps/potentials/Cu_u3.eam", "bare name"),
    ("pair_coeff * * /home/me/potentials/Cu_mishin1.eam.alloy Cu", "bare name"),
    ("pair_coeff * * ../potentials/Si.sw Si", "bare name"),
    ("read_data /home/me/data.water", "bare name"),
    ("read_data ~/system.data", "bare name"),
    ("dump 1 all atom 100 /tmp/dump.lammpstrj", "plain file names"),
    ("log /home/user/log.lammps", "plain file names"),
    ("print hello file /tmp/out.txt", "plain file names"),
    ("fix 1 all print 10 '$(step)' file ~/x.txt screen no", "plain file names"),
    ("log /dev/null", "none"),
    ("dump 1 all movie 100 movie.mp4", "images"),
    ("write_dump all movie movie.mp4", "images"),
    ("dump 1 all atom 100 dump.gz", "without the suffix"),
    ("read_data data.water.gz", "without the suffix"),
    ("fix h all halt 10 tlimit > 5", "clock"),
    ("fix k all tune/kspace 100", "accuracy"),
    ("run 100 every 10 'print $x' 'shell ls'", "remove this line"),
]

ATTACKS = [
    "shell curl http://example.org/x",
    "shell wget example.org",
    "shell bash -c ls",
    "shell python3 x.py",
    "shell echo a ; id",
    "shell 'echo a | sh'",
    "shell ls & sleep",
    "shell echo `id`",
    "shell echo $(id)",
    "shell cat /etc/passwd",
    "shell cp ../../secret here",
    "shell",
    "plugin load libx.so",
    "mdi connect",
    "message client md",
    "server md",
    "geturl http://example.org output x",
    "fix 1 all ipi localhost 31415",
    "fix 1 all imd 5678",
    "fix 1 all mdi/qm",
    "fix 1 all plumed plumedfile p.dat",
    "fix 1 all python/invoke 10 end_of_step f",
    "pair_style python 8.0",
    "pair_style hybrid lj/cut 2.5 python 8.0",
    "include ../../task.json",
    "print x file ../x",
    "print x append /etc/crontab",
    "print x file a/../../x",
    "dump 1 all atom 1 /proc/self/mem",
    "log /sys/kernel/x",
    "write_data /root/.bashrc",
    "write_restart /usr/lib/x.so",
    "restart 100 /var/spool/x",
    "fix 1 all ave/time 1 1 1 v_x file /boot/x",
    "fix 1 all print 10 text append /dev/shm/x",
    "info all out append /etc/x",
    "variable v file /etc/passwd",
    "read_restart //proc/1/environ",
    "read_data /proc/self/fd/3.data",
    "read_data 'x\"; id; \".gz'",
    "read_data `id`.gz",
    "dump 1 all atom 1 'a$(id).zst'",
    "read_data x.gz;id",
    "run 100 every 10 'shell curl x'",
]

HARMLESS = [
    "units metal",
    "pair_coeff * * Cu_mishin1.eam.alloy Cu",
    "pair_coeff * * ./Cu_mishin1.eam.alloy Cu",
    "include in.extra",
    "include ./in.extra",
    "molecule water water.mol",
    "read_data my.data",
    "read_restart restart.100",
    "rerun dump.lammpstrj dump x y z",
    "print 'see /etc/passwd or ../x.gz; done' file notes.txt",
    "fix 1 all print 100 '/etc/$(step) `x`' file out/steps.txt title '# /tmp'",
    "fix 1 all ave/time 10 10 100 c_t file temp.dat",
    "fix 1 all halt 10 v_t > 900",
    "variable path string /home/user/x",
    "variable half equal v_a/2",
    "variable t timer",
    "dump 1 all custom 100 dump.lammpstrj id type x y z",
    "dump 1 all atom/gz 100 dump.gz",
    "dump 1 all image 100 image.*.ppm type type",
    "if '1 > 0' then 'shell curl x'",
    "jump SELF loop",
    "jump SELF",
    "package omp 1",
    "log none",
    "run 100 every 10 'print /tmp/x'",
    'run 100 every 10 "print \'x"',
    "thermo_modify lost ignore",
    "pair_style",
    "variable",
]


@pytest.mark.parametrize(("text", "advice"), HABITS)
def test_a_harmless_habit_is_refused_with_advice(text, advice):
    refused = refusal(split_words(text), READABLE)
    assert refused is not None
    assert not refused.attack
    assert advice in refused.message


@pytest.mark.parametrize("text", ATTACKS)
def test_an_attempt_on_the_host_is_an_attack(text):
    refused = refusal(split_words(text), READABLE)
    assert refused is not None
    assert refused.attack
    assert "forbidden" in refused.message


@pytest.mark.parametrize("text", HARMLESS)
def test_honest_commands_pass(text):
    assert refusal(split_words(text), READABLE) is None


@given(st.lists(st.text(max_size=8), max_size=6))
def test_any_words_get_an_answer(words):
    refused = refusal(tuple(words), READABLE)
    assert refused is None or len(refused.message) < 400


def test_the_potential_files_of_the_wheel_may_be_named():
    for path in potentials_directory().iterdir():
        assert refusal(("pair_coeff", "*", "*", path.name, "X"), frozenset()) is None
