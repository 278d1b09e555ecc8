/**
 * A key–value store over gRPC that every node takes reads and writes for: what was written last wins, by a counter that
 * is above all that the writing node has seen, then by the number of the node. At every interval a node sends its peers
 * all that it has, by a service of its own. Values are JSON texts, kept as they come. An example of a submission with
 * the libraries that everybody uses: `npm install` fetches them, unless a folder above has them.
 *
 * `--mistake arrival-order`: what arrives replaces what is there, so that replicas keep swapping their values.
 */
const grpc = require('@grpc/grpc-js');
const { loadSync } = require('@grpc/proto-loader');
const { closeSync, existsSync, ftruncateSync, openSync, readFileSync, writeSync } = require('node:fs');
const { join } = require('node:path');
const { parseArgs } = require('node:util');

const text = { type: 'string' };
const { values: flags } = parseArgs({
  options: { id: text, port: text, peers: text, data: text, interval: text, mistake: text },
});
const self = Number(flags.id);
const takesWhateverArrives = flags.mistake === 'arrival-order';
const load = (file) => grpc.loadPackageDefinition(loadSync(join(__dirname, file), { defaults: true }));
const { KeyValue } = load('kv.proto').ordeal;
const { Peers } = load('peers.proto').store;

/** By key: `{key, value, counter, node}`; the value of a deleted key is empty. */
const items = new Map();
let counter = 0;

function keep(item) {
  counter = Math.max(counter, item.counter);
  items.set(item.key, item);
}

function isNewer(item, than) {
  if (than === undefined || item.counter > than.counter) return true;
  return item.counter === than.counter && item.node > than.node;
}

/** The journal: a line for every change. What the kernel has taken survives the end of the process. */
const file = join(flags.data, 'journal');
const known = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
const whole = known.subarray(0, known.lastIndexOf('\n') + 1);
for (const line of whole.toString().split('\n').filter(Boolean)) keep(JSON.parse(line));
const journal = openSync(file, 'a');
// A process that was killed while it wrote leaves half a line, which nobody was told of.
ftruncateSync(journal, whole.length);
process.on('exit', () => closeSync(journal));

function change(item) {
  writeSync(journal, `${JSON.stringify(item)}\n`);
  keep(item);
}

const refuse = (answer, code, details) => answer({ code, details });

/** "null" deletes. */
function put(key, value, answer) {
  if (key === '') return refuse(answer, grpc.status.INVALID_ARGUMENT, 'a key is not empty');
  change({ key, value: value === 'null' ? '' : value, counter: counter + 1, node: self });
  answer(null, {});
}

const keyValue = {
  Read({ request: { key } }, answer) {
    const value = items.get(key)?.value ?? '';
    if (value === '') return refuse(answer, grpc.status.NOT_FOUND, 'no such key');
    answer(null, { value });
  },
  Write({ request: { key, value } }, answer) {
    if (value === '') return refuse(answer, grpc.status.INVALID_ARGUMENT, 'a value is a JSON text');
    put(key, value, answer);
  },
  Delete: ({ request: { key } }, answer) => put(key, 'null', answer),
};

const peers = {
  Sync({ request }, answer) {
    for (const item of request.items) {
      const mine = items.get(item.key);
      const isOther = mine === undefined || mine.counter !== item.counter || mine.node !== item.node;
      if (takesWhateverArrives ? isOther : isNewer(item, mine)) change(item);
    }
    answer(null, {});
  },
};

const server = new grpc.Server();
server.addService(KeyValue.service, keyValue);
server.addService(Peers.service, peers);
server.bindAsync(`127.0.0.1:${flags.port}`, grpc.ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
});

/** A connection that broke is tried again soon. */
const eager = { 'grpc.initial_reconnect_backoff_ms': 200, 'grpc.max_reconnect_backoff_ms': 500 };
const others = flags.peers
  .split(',')
  .filter(Boolean)
  .map((port) => new Peers(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), eager));
/** One call to each peer at a time: one that hangs in a cut is given up. */
const busy = new Set();
setInterval(() => {
  for (const peer of others) {
    if (busy.has(peer)) continue;
    busy.add(peer);
    peer.Sync({ items: [...items.values()] }, { deadline: Date.now() + 1000 }, () => busy.delete(peer));
  }
}, Number(flags.interval));
