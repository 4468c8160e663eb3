import * as encoding from "lib0/encoding";
import { applyAwarenessUpdate, type Awareness, removeAwarenessStates } from "y-protocols/awareness";

interface Seen {
  readonly state: unknown;
  readonly expires: number;
}

export interface PresenceFrame {
  userId: string;
  event: "joined" | "here" | "left";
  name?: string;
  state?: unknown;
  expires?: number;
}

/**
 * Other users of the page as states of an `Awareness`, which editors' bindings read.
 *
 * The server speaks of users, awareness of clients: each user has one id here, made of the user's id. An awareness
 * forgets after 30 seconds what it does not hear again, the server after 90; `refresh` says again what still holds.
 */
export class Others {
  readonly #awareness: Awareness;
  readonly #origin: unknown;
  readonly #now: () => number;
  readonly #seen = new Map<string, Seen>();
  #clock = 0;

  constructor(awareness: Awareness, origin: unknown, now: () => number) {
    this.#awareness = awareness;
    this.#origin = origin;
    this.#now = now;
  }

  hear(frame: PresenceFrame): void {
    if (frame.event === "left") {
      this.#forget(frame.userId);
      return;
    }
    const named = { user: { name: frame.name ?? frame.userId } };
    const given = frame.state;
    const state =
      typeof given === "object" && given !== null && !Array.isArray(given) ? { ...named, ...given } : { ...named, state: given ?? null };
    const before = this.#seen.get(frame.userId);
    const expires = (frame.expires ?? 0) * 1_000;
    // "joined" says only that somebody came, and must not undo the cursor of the same user's other tab.
    const shown = frame.event === "joined" && before !== undefined ? before.state : state;
    this.#seen.set(frame.userId, { state: shown, expires });
    this.#show(frame.userId, shown);
  }

  /** Says again who is here, and forgets whose time is over. */
  refresh(): void {
    for (const [userId, seen] of this.#seen) {
      if (seen.expires <= this.#now()) this.#forget(userId);
      else this.#show(userId, seen.state);
    }
  }

  clear(): void {
    for (const userId of [...this.#seen.keys()]) this.#forget(userId);
  }

  #forget(userId: string): void {
    this.#seen.delete(userId);
    removeAwarenessStates(this.#awareness, [clientOf(userId)], this.#origin);
  }

  #show(userId: string, state: unknown): void {
    this.#clock = Math.max(this.#clock + 1, this.#now());
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarUint(encoder, clientOf(userId));
    encoding.writeVarUint(encoder, this.#clock);
    encoding.writeVarString(encoder, JSON.stringify(state));
    applyAwarenessUpdate(this.#awareness, encoding.toUint8Array(encoder), this.#origin);
  }
}

/** A number for a user, the same at every client: FNV-1a. */
export function clientOf(userId: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(userId)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
