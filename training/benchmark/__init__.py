"""Which method is better: every method, every seed, the same data and schedule, one table?

``plan`` says what is compared, ``runs`` trains and tests, ``run_scores`` is what one run leaves behind,
``results`` reads all of them, ``tables`` and ``plots`` show them.
"""
