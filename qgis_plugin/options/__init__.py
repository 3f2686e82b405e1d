"""What is asked and shown under Settings > Options > DIS2? Imported only where there is a window."""
