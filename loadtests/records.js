// The records system under the load that its stack file states: up to it in four steps, then for as long as is asked.
//
//   k6 run -e READS=2000 -e PAGES=100 -e WRITES=500 -e KEY=$KEY loadtests/records.js
//   k6 run -e READS=20 -e PAGES=2 -e WRITES=10 -e PACE=0.1 -e BASE=https://records-dev.example.com -e KEY=$KEY loadtests/records.js
//
// READS   point reads a second, PAGES pages of 50, WRITES records made or replaced: what "strata capacity" says of a stack
// CACHED  of the point reads, the percentage that Redis should have, 80 by default; the others read each record once
// KEY     what loadtests/records.sql was given: tenant load-7 shows KEY and -7
// TENANTS how many of them there are, 100 by default
// MONTHS  over how many months their records lie, 12 by default
// BASE    where the service is, prod's own address by default
// PACE    scales the length of the steps, 1 by default; 0.1 makes a smoke test of it
// HOLD    minutes at the full load, 10 by default; 480 makes a soak of it
//
// With a key nothing is kept at the edge: every request reaches a pod. docs/runbooks/records.md says how to prepare the
// data, how to run this from inside, and what to read where when it fails.
import http from 'k6/http';
import { check } from 'k6';

const BASE = __ENV.BASE || 'https://records.example.com';
const KEY = __ENV.KEY;
const TENANTS = Number(__ENV.TENANTS || 100);
const MONTHS = Number(__ENV.MONTHS || 12);
const CACHED = Number(__ENV.CACHED || 80) / 100;
const PACE = Number(__ENV.PACE || 1);
const HOLD = Number(__ENV.HOLD || 10);
const STEPS = [0.25, 0.5, 0.75, 1];
const STEP_MINUTES = 2;
const BATCH = 50; // half of the records that are written come in batches of so many
const HOT = 200; // records that are read again and again
const MONTH_MS = 30 * 24 * 3600 * 1000;
const RATES = {
  read: Number(__ENV.READS),
  page: Number(__ENV.PAGES),
  write: Number(__ENV.WRITES) / 2,
  batch: Number(__ENV.WRITES) / 2 / BATCH,
};
const PATHS = [...Object.keys(RATES), 'replace'];
const BODY = { device: 1, value: 0.5, unit: 'kWh', note: 'x'.repeat(240) };

// Arrivals at a rate, whatever the answers take: a service that grows slow is not asked less.
function arrivals(path) {
  const minutes = (some) => `${Math.max(1, Math.round(some * 60 * PACE))}s`;
  const rate = (share) => Math.max(1, Math.round(RATES[path] * share * 60));
  return {
    executor: 'ramping-arrival-rate',
    exec: path,
    startRate: rate(0.05),
    timeUnit: '1m',
    // At the full rate each may take half a second; what the service cannot take up is dropped, and fails the test.
    preAllocatedVUs: Math.max(2, Math.ceil(RATES[path] / 10)),
    maxVUs: Math.max(4, Math.ceil(RATES[path])),
    stages: [
      ...STEPS.flatMap((share) => [
        { duration: minutes(STEP_MINUTES / 2), target: rate(share) },
        { duration: minutes(STEP_MINUTES / 2), target: rate(share) },
      ]),
      { duration: minutes(HOLD), target: rate(1) },
    ],
  };
}

function thresholds() {
  const found = { checks: ['rate>0.999'], dropped_iterations: ['count==0'] };
  for (const path of PATHS) {
    found[`http_req_duration{path:${path}}`] = ['p(99)<500'];
    found[`http_req_failed{path:${path}}`] = ['rate<0.001'];
  }
  return found;
}

export const options = {
  scenarios: Object.fromEntries(
    Object.keys(RATES)
      .filter((path) => RATES[path] > 0)
      .map((path) => [path, arrivals(path)]),
  ),
  thresholds: thresholds(),
  // Of each path alone, so that a page's names no cursor.
  systemTags: ['status', 'method', 'name', 'scenario', 'error_code'],
};

