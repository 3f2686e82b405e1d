"""Which Python runs the models: where it lies, whether it fits, and with what it is started?"""
