import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import * as Y from "yjs";

import { type CollaborationError, CollaborationProvider, type Options, type Status } from "../src/index.ts";
import { clientOf } from "../src/presence.ts";
import { fromBase64, toBase64 } from "../src/protocol.ts";
import { Server } from "./server.ts";

let server: Server;
let doc: Y.Doc;
let provider: CollaborationProvider;
let errors: CollaborationError[];
const text = (of: Y.Doc): string => of.getText("text").toString();
/** Lets promises settle; timers only move when told. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
};

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: 1_800_000_000_000 });
  server = new Server();
  doc = new Y.Doc();
});

afterEach(() => {
  provider.destroy();
  provider.awareness.destroy();
  mock.timers.reset();
});

async function start(more: Partial<Options> = {}): Promise<void> {
  const given = { url: "wss://ws.example.com", pageId: "docs/plan", doc, token: () => "a-token" };
  provider = new CollaborationProvider({ ...given, WebSocket: server.WebSocket, ...more });
  errors = [];
  provider.on("error", (error) => errors.push(error));
  await settle();
}

async function opened(more: Partial<Options> = {}): Promise<void> {
  await start(more);
  server.socket.accept();
}

async function tick(milliseconds: number): Promise<void> {
  mock.timers.tick(milliseconds);
  await settle();
}

test("the token is a protocol, the address as it was given, and the page comes in parts", async () => {
  server.page.getText("text").insert(0, "hello");
  await opened();
  assert.equal(server.socket.url, "wss://ws.example.com");
  assert.deepEqual(server.socket.protocols, ["bearer", "a-token"]);
  assert.equal(text(doc), "hello");
  assert.equal(provider.status, "synced");
  assert.deepEqual(server.sent("operation"), []);
});

test("an update is sent again until it is acknowledged, under one id", async () => {
  await opened();
  let swallowed = 2;
  server.instead = (frame) => frame["action"] === "operation" && swallowed-- > 0;
  const saved: boolean[] = [];
  provider.on("saved", (now) => saved.push(now));
  doc.getText("text").insert(0, "kept");
  assert.equal(provider.saved, false);
  await tick(10_000);
  assert.equal(text(server.page), "");
  await tick(15_000);
  assert.equal(text(server.page), "kept");
  assert.equal(new Set(server.sent("operation").map((frame) => frame["operationId"])).size, 1);
  assert.deepEqual(saved, [false, true]);
});

test("what is written without a connection goes as one operation, and nothing is sent before the page came", async () => {
  await start();
  for (const letter of "offline") doc.getText("text").insert(text(doc).length, letter);
  server.instead = (frame) => frame["action"] === "join";
  server.socket.accept();
  assert.deepEqual(server.sent("operation"), []);
  server.instead = () => false;
  server.sync(server.socket, Y.encodeStateVector(doc));
  assert.equal(text(server.page), "offline");
  assert.equal(server.sent("operation").length, 1);
  assert.equal(provider.saved, true);
});

test("many updates at once are not as many operations", async () => {
  await opened();
  server.instead = (frame) => frame["action"] === "operation";
  for (let number = 0; number < 100; number += 1) doc.getText("text").insert(0, "x");
  assert.equal(server.sent("operation").length, 8);
  server.instead = () => false;
  await tick(15_000);
  assert.equal(text(server.page).length, 100);
  assert.equal(new Set(server.sent("operation").map((frame) => frame["operationId"])).size, 9);
});

test("a connection that ends is followed by others, ever later, and by the first again once a page came", async () => {
  await opened();
  const waits: number[] = [];
  for (let failure = 0; failure < 12; failure += 1) {
    server.socket.close(1006);
    server.socket.onclose?.({ code: 1006, reason: "" });
    const before = server.sockets.length;
    let waited = 0;
    while (server.sockets.length === before) {
      await tick(25);
      waited += 25;
    }
    waits.push(waited);
  }
  assert.ok(waits[0] !== undefined && waits[0] >= 125 && waits[0] <= 275, String(waits));
  assert.ok(waits[11] !== undefined && waits[11] >= 15_000 && waits[11] <= 30_025, String(waits));
  server.socket.accept();
  server.socket.close(1006);
  await tick(300);
  assert.equal(server.sockets.length, 14);
});

test("what was on its way when the connection ended is sent on the next, unless the page shows it", async () => {
  await opened();
  server.instead = (frame) => {
    if (frame["action"] === "operation") Y.applyUpdate(server.page, fromBase64(frame["update"] as string));
    return frame["action"] === "operation";
  };
  doc.getText("text").insert(0, "stored, not acknowledged");
  server.instead = (frame) => frame["action"] === "operation";
  doc.getText("text").insert(0, "lost, ");
  server.instead = () => false;
  server.socket.close(1001);
  await tick(300);
  server.socket.accept();
  assert.equal(text(server.page), "lost, stored, not acknowledged");
  assert.equal(server.sent("operation").length, 3);
  assert.equal(provider.saved, true);
});

test("a server that forgot what it had acknowledged is told again, deletions too", async () => {
  await opened();
  doc.getText("text").insert(0, "abc");
  const before = Y.encodeStateAsUpdate(server.page);
  doc.getText("text").delete(1, 1);
  for (const [state, wanted] of [[before, "ac"], [undefined, "ac"]] as const) {
    const fresh = new Server();
    if (state !== undefined) Y.applyUpdate(fresh.page, state);
    Object.defineProperty(server, "page", { value: fresh.page });
    server.socket.close(1012);
    await tick(300);
    server.socket.accept();
    assert.equal(text(server.page), wanted);
  }
  assert.equal(provider.saved, true);
  const sent = server.sent("operation").length;
  server.socket.close(1012);
  await tick(300);
  server.socket.accept();
  assert.equal(server.sent("operation").length, sent);
});

test("a large update travels in parts, and comes in parts", async () => {
  await opened();
  doc.getText("text").insert(0, "x".repeat(100_000));
  const sent = server.sent("operation");
  assert.equal(sent.length, 5);
  assert.ok(sent.every((frame) => JSON.stringify(frame).length <= 32_768));
  assert.equal(text(server.page).length, 100_000);
  const other = new Y.Doc();
  other.getText("other").insert(0, "from somebody else");
  const update = toBase64(Y.encodeStateAsUpdate(other));
  const frame = { action: "operation", pageId: "docs/plan", operationId: "1", userId: "bob", parts: 2 };
  server.socket.hear({ ...frame, part: 1, update: update.slice(0, 8) });
  server.socket.hear({ ...frame, part: 2, update: update.slice(8) });
  assert.equal(doc.getText("other").toString(), "from somebody else");
  assert.equal(provider.saved, true);
});

test("what cannot be done now is tried again; what never can is said, and the rest goes on", async () => {
  await opened();
  const answers = ["rateLimited", "unavailable", "tooLarge"];
  server.instead = (frame, socket) => {
    const code = frame["action"] === "operation" ? answers.shift() : undefined;
    if (code === undefined) return false;
    socket.hear({ action: "error", code, message: "why", operationId: frame["operationId"] });
    return true;
  };
  doc.getText("text").insert(0, "large");
  await tick(1_000);
  await tick(1_000);
  assert.deepEqual(errors.map((error) => error.message), ["tooLarge: why"]);
  assert.equal(server.sockets.length, 1);
  doc.getMap("map").set("key", "next");
  assert.equal(server.page.getMap("map").get("key"), undefined); // it waits for the part that was refused
  assert.equal(provider.saved, true);
});

test("a page that may not be read is not asked for again; a token that ended is replaced", async () => {
  const tokens = ["old", "new"];
  server.instead = (frame, socket) => {
    const code = socket.protocols[1] === "old" ? "tokenExpired" : "forbidden";
    if (frame["action"] === "join") socket.hear({ action: "error", code, message: "no read permission" });
    return true;
  };
  await opened({ token: () => tokens.shift() ?? "none" });
  await tick(300);
  assert.deepEqual(server.socket.protocols, ["bearer", "new"]);
  server.socket.accept();
  assert.deepEqual(errors.map((error) => error.code), ["forbidden"]);
  await tick(120_000);
  assert.equal(server.sockets.length, 2);
});

test("without a token it tries later, and a code of the 4400s ends it", async () => {
  let calls = 0;
  await start({ token: () => Promise.reject(new Error(`no luck ${(calls += 1)}`)) });
  assert.equal(errors[0]?.message, "noToken: Error: no luck 1");
  await tick(300);
  assert.equal(calls, 2);
  provider.destroy();
  await opened();
  server.socket.close(4403, "forbidden");
  await tick(120_000);
  assert.equal(server.sockets.length, 1);
  assert.deepEqual(errors.map((error) => error.code), ["4403"]);
});

test("whoever waits and hears nothing connects anew; whoever waits for nothing does not", async () => {
  await start();
  server.instead = (frame) => frame["action"] === "join";
  server.socket.accept();
  await tick(31_000);
  await tick(1_000);
  assert.equal(server.sockets.length, 2);
  server.instead = () => false;
  server.socket.accept();
  await tick(3_600_000);
  server.instead = (frame) => frame["action"] !== "join";
  doc.getText("text").insert(0, "x");
  await tick(25_000);
  assert.equal(server.sockets.length, 2);
  await tick(10_000);
  await tick(1_000);
  assert.equal(server.sockets.length, 3);
});

test("others are states of the awareness, by user, for as long as the server says", async () => {
  await opened();
  const frame = { action: "presence", pageId: "docs/plan", userId: "bob", name: "Bob", expires: 1_800_000_090 };
  server.socket.hear({ ...frame, event: "here", state: { cursor: 1 } });
  const states = (): unknown => provider.awareness.getStates().get(clientOf("bob"));
  assert.deepEqual(states(), { user: { name: "Bob" }, cursor: 1 });
  server.socket.hear({ ...frame, event: "joined" });
  assert.deepEqual(states(), { user: { name: "Bob" }, cursor: 1 });
  await tick(80_000);
  assert.deepEqual(states(), { user: { name: "Bob" }, cursor: 1 });
  await tick(15_000);
  assert.equal(states(), undefined);
  server.socket.hear({ ...frame, event: "here", state: null, expires: 1_800_000_200 });
  assert.deepEqual(states(), { user: { name: "Bob" }, state: null });
  server.socket.hear({ ...frame, event: "left" });
  assert.equal(states(), undefined);
});

test("where one is oneself is said on joining, when it changes, and again", async () => {
  await opened();
  const said = (): unknown[] => server.sent("presence").map((frame) => frame["state"]);
  assert.deepEqual(said(), [{}]);
  for (let column = 0; column < 20; column += 1) provider.awareness.setLocalStateField("cursor", column);
  await tick(100);
  assert.deepEqual(said(), [{}, { cursor: 19 }]);
  await tick(20_000);
  assert.ok(said().length >= 3);
});

test("after destroy nothing is sent and no timer is left", async () => {
  const statuses: Status[] = [];
  await opened();
  provider.on("status", (status) => statuses.push(status));
  provider.destroy();
  doc.getText("text").insert(0, "alone");
  await tick(120_000);
  assert.equal(server.sockets.length, 1);
  assert.equal(server.socket.open, false);
  assert.deepEqual(server.sent("operation"), []);
  assert.deepEqual(statuses, ["disconnected"]);
});

function template(): Uint8Array {
  const own = new Y.Doc();
  own.getText("text").insert(0, "template");
  return Y.encodeStateAsUpdate(own);
}

test("an empty page is filled once: what was offered comes from the server, and is offered again until it decides", async () => {
  await opened({ seed: template });
  assert.equal(text(doc), "");
  const [offered] = server.sent("seed");
  assert.ok(offered !== undefined);
  server.socket.hear({ action: "error", code: "unavailable", message: "later", operationId: offered["operationId"] });
  await tick(1_000);
  await tick(15_000);
  server.socket.close(1001);
  await tick(300);
  server.socket.accept();
  const sent = server.sent("seed");
  assert.equal(sent.length, 4);
  assert.deepEqual(new Set(sent.map((frame) => JSON.stringify(frame))), new Set([JSON.stringify(offered)]));
  const { operationId, update } = offered;
  server.socket.hear({ action: "operation", pageId: "docs/plan", operationId, userId: "ada", update, part: 1, parts: 1 });
  server.socket.hear({ action: "ack", pageId: "docs/plan", operationId, duplicate: false });
  assert.equal(text(doc), "template");
  server.socket.close(1001);
  await tick(300);
  server.socket.accept();
  assert.equal(server.sent("seed").length, 4);
});

test("what another client filled stays as it is, and that is no error", async () => {
  await opened({ seed: template });
  const [offered] = server.sent("seed");
  server.socket.hear({ action: "error", code: "alreadyFilled", message: "why", operationId: offered?.["operationId"] });
  await tick(60_000);
  assert.equal(server.sent("seed").length, 1);
  assert.deepEqual(errors, []);
  provider.destroy();
  server.page.getText("text").insert(0, "there");
  doc = new Y.Doc();
  await opened({ seed: template });
  assert.equal(text(doc), "there");
  assert.equal(server.sent("seed").length, 1);
});

test("what this version does not know is overlooked", async () => {
  await opened();
  server.socket.hear({ action: "news" });
  server.socket.hear({ action: "sync", pageId: "docs/other", update: "AAA=", part: 1, parts: 1 });
  server.socket.onmessage?.({ data: "no JSON" });
  assert.equal(provider.status, "synced");
});
