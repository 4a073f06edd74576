"""What a person waits for: `derive` from a cold start, as a ratio to importing what it stands on.

    python benchmarks/cold_start.py [ROUNDS]
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from alternate import medians

LIMIT = 1.5
DERIVE = shutil.which("derive", path=str(Path(sys.executable).parent)) or "derive"
PAIRS = (
    ("derive --help", [DERIVE, "--help"], "import click"),
    ("derive linear --wrt X", [DERIVE, "linear", "--wrt", "X"], "import sympy, numpy"),
)


def main(rounds: int) -> int:
    """Print a line for each pair; 1 where a ratio is over the limit."""
    over = 0
    for name, command, imports in PAIRS:
        ours, theirs = medians([command, [sys.executable, "-c", imports]], rounds)
        over += ours > LIMIT * theirs
        print(f"{name:22} {ours * 1e3:6.0f} ms   python -c '{imports}' {theirs * 1e3:6.0f} ms   ratio {ours / theirs:.2f} (limit {LIMIT})")
    return int(over > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 11))
