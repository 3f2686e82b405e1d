"""What has the machine left for a run, and how does a process of ours settle down on it?"""
