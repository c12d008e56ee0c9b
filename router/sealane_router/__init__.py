"""The router: sends each request to the provider that serves its model, and to no other.

An *exchange* is one client request and everything that happens to it until the last byte; an *attempt* is one
try of it against one *target*. A *rule* claims models and names targets; a *provider* is base URL, credential
and dialect in one object that is never taken apart; a *breaker* guards one provider; *commit* is the moment
the first content byte goes to the client, after which there is no retry and no fallback.

Law: imports point down only, and siblings joined by ``|`` never import each other::

    __main__ → app → server | cluster | peers → stack → layers → relay | recorder → report → exchange
             → serving | error_answer → routing | policy | attempt | upstream | http1 → providers
             → errors | settings | aio

Decisions (``attempt``, ``providers``, ``errors``) are pure and take ``now``; I/O sits at the rim.
``stack.py`` is the one list of what happens to an exchange, in order.
"""
