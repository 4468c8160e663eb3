// Runs a k6 script in Node: what it imports of k6 is here, and its requests are sent, one after the other.
//
//   node --experimental-vm-modules k6.mjs SCRIPT '{"KEY": "..."}' [TURNS]
//
// Prints, as JSON, the script's options; with TURNS also what setup() and so many turns of each scenario sent and found.
import { readFileSync } from 'node:fs';
import vm from 'node:vm';
import { MessageChannel, Worker, receiveMessageOnPort } from 'node:worker_threads';

const [script, environment, turns] = process.argv.slice(2);
const sent = [];
const checks = {};

// k6 waits for each answer; so does whoever waits for a worker.
const flag = new Int32Array(new SharedArrayBuffer(4));
let worker;
let channel;
function ask(method, url, body, { headers = {}, tags = {} } = {}) {
  if (!worker) {
    channel = new MessageChannel();
    const source = `
      const { workerData: { flag, port } } = require('node:worker_threads');
      port.on('message', async ({ url, ...request }) => {
        const answer = await fetch(url, request).then(async (r) => ({ status: r.status, text: await r.text() }), String);
        port.postMessage(answer);
        Atomics.store(flag, 0, 1);
        Atomics.notify(flag, 0);
      });`;
    worker = new Worker(source, { eval: true, workerData: { flag, port: channel.port2 }, transferList: [channel.port2] });
  }
  Atomics.store(flag, 0, 0);
  channel.port1.postMessage({ url, method, body, headers });
  Atomics.wait(flag, 0, 0);
  const { message } = receiveMessageOnPort(channel.port1);
  sent.push({ method, path: tags.path, name: tags.name, status: message.status ?? message });
  return { status: message.status ?? 0, json: (key) => JSON.parse(message.text)[key], timings: { duration: 1 } };
}

const modules = {
  'k6/http': {
    default: {
      get: (url, parameters) => ask('GET', url, undefined, parameters),
      post: (url, body, parameters) => ask('POST', url, body, parameters),
      put: (url, body, parameters) => ask('PUT', url, body, parameters),
    },
  },
  'k6/ws': { default: {} },
  'k6/metrics': { Trend: class {} },
  k6: {
    sleep: () => {},
    check: (value, wanted) => {
      for (const [name, holds] of Object.entries(wanted)) {
        checks[name] ??= { passed: 0, failed: 0 };
        checks[name][holds(value) ? 'passed' : 'failed'] += 1;
      }
    },
  },
};

const context = vm.createContext({ __ENV: JSON.parse(environment) });
// The same choices at each run.
vm.runInContext('let seed = 7; Math.random = () => { seed = (seed * 16807) % 2147483647; return seed / 2147483647; };', context);
const module = new vm.SourceTextModule(readFileSync(script, 'utf8'), { context });
await module.link((name) => {
  const exported = modules[name];
  const made = new vm.SyntheticModule(Object.keys(exported), () => {
    for (const [key, value] of Object.entries(exported)) made.setExport(key, value);
  }, { context });
  return made;
});
await module.evaluate();
const { options, setup, ...functions } = module.namespace;
let failure;
if (turns) {
  try {
    const data = setup();
    for (const { exec } of Object.values(options.scenarios)) {
      for (let n = 0; n < Number(turns); n += 1) functions[exec](data);
    }
  } catch (error) {
    failure = error.message;
  }
}
console.log(JSON.stringify({ options, functions: Object.keys(functions), sent, checks, failure }));
process.exit(0);
