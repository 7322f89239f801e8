"""Adapter for the test runner of https://github.com/WebAssembly/wasi-testsuite (see its doc/adapters.md).

    python3 run-tests --adapters wasmi-ts.py        (from a checkout of the suite; this file may stay where it is)

It says which version this is and how one test is run. WASMI_TS names another command than bin/wasmi-ts of this project.
"""
import os
import shlex
import subprocess
from pathlib import Path
from typing import Dict, List, Optional, Tuple

PROJECT = Path(__file__).resolve().parents[3]
WASMI_TS = shlex.split(os.getenv("WASMI_TS", ""), posix=os.name != "nt") or [
    "node",
    str(PROJECT / "bin" / "wasmi-ts"),
]


def get_name() -> str:
    return "wasmi-ts"


def get_version() -> str:
    result = subprocess.run(WASMI_TS + ["--version"], encoding="UTF-8", capture_output=True, check=True)
    return result.stdout.split()[1]


def get_wasi_versions() -> List[str]:
    return ["wasm32-wasip1"]


def get_wasi_worlds() -> List[str]:
    return ["wasi:cli/command"]


def get_timeout_seconds() -> float:
    return 30.0


def compute_argv(
    test_path: str,
    args_env_root: Tuple[List[str], Dict[str, str], Optional[str]],
    proposals: List[str],
    wasi_world: str,
    wasi_version: str,
) -> List[str]:
    args, env, root = args_env_root
    argv = WASMI_TS + ["run"]
    for name, value in env.items():
        argv += ["--env", f"{name}={value}"]
    if root:
        argv += ["--dir", f"{root}::/"]  # noqa: E231
    return argv + [test_path] + list(args)
