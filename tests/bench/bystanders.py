"""Whether a measurement had the machine for itself."""
import cpu

TOLERATED = 0.1  # cores


class Bystanders:
    """Watches from its making on."""

    def __init__(self):
        self.before = sum(cpu.busy_seconds())

    def cores(self, seconds, ours):
        """In use by others, those outside the machine included; `ours`: processor seconds of who was to run."""
        return max(sum(cpu.busy_seconds()) - self.before - ours, 0) / seconds
