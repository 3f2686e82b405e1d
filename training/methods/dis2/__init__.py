"""What does DIS2 learn from: its losses, the supervision of its parts, and itself without each of them?"""
