# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host that Ansible reaches over SSH: this machine, by a server of the test's own and the machine's ``ssh``.

It treats what runs there as OpenSSH does: with a terminal, a client that is gone hangs it up; without one, its output is closed.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import sys
import termios
import threading
from functools import partial
from pathlib import Path

import asyncssh

CHUNK = 65536


class SshServer:
    """A server in a thread. Only the key that it makes for its client opens it.

    :param directory: for the key, and for the connections that Ansible keeps; a short name, since sockets' names are.
    :param environment: of what runs there.
    """

    def __init__(self, directory: Path, environment: dict[str, str]) -> None:
        assert shutil.which("ssh"), "OpenSSH's client, ssh, is needed here"
        self.directory = directory
        self.environment = environment
        self.key = directory / "key"
        self._open: set = set()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._server = self._run(self._listen())

    def _run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _listen(self):
        key = asyncssh.generate_private_key("ssh-ed25519")
        key.write_private_key(self.key)
        self.key.chmod(0o600)
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
            authorized_client_keys=asyncssh.import_authorized_keys(key.export_public_key().decode()),
            process_factory=self._execute,
            sftp_factory=True,
            encoding=None,
            line_editor=False,
        )

    def variables(self) -> dict[str, str]:
        """Return the variables of an inventory's host that is reached here."""
        options = "-F none -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o IdentitiesOnly=yes -o LogLevel=ERROR"
        return {
            "ansible_host": "127.0.0.1",
            "ansible_port": str(self._server.get_port()),
            "ansible_connection": "ssh",
            "ansible_ssh_private_key_file": str(self.key),
            "ansible_ssh_common_args": options,
            "ansible_control_path_dir": str(self.directory),
            "ansible_python_interpreter": sys.executable,
        }

    def drop(self) -> None:
        """Break all connections off, as a network does."""
        self._run(self._drop())

    async def _drop(self) -> None:
        for connection in self._open:
            connection.abort()
        self._open.clear()
        await asyncio.sleep(0.1)

    def close(self) -> None:
        """End all connections, those that Ansible keeps as well, and the server."""
        self._loop.call_soon_threadsafe(self._server.close)
        self.drop()
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _execute(self, process) -> None:
        """Run a client's command to its end; where the client is gone before, hang up."""
        self._open.add(process.get_extra_info("connection"))
        terminal = process.get_terminal_type() is not None
        if terminal:
            source, theirs = os.openpty()
            target, given, errors, failed = source, theirs, 0, theirs
        else:
            (given, target), (source, theirs), (errors, failed) = os.pipe(), os.pipe(), os.pipe()
        child = await asyncio.create_subprocess_exec(
            *("/bin/sh", "-c", process.command),
            stdin=given,
            stdout=theirs,
            stderr=failed,
            env=self.environment,
            start_new_session=True,
            preexec_fn=partial(fcntl.ioctl, 0, termios.TIOCSCTTY, 0) if terminal else None,
        )
        for descriptor in sorted({given, theirs, failed}):
            os.close(descriptor)
        read = [self._relay(source, process.stdout)] + ([] if terminal else [self._relay(errors, process.stderr)])
        write = asyncio.ensure_future(self._feed(process.stdin, target, not terminal))
        ended, gone = asyncio.ensure_future(child.wait()), asyncio.ensure_future(process.channel.wait_closed())
        await asyncio.wait([ended, gone], return_when=asyncio.FIRST_COMPLETED)
        if not gone.done():
            await asyncio.wait(read, timeout=2)
            process.exit(ended.result() if ended.result() >= 0 else 128 - ended.result())
        write.cancel()
        for descriptor in sorted({source, errors or source}):
            self._loop.remove_reader(descriptor)
            os.close(descriptor)
        await asyncio.wait([ended, gone])

    def _relay(self, descriptor: int, writer) -> asyncio.Future:
        """Hand on what comes from a command; the future is done at its end."""
        end = self._loop.create_future()
        os.set_blocking(descriptor, False)

        def hand_on() -> None:
            try:
                chunk = os.read(descriptor, CHUNK)
                writer.write(chunk)
            except OSError:  # a terminal's end, or the client is gone
                chunk = b""
            if not chunk:
                self._loop.remove_reader(descriptor)
                end.set_result(None)

        self._loop.add_reader(descriptor, hand_on)
        return end

    async def _feed(self, reader, target: int, closes: bool) -> None:
        """Hand a command what the client sends; then close its input, unless that is a terminal."""
        try:
            while chunk := await reader.read(CHUNK):
                await self._loop.run_in_executor(None, os.write, target, chunk)
        except OSError:
            pass  # the command has ended, or reads nothing
        finally:
            if closes:
                os.close(target)
