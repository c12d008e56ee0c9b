"""A machine with nothing on its path but what a test puts there, to run the scripts of ``cluster/`` on."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Self

RECIPES = Path(__file__).resolve().parents[2] / "cluster"

_TOOLS = """
    awk bash cat chmod cut dirname env find flock ls mkdir mktemp mv nice rm sed sha256sum shasum sleep tail touch
    uname wc
"""


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine that has the usual tools and what a test gives it; ``calls`` is what it was asked to do."""

    folder: Path

    @classmethod
    def bare(cls, folder: Path) -> Self:
        """One in ``folder`` that has the usual tools alone."""
        (folder / "bin").mkdir()
        for tool in _TOOLS.split():
            if found := shutil.which(tool):
                (folder / "bin" / tool).symlink_to(found)
        return cls(folder)

    def has(self, name: str, text: str) -> None:
        """Put a program on its path."""
        program = self.folder / "bin" / name
        program.write_text(text, encoding="utf-8")
        program.chmod(0o755)

    def start(self, *arguments: str, recipe: Path = RECIPES, **environ: str) -> subprocess.Popen[str]:
        """Begin to run ``recipe``'s build.sh."""
        return subprocess.Popen(
            [recipe / "build.sh", *arguments],
            env={
                "PATH": str(self.folder / "bin"),
                "GOROOT": str(self.folder / "no-go"),
                "XDG_CACHE_HOME": str(self.folder / "cache"),
                "CALLS": str(self.folder / "calls"),
                **environ,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, recipe: Path = RECIPES, **environ: str) -> tuple[int, str, str]:
        """Run ``recipe``'s build.sh: its exit code, what it answered and what it told."""
        process = self.start(*arguments, recipe=recipe, **environ)
        out, err = process.communicate(timeout=30)
        return process.returncode, out.strip(), err.strip()

    @property
    def calls(self) -> list[str]:
        """Each call of a program that a test gave it."""
        log = self.folder / "calls"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []

    @property
    def cached(self) -> set[str]:
        """The folders of control planes in its cache."""
        cache = self.folder / "cache" / "sealane" / "cluster"
        return {path.name for path in cache.iterdir() if path.is_dir()} if cache.exists() else set()
