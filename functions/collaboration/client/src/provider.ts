import { ObservableV2 } from "lib0/observable";
import { Awareness, removeAwarenessStates } from "y-protocols/awareness";
import * as Y from "yjs";

import { Backoff } from "./backoff.ts";
import { lacking } from "./lacking.ts";
import type { Events, Options, Status } from "./options.ts";
import { Outbox, type Pending } from "./outbox.ts";
import { Others } from "./presence.ts";
import { CollaborationError, fromBase64, operationFrames, parse, Parts, type ServerFrame, toBase64, UPDATE_BYTES } from "./protocol.ts";
import { Seed } from "./seed.ts";

const BEAT_MS = 5_000;
/** Presence is said again so often: the server believes it for 90 seconds, API Gateway closes what is idle for ten minutes. */
const PRESENCE_MS = 20_000;
/** A cursor moves with every key; others hear of it so often. */
const CURSOR_MS = 100;
/** Without an answer for so long, an operation is sent again. */
const ANSWER_MS = 10_000;
/** Whoever waits for something and hears nothing at all for so long connects anew. */
const SILENCE_MS = 30_000;
const AGAIN_MS = 500;
/** Of codes that a server closes with: the ones that another connection changes nothing about. */
const FOREVER = (code: number): boolean => code >= 4_400 && code < 4_500;

/**
 * Keeps a document and a page of the collaboration functions the same, across connections.
 *
 * An update written here is sent until the server says that it is kept, also one from before the first connection.
 * `saved` tells whether there are any others.
 */
export class CollaborationProvider extends ObservableV2<Events> {
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
  readonly pageId: string;
  readonly #options: Options;
  readonly #outbox = new Outbox(() => Date.now());
  readonly #parts = new Parts();
  readonly #others: Others;
  readonly #seed: Seed;
  readonly #backoff = new Backoff();
  readonly #beat: ReturnType<typeof setInterval>;
  #socket: WebSocket | undefined;
  #status: Status = "disconnected";
  #wanted = false;
  #saved = true;
  #heard = 0;
  #presenceSaid = 0;
  #timers = new Set<ReturnType<typeof setTimeout>>();
  #cursor: ReturnType<typeof setTimeout> | undefined;

