import * as Y from "yjs";

import type { Pending } from "./outbox.ts";
import { fromBase64, newId } from "./protocol.ts";

/**
 * What an empty page begins with, under one id until the server has decided who fills it.
 *
 * It is in no document before the server tells of it, or a page that two clients fill would hold it twice.
 */
export class Seed {
  readonly #now: () => number;
  #make: (() => Uint8Array) | undefined;
  #offer: Pending | undefined;

  constructor(make: (() => Uint8Array) | undefined, now: () => number) {
    this.#make = make;
    this.#now = now;
  }

  /** The page came, with this state vector: offered to a page that holds nothing, and never again to one that did. */
  look(stateVector: string | undefined): void {
    const empty = stateVector !== undefined && Y.decodeStateVector(fromBase64(stateVector)).size === 0;
    if (!empty) this.#end();
    else if (this.#make !== undefined) {
      this.#offer ??= { operationId: newId(this.#now()), update: this.#make(), sentAt: undefined };
    }
  }

  /** What is to be sent now. */
  *due(): Iterable<Pending> {
    if (this.#offer === undefined || this.#offer.sentAt !== undefined) return;
    this.#offer.sentAt = this.#now();
    yield this.#offer;
  }

  /** An operation is answered for good; whether it was this one. */
  settle(operationId: string): boolean {
    const own = this.#offer?.operationId === operationId;
    if (own) this.#end();
    return own;
  }

  /** Lets it be sent again. */
  again(operationId: string | undefined): void {
    if (this.#offer !== undefined && (operationId ?? this.#offer.operationId) === this.#offer.operationId) {
      this.#offer.sentAt = undefined;
    }
  }

  /** Whether it was sent before a time and has no answer yet. */
  overdue(since: number): boolean {
    return this.#offer?.sentAt !== undefined && this.#offer.sentAt <= since;
  }

  #end(): void {
    this.#make = undefined;
    this.#offer = undefined;
  }
}
