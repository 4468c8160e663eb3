const FIRST_MS = 250;
const MOST_MS = 30_000;

/** How long to wait before the next try: up to twice as long as before, by chance, so that clients come back apart. */
export class Backoff {
  #failures = 0;

  next(): number {
    const most = Math.min(MOST_MS, FIRST_MS * 2 ** this.#failures);
    this.#failures += 1;
    return most / 2 + (Math.random() * most) / 2;
  }

  reset(): void {
    this.#failures = 0;
  }
}
