import * as Y from "yjs";

import { fromBase64, toBase64 } from "../src/protocol.ts";

type Frame = Record<string, unknown>;

/** The server's side of the protocol: one page, what it was sent, and what it is told to do wrong. */
export class Server {
  readonly page = new Y.Doc();
  readonly sockets: FakeSocket[] = [];
  readonly received: Frame[] = [];
  /** What becomes of a frame: answered as the server does, unless this answers or swallows it. */
  instead: (frame: Frame, socket: FakeSocket) => boolean = () => false;
  readonly #parts = new Map<string, string[]>();

  get socket(): FakeSocket {
    const last = this.sockets.at(-1);
    if (last === undefined) throw new Error("nobody has connected");
    return last;
  }

  get WebSocket(): typeof WebSocket {
    const server = this;
    return class extends FakeSocket {
      constructor(url: string, protocols: string[]) {
        super(server, url, protocols);
      }
    } as unknown as typeof WebSocket;
  }

  sent(action: string): Frame[] {
    return this.received.filter((frame) => frame["action"] === action);
  }

  take(text: string, socket: FakeSocket): void {
    const frame = JSON.parse(text) as Frame;
    this.received.push(frame);
    if (this.instead(frame, socket)) return;
    if (frame["action"] === "join") this.sync(socket, fromBase64(frame["stateVector"] as string));
    if (frame["action"] === "operation") this.#operation(frame, socket);
  }

  /** The page in two parts, the last first. */
  sync(socket: FakeSocket, known: Uint8Array): void {
    const update = toBase64(Y.encodeStateAsUpdate(this.page, known));
    const cut = Math.floor(update.length / 8) * 4;
    const frame = { action: "sync", pageId: "docs/plan", stateVector: toBase64(Y.encodeStateVector(this.page)), parts: 2 };
    socket.hear({ ...frame, update: update.slice(cut), part: 2 });
    socket.hear({ ...frame, update: update.slice(0, cut), part: 1 });
  }

  #operation(frame: Frame, socket: FakeSocket): void {
    const operationId = frame["operationId"] as string;
    const pieces = this.#parts.get(operationId) ?? [];
    pieces[(frame["part"] as number) - 1] = frame["update"] as string;
    this.#parts.set(operationId, pieces);
    if (pieces.filter((piece) => piece !== undefined).length < (frame["parts"] as number)) return;
    Y.applyUpdate(this.page, fromBase64(pieces.join("")));
    socket.hear({ action: "ack", pageId: "docs/plan", operationId, duplicate: false });
  }
}

export class FakeSocket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  open = false;
  readonly url: string;
  readonly protocols: string[];
  readonly #server: Server;

  constructor(server: Server, url: string, protocols: string[]) {
    this.#server = server;
    this.url = url;
    this.protocols = protocols;
    server.sockets.push(this);
  }

  accept(): void {
    this.open = true;
    this.onopen?.();
  }

  send(text: string): void {
    if (this.open) this.#server.take(text, this);
  }

  hear(frame: Frame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  close(code = 1000, reason = ""): void {
    if (!this.open) return;
    this.open = false;
    this.onclose?.({ code, reason });
  }
}
