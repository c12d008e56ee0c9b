"""Which of two copies of one object is the newer."""

from sealane_kube.raw import Raw, text_at


def is_older(item: Raw, other: Raw) -> bool:
    """Tell whether ``item`` was read before ``other`` was written; both are copies of one object.

    A resourceVersion is a number that grows, as Kubernetes promises since 1.35 and etcd always did; where it is none,
    nothing counts as older, and the API refuses what was decided on an old copy.
    """
    version, than = text_at(item, "metadata", "resourceVersion"), text_at(other, "metadata", "resourceVersion")
    return version.isdecimal() and than.isdecimal() and int(version) < int(than)
