// Requests per second, their 99th percentile and the server's CPU per call, of two MCP servers in turn.
//
//   node bench.mjs NAME=URL=PID[=TOOL[=KEY]] …      SECONDS and CONCURRENCY by environment
//
// Each round measures every server once, so that what else the machine does falls on all of them. The client is one
// process with keep-alive connections; CPU is what /proc says of the server's process.

import http from 'node:http';
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';

const seconds = Number(process.env.SECONDS ?? 5);
const concurrency = Number(process.env.CONCURRENCY ?? 16);
const rounds = Number(process.env.ROUNDS ?? 3);
const version = '2025-11-25';
const ticks = 100; // per second, on every Linux

const servers = process.argv.slice(2).map((text) => {
  const [name, url, pid, tool = 'echo', key] = text.split('=');
  const args = tool === 'echo' ? { text: 'hello' } : {};
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool, arguments: args } });
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': version,
    'content-length': Buffer.byteLength(body),
    ...(key ? { authorization: `Bearer ${key}` } : {}),
  };
  const agent = new http.Agent({ keepAlive: true, maxSockets: concurrency });
  return { name, url: new URL(url), pid: Number(pid), body, headers, agent, runs: [] };
});

function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}

const memoryMib = (pid) => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1024;

function call({ url, headers, agent, body }) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'POST', headers, agent }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode, text: Buffer.concat(parts).toString() }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function measure(server, forSeconds) {
  const took = [];
  const end = performance.now() + forSeconds * 1000;
  const before = cpuSeconds(server.pid);
  const began = performance.now();
  const worker = async () => {
    while (performance.now() < end) {
      const start = performance.now();
      const { status, text } = await call(server);
      if (status !== 200 || !text.includes('"result"') || text.includes('"isError":true')) {
        throw new Error(`${server.name}: ${status} ${text.slice(0, 300)}`);
      }
      took.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const elapsed = (performance.now() - began) / 1000;
  const cpu = cpuSeconds(server.pid) - before;
  took.sort((a, b) => a - b);
  const at = (share) => took[Math.min(took.length - 1, Math.floor(took.length * share))];
  return { rps: took.length / elapsed, p50: at(0.5), p99: at(0.99), cpuMicros: (cpu * 1e6) / took.length };
}

for (const server of servers) await measure(server, 1);
for (let round = 0; round < rounds; round++) {
  for (const server of servers) server.runs.push(await measure(server, seconds));
}
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const load = loadavg()[0].toFixed(1);
for (const server of servers) {
  const of = (key) => median(server.runs.map((run) => run[key]));
  const line = { server: server.name, rps: Math.round(of('rps')), p50_ms: +of('p50').toFixed(2),
    p99_ms: +of('p99').toFixed(2), cpu_us_per_call: Math.round(of('cpuMicros')), rss_mib: Math.round(memoryMib(server.pid)) };
  console.log(JSON.stringify({ ...line, concurrency, load }));
}
process.exit(0);
