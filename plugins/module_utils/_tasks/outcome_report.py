# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report file with the outcome of each resource, written however the run ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from .. import _files
from .._engine.outcome_table import ENDED, table_of, table_of_error
from .._engine.outcomes import Outcome
from .._errors import OptionError, TdmError, mistake_of
from .._frame.task import Context
from .._schema.resource import Resource


class OutcomeReport:
    """The report of one run.

    :param path: the file; empty for none.
    """

    def __init__(self, resource: Resource, path: str, context: Context) -> None:
        self._resource = resource
        self.path = path
        self._context = context

    def write(self, outcomes: list[Outcome]) -> None:
        """Write the outcomes of a finished run."""
        if not self.path:
            return
        tell = self._context.presentable
        self._write(table_of(self._resource, [replace(one, error=tell(one.error)) if one.error else one for one in outcomes]))

    def write_error(self, error: BaseException) -> None:
        """Write the error that ended a run early, so that the file doesn't show an older run."""
        if not self.path:
            return
        said = error.message if isinstance(error, TdmError) else mistake_of(error) if isinstance(error, Exception) else ENDED
        self._write(table_of_error(self._resource, error, self._context.presentable(said)))

    def _write(self, table: str) -> None:
        try:
            _files.write(self.path, table.encode("utf-8", "replace"))
        except OptionError as error:  # a warning is enough: the changes were made
            self._context.warn("The report of this run could not be written: %s" % error.message)


@contextmanager
def reported(resource: Resource, path: str | None, context: Context) -> Iterator[OutcomeReport]:
    """Give the report of a run, and write it if the run raises. Check mode writes none.

    Raises :class:`OptionError` before the run if the file can't be written.
    """
    report = OutcomeReport(resource, "" if context.check else path or "", context)
    if report.path:
        _files.refuse_unwritable("report", report.path)
    try:
        yield report
    except BaseException as error:
        report.write_error(error)
        raise
