"""Whether a router leaves the Service because of a fault that only it has: it asks its peers before it says so.

Law: a router that knows nothing of its peers stays. It leaves when a critical rule can reach none of its providers
here for 30 s while peers show that one of them works, and only after a head count that found at least three quarters
of all known routers ready. ``evidence``, ``suspicions``, ``headcount`` and ``departure`` are pure: they are told what
was seen and when. ``outages`` looks at the breakers of this router, ``directory`` finds peers, ``asking`` alone speaks
to them, and ``readiness`` runs the rounds.

How it cannot empty the Service. Whoever wants to leave says so in its own report first (``leaving``) and counts heads
afterwards; peers that mean to leave count as gone. Of any two that want to leave at once, the one that said so last
has therefore seen the other, so that of n routers, u of them unready for other reasons, at most n/4 - u + 1 are ever
gone for a local fault. Where there is no room for all, the lowest process id goes.

How it comes back. A router that left gets few requests or none, and nothing but requests shows that a provider is well
again. So it comes back for a trial as soon as an exchange would be admitted by some provider (the breaker's open time
has passed, and at least 30 s), and leaves again only after another 30 s of fault; the breaker's doubling open time
makes trials rarer. It comes back at once when a breaker closed, when peers have shown nothing better for 30 s, and
when two head counts in a row found too few routers ready, or nobody.
"""
