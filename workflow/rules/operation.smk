"""Operation: before the first job, while jobs run, and at the end. No rule.

Needs:  the list of Snakemakes that run in this folder (orchestration/operation/presence.py).
Makes:  progress on the screen, and the reason of each failure in one line.
Order:  at the start of a run the lock of a crashed run is removed, its jobs are ended, dates of
        inputs are checked, and Slurm is asked whether it takes our jobs; then progress is shown
        after each round; at the end comes what failed. See orchestration/operation/course.py.
"""

from orchestration.operation.course import Course
from orchestration.operation.reasons import SHELL

# No part of a rule's command, so that it reruns nothing.
shell.prefix(SHELL)

COURSE = Course(workflow, SWEEP, [name for name in SWEEP["datasets"] if is_human(name)])


onstart:
    COURSE.begin()


onsuccess:
    COURSE.end()


onerror:
    COURSE.fail()