function chosen(list) {
  return list[Math.floor(Math.random() * list.length)];
}

function someTenant() {
  return `load-${Math.floor(Math.random() * TENANTS)}`;
}

function asked(tenant, path, more) {
  const key = `${KEY}-${tenant.replace('load-', '')}`;
  return { headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', ...more }, tags: { path, name: path } };
}

function recordsOf(tenant) {
  return `${BASE}/v1/tenants/${tenant}/records`;
}

// A page that ends anywhere in the months that there are records of.
function older(tenant, limit, path) {
  const until = new Date(Date.now() - Math.random() * MONTHS * MONTH_MS).toISOString();
  return http.get(`${recordsOf(tenant)}?limit=${limit}&until=${until}`, asked(tenant, path));
}

export function setup() {
  for (const [name, value] of Object.entries({ KEY, READS: RATES.read, PAGES: RATES.page, WRITES: RATES.write })) {
    if (value === undefined || Number.isNaN(value)) {
      throw new Error(`${name} is missing`);
    }
  }
  const hot = [];
  for (let n = 0; n < TENANTS && hot.length < HOT; n += 1) {
    const answer = older(`load-${n}`, 20, 'setup');
    if (answer.status !== 200) {
      throw new Error(`load-${n} is answered ${answer.status}; was loadtests/records.sql run, with this KEY?`);
    }
    hot.push(...answer.json('records').map((record) => ({ tenant: `load-${n}`, id: record.id })));
  }
  if (hot.length === 0) {
    throw new Error('there are no records; was loadtests/records.sql run?');
  }
  return { hot: hot.slice(0, HOT) };
}

let unread = [];

// A record that nobody has read lately: each of a page is read once, and then another page is fetched.
function coldOne() {
  if (unread.length === 0) {
    const tenant = someTenant();
    const answer = older(tenant, 200, 'page');
    unread = answer.status === 200 ? answer.json('records').map((record) => ({ tenant, id: record.id })) : [];
  }
  return unread.pop();
}

export function read(data) {
  const record = (Math.random() >= CACHED && coldOne()) || chosen(data.hot);
  const answer = http.get(`${recordsOf(record.tenant)}/${record.id}`, asked(record.tenant, 'read'));
  check(answer, { 'a record is read': (r) => r.status === 200 && r.json('id') === record.id });
}

export function page() {
  const tenant = someTenant();
  const newest = http.get(`${recordsOf(tenant)}?limit=50`, asked(tenant, 'page'));
  check(newest, { 'a page is read': (r) => r.status === 200 && Array.isArray(r.json('records')) });
}

export function write() {
  const tenant = someTenant();
  const made = http.post(recordsOf(tenant), JSON.stringify({ kind: 'reading', body: BODY }), asked(tenant, 'write'));
  check(made, { 'a record is made': (r) => r.status === 201 });
  if (made.status === 201 && Math.random() < 0.1) {
    const changed = JSON.stringify({ kind: 'reading', body: { ...BODY, value: 1 } });
    const parameters = asked(tenant, 'replace', { 'If-Match': '"1"' });
    const replaced = http.put(`${recordsOf(tenant)}/${made.json('id')}`, changed, parameters);
    check(replaced, { 'a record is replaced': (r) => r.status === 200 && r.json('version') === 2 });
  }
}

export function batch() {
  const tenant = someTenant();
  const records = Array.from({ length: BATCH }, () => ({ kind: 'reading', body: BODY }));
  const key = `load-${Date.now()}-${Math.random()}`;
  const parameters = asked(tenant, 'batch', { 'Idempotency-Key': key });
  const made = http.post(`${recordsOf(tenant)}:batch`, JSON.stringify({ records }), parameters);
  check(made, { 'a batch is made': (r) => r.status === 201 && r.json('ids').length === BATCH });
}
