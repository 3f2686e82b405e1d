"""Training for DIS2: data sets, augmentation, the losses, a visible loop, evaluation.

Import name ``dis2_training``; the folder is ``training/``. Imports ``dis2_core``, never the reverse.
"""
