"""The servers that `compare` measures. Each answers GET /protected, if the token is good; ours has more routes."""

import base64
import json
import os
import pathlib
import secrets
import socket
import subprocess
import sys
import time

PEERS = pathlib.Path(__file__).resolve().parent / "peers"
REPOSITORY = PEERS.parents[3]
INSTALLED = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target")) / "peers"
SECRET = secrets.token_bytes(32)


def actix():
    build = ["cargo", "build", "--profile", "measured", "--package", "approov-actix", "--bench", "http_server", "--message-format", "json"]
    messages = subprocess.run(build, cwd=REPOSITORY, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    program = next(filter(None, (json.loads(message).get("executable") for message in messages)))
    return lambda port, workers: [program]


def fastapi():
    options = ["--app-dir", PEERS, "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "error"]
    uvicorn = [python() / "uvicorn", "fastapi_peer:app", *options]
    return lambda port, workers: [*uvicorn, "--port", port, "--workers", workers]


def flask():
    options = ["--chdir", PEERS, "--worker-class", "gthread", "--threads", 4, "--log-level", "error"]
    gunicorn = [python() / "gunicorn", "flask_peer:app", *options]
    return lambda port, workers: [*gunicorn, "--bind", f"127.0.0.1:{port}", "--workers", workers]


def python():
    environment = INSTALLED / "python"
    if not environment.exists():
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    pip = [environment / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", PEERS / "requirements.txt"]
    subprocess.run(pip, check=True)
    return environment / "bin"


def express():
    directory = INSTALLED / "node"
    directory.mkdir(parents=True, exist_ok=True)
    for name in ["package.json", "express_peer.js"]:
        (directory / name).write_text((PEERS / name).read_text())
    subprocess.run(["npm", "install", "--silent", "--no-fund", "--no-audit"], cwd=directory, check=True)
    return lambda port, workers: ["node", directory / "express_peer.js"]


class Server:
    """A process with its children. With one worker it has the first core for itself, and who calls it the second."""

    def __init__(self, command, workers):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.workers = workers
        self.command = on_core(0, workers) + [str(part) for part in command(self.port, workers)]

    def __enter__(self):
        environment = {
            "APPROOV_BASE64_SECRET": base64.b64encode(SECRET).decode(),
            "HTTP_PORT": str(self.port),
            "HTTP_WORKERS": str(self.workers),
            "NODE_ENV": "production",
            "PATH": os.environ["PATH"],
        }
        self.process = subprocess.Popen(self.command, env=environment, cwd="/", start_new_session=True)
        for _ in range(200):
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.05)
        self.__exit__()
        sys.exit(f"{self.command} does not answer")

    def __exit__(self, *_):
        os.killpg(self.process.pid, 9)
        self.process.wait()

    def processes(self):
        """Those of its session."""
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rsplit(")", 1)[1].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(fields[3]) == self.process.pid:
                yield stat.parent, fields

    def processor_seconds(self):
        ticks = sum(int(fields[11]) + int(fields[12]) for _, fields in self.processes())
        return ticks / os.sysconf("SC_CLK_TCK")

    def settle(self):
        """Waits until it has nothing left to do for those who have hung up."""
        before = -1
        while before != (before := self.processor_seconds()):
            time.sleep(0.1)

    def memory(self):
        """In MiB; what processes share counts once."""
        rollups = ((process / "smaps_rollup").read_text().splitlines() for process, _ in self.processes())
        return sum(int(line.split()[1]) for lines in rollups for line in lines if line.startswith("Pss:")) / 1024


def on_core(core, workers):
    return ["taskset", "--cpu-list", str(core)] if workers == 1 else []
