# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL server of the system's packages in a temporary folder, with the settings that it comes with."""
import glob
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile


def programs():
    """The folder of `initdb`; None where there is no server."""
    found = shutil.which("initdb")
    # What lies on PATH may be a link; its companions lie beside the program itself.
    places = [str(pathlib.Path(found).resolve())] if found else sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    return pathlib.Path(places[-1]).parent if places else None


class Server:
    def __init__(self, address=None, network=None):
        """`address`: also reached there, by whom `network` allows, as 10.0.0.0/24."""
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gradus-pg-"))
        self.user = None
        if os.getuid() == 0:
            # The server refuses to run as root.
            self.user = "postgres" if "postgres" in {entry.pw_name for entry in pwd.getpwall()} else "nobody"
            shutil.chown(self.folder, self.user)
        self.run("initdb", "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C")
        with open(self.folder / "data" / "postgresql.conf", "a") as file:
            file.write(f"listen_addresses = '{address or ''}'\nunix_socket_directories = '{self.folder}'\nmax_connections = 100\n")
        if network:
            with open(self.folder / "data" / "pg_hba.conf", "a") as file:
                file.write(f"host all all {network} trust\n")
        self.run("pg_ctl", "-D", "data", "-l", "server.log", "-w", "start")

    def run(self, program, *words):
        command = [str(programs() / program), *words]
        if self.user:
            command = ["setpriv", f"--reuid={self.user}", f"--regid={pwd.getpwnam(self.user).pw_gid}", "--clear-groups", *command]
        subprocess.run(command, cwd=self.folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)

    def database(self, name):
        self.run("createdb", "-h", str(self.folder), "-U", "postgres", name)
        return name

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.run("pg_ctl", "-D", "data", "-m", "fast", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)
