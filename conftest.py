"""What holds wherever pytest is called from, and for every process that the tests start."""

import os
import runpy
from pathlib import Path

pytest_plugins = ["strict_nbval"]

# The Chinese edition has the code and the outputs of the English one, byte for byte.
collect_ignore = ["notebooks/zh"]

# What the exercises say is stored, and compared, in English.
os.environ["HELPERS_LANGUAGE"] = "en"

# One thread a kernel: idle ones wait by burning time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# No connection leaves the machine. Python imports sitecustomize first where it is on the path;
# this process has begun, and is told here.
UNPLUGGED = Path(__file__).parent / "tests" / "offline"
os.environ["PYTHONPATH"] = os.pathsep.join([str(UNPLUGGED), os.environ.get("PYTHONPATH", "")])
runpy.run_path(str(UNPLUGGED / "sitecustomize.py"))
