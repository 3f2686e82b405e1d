"""Which tools are in the toolbox, one a module, and how do their parameters become a job? ``help`` has their texts."""
