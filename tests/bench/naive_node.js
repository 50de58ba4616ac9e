// What one would write first in Node.js: node naive_node.js PORT. GET is a stream, the body of a POST an event of all.
const http = require('node:http')

const streams = new Set()

http.createServer((request, response) => {
  if (request.method === 'GET') {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
    response.flushHeaders()
    streams.add(response)
    request.on('close', () => streams.delete(response))
    return
  }
  let body = ''
  request.on('data', (part) => { body += part })
  request.on('end', () => {
    for (const stream of streams) stream.write(`data: ${body}\n\n`)
    response.end()
  })
}).listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 4096 })
