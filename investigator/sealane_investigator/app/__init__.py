"""What starts, runs and stops the investigator: settings become objects, objects a process, commands their output.

Law: wiring only. Nothing here decides what an error is.
"""
