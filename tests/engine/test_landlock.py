import os
import socket
import subprocess

import pytest

from mdgym.engine.landlock import abi_version, restrict

NOWHERE = {"EACCES", "EXDEV"}  # what Landlock answers to a move between directories


@pytest.fixture(params=["root", "nobody"])
def restricted(request, forked, nobody, place):
    """Run a function in a process, of root or of an ordinary user, that may touch `work` and read `potentials`."""
    if request.param == "root" and os.geteuid() != 0:
        pytest.skip("the tests do not run as root")

    def run(body, abi=abi_version()):  # noqa: B008
        def confined():
            if request.param == "nobody":
                nobody()
            os.chdir(place / "work")
            restrict((str(place / "potentials"),), (str(place / "work"),), abi)
            return body()

        return forked(confined)

    return run


def read(path):
    with open(path) as file:
        return file.read()


def write(path):
    with open(path, "w") as file:
        file.write("new")


def test_this_kernel_has_landlock():
    assert abi_version() >= 1


def test_files_of_the_directory_can_be_made_read_changed_and_removed(restricted, place):
    def body():
        write("a")
        os.mkdir("d")
        write("d/b")
        os.truncate("d/b", 1)
        os.rename("a", "c")
        found = [read("input"), read("c"), read("d/b"), sorted(os.listdir("."))]
        os.unlink("d/b")
        os.rmdir("d")
        return found

    assert restricted(body).value == ["content", "new", "n", ["c", "d", "input", "link"]]
    assert (place / "work" / "c").read_text() == "new"


def test_read_only_files_can_be_read_by_name_and_nothing_else(restricted, place):
    file = place / "potentials" / "Cu.eam"
    assert restricted(lambda: read(file)).value == "content"
    assert restricted(lambda: write(file)).value == "EACCES"
    assert restricted(lambda: write(place / "potentials" / "new")).value == "EACCES"
    assert restricted(lambda: os.listdir(place / "potentials")).value == "EACCES"
    assert restricted(lambda: os.truncate(file, 0)).value == "EACCES"
    assert restricted(lambda: os.unlink(file)).value == "EACCES"
    assert file.read_text() == "content"


@pytest.mark.parametrize("abi", range(1, abi_version() + 1))
@pytest.mark.parametrize("path", ["../outside/secret", "link", "/etc/passwd", "/proc/self/mem", "/proc/self/environ"])
def test_nothing_outside_is_read_whatever_version_of_landlock(restricted, path, abi):
    assert restricted(lambda: read(path), abi).value == "EACCES"


@pytest.mark.parametrize("abi", range(1, abi_version() + 1))
@pytest.mark.parametrize(
    "path", ["../outside/secret", "../outside/new", "link", "/tmp/mdgym-new", "/dev/shm/mdgym-new"]
)
def test_nothing_outside_is_written_whatever_version_of_landlock(restricted, place, path, abi):
    assert restricted(lambda: write(path), abi).value == "EACCES"
    assert (place / "outside" / "secret").read_text() == "content"


def test_an_open_descriptor_cannot_be_opened_again(restricted, place):
    with open(place / "outside" / "secret") as secret:
        for root in ("/proc/self/fd", "/dev/fd"):
            assert restricted(lambda root=root: read(f"{root}/{secret.fileno()}")).value == "EACCES"


def test_an_open_directory_gives_no_way_out(restricted, place):
    directory = os.open(place / "outside", os.O_PATH)
    assert restricted(lambda: os.open("secret", os.O_RDONLY, dir_fd=directory)).value == "EACCES"
    os.close(directory)


def test_files_move_neither_out_nor_in(restricted):
    assert restricted(lambda: os.rename("input", "../outside/input")).value in NOWHERE
    assert restricted(lambda: os.rename("../outside/secret", "secret")).value in NOWHERE
    assert restricted(lambda: os.link("../outside/secret", "secret")).value in {*NOWHERE, "EPERM"}
    assert restricted(lambda: os.link("input", "../outside/input")).value in NOWHERE


def test_only_plain_files_and_directories_can_be_made(restricted):
    assert restricted(lambda: os.symlink("/etc", "new")).value == "EACCES"
    assert restricted(lambda: os.mkfifo("new")).value == "EACCES"
    assert restricted(lambda: os.mknod("new", 0o020666, os.makedev(1, 3))).value in {"EACCES", "EPERM"}
    assert restricted(lambda: socket.socket(socket.AF_UNIX).bind("new")).value == "EACCES"


def test_no_program_can_be_started(restricted):
    assert restricted(lambda: os.execv("/bin/true", ["true"])).value == "EACCES"


@pytest.mark.skipif(abi_version() < 3, reason="Landlock handles truncation from version 3")
def test_a_readable_file_outside_cannot_be_cut(restricted, place):
    assert restricted(lambda: os.truncate("../outside/secret", 0)).value == "EACCES"
    assert (place / "outside" / "secret").read_text() == "content"


@pytest.mark.skipif(abi_version() < 4, reason="Landlock handles TCP from version 4")
def test_no_tcp(restricted):
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert restricted(lambda: socket.socket().connect(server.getsockname())).value == "EACCES"
    assert restricted(lambda: socket.socket().bind(("127.0.0.1", 0))).value == "EACCES"


@pytest.mark.skipif(abi_version() < 6, reason="Landlock handles signals and abstract sockets from version 6")
def test_no_signals_and_abstract_sockets_of_others(restricted):
    with subprocess.Popen(["sleep", "60"]) as sibling, socket.socket(socket.AF_UNIX) as server:
        server.bind(f"\0mdgym-test-{os.getpid()}")
        server.listen()
        assert restricted(lambda: os.kill(os.getppid(), 0)).value == "EPERM"
        assert restricted(lambda: os.kill(sibling.pid, 0)).value == "EPERM"
        assert restricted(lambda: socket.socket(socket.AF_UNIX).connect(server.getsockname())).value == "EPERM"
        sibling.kill()


def test_a_child_of_a_restricted_process_is_restricted(restricted):
    def body():
        pid = os.fork()
        if pid == 0:
            os._exit(os.access("../outside/secret", os.R_OK) and _can_read("../outside/secret"))
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    assert restricted(body).value == 0


def test_a_missing_path_is_an_error_not_an_opening(forked, place):
    missing = str(place / "missing")
    for read_only, writable in (((missing,), (str(place / "work"),)), ((), (missing,))):
        assert forked(lambda r=read_only, w=writable: restrict(r, w, abi_version())).value == "ENOENT"


def _can_read(path):
    try:
        return bool(read(path))
    except PermissionError:
        return False
