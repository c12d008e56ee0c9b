"""What the API asks: pages of incidents, what belongs to one, the stream.

Law: reads only, each answer bounded, each query served by an index whatever the number of occurrences.
"""
