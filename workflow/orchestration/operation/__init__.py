"""What watches over a running sweep: who works here, what a dead run left, how far it is."""
