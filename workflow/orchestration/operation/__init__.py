"""Control of a running sweep: other runs in the folder, leftovers of a crash, and progress."""
