"""Which models can a person choose, and where do those that they make go?"""
