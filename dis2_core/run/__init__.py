"""How does a run behave on a machine: where its files are made, what it tells, which device and how many threads?"""
