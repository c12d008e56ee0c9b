"""The cluster as the caller reaches it: their kubeconfig, their permissions, and the few calls that commands make.

Law: every call is the caller's own, with no permission but theirs; whatever goes wrong becomes one sentence that says
what to do, and nothing here prints.
"""
