"""Start: the path of our packages, and checks before the settings are read. No rule."""

import sys

# First on the path, so that Python does not import a package of the same name from elsewhere.
sys.path[:0] = [f"{workflow.basedir}/workflow", f"{workflow.basedir}/workflow/scripts"]

from orchestration.planning.mistakes import SettingsError
from orchestration.planning.reading import check_files, check_folder

try:
    check_folder(workflow.basedir)
    check_files(["config.yaml", *map(str, workflow.overwrite_configfiles)])
except SettingsError as error:
    raise SystemExit(f"Error: {error}") from None
