"""How the child gives up what it does not need, once everything is imported: after this it can only compute.

The limit on open files is the strongest part: at three, which standard input, output and error take, neither a file
nor a socket can be opened by any code that an input might subvert. The rest is depth: no new processes, no file
growth, no core, memory and CPU bounded, no new privileges, an own empty network where the kernel permits, and an
end together with the parent. A container that forbids new namespaces leaves the child on its network, without any
socket to use it.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys

from bot.reader.limits import Limits

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_NOBODY = 65534
_STANDARD_STREAMS = 3


def confine(limits: Limits, *, parent: int) -> None:
    """Apply *limits* to this process for good. Ends it if *parent* (a process id) is gone already."""
    libc = ctypes.CDLL(None)
    if sys.platform == "linux":
        _leave_network(libc)
    _leave_root()
    for kind, limit in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, _STANDARD_STREAMS),
    ):
        _lower(kind, limit)
    # SIGXCPU at the soft limit names the reason; SIGKILL at the hard one needs no consent.
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu, limits.cpu + 1))
    if sys.platform == "linux":
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)  # last: a change of user clears it
    if os.getppid() != parent:
        os._exit(1)


def _lower(kind: int, limit: int) -> None:
    _, hard = resource.getrlimit(kind)
    wanted = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(kind, (wanted, wanted))


def _leave_network(libc: ctypes.CDLL) -> None:
    """An own network namespace without interfaces, as root or through an own user namespace; else none."""
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _leave_root() -> None:
    """Root is exempt from the limit on processes: become nobody where that is permitted."""
    if os.geteuid() != 0:
        return
    try:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    except OSError:
        return
