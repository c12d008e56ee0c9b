"""Making API keys."""

import re
import stat
from hashlib import sha256
from pathlib import Path

import pytest

from sealane_api.route_table import Limits
from sealane_cli.keys import keys_new, new_key
from sealane_router.policy.authentication import Authenticator
from sealane_router.policy.key_file import KeyFileError, parse_key_file

_OLD = f"sha256: '{'0' * 64}'"


def _contents(file: Path) -> list[tuple[str, str]]:
    return [(key.tenant, key.name) for key in parse_key_file(file.read_text(encoding="utf-8"), "f").keys]


def test_a_key_is_256_random_bits_behind_a_prefix() -> None:
    """It starts with ``sl-``, has 43 characters of base64url, and no two are the same."""
    keys = {new_key("team-a", "laptop")[0] for _ in range(50)}

    assert len(keys) == 50
    assert all(re.fullmatch(r"sl-[A-Za-z0-9_-]{43}", key) for key in keys)


def test_the_entry_holds_the_digest_and_not_the_key() -> None:
    """What is stored admits the key and does not contain it."""
    key, entry = new_key("team-a", "laptop", ["kimi-*", "*"], Limits(60, 1000))

    assert key not in entry
    assert sha256(key.encode()).hexdigest() in entry
    caller = Authenticator(parse_key_file(f"keys:\n- {entry}\n", "f").keys).authenticate(
        b"Bearer " + key.encode(), None, 0.0
    )
    assert (caller.tenant, caller.key_name, caller.limits) == ("team-a", "laptop", Limits(60, 1000))
    assert caller.may_use("kimi-k3")


def test_a_new_file_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    """The first key creates the file with mode 0600."""
    file = tmp_path / "keys.yaml"

    new_key("team-a", "laptop", file=file)

    assert _contents(file) == [("team-a", "laptop")]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "before",
    [
        f"# ours\nkeys:\n- tenant: a\n  name: b  # the first\n  {_OLD}\n\n# limits follow\ntenants:\n  a: {{}}\n",
        f"keys:\n    - {{tenant: a, name: b, {_OLD}}}  # ä ☃ first",
        f"keys: [{{tenant: a, name: b, {_OLD}}}] # flow\n",
        f"keys:\n  - tenant: a\n    name: b\n    {_OLD}\n    models:\n      - kimi-*\n      - glm-4.7\n",
        f"keys:\r\n- tenant: a\r\n  name: b\r\n  {_OLD}\r\ntenants: {{}}\r\n",
    ],
)
def test_a_file_keeps_what_it_holds(tmp_path: Path, before: str) -> None:
    """Whatever its style, every line of the file is still there, and the new key comes last."""
    file = tmp_path / "keys.yaml"
    file.write_bytes(before.encode())
    file.chmod(0o640)

    new_key("team-b", "ci", file=file)

    assert _contents(file) == [("a", "b"), ("team-b", "ci")]
    after = file.read_bytes().decode()
    assert all(re.split(r"[\]\n]", line)[0].rstrip() in after for line in before.splitlines())
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [file]


def test_an_empty_list_is_filled(tmp_path: Path) -> None:
    """``keys: []`` becomes a list with one entry, and what follows stays."""
    file = tmp_path / "keys.yaml"
    file.write_text("keys: []\ntenants: {team-b: {}}\n", encoding="utf-8")

    new_key("team-b", "ci", file=file)

    assert _contents(file) == [("team-b", "ci")]
    assert "tenants: {team-b: {}}" in file.read_text(encoding="utf-8")


def test_a_link_still_leads_to_its_file(tmp_path: Path) -> None:
    """The file behind a symbolic link is replaced, not the link."""
    file, link = tmp_path / "real.yaml", tmp_path / "link.yaml"
    link.symlink_to(file)

    new_key("team-a", "laptop", file=link)

    assert link.is_symlink()
    assert _contents(file) == [("team-a", "laptop")]


def test_a_bad_file_is_left_as_it_is(tmp_path: Path) -> None:
    """A file that the router would refuse is not touched."""
    file = tmp_path / "keys.yaml"
    file.write_text("keyz: []\n", encoding="utf-8")

    with pytest.raises(KeyFileError, match="keyz"):
        new_key("team-a", "laptop", file=file)

    assert file.read_text(encoding="utf-8") == "keyz: []\n"


def test_a_name_is_used_once(tmp_path: Path) -> None:
    """A second key of the same name is refused, because nobody could tell them apart in a log."""
    file = tmp_path / "keys.yaml"
    new_key("team-a", "laptop", file=file)

    with pytest.raises(KeyFileError, match="of this tenant and name"):
        new_key("team-a", "laptop", file=file)


@pytest.mark.parametrize("tenant", ["", "Team", "a b", "-a", "x" * 64, "anonymous"])
def test_a_bad_tenant_is_refused(tenant: str) -> None:
    """Tenants are named like everything else."""
    with pytest.raises(KeyFileError, match="tenant"):
        new_key(tenant, "laptop")


def test_the_key_is_alone_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    """``KEY=$(sealane keys new …)`` works: everything else goes to stderr, and the key not."""
    assert keys_new("team-a", "laptop") == 0

    out, err = capsys.readouterr()
    assert re.fullmatch(r"sl-[A-Za-z0-9_-]{43}\n", out)
    assert "- {tenant: " in err
    assert out.strip() not in err


def test_the_digest_goes_to_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With a file, the file is named and nothing is left to paste."""
    assert keys_new("team-a", "laptop", file=tmp_path / "keys.yaml") == 0

    assert str(tmp_path / "keys.yaml") in capsys.readouterr().err


def test_what_is_wrong_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A bad name and an unwritable place give a line on stderr and exit code 1."""
    assert keys_new("Team A", "laptop") == 1
    assert keys_new("team-a", "laptop", file=tmp_path / "nowhere" / "keys.yaml") == 1

    out, err = capsys.readouterr()
    assert out == ""
    assert "write at most 63" in err
    assert "No such file" in err


def test_a_key_is_added_beside_service_accounts(tmp_path: Path) -> None:
    """Also to a file that has had no key; who calls by a token still does."""
    file = tmp_path / "keys.yaml"
    file.write_text("tenants:\n  apps: {serviceAccounts: [shop, bank/web]}\nkeys: []\n", "utf-8")
    new_key("apps", "laptop", file=file)
    (tenant,) = parse_key_file(file.read_text("utf-8"), "f").tenants

    assert _contents(file) == [("apps", "laptop")]
    assert tenant.service_accounts == ("shop", "bank/web")
