# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""What is measured: which job, done in which way, how often. In each round of runs, what the targets need comes first."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

RUNS = 5  # of what a target is about, and of all else that is over soon
LATENCIES = (0, 5, 20, 100)  # milliseconds
SIZES = (100, 1_000, 10_000, 100_000)
PARALLEL = (1, 4, 8, 16, 32, 64)
SMALL = 100  # by which a small benchmark's fleets are smaller
LARGEST = 10_000  # devices, beyond which a run takes half a minute and more even without latency
LONG_CREATION = 30.0  # seconds by the limit; what takes longer is run once
LONGEST_CREATION = 150.0  # seconds by the limit; what would take longer is left out, and said so
#: Why a cell of the grid isn't run.
TOO_LONG = "the limit alone is over %d s" % LONGEST_CREATION


@dataclass(frozen=True)
class Cell:
    """One way of doing one job.

    :param way: who does it, a key of plays.WAYS.
    :param job: create, converged, changed, purge, info, hosts, hosts in full, listing, validation or masking.
    :param latency: of each answer of the simulator, in milliseconds.
    :param runs: how often it is measured.
    :param slices: processes that share the job.
    :param workers: requests that the simulator works on at a time; 0 for as many as come.
    :param bulk: how the engine uses the platform's import.
    :param row: milliseconds that an import takes for each row, besides what the simulator itself needs.
    """

    way: str
    job: str
    devices: int
    latency: int = 0
    parallel: int = 16
    runs: int = RUNS
    slices: int = 1
    workers: int = 0
    bulk: str = "never"
    row: int = 0

    @property
    def name(self) -> str:
        """What it is called in the results, and for ``--only``."""
        more = ", %d slices, %d workers" % (self.slices, self.workers) if self.way == "slices" else ""
        if self.bulk != "never":
            more += ", bulk: %s, %d ms a row" % (self.bulk, self.row)
        return "%s: %s %d at %d ms, parallel %d%s" % (self.way, self.job, self.devices, self.latency, self.parallel, more)

    @property
    def hundredth(self) -> int:
        """How many devices one per cent is."""
        return max(self.devices // 100, 1)

    @property
    def at_once(self) -> int:
        """How many requests are under way at most."""
        return self.parallel * self.slices

    @property
    def limit(self) -> float:
        """Devices per second that parallel requests of this latency allow at most; infinite without latency."""
        return min(self.at_once, self.workers or self.at_once) / (self.latency / 1000) if self.latency else float("inf")

    def as_dict(self) -> dict:
        """Return it for the results."""
        return asdict(self)


class Plan:
    """The cells of a whole benchmark.

    :param scale: divides the sizes of fleets, for a small one.
    """

    def __init__(self, scale: int = 1) -> None:
        self._scale = scale
        self.left_out: dict[str, str] = {}
        ten, hundred = self.of(10_000), self.of(100_000)
        # What the table of targets is computed from.
        self.ceiling = Cell("wrk", "create", ten)
        self.late_ceiling = Cell("wrk", "create", ten, 20)
        self.late = Cell("engine", "create", ten, 20)
        self.late_yardstick = Cell("aiohttp", "create", ten, 20)
        self.quick = Cell("engine", "create", ten)
        self.quick_yardstick = Cell("aiohttp", "create", ten)
        self.uri = Cell("uri", "create", max(self.of(100), 5), parallel=1)
        self.start = Cell("empty play", "start", 1, parallel=1)
        self.converged = Cell("engine", "converged", ten)
        self.listing = Cell("requests", "listing", ten, parallel=1)
        self.late_lists = [
            (Cell("engine", "converged", ten, latency), Cell("requests", "listing", ten, latency, 1)) for latency in LATENCIES[1:]
        ]
        self.converged_small = Cell("engine", "converged", self.of(1_000))
        self.converged_large = Cell("engine", "converged", hundred)
        self.from_inventory = Cell("engine, from the inventory", "converged", hundred, runs=1)
        self.loop = Cell("loop, worker", "create", self.of(1_000), parallel=1)
        self.loop_of_nothing = Cell("loop of nothing", "create", self.of(1_000), parallel=1)
        self.validation = Cell("inside", "validation", hundred, parallel=1)
        self.masking = [Cell("inside", "masking", self.of(n), parallel=1) for n in (5_000, 10_000, 20_000)]
        # By the platform's import, whose rows cost next to nothing, or as much as a single request.
        self.imported = [Cell("engine", "create", ten, latency, bulk="auto") for latency in (0, 20)]
        self.imported_dear = [Cell("engine", "create", ten, latency, bulk="auto", row=row) for latency, row in ((0, 5), (20, 20))]
        # Few requests at once from each, and a platform that does so many and no more: its limit is the one that is met.
        self.slices = [Cell("slices", "create", self.of(3_000), 100, 4, slices=n, workers=16) for n in (1, 2, 4, 8)]
        # Of a cell that is there twice, the first one counts, with its number of runs.
        self.compared = _distinct([*self._targets(), *self._others()])
        self.cells = _distinct([*self.compared, *self._grid()])

    def of(self, devices: int) -> int:
        """Return the size of a fleet in this benchmark."""
        return max(devices // self._scale, 10)

    def _targets(self) -> list[Cell]:
        return [
            self.ceiling, self.late_ceiling, self.late, self.late_yardstick, self.quick, self.quick_yardstick, self.uri,
            self.start, self.converged, self.listing, self.converged_small, self.converged_large, self.from_inventory,
            *self.imported, *self.imported_dear,
            self.loop, self.loop_of_nothing, self.validation, *self.masking, *[cell for pair in self.late_lists for cell in pair],
        ]  # fmt: skip

    def _others(self) -> list[Cell]:
        """The other rivals and jobs, and more than one process."""
        thousand = self.of(1_000)
        cells = [Cell("loop, module", "create", self.of(100), parallel=1)]
        cells += [Cell("loop, worker", "converged", thousand, parallel=1)]
        cells += [Cell("requests", "create", thousand, latency, 1) for latency in (0, 20)]
        cells += [Cell("inventory plugin", job, self.of(8_000), parallel=1) for job in ("hosts", "hosts in full")]
        cells += self.slices
        jobs = ("create", "converged", "changed", "purge", "info")
        return cells + [_once_if_long(Cell("engine", job, self.of(n))) for job in jobs for n in SIZES]

    def _grid(self) -> list[Cell]:
        """Creation and the converged run by size and latency; creation by parallel and latency."""
        cells = []
        for devices in SIZES:
            for latency in LATENCIES:
                # A listing's pages come one after the other: parallel doesn't matter to it.
                cells.append(Cell("engine", "converged", self.of(devices), latency))
                cells.append(Cell("engine", "create", self.of(devices), latency))
        for parallel in PARALLEL:
            for latency in LATENCIES:
                cells.append(Cell("engine", "create", self.of(1_000), latency, parallel))
        kept = []
        for cell in cells:
            if cell.job == "create" and cell.devices / cell.limit > LONGEST_CREATION:
                self.left_out[cell.name] = TOO_LONG
            else:
                kept.append(_once_if_long(cell))
        return kept


def _once_if_long(cell: Cell) -> Cell:
    is_long = cell.devices > LARGEST or (cell.job == "create" and cell.devices / cell.limit > LONG_CREATION)
    return replace(cell, runs=1) if is_long else cell


def _distinct(cells: list[Cell]) -> list[Cell]:
    by_name: dict[str, Cell] = {}
    for cell in cells:
        by_name.setdefault(cell.name, cell)
    return list(by_name.values())
