"""Which wheels does this machine take, where do they come from, and how are they got: uv, torch and the others?"""
