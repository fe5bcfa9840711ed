# Sourced by every script of this folder: programs that keep their keys in a TPM, and share it by the
# resource manager.
source "$(dirname "${BASH_SOURCE[0]}")/../abrmd/begin.sh"
