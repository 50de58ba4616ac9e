"""What Pushpin asks for each stream: that it be held open, on the channel `load`. `python3 grip_backend.py PORT`."""
import asyncio
import sys

ANSWER = (b'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 0\r\n'
          b'Grip-Hold: stream\r\nGrip-Channel: load\r\n\r\n')


async def serve(reader, writer):
    try:
        while await reader.readuntil(b'\r\n\r\n'):
            writer.write(ANSWER)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main():
    async with await asyncio.start_server(serve, '127.0.0.1', int(sys.argv[1]), backlog=4096) as server:
        await server.serve_forever()


asyncio.run(main())
