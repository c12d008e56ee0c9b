"""What figures prove: shares and their bounds, the candidate against stable, stable against its own past.

Law: figures in, verdict and words out; it knows the values of the model, and nothing of phases, pointers or weights.
"""
