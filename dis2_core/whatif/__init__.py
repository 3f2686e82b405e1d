"""What if a layer were missing: how does the map change, and which layer does it lean on?"""
