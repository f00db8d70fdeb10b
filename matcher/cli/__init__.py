"""The command line.

One thread a process: with more, searching small indexes is many times slower (docs/decisions/0005).
It must be set before NumPy and FAISS load, hence here. A batch that wants all cores sets it itself.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
