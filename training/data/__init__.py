"""What is there to learn from: tiles of ground truth, and the windows that training and validation take of them?"""
