// The journey with the TypeScript SDK, which checks every result against its tool's output schema.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const url = new URL(`${process.env.PLANRANK_URL}/mcp`);
const pause = () => new Promise((done) => setTimeout(done, 1000));

async function connect(key, mode) {
  const client = new Client({ name: 'planrank-peer', version: '1.0.0' }, { versionNegotiation: { mode } });
  const requestInit = { headers: { Authorization: `Bearer ${key}` } };
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit }));
  return client;
}

async function journey(client, who) {
  const call = async (name, args) => {
    const result = await client.callTool({ name, arguments: args }, { timeout: 90_000 });
    assert.ok(!result.isError, JSON.stringify(result.content));
    return result.structuredContent;
  };
  const prompt = `Renovate the roof of a primary school in Ghent, for ${who}, over the summer of 2027. Budget EUR 310,000.
Aim: a dry, insulated roof with 40 kW of solar panels by 25 August 2027. Success: heating costs 30 % lower in the first
winter. In scope: asbestos survey, tender, scaffolding, panels; out of scope: the gym. Risks: asbestos, rain, delivery.
Stakeholders: pupils, teachers, city, neighbours.`;
  const { plan_id: id } = await call('plan_create', { prompt, mode: 'fast' });
  let status = await call('plan_status', { plan_id: id });
  for (let turn = 0; turn < 20 && ['pending', 'processing'].includes(status.state); turn++) {
    status = await call('plan_wait', { plan_id: id, seconds: 30 });
  }
  assert.equal(status.state, 'completed', JSON.stringify(status));
  const file = await call('plan_file_info', { plan_id: id, artifact: 'report' });
  const body = Buffer.from(await (await fetch(file.download_url)).arrayBuffer());
  assert.equal(createHash('sha256').update(body).digest('hex'), file.sha256);
  let ranking = await call('plan_rank', { plan_id: id });
  for (let turn = 0; turn < 120 && ranking.next_tool === 'plan_rank'; turn++) {
    await pause();
    ranking = await call('plan_rank', { plan_id: id });
  }
  assert.match(ranking.phase, /^(rated|provisional)$/, JSON.stringify(ranking));
  const wrong = await client.callTool({ name: 'plan_status', arguments: { planid: 'x', limit: 1 } });
  assert.ok(wrong.isError && wrong.structuredContent.error.faults.length === 3, JSON.stringify(wrong));
  return { plan_id: id, phase: ranking.phase };
}

for (const mode of ['auto', 'legacy']) {
  const client = await connect(process.env.PLANRANK_API_KEY, mode);
  assert.equal((await client.listTools()).tools.length, 16);
  const result = await journey(client, `the TypeScript SDK (${mode})`);
  await client.close();
  console.log(`ok - typescript, ${mode}: ${JSON.stringify(result)}`);
}
// With the handshake it shows our words; probing for the newer protocol, the status and what it means.
await assert.rejects(connect('prk_live_wrong', 'legacy'), /API key/);
await assert.rejects(connect('prk_live_wrong', 'auto'), /401/);
console.log('ok - typescript: a wrong key is told why');
