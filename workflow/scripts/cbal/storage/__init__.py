"""Files on disk: tables, seals, locks, features, archives."""
