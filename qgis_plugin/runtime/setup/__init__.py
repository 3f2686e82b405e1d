"""How is the private runtime made, tried out and removed, and what is to be told when it does not work?"""
