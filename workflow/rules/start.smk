"""Start: where our packages are, and what must hold before the settings are read. No rule."""

import sys

# First on the path, so that no package of the same name elsewhere is taken for ours.
sys.path[:0] = [f"{workflow.basedir}/workflow", f"{workflow.basedir}/workflow/scripts"]

from orchestration.planning.mistakes import SettingsError
from orchestration.planning.reading import check_files, check_folder

try:
    check_folder(workflow.basedir)
    check_files(["config.yaml", *map(str, workflow.overwrite_configfiles)])
except SettingsError as error:
    raise SystemExit(f"Error: {error}") from None
