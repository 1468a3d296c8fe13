"""Let no connection leave this machine: Python imports this first where it is on PYTHONPATH.

``make test`` puts it there, so that the tests, the kernels and every process they start run as
if unplugged.
"""

import ipaddress
import socket
import sys
from typing import Any


def refuse_beyond_loopback(event: str, arguments: tuple[Any, ...]) -> None:
    """Raise a ``ConnectionError`` when a socket is about to reach another machine."""
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        if arguments[0].family not in (socket.AF_INET, socket.AF_INET6) or not arguments[1]:
            return
        host = arguments[1][0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost", socket.gethostname()):
        return
    try:
        if ipaddress.ip_address(name).is_loopback:
            return
    except ValueError:
        pass
    raise ConnectionError(f"no network in the tests: {name}")


sys.addaudithook(refuse_beyond_loopback)
