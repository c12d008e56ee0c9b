"""The CustomResourceDefinitions of Sealane, made from the very classes that judge a route in a file.

The law of this package: nothing about a field is written here a second time. Its bounds, default and description come
from the class that declares it; only what an API server needs beside them stands here: the laws that span fields, in
CEL. Nothing at run time imports this package but ``status`` and ``revision``, which have no more than types and names.

::

    schema.py          a part becomes a structural schema
    descriptions.py    the docstrings under its fields
    laws.py            what Python's validators refuse, said in CEL
    hosts.py           the same for base URLs
    columns.py         what ``kubectl get`` prints
    definitions.py     the two CRDs, as documents
    status.py          what the operator writes into a ProviderRoute's status
    revision.py        what a ProviderRouteRevision is called, and what it carries in its metadata
"""