  constructor(options: Options) {
    super();
    this.#options = options;
    this.doc = options.doc;
    this.pageId = options.pageId;
    this.awareness = options.awareness ?? new Awareness(options.doc);
    this.#others = new Others(this.awareness, this, () => Date.now());
    this.#seed = new Seed(options.seed, () => Date.now());
    this.doc.on("update", this.#written);
    this.awareness.on("update", this.#moved);
    this.#beat = setInterval(() => this.#look(), BEAT_MS);
    if (options.connect !== false) this.connect();
  }

  get status(): Status {
    return this.#status;
  }

  /** Whether everything that was written here is kept by the server. */
  get saved(): boolean {
    return this.#saved;
  }

  connect(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    void this.#open();
  }

  /** Closes the connection; what is written meanwhile waits for `connect()`. */
  disconnect(): void {
    this.#wanted = false;
    this.#drop();
  }

  /** Ends for good. What is not `saved` stays in the document only. */
  override destroy(): void {
    this.disconnect();
    clearInterval(this.#beat);
    this.doc.off("update", this.#written);
    this.awareness.off("update", this.#moved);
    removeAwarenessStates(this.awareness, [this.doc.clientID], this);
    super.destroy();
  }

  readonly #written = (update: Uint8Array, origin: unknown): void => {
    if (origin === this) return;
    this.#outbox.add(update);
    this.#send();
  };

  readonly #moved = ({ added, updated, removed }: Record<"added" | "updated" | "removed", number[]>): void => {
    if (![...added, ...updated, ...removed].includes(this.doc.clientID) || this.#cursor !== undefined) return;
    this.#cursor = this.#later(CURSOR_MS, () => {
      this.#cursor = undefined;
      this.#sayPresence();
    });
  };

  async #open(): Promise<void> {
    this.#become("connecting");
    let token: string;
    try {
      token = await this.#options.token();
    } catch (error) {
      this.emit("error", [new CollaborationError("noToken", String(error)), undefined]);
      this.#openLater();
      return;
    }
    if (!this.#wanted || this.#socket !== undefined) return;
    const socket = new (this.#options.WebSocket ?? WebSocket)(this.#options.url, ["bearer", token]);
    this.#socket = socket;
    this.#heard = Date.now();
    socket.onopen = () => this.#join();
    socket.onmessage = (event: MessageEvent) => {
      if (socket !== this.#socket) return;
      this.#heard = Date.now();
      const frame = parse(event.data);
      if (frame !== undefined) this.#hear(frame);
    };
    socket.onclose = (event: CloseEvent) => {
      if (socket === this.#socket) this.#closed(event.code, event.reason);
    };
    socket.onerror = () => {}; // a close follows, which tells as much
  }

  #join(): void {
    this.#parts.clear();
    const stateVector = toBase64(Y.encodeStateVector(this.doc));
    this.#socket?.send(JSON.stringify({ action: "join", pageId: this.pageId, stateVector }));
  }

  #hear(frame: ServerFrame): void {
    if ("pageId" in frame && frame.pageId !== this.pageId) return;
    switch (frame.action) {
      case "sync": {
        const update = this.#parts.add("sync", frame.part, frame.parts, frame.update);
        if (update !== undefined) this.#synced(update, frame.stateVector);
        break;
      }
      case "operation": {
        const update = this.#parts.add(frame.operationId, frame.part, frame.parts, frame.update);
        if (update !== undefined) Y.applyUpdate(this.doc, update, this);
        break;
      }
      case "ack":
        this.#seed.settle(frame.operationId);
        this.#outbox.acknowledge(frame.operationId);
        this.#send();
        break;
      case "presence":
        this.#others.hear(frame);
        break;
      case "error":
        this.#refused(frame);
    }
  }

  #synced(update: Uint8Array, stateVector: string | undefined): void {
    Y.applyUpdate(this.doc, update, this);
    const rest = lacking(this.doc, stateVector === undefined ? undefined : fromBase64(stateVector), update);
    if (rest === undefined || rest.length <= UPDATE_BYTES) this.#outbox.replace(rest);
    else this.#outbox.again();
    this.#seed.look(stateVector);
    this.#backoff.reset();
    this.#become("synced");
    this.#send();
    this.#sayPresence();
  }

  #refused(frame: Extract<ServerFrame, { action: "error" }>): void {
    const { code, operationId } = frame;
    switch (code) {
      case "unavailable":
      case "rateLimited":
        if (operationId === undefined && this.#status !== "synced") this.#openLater();
        else this.#later(AGAIN_MS * (1 + Math.random()), () => this.#again(operationId));
        return;
      case "tokenExpired":
      case "notConnected":
        this.#openLater();
        return;
      case "notJoined":
        if (this.#status !== "synced") return; // it is being asked for already
        this.#become("connecting");
        this.#join();
        return;
    }
    if (operationId !== undefined && this.#seed.settle(operationId) && code === "alreadyFilled") return;
    const update = operationId === undefined ? undefined : this.#outbox.refuse(operationId);
    this.emit("error", [new CollaborationError(code, frame.message, operationId), update]);
    if (code === "forbidden" && operationId === undefined && this.#status !== "synced") this.disconnect();
    else this.#send();
  }

  #again(operationId: string | undefined): void {
    this.#seed.again(operationId);
    this.#outbox.again(operationId);
    this.#send();
  }

  #send(): void {
    if (this.#status === "synced") {
      for (const one of this.#seed.due()) this.#sendIn("seed", one);
      for (const one of this.#outbox.due()) this.#sendIn("operation", one);
    }
    if (this.#saved !== this.#outbox.empty) {
      this.#saved = this.#outbox.empty;
      if (!this.#saved) this.#heard = Date.now(); // an answer is waited for from now on
      this.emit("saved", [this.#saved]);
    }
  }

  #sendIn(action: "operation" | "seed", { operationId, update }: Pending): void {
    for (const frame of operationFrames(this.pageId, operationId, update, action)) this.#socket?.send(frame);
  }

  #sayPresence(): void {
    const state = this.awareness.getLocalState();
    if (this.#status !== "synced") return;
    this.#presenceSaid = Date.now();
    this.#socket?.send(JSON.stringify({ action: "presence", pageId: this.pageId, state }));
  }

  /** What is due now and then: presence, answers that do not come, others whose time is over. */
  #look(): void {
    const now = Date.now();
    this.#others.refresh();
    if (this.#status === "synced" && now - this.#presenceSaid >= PRESENCE_MS) this.#sayPresence();
    if (this.#outbox.overdue(now - ANSWER_MS) || this.#seed.overdue(now - ANSWER_MS)) this.#again(undefined);
    if (this.#socket === undefined) return;
    const waits = this.#status === "connecting" || !this.#saved;
    if (waits && now - this.#heard >= SILENCE_MS) this.#openLater();
  }

  #closed(code: number, reason: string): void {
    if (!FOREVER(code)) {
      this.#openLater();
      return;
    }
    this.disconnect();
    this.emit("error", [new CollaborationError(String(code), reason), undefined]);
  }

  /** Another connection, after a while that grows with each that brought nothing. */
  #openLater(): void {
    this.#drop();
    if (this.#wanted) this.#later(this.#backoff.next(), () => void this.#open());
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#cursor = undefined;
    this.#others.clear();
    this.#outbox.again();
    this.#seed.again(undefined);
    this.#become("disconnected");
  }

  #later(milliseconds: number, act: () => void): ReturnType<typeof setTimeout> {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, milliseconds);
    this.#timers.add(timer);
    return timer;
  }

  #become(status: Status): void {
    if (status === this.#status) return;
    this.#status = status;
    this.emit("status", [status]);
  }
}
