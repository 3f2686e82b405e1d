"""What does a region consist of, and is it still what it was when the plan was made?"""
