import dataclasses
import errno
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from mdgym.engine.landlock import abi_version
from mdgym.engine.libc import syscall
from mdgym.engine.limits import Limits
from mdgym.engine.sandbox import check_support, choose_uid, prepare, readable_by_others

LANDLOCK_CREATE_RULESET = 444
CLONE_NEWUSER = 0x10000000
NOBODY = 65534
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="the tests do not run as root")


@pytest.mark.parametrize("user", [pytest.param("root", marks=needs_root), "nobody"])
def test_a_child_dies_with_its_server(forked, place, nobody, user):
    reader, writer = os.pipe()

    def server():
        os.close(reader)
        if user == "nobody":
            nobody()
        sandbox, uid = prepare(()), choose_uid(0)
        if uid is not None:
            os.chown(place / "work", uid, uid)
        if os.fork() == 0:
            sandbox.confine(str(place / "work"), Limits(), uid)
            os.write(writer, b"ready")
            time.sleep(60)
        os.close(writer)
        time.sleep(0.2)

    forked(server)
    os.close(writer)
    # the end of the file comes when nobody holds the other end any more
    with open(reader, "rb") as file:
        start = time.monotonic()
        assert file.read() == b"ready"
    assert time.monotonic() - start < 10


def test_an_orphan_is_not_confined_but_refused(forked, place):
    sandbox = dataclasses.replace(prepare(()), server=1)
    end = forked(lambda: sandbox.confine(str(place / "work"), Limits(), None))
    assert end.value.startswith("SandboxError") and "server ended" in end.value


@pytest.mark.parametrize("missing", ["work", "potentials"])
def test_a_missing_directory_is_refused(forked, place, missing):
    sandbox = prepare((str(place / "potentials"),))
    shutil.rmtree(place / missing)
    end = forked(lambda: sandbox.confine(str(place / "work"), Limits(), None))
    assert end.value.startswith("SandboxError") and f"'{place / missing}'" in end.value


def test_a_process_with_threads_is_refused(forked, confine):
    def body():
        threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
        confine("nobody")

    assert "2 threads" in forked(body).value


def test_this_machine_can_confine():
    check_support()


@pytest.mark.parametrize("error", [errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM])
def test_a_kernel_without_landlock_is_named_with_the_override(forked, without_call, error):
    def body():
        without_call(LANDLOCK_CREATE_RULESET, error)
        assert abi_version() == 0
        prepare(())

    end = forked(body)
    assert end.value.startswith("SandboxError: Confining untrusted scripts needs Landlock, which this kernel lacks")
    assert "Engine(sandbox=False), or --no-sandbox" in end.value


def test_a_kernel_without_seccomp_filters_is_named_with_the_override(forked, without_call):
    def body():
        without_call(157 if os.uname().machine == "x86_64" else 167, errno.EINVAL)  # prctl
        check_support()

    end = forked(body)
    assert end.value.startswith("SandboxError: Confining untrusted scripts needs seccomp filters")
    assert "Engine(sandbox=False), or --no-sandbox" in end.value


@needs_root
def test_each_slot_of_each_server_is_another_user(forked):
    here = [choose_uid(slot) for slot in range(64)]
    elsewhere = forked(lambda: [choose_uid(slot) for slot in range(64)]).value
    assert len({*here, *elsewhere}) == 128
    assert min(here) >= 0x70000000 and max(here) < 2**31


@pytest.mark.parametrize("slot", [-1, 64])
def test_a_slot_out_of_range_is_refused(slot):
    with pytest.raises(ValueError, match=str(slot)):
        choose_uid(slot)


def test_an_ordinary_user_stays_the_same_user(forked, nobody):
    def body():
        nobody()
        return choose_uid(0)

    assert forked(body).value is None


@needs_root
@pytest.mark.parametrize(("count", "expected"), [(1, None), (65536, NOBODY)])
def test_root_of_a_container_uses_a_user_that_is_mapped(forked, numbers, count, expected):
    unshared, mapped = os.pipe(), os.pipe()

    def body():
        syscall(numbers["unshare"], CLONE_NEWUSER)
        os.write(unshared[1], b".")
        os.read(mapped[0], 1)
        return choose_uid(0)

    def container():
        inside = os.fork()
        if inside == 0:
            os._exit({None: 1, NOBODY: 2}.get(body(), 3))
        os.read(unshared[0], 1)
        for table in ("uid_map", "gid_map"):
            Path(f"/proc/{inside}/{table}").write_text(f"0 0 {count}")
        os.write(mapped[1], b".")
        return os.waitstatus_to_exitcode(os.waitpid(inside, 0)[1])

    end = forked(container)
    for descriptor in (*unshared, *mapped):
        os.close(descriptor)
    assert end.value == {None: 1, NOBODY: 2}[expected]


def test_readable_by_others_looks_at_every_step_of_the_way(place):
    file = place / "outside" / "secret"
    assert readable_by_others(str(file))
    assert readable_by_others(str(place / "work" / "link"))
    assert readable_by_others(str(place / "outside"))
    file.chmod(0o640)
    assert not readable_by_others(str(file))
    file.chmod(0o644)
    (place / "outside").chmod(0o744)
    assert not readable_by_others(str(file))
    assert not readable_by_others(str(place / "outside"))
    (place / "outside").chmod(0o711)
    assert readable_by_others(str(file))
    assert not readable_by_others(str(place / "outside"))


@needs_root
def test_readable_by_others_agrees_with_another_user(forked, nobody):
    paths = ("/etc/passwd", "/etc/shadow", "/root", "/usr/share", "/var/log", "/proc/1/environ")

    def body():
        nobody()
        return [_opens(path) for path in paths]

    assert [readable_by_others(path) for path in paths] == forked(body).value


@pytest.mark.parametrize("keep", [(), (0,), (0, 1, 2), (2, 5), (7, 5, 5)])
def test_all_but_the_given_descriptors_are_closed(keep):
    script = (
        "import os, sys; from mdgym.engine.sandbox import close_fds\n"
        "for fd in range(3, 12): os.dup2(0, fd)\n"
        f"os.dup2(1, 30); close_fds((*{keep}, 30))\n"
        "os.write(30, ' '.join(str(fd) for fd in range(60) if _open(fd)).encode())\n"
    )
    helper = "def _open(fd):\n    try: os.fstat(fd)\n    except OSError: return False\n    return True\n"
    run = subprocess.run(
        [sys.executable, "-c", helper + script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False
    )
    assert [int(fd) for fd in run.stdout.split()] == sorted({*keep, 30})


def _opens(path):
    try:
        os.close(os.open(path, os.O_RDONLY))
    except PermissionError:
        return False
    return True
