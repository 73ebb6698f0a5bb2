"""Names that the workflow and the jobs that label share: files of the labeling folder.

The workflow imports them too, so this module imports nothing that only jobs have installed.
"""

JOURNAL = "journal.sqlite"
ADDRESS = "address"  # of the page, with its token
ANNOUNCEMENT = "announcement"  # the line that the workflow shows to people now
ENDING = "ending"  # id of the workflow's process that was told to end
OWNER = "CBAL_LABELING_OWNER"  # environment variable: id of the workflow's process
