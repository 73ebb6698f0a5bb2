"""How things are kept on disk: tables, seals, locks, features, archives."""
