import * as Y from "yjs";

import { newId, UPDATE_BYTES } from "./protocol.ts";

const MOST_IN_FLIGHT = 8;

/** An update under the id that it keeps, however often it is sent. */
export interface Pending {
  readonly operationId: string;
  readonly update: Uint8Array;
  /** When it was sent last, in milliseconds; undefined when it is to be sent. */
  sentAt: number | undefined;
}

/**
 * What was written here and is not acknowledged.
 *
 * An update leaves it when the server says that it is kept, and never before. Updates that wait are merged into one
 * operation as soon as it may be sent; from then on its content stays, since the server knows it by its id.
 */
export class Outbox {
  readonly #pending = new Map<string, Pending>();
  #waiting: Uint8Array[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether everything is acknowledged. */
  get empty(): boolean {
    return this.#pending.size === 0 && this.#waiting.length === 0;
  }

  add(update: Uint8Array): void {
    this.#waiting.push(update);
  }

  /** What is to be sent now. */
  *due(): Iterable<Pending> {
    while (this.#waiting.length > 0 && this.#pending.size < MOST_IN_FLIGHT) {
      const operation = { operationId: newId(this.#now()), update: this.#merged(), sentAt: undefined };
      this.#pending.set(operation.operationId, operation);
    }
    for (const operation of this.#pending.values()) {
      if (operation.sentAt === undefined) {
        operation.sentAt = this.#now();
        yield operation;
      }
    }
  }

  /** An operation is kept. False when it is none of those that wait for that, as for an answer that came twice. */
  acknowledge(operationId: string): boolean {
    return this.#pending.delete(operationId);
  }

  /** An operation that will never be taken; gives its update. */
  refuse(operationId: string): Uint8Array | undefined {
    const update = this.#pending.get(operationId)?.update;
    this.#pending.delete(operationId);
    return update;
  }

  /** Puts one update in the place of everything, which it holds; with none, everything is known to be kept. */
  replace(update: Uint8Array | undefined): void {
    this.#pending.clear();
    this.#waiting = update === undefined ? [] : [update];
  }

  /** Lets an operation be sent again, or all of them. */
  again(operationId?: string): void {
    for (const operation of this.#pending.values()) {
      if (operationId === undefined || operation.operationId === operationId) operation.sentAt = undefined;
    }
  }

  /** Whether an operation that was sent before a time has no answer yet. */
  overdue(since: number): boolean {
    return [...this.#pending.values()].some((operation) => operation.sentAt !== undefined && operation.sentAt <= since);
  }

  /** As many of the waiting updates as fit one operation, as one. */
  #merged(): Uint8Array {
    let size = this.#waiting[0]?.length ?? 0;
    let count = 1;
    while (count < this.#waiting.length && size + (this.#waiting[count]?.length ?? 0) <= UPDATE_BYTES) {
      size += this.#waiting[count]?.length ?? 0;
      count += 1;
    }
    const taken = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    return taken.length === 1 && taken[0] !== undefined ? taken[0] : Y.mergeUpdates(taken);
  }
}
