#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Style of every file of the project: licence, white space, line length; syntax of scripts."""

import ast
import os
import subprocess
import sys
import tempfile
from argparse import Namespace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test"))
import results  # noqa: E402

LICENCE = "SPDX-License-Identifier: BSD-3-Clause"
LINE_LENGTH = 100
TAB = 8


def project_files() -> list[Path]:
    """All files but those of git, of build folders and of Python's cache."""
    files = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in (".git", "__pycache__")
                      and not (Path(folder) == ROOT and name == "build")
                      and not Path(folder, name, "meson-private").exists()]
        files += [Path(folder, name) for name in names]
    return sorted(files)


def kind(path: Path, text: str) -> str:
    """c, python, shell or other."""
    if path.suffix in (".c", ".h"):
        return "c"
    first = text.split("\n", 1)[0]
    if path.suffix == ".py" or first.startswith("#!") and "python" in first:
        return "python"
    if path.suffix == ".sh" or first.startswith("#!") and first.endswith("sh"):
        return "shell"
    return "other"


def syntax_error(path: Path, text: str, language: str) -> str:
    """What the language says about a script, nothing if it is fine."""
    if language == "python":
        try:
            ast.parse(text)
        except SyntaxError as error:
            return str(error)
    if language == "shell":
        shell = "bash" if "bash" in text.split("\n", 1)[0] else "sh"
        done = subprocess.run([shell, "-n", path], capture_output=True, text=True, check=False)
        return done.stderr.strip()
    return ""


def complaints(path: Path, data: bytes) -> list[str]:
    """What is wrong with one file."""
    if b"\0" in data:
        return ["is binary: the project holds sources only"]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return [f"is not UTF-8: {error}"]
    language = kind(path, text)
    wrong = []
    if LICENCE not in text[:400]:
        wrong.append(f"has no line \"{LICENCE}\" at its top")
    if text and not text.endswith("\n"):
        wrong.append("does not end with a newline")
    if text.endswith("\n\n"):
        wrong.append("ends with an empty line")
    for number, line in enumerate(text.split("\n"), 1):
        if line != line.rstrip():
            wrong.append(f"line {number} ends with white space")
        if language == "c" and len(line.expandtabs(TAB)) > LINE_LENGTH:
            wrong.append(f"line {number} is longer than {LINE_LENGTH} columns")
        if language == "c" and line.startswith("    "):
            wrong.append(f"line {number} is indented with spaces, not tabs")
    if language == "python" and text.startswith("#!") and not text.startswith("#!/usr/bin/python3\n"):
        wrong.append("starts with another line than #!/usr/bin/python3")
    error = syntax_error(path, text, language)
    if error:
        wrong.append(f"has a syntax error: {error}")
    return wrong


def test_self_test(_args: Namespace) -> None:
    """Each rule finds what is planted, and a good file passes."""
    head = f"/* {LICENCE} */\n"
    planted = {
        "nothing": ("a.c", head + "\tint a;\n", 0),
        "no licence": ("a.c", "int a;\n", 1),
        "space at the end": ("a.c", head + "int a; \n", 1),
        "no newline": ("a.md", head + "text", 1),
        "long line": ("a.c", head + "\t" + "x" * 93 + "\n", 1),
        "spaces": ("a.c", head + "    int a;\n", 1),
        "bad Python": ("a.py", f"# {LICENCE}\nif:\n", 1),
        "env python": ("a.py", f"#!/usr/bin/env python3\n# {LICENCE}\n", 1),
    }
    for name, (path, text, expected) in planted.items():
        found = complaints(Path(path), text.encode())
        results.equal(len(found), expected, f"complaints for {name} planted ({found})")


def is_started_in_vain(path: Path) -> bool:
    """Whether a file names its interpreter but is not executable."""
    return path.read_bytes().startswith(b"#!") and not os.access(path, os.X_OK)


def test_executable(_args: Namespace) -> None:
    """Every script can be started; scripts/test starts the test programs by their paths."""
    with tempfile.TemporaryDirectory() as folder:
        planted = Path(folder) / "planted.py"
        planted.write_text("#!/usr/bin/python3\n", encoding="utf-8")
        results.check(is_started_in_vain(planted), "what is planted is not found")
        planted.chmod(0o755)
        results.check(not is_started_in_vain(planted), "a good file is found")
    wrong = [str(path.relative_to(ROOT)) for path in project_files() if is_started_in_vain(path)]
    results.equal(wrong, [], "scripts that are not executable")


def test_files(_args: Namespace) -> None:
    """Every file of the project."""
    files = project_files()
    results.check(len(files) > 20, f"found only {len(files)} files in {ROOT}")
    wrong = [f"{path.relative_to(ROOT)} {complaint}"
             for path in files for complaint in complaints(path, path.read_bytes())]
    for complaint in wrong:
        print(f"    {complaint}")
    results.check(not wrong, f"{len(wrong)} complaints, the first: {''.join(wrong[:1])}")


if __name__ == "__main__":
    results.main(group="style")
