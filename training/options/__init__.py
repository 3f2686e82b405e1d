"""How are a command line and a recipe read, which may come from anywhere? Within bounds, and with errors of ours."""
