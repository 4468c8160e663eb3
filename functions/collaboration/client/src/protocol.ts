/** The JSON protocol of the collaboration functions (`collaboration/messages.py`): frames, parts, ids. */

/** API Gateway takes no larger frame, and its clients must not send one. */
export const FRAME_BYTES = 32_768;
/** The largest update that is kept, in however many parts it travels. */
export const UPDATE_BYTES = 350_000;
/** Room in a frame for everything but the update. */
const ENVELOPE_BYTES = 1_024;

export type ServerFrame =
  | { action: "sync"; pageId: string; update: string; stateVector?: string; part: number; parts: number }
  | { action: "operation"; pageId: string; operationId: string; userId: string; update: string; part: number; parts: number }
  | { action: "ack"; pageId: string; operationId: string; duplicate: boolean }
  | {
      action: "presence";
      pageId: string;
      userId: string;
      event: "joined" | "here" | "left";
      name?: string;
      state?: unknown;
      expires?: number;
    }
  | { action: "error"; code: string; message: string; operationId?: string };

/** Something that the server refused, or that stands in the way of connecting; `message` is for people. */
export class CollaborationError extends Error {
  readonly code: string;
  readonly operationId: string | undefined;

  constructor(code: string, message: string, operationId?: string) {
    super(`${code}: ${message}`);
    this.name = "CollaborationError";
    this.code = code;
    this.operationId = operationId;
  }
}

/** A frame of the server's, or undefined for what this version does not know. */
export function parse(data: unknown): ServerFrame | undefined {
  let frame: unknown;
  try {
    frame = typeof data === "string" ? JSON.parse(data) : undefined;
  } catch {
    return undefined;
  }
  const action = typeof frame === "object" && frame !== null && "action" in frame ? frame.action : undefined;
  const known = ["sync", "operation", "ack", "presence", "error"];
  return typeof action === "string" && known.includes(action) ? (frame as ServerFrame) : undefined;
}

/** The frames that carry an operation, or what fills an empty page: one, or as many as its size needs. */
export function operationFrames(
  pageId: string,
  operationId: string,
  update: Uint8Array,
  action: "operation" | "seed",
): string[] {
  const text = toBase64(update);
  // Base64 may be cut at any multiple of four; each part is then base64 by itself.
  const room = Math.floor((FRAME_BYTES - ENVELOPE_BYTES) / 4) * 4;
  const parts = Math.max(1, Math.ceil(text.length / room));
  return Array.from({ length: parts }, (_, index) =>
    JSON.stringify({
      action,
      pageId,
      operationId,
      update: text.slice(index * room, (index + 1) * room),
      part: index + 1,
      parts,
    }),
  );
}

/** Parts of messages, until all of one are here, in whatever order they come. */
export class Parts {
  readonly #pieces = new Map<string, Map<number, Uint8Array>>();

  /** The whole, once its last part is here. */
  add(key: string, part: number, parts: number, update: string): Uint8Array | undefined {
    const pieces = this.#pieces.get(key) ?? new Map<number, Uint8Array>();
    pieces.set(part, fromBase64(update));
    this.#pieces.set(key, pieces);
    if (pieces.size < parts) return undefined;
    this.#pieces.delete(key);
    return joined(Array.from({ length: parts }, (_, index) => pieces.get(index + 1) ?? new Uint8Array()));
  }

  clear(): void {
    this.#pieces.clear();
  }
}

/** A UUID of version 7: the server keeps operations in the order of their ids' milliseconds, and knows one by its id. */
export function newId(now: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Math.floor(now / 0x10000));
  view.setUint16(4, now % 0x10000);
  view.setUint8(6, 0x70 | (view.getUint8(6) & 0x0f));
  view.setUint8(8, 0x80 | (view.getUint8(8) & 0x3f));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export function toBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let start = 0; start < bytes.length; start += 0x8000) {
    pieces.push(String.fromCharCode(...bytes.subarray(start, start + 0x8000)));
  }
  return btoa(pieces.join(""));
}

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function joined(pieces: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((total, piece) => total + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}
