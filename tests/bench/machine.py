"""What is measured on: the report's first line."""
import os
import platform

from cluster import SETTINGS


def environment(cluster):
    version = cluster.run('postgres', 'show server_version')[0][0]
    settings = ', '.join(f'{name} {SETTINGS[name]}' for name in (
        'fsync', 'synchronous_commit', 'shared_buffers', 'autovacuum'))
    return (f'{os.cpu_count()} cores, {platform.system()} {platform.release()}, PostgreSQL {version}; {settings}. '
            f'Load average before: {os.getloadavg()[0]:.2f}.')
