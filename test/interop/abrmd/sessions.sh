# The script of the same name, through the resource manager.
source "$(dirname "$0")/../tools/sessions.sh"
