"""What a script can try against the host, against the rules and against the kernel's walls alone.

Each attack is run three times: as a script (the rules stop most), command by command in a confined process that knows
no rules, and the writing and reading ones without any protection, to show that they would work.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

import pytest

from mdgym.engine import Limits
from mdgym.engine.child import start
from mdgym.engine.execution import STATUSES
from mdgym.engine.handle import Handle, LammpsError
from mdgym.engine.library import open_lammps, potentials_directory
from mdgym.engine.sandbox import choose_uid, prepare
from mdgym.records import to_json
from mdgym.script.lexer import read_script

BOX = """units lj
lattice fcc 0.8442
region box block 0 2 0 2 0 2
create_box 1 box
create_atoms 1 box
mass 1 1.0
pair_style lj/cut 1.6
pair_coeff 1 1 1.0 1.0
fix nve all nve
"""
WRITERS = (
    "print x file {path} screen no",
    "print x append {path}",
    "log {path}",
    "log {path} append",
    "info all out overwrite {path}",
    "info config out append {path}",
    "processors * * * file {path}\nrun 0",
    "balance 1.0 shift x 5 1.0 out {path}",
    "write_data {path}",
    "write_restart {path}",
    "write_coeff {path}",
    "write_dump all atom {path}",
    "write_dump all image {path}.ppm type type",
    "write_dump all image {path}.jpg type type",
    "restart 1 {path}\nrun 2",
    "restart 1 {path}.a {path}.b\nrun 2",
    "dump d all atom 1 {path}\nrun 1",
    "dump d all custom 1 {path}.* id x\nrun 1",
    "dump d all atom/gz 1 {path}.gz\nrun 1",
    "dump d all xyz 1 {path}\nrun 1",
    "dump d all dcd 1 {path}\nrun 1",
    "dump d all xtc 1 {path}\nrun 1",
    "dump d all yaml 1 {path} id x\nrun 1",
    "dump d all image 1 {path}.*.ppm type type\nrun 1",
    "dump d all movie 1 {path}.mp4 type type\nrun 1",
    "fix p all print 1 x file {path} screen no\nrun 1",
    "fix p all print 1 x append {path}\nrun 1",
    "fix a all ave/time 1 1 1 c_thermo_temp file {path}\nrun 1",
    "fix a all ave/histo 1 1 1 -1 1 5 vx mode vector file {path}\nrun 1",
    "fix a all ave/correlate 1 1 1 c_thermo_temp file {path}\nrun 1",
    "fix a all ave/grid 1 1 1 2 2 2 vx file {path}\nrun 1",
    "compute k all chunk/atom type\nfix a all ave/chunk 1 1 1 k vx file {path}\nrun 1",
    "fix b all balance 1 1.0 shift x 5 1.0 out {path}\nrun 1",
    "fix c all colvars none output {path}\nrun 1",
    "pair_write 1 1 5 r 0.5 1.5 {path} LJ",
    "group2ndx {path} all",
    "region2vmd {path} region box",
    "dynamical_matrix all regular 0.01 file {path}",
)
READERS = (
    "include {path}",
    "jump {path}",
    "jump {path} label",
    "variable s file {path}\nprint '${{s}}'",
    "variable a atomfile {path}",
    "read_data {path}",
    "read_data {path} add append",
    "read_restart {path}",
    "read_dump {path} 0 x y z",
    "rerun {path} dump x y z",
    "molecule m {path}",
    "ndx2group {path}",
    "create_atoms 1 mesh {path}",
    "pair_style table linear 100\npair_coeff 1 1 {path} LJ",
    "pair_style eam\npair_coeff * * {path}",
    "pair_style eam/alloy\npair_coeff * * {path} Cu",
    "pair_style sw\npair_coeff * * {path} Si",
    "pair_style tersoff\npair_coeff * * {path} Si",
    "fix g all gle 3 1 1 1 {path}",
    "fix c all colvars {path}",
    "fix t all tmd 1.0 {path} 1 x",
    "fix r all rigid single infile {path}",
    "fix w all smd/wall_surface {path} 1 65535",
    "plugin load {path}",
    "python f file {path}",
)
TOUCH = "touch {out}/{mark}"
# a slash would keep LAMMPS from seeing the suffix
CLIMB = "cd ..; touch {mark}; cd ..; touch {mark}"
DIRECT = {
    "shell": f"shell {TOUCH}",
    "shell that stays": "shell setsid sleep 3141.{mark} &",
    "shell in an argument": "shell ls ; " + TOUCH,
    "shell with a path": "shell /bin/" + TOUCH,
    "shell removes": "shell rm {secret}",
    "shell moves": "shell mv {secret} {out}/{mark}",
    "shell makes a directory": "shell mkdir {out}/{mark}",
    "shell links": "shell ln -s {secret} link\ninclude link",
    "shell copies": "shell cp {secret} copy\ninclude copy",
    "shell changes directory": "shell cd {out}\nprint x file {mark}",
    "shell changes directory upwards": "shell cd ../../../../..{out}\nprint x file {mark}",
    "shell changes the environment": "shell putenv LD_PRELOAD={secret} LAMMPS_POTENTIALS={out}\n"
    "pair_style eam\npair_coeff * * secret.txt",
    "shell kills": "shell kill -9 -1",
    "shell in if": f"if '1 == 1' then 'shell {TOUCH}'",
    "shell in else": f"if '1 == 2' then 'print a' else 'print b' 'shell {TOUCH}'",
    "shell in if in if": f"""if "1 == 1" then 'if "1 == 1" then "shell {TOUCH}"'""",
    "shell in run every": f"run 2 every 1 'shell {TOUCH}'",
    "shell in if in run every": f"""run 2 every 1 'if "1 == 1" then "shell {TOUCH}"'""",
    "shell behind a variable": f"variable s string shell\n${{{{s}}}} {TOUCH}",
    "shell behind two variables": f"variable t string shell\nvariable s index '${{{{t}}}}'\n${{{{s}}}} {TOUCH}",
    "shell as one value": f"variable s index 'shell {TOUCH}'\n${{{{s}}}}",
    "shell behind a variable in if": f"variable s string shell\nif '1 == 1' then '${{{{s}}}} {TOUCH}'",
    "shell behind a variable in run every": f"variable s string shell\nrun 2 every 1 '${{{{s}}}} {TOUCH}'",
    "shell in a loop": f"variable i loop 3\nlabel l\nshell {TOUCH}$i\nnext i\njump SELF l",
    "shell in pieces": f"variable a string she\nvariable b string ll\n${{{{a}}}}${{{{b}}}} {TOUCH}",
    "shell continued": f"sh&\nell {TOUCH}",
    "shell quoted": f"'shell' {TOUCH}",
    "shell in partition": f"partition yes 1 shell {TOUCH}",
    "shell in an included file": "include shell.in",
    "shell in a file of its own": f"print 'shell {TOUCH}' file a.in\ninclude a.in",
    "shell in a file of its own, hidden": (
        f"print 'shell {TOUCH}' file a.in\nvariable i string include\n${{{{i}}}} a.in"
    ),
    "shell by jump to a file of its own": f"print 'shell {TOUCH}' file a.in\njump a.in",
    "name with a quote, gz": f"""write_dump all atom 'x"; {CLIMB}; ".gz'""",
    "name with backticks, gz": f"dump d all custom 1 '`{CLIMB}`.gz' id x\nrun 1",
    "name with a dollar, zst": f"write_dump all custom '\\$({CLIMB}).zst' id x",
    "name with a semicolon, bz2": f"write_dump all atom 'x; {CLIMB}; .bz2'",
    "name with a pipe, xz": f"read_data '| {CLIMB} |.xz'",
    "name with a quote, read": f"""read_data 'x"; {CLIMB}; ".gz'""",
    "name with a quote, lz4": f"""dump d all atom 1 'x"; {CLIMB}; ".lz4'\nrun 1""",
    "name behind a variable": f"""variable n index 'x"; {CLIMB}; ".gz'\nwrite_dump all atom ${{{{n}}}}""",
    "name in run every": f"""run 2 every 1 'write_dump all atom "x;{CLIMB};.gz"'""",
    "movie": f"""dump d all movie 1 'x.mp4"; {TOUCH}; "' type type\nrun 2""",
    "plugin": "plugin load {secret}",
    "plugin in if": "if '1 == 1' then 'plugin load {secret}'",
    "python": "python f here 'import os; os.system(\"" + TOUCH + "\")'",
    "fix python": "fix p all python/invoke 1 end_of_step f\nrun 1",
    "pair python": "pair_style python 2.5\npair_coeff * * x.Y Z",
    "variable python": "variable p python f\nprint $p",
    "mdi": "mdi engine",
    "mdi plugin": 'mdi plugin {secret} mdi "-role ENGINE" infile x extra y command z',
    "fix mdi": "fix m all mdi/qm\nrun 1",
    "message": "message client md file {out}/{mark}",
    "server": "server md",
    "fix ipi": "fix i all ipi {mark} 31415 unix\nrun 1",
    "fix ipi by network": "fix i all ipi localhost 31415\nrun 1",
    "fix imd": "fix i all imd 31415\nrun 1",
    "fix plumed": "fix p all plumed plumedfile {secret} outfile {out}/{mark}\nrun 1",
    "geturl": "geturl http://127.0.0.1:9/{mark} output {out}/{mark}",
    "geturl of a file": "geturl file://{secret} output copy\ninclude copy",
    "kim": "kim_init LennardJones612_UniversalShifted__MO_959249795837_003 lj",
    "kim query": "kim_query a get_lattice_constant_cubic crystal=fcc",
    "threads": "package omp 4\nsuffix omp\npair_style lj/cut 1.6\npair_coeff * * 1 1\nrun 1",
    "gpu": "package gpu 1",
    "clock": "timer timeout 0:00:01 every 1\nrun 100",
    "halt by the clock": "fix h all halt 1 tlimit > 0.01\nrun 100",
    "getenv": "variable h getenv PATH\nprint $h",
    "temper": "temper 100 10 1 1 1 1",
    "quit and forge": "print 'reward 1' file /proc/self/fd/3\nquit 0",
}
DEVICES = ("/dev/shm/{mark}", "/dev/mem", "/dev/null", "/proc/self/fd/1", "/proc/self/oom_score_adj", "/proc/1/comm")
SECRETS = ("/proc/self/environ", "/proc/self/maps", "/proc/1/environ", "/etc/passwd", "/dev/zero", "/")


class Canary:
    """A directory outside, open to every user, that nobody may touch; and marks to look for."""

    def __init__(self):
        self.mark = f"mark{uuid.uuid4().hex[:12]}"
        self.out = Path(tempfile.mkdtemp(prefix="canary-"))
        self.secret = self.out / "secret.txt"
        self.secret.write_text(f"print canary{self.mark}\n")
        self.out.chmod(0o777)
        self.secret.chmod(0o666)
        self.before = self.secret.stat()

    def fill(self, text):
        return text.format(out=self.out, secret=self.secret, mark=self.mark, path="{path}")

    def paths(self):
        target = self.out / self.mark
        return str(target), f"../../../../../../..{target}"

    def secrets(self):
        return str(self.secret), f"../../../../../../..{self.secret}"

    def made(self):
        """What was made outside, with the mark in its name or command line."""
        found = [name for name in os.listdir(self.out) if name != "secret.txt"]
        found += [
            name for place in ("/dev/shm", "/tmp", "/", os.getcwd()) for name in os.listdir(place) if self.mark in name
        ]
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if self.mark in (process / "cmdline").read_text():
                    found.append(str(process))
            except OSError:
                continue
        return found

    def check(self, seen=""):
        assert self.made() == []
        after = self.secret.stat()
        assert (after.st_mtime_ns, after.st_size, after.st_mode) == (
            self.before.st_mtime_ns,
            self.before.st_size,
            self.before.st_mode,
        )
        assert f"canary{self.mark}" not in seen


@pytest.fixture
def canary():
    canary = Canary()
    yield canary
    shutil.rmtree(canary.out)
    for place in ("/dev/shm", "/tmp"):
        Path(place, canary.mark).unlink(missing_ok=True)


@pytest.fixture(scope="module")
def handle():
    return Handle(open_lammps())


@pytest.fixture
def alone(handle, forked, tmp_path):
    """Give commands to LAMMPS in a process of its own, with the walls of the kernel and without the rules."""
    sandbox, uid = prepare((str(potentials_directory()),)), choose_uid(0)

    def run(script, confined=True):
        # not below pytest's own directory, which other users cannot pass
        work = Path(tempfile.mkdtemp(prefix="mdgym-attack-"))
        if confined and uid is not None:
            os.chown(work, uid, uid)
        with open(tmp_path / "output", "w+b") as output:

            def body():
                start(work, output.fileno(), Limits(wall_s=5, cpu_s=5), sandbox if confined else None, uid)
                for command in read_script(script):
                    try:
                        handle.command(command.text)
                    except LammpsError as error:
                        handle.command("print '" + str(error).replace("'", " ").replace("$", " ")[:500] + "'")
                handle.flush()
                os._exit(0)

            forked(body)
            seen = output.read() if output.seek(0) == 0 else b""
        shutil.rmtree(work)
        return seen.decode("utf-8", "replace")

    return run


@pytest.fixture
def attack(engine, canary, alone):
    """Run scripts by the engine and by the walls alone, and look outside afterwards."""

    def run(*scripts, ends=("script_error", "forbidden", "quota")):
        seen = []
        for script in scripts:
            execution = engine.run(BOX + script, files={"shell.in": f"shell touch {canary.out}/{canary.mark}\n"})
            assert execution.status in ends, (script, execution)
            seen += [json.dumps(to_json(execution)), alone(BOX + script)]
        canary.check("".join(seen))

    return run


@pytest.mark.parametrize("writer", WRITERS)
def test_nothing_is_written_outside(attack, canary, writer):
    attack(*(writer.format(path=path) for path in canary.paths()))
    attack(writer.format(path=canary.secret), writer.format(path="/proc/self/mem"), ends=STATUSES)


@pytest.mark.parametrize("path", DEVICES)
def test_nothing_is_written_to_devices_and_shared_memory(attack, canary, path):
    attack(*(writer.format(path=canary.fill(path)) for writer in WRITERS[:4]), ends=STATUSES)


@pytest.mark.parametrize("reader", READERS)
def test_nothing_is_read_outside(attack, canary, reader):
    attack(*(reader.format(path=path) for path in canary.secrets()))


@pytest.mark.parametrize("path", SECRETS)
def test_nothing_of_the_system_is_read(attack, path):
    attack(*(reader.format(path=path) for reader in READERS[:6]))


@pytest.mark.parametrize("name", DIRECT)
def test_nothing_is_started_outside(attack, canary, name):
    attack(canary.fill(DIRECT[name]) + "\n")


@pytest.mark.parametrize(
    "command",
    [
        "thermo_modify format float %n",
        "thermo_modify format line '%d %*.5n %f'",
        "thermo_modify lost warn format 1 %hhn",
        "dump d all atom 1 f\ndump_modify d format line '%d %d %1$n %g %g'",
        "fix a all ave/time 1 1 1 c_thermo_temp format %ln file f",
        "write_dump all custom f id x modify format float '%5.2f%lln'",
        "variable n string '%n'\nthermo_modify format float ${n}",
        "run 2 every 1 'thermo_modify format float %n'",
        "variable n string '%n'\nrun 2 every 1 'thermo_modify format float ${n}'",
        "variable n string format\nrun 2 every 1 'thermo_modify ${n} float %n'",
    ],
)
def test_a_format_does_not_write_into_memory(engine, command):
    execution = engine.run(f"{BOX}{command}\nrun 2\n")
    assert execution.status in ("forbidden", "script_error"), execution
    honest = (
        "thermo_modify format line '%8d %12.5g %% %g %g %g %g'\nthermo_modify format float %15.8g\nprint '100 %new'\n"
    )
    assert engine.run(f"{BOX}{honest}run 1\n").status == "completed"


LIVE = [*WRITERS[:6], WRITERS[8], WRITERS[14], WRITERS[16], WRITERS[25], WRITERS[27]]


@pytest.mark.parametrize("writer", LIVE)
def test_the_attacks_would_write_if_nothing_stopped_them(canary, alone, writer):
    alone(BOX + writer.format(path=canary.paths()[1]), confined=False)
    assert canary.made()


@pytest.mark.parametrize("name", ["shell", "shell in run every", "shell behind a variable", "name with a quote, gz"])
def test_the_attacks_would_start_programs_if_nothing_stopped_them(canary, alone, name):
    alone(BOX + canary.fill(DIRECT[name]), confined=False)
    assert canary.made()


def test_the_attacks_would_read_if_nothing_stopped_them(canary, alone):
    seen = alone(READERS[3].format(path=canary.secret), confined=False)
    assert f"canary{canary.mark}" in seen


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="only root can become another user")
@pytest.mark.parametrize(
    "which",
    ["not ordinary and (shell or name or print)", pytest.param("not ordinary", marks=pytest.mark.slow)],
    ids=["some", "all"],
)
def test_all_of_it_holds_for_an_ordinary_user(which):
    # the environment may lie below a directory of root: reading it is the only thing that is left of root
    user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    capability = ["--bounding-set=-all,+dac_read_search", "--inh-caps=-all,+dac_read_search"]
    options = ["-q", "-p", "no:cacheprovider", "-k", which, "--basetemp", tempfile.mkdtemp()]
    os.chown(options[-1], 65534, 65534)
    pytest_run = [sys.executable, "-B", "-m", "pytest", *options, __file__]
    run = subprocess.run(
        [*user, *capability, "--ambient-caps=+dac_read_search", *pytest_run],
        capture_output=True,
        text=True,
        check=False,
    )
    shutil.rmtree(options[-1])
    assert run.returncode == 0, run.stdout[-3000:]
