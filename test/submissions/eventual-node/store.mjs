/**
 * A key–value store that every node takes reads and writes for: what was written last wins, by a counter that is above
 * all that the writing node has seen, then by the number of the node. At every interval a node sends its peers all that
 * it has. An example of a submission in plain Node: nothing but its standard library.
 *
 * `--mistake arrival-order`: what arrives replaces what is there, so that replicas keep swapping their values.
 */
import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const bodyBytesMax = 64 * 1024 * 1024;

const text = { type: 'string' };
const { values: flags } = parseArgs({
  options: { id: text, port: text, peers: text, data: text, interval: text, mistake: text },
});
const self = Number(flags.id);
const peers = JSON.parse(flags.peers);
const takesWhateverArrives = flags.mistake === 'arrival-order';

/** By key: `{value, counter, node}`. */
const items = new Map();
let counter = 0;

function keep(key, item) {
  counter = Math.max(counter, item.counter);
  items.set(key, item);
}

function isNewer(item, than) {
  if (than === undefined || item.counter > than.counter) return true;
  return item.counter === than.counter && item.node > than.node;
}

/** The journal: a line for every change. What the kernel has taken survives the end of the process. */
const file = join(flags.data, 'journal');
const known = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
const whole = known.subarray(0, known.lastIndexOf('\n') + 1);
for (const line of whole.toString().split('\n').filter(Boolean)) keep(...JSON.parse(line));
const journal = openSync(file, 'a');
// A process that was killed while it wrote leaves half a line, which nobody was told of.
ftruncateSync(journal, whole.length);
process.on('exit', () => closeSync(journal));

function change(key, item) {
  writeSync(journal, `${JSON.stringify([key, item])}\n`);
  keep(key, item);
}

function put({ key, value }) {
  change(key, { value, counter: counter + 1, node: self });
  return [200, { status: 'success', key, value }];
}

function receive(theirs) {
  for (const [key, item] of Object.entries(theirs)) {
    const mine = items.get(key);
    const isOther = mine === undefined || mine.counter !== item.counter || mine.node !== item.node;
    if (takesWhateverArrives ? isOther : isNewer(item, mine)) change(key, item);
  }
  return [200, { status: 'sync_received' }];
}

function get(key) {
  const item = items.get(key);
  return item === undefined ? [404, { error: 'no such key' }] : [200, { key, value: item.value }];
}

function answer(method, path, body) {
  if (method === 'GET' && path.startsWith('/get/')) return get(decodeURIComponent(path.slice(5)));
  if (method === 'POST' && path === '/put') {
    const sent = JSON.parse(body);
    return typeof sent.key === 'string' ? put(sent) : [400, { error: 'a key is a string' }];
  }
  if (method === 'POST' && path === '/sync') return receive(JSON.parse(body));
  return [404, { error: `nothing at ${path}` }];
}

createServer((incoming, response) => {
  const chunks = [];
  let bytes = 0;
  incoming.on('data', (chunk) => {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) incoming.destroy();
    else chunks.push(chunk);
  });
  incoming.on('end', () => {
    let [status, body] = [400, { error: 'malformed' }];
    try {
      const [path] = incoming.url.split('?');
      [status, body] = answer(incoming.method, path, Buffer.concat(chunks).toString());
    } catch {
      // Answered as malformed.
    }
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body));
  });
}).listen(Number(flags.port), '127.0.0.1');

/** One request to each peer at a time: one that hangs in a cut is given up. */
const busy = new Set();
setInterval(() => {
  const body = JSON.stringify(Object.fromEntries(items));
  for (const peer of peers) {
    if (busy.has(peer)) continue;
    busy.add(peer);
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
    const asked = request(`${peer}/sync`, { method: 'POST', headers, timeout: 1000 });
    asked.on('response', (response) => response.resume());
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => undefined);
    asked.on('close', () => busy.delete(peer));
    asked.end(body);
  }
}, Number(flags.interval));
