"""What does a small network learn from larger ones, on ground with labels and without?"""
