"""The labeling page in the browser: server, access checks, templates and pictures."""
