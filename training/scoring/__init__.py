"""How good is a model: scores, calibration, intervals and what it costs?"""
