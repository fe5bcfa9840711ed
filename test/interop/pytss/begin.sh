# Sourced by every script of this folder: what follows is Python, through tpm2-pytss and the Enhanced
# System API of tpm2-tss below it. A session's HMACs and encryption are worked out by that library.
PYTHONPATH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$(dirname "${BASH_SOURCE[0]}")/../tools/begin.sh"

export PYTHONPATH PYTHONDONTWRITEBYTECODE=1 TSS2_LOG=all+none

# runs: the program on stdin, by Debian's own Python, whose packages are no other's.
runs() { /usr/bin/python3 -; }
