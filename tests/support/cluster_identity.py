"""Who is who in a control plane: one authority, and certificates and kubeconfigs of its own making."""

import json
from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True, slots=True)
class Credentials:
    """A certificate and its key, as PEM files."""

    certificate: Path
    key: Path


class Authority:
    """The certificate authority of one control plane; it trusts nothing else, and nobody else trusts it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._authority = trustme.CA()
        self.certificate = folder / "ca.crt"
        self._authority.cert_pem.write_to_path(str(self.certificate))

    def issue(self, name: str, *, group: str | None = None, addresses: tuple[str, ...] = ()) -> Credentials:
        """Files for ``name``: to Kubernetes a user of ``group``, to clients a server at ``addresses``."""
        names = addresses or ("nowhere.invalid",)  # without one trustme writes a certificate that Go refuses
        leaf = self._authority.issue_cert(*names, common_name=name, organization_name=group)
        issued = Credentials(self._file(name, "crt"), self._file(name, "key"))
        leaf.cert_chain_pems[0].write_to_path(str(issued.certificate))
        issued.key.touch(mode=0o600)
        leaf.private_key_pem.write_to_path(str(issued.key))
        return issued

    def kubeconfig(self, server: str, name: str, *, group: str | None = None) -> Path:
        """A kubeconfig with which ``name`` reaches the API server at the URL ``server``."""
        user = self.issue(name, group=group)
        credentials = {"client-certificate": str(user.certificate), "client-key": str(user.key)}
        cluster: dict[str, object] = {"server": server, "certificate-authority": str(self.certificate)}
        return write_kubeconfig(self._file(name, "kubeconfig"), cluster, credentials)

    def _file(self, name: str, kind: str) -> Path:
        return self._folder / f"{name.replace(':', '-')}.{kind}"


def write_kubeconfig(path: Path, cluster: dict[str, object], user: dict[str, str]) -> Path:
    """Write a kubeconfig of one cluster and one user, readable by its owner alone; returns ``path``."""
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "test", "cluster": cluster}],
        "users": [{"name": "test", "user": user}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
        "current-context": "test",
    }
    path.touch(mode=0o600)
    path.write_text(json.dumps(config), encoding="utf-8")
    return path
