"""The page in the browser: server, security, templates, pictures."""
