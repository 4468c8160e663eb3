// MDReader under load, and what several devices of a user see of each other: up to 50 users, in four stages of 12 minutes together.
//
//   k6 run -e TOKEN=$TOKEN loadtests/mdreader.js
//   k6 run -e TOKEN=$TOKEN -e DOMAIN=dev.mdreader.app -e USERS=0.1 -e PACE=0.1 loadtests/mdreader.js
//
// TOKEN   an id token of a user of the pool (docs/runbooks/mdreader.md); valid for an hour
// DOMAIN  where the platform is, mdreader.app by default
// USERS   scales the number of users, 1 by default
// PACE    scales the stages' length, 1 by default; 0.1 makes a smoke test of it
import http from 'k6/http';
import ws from 'k6/ws';
import { check, sleep } from 'k6';
import { Trend } from 'k6/metrics';

const DOMAIN = __ENV.DOMAIN || 'mdreader.app';
const TOKEN = __ENV.TOKEN;
const USERS = Number(__ENV.USERS || 1);
const PACE = Number(__ENV.PACE || 1);
const STAGES = [
  { minutes: 2, target: 25 },
  { minutes: 4, target: 25 },
  { minutes: 4, target: 50 },
  { minutes: 2, target: 0 },
];
const LISTEN_MS = 10000;

const delivered = new Trend('event_delivery', true);

function scaled(share) {
  return STAGES.map(({ minutes, target }) => ({
    duration: `${Math.max(1, Math.round(minutes * 60 * PACE))}s`,
    target: Math.round(target * USERS * share),
  }));
}

export const options = {
  scenarios: {
    requests: { executor: 'ramping-vus', exec: 'requests', stages: scaled(1) },
    devices: { executor: 'ramping-vus', exec: 'devices', stages: scaled(0.5) },
    editors: { executor: 'ramping-vus', exec: 'editors', stages: scaled(0.2) },
  },
  thresholds: {
    checks: ['rate>0.99'],
    'http_req_duration{name:me}': ['p(95)<1000'],
    event_delivery: ['p(95)<1000'],
  },
};

export function setup() {
  if (!TOKEN) {
    throw new Error('TOKEN is missing');
  }
  const refused = http.get(`https://api.${DOMAIN}/api/me`);
  check(refused, { 'nobody is let in without a token': (r) => r.status === 401 });
}

// A signed-in user who reads.
export function requests() {
  const response = http.get(`https://api.${DOMAIN}/api/me`, {
    headers: { Authorization: `Bearer ${TOKEN}` },
    tags: { name: 'me' },
  });
  check(response, { 'the API knows who asks': (r) => r.status === 200 });
  sleep(1);
}

// A device that says something once a second and hears what the user's other devices say.
export function devices() {
  const answer = ws.connect(`wss://events.${DOMAIN}`, { headers: { Authorization: `Bearer ${TOKEN}` } }, (socket) => {
    socket.on('open', () => {
      socket.setInterval(() => {
        socket.send(JSON.stringify({ action: 'notify', event: { kind: 'load-test', at: Date.now() } }));
      }, 1000);
    });
    socket.on('message', (text) => {
      const frame = JSON.parse(text);
      check(frame, { 'no message is refused': (f) => f.action !== 'error' });
      if (frame.action === 'event' && frame.event.kind === 'load-test') {
        delivered.add(Date.now() - frame.event.at);
      }
    });
    socket.setTimeout(() => socket.close(), LISTEN_MS);
  });
  check(answer, { 'a socket for events opens': (r) => r && r.status === 101 });
}

// An editor that holds a socket to Hocuspocus; what is written in documents is tested by the product's own suite.
export function editors() {
  const answer = ws.connect(`wss://websocket.${DOMAIN}`, {}, (socket) => {
    socket.setTimeout(() => socket.close(), LISTEN_MS);
  });
  check(answer, { 'a socket to Hocuspocus opens': (r) => r && r.status === 101 });
}
