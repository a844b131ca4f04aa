# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks of asynchronous requests: C promises a Location, and nothing about what is there."""

from __future__ import annotations

from . import views
from .codec import encode
from .errors import ApiError
from .operations import Operation

_KEPT = 10000


class Tasks:
    """Work is done at once, but for a job's; the task says when it is finished (?)."""

    def __init__(self, world, settings):
        self._world = world
        self._settings = settings

    def operations(self):
        """What this area answers."""
        return [Operation("GET", "/tasks/{taskUid}", self.read, answer="task")]

    def accepted(self, request, href, job=None):
        """202 with the Location of a task about a resource (C), perhaps with a job to do."""
        world = self._world
        uid = str(world.next_task)
        world.next_task += 1
        task = world.tasks[uid] = {"state": "RUNNING", "href": href}
        if job is None:
            task.update(state="FINISHED")
        else:
            job.when_done(lambda: task.update(state="FINISHED"))
        while len(world.tasks) > _KEPT:
            del world.tasks[next(iter(world.tasks))]
        world.touch()
        return encode(request, 202, None, [("Location", views.href(self._settings, "tasks/" + uid))])

    def read(self, request, who, uid):
        """GET a task; its document is not public (?)."""
        task = self._world.tasks.get(uid)
        if task is None:
            raise ApiError("resource_not_found", "task", uid)
        return encode(request, 200, task)
