"""``make chart``: what the Helm chart and ``k8s/`` have in common is written once and copied here.

Law: nothing of this runs where Sealane is installed. What people write is ``values.yaml`` with its comments, the
chart's templates, ``k8s/{crds,rbac,policies,alerts}`` and the values of each overlay; everything else follows from
those, and a test says when it does not. ``copies`` and ``values_page`` need files alone, ``kustomize`` needs helm.
"""
