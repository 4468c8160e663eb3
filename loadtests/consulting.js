// The consulting platform under load: up to 100 users, then up to 200, in five stages of 16 minutes together.
//
//   k6 run loadtests/consulting.js
//   k6 run -e TARGET_URL=https://api.example.com/health -e PACE=0.1 -e USERS=0.5 loadtests/consulting.js
//
// TARGET_URL  what is asked for
// USERS       scales the number of users, 1 by default
// PACE        scales the stages' length, 1 by default; 0.1 makes a smoke test of it
// PAUSE       seconds that a user waits between two requests, 1 by default
import http from 'k6/http';
import { check, sleep } from 'k6';

const TARGET_URL = __ENV.TARGET_URL || 'https://api.cloudpartner.pro/health';
const USERS = Number(__ENV.USERS || 1);
const PACE = Number(__ENV.PACE || 1);
const PAUSE = Number(__ENV.PAUSE || 1);

const STAGES = [
  { duration: '2m', target: 100 },
  { duration: '5m', target: 100 },
  { duration: '2m', target: 200 },
  { duration: '5m', target: 200 },
  { duration: '2m', target: 0 },
];

export const options = {
  stages: STAGES.map(({ duration, target }) => ({
    duration: `${Math.max(1, Math.round(parseInt(duration, 10) * 60 * PACE))}s`,
    target: Math.round(target * USERS),
  })),
  thresholds: {
    checks: ['rate>0.99'],
    http_req_failed: ['rate<0.01'],
    http_req_duration: ['p(95)<500'],
  },
};

export default function () {
  const response = http.get(TARGET_URL, { tags: { name: 'health' } });
  check(response, {
    'status is 200': (r) => r.status === 200,
    'response time < 500ms': (r) => r.timings.duration < 500,
  });
  sleep(PAUSE);
}
