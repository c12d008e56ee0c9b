"""Documented error codes and types of each API family, and the class each one means when its message says no more.

Law: data alone. A code that covers several meanings names the commonest; nothing here reads a message.
"""
