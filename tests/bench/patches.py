"""The load without a database: clients of the control API, each patching one entry of an input after the other."""
import http.client
import json
import threading
import time

import prose

KEYS = 1000  # of which each client takes its share in turn


def value(seed):
    return {'text': prose.text(seed)}


def run(leader, clients, seconds):
    """How many patches were answered."""
    done, failed = [], []
    end = time.monotonic() + seconds

    def patch(client):
        connection = http.client.HTTPConnection('127.0.0.1', leader.control_port, timeout=30)
        connection.connect()
        count = 0
        while time.monotonic() < end:
            key = client + clients * (count % (KEYS // clients))
            body = json.dumps([[key, [value(f'{client} {count}')]]])
            connection.request('PATCH', f'/v1/inputs/{prose.INPUT}', body, {'Content-Type': 'application/json'})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                failed.append(answer.status)
                break
            count += 1
        connection.close()
        done.append(count)

    threads = [threading.Thread(target=patch, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed or len(done) < clients:
        raise SystemExit(f'patches were refused: {failed}')
    return sum(done)
