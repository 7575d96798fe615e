/** Lets something happen at once, and then at most once in so long; of several in between only the last. */
export class Pace<K> {
  private readonly waiting = new Map<K, { timer: ReturnType<typeof setTimeout>; last: (() => void) | null }>();

  constructor(private readonly everyMs: number) {}

  run(key: K, work: () => void): void {
    const waits = this.waiting.get(key);
    if (waits) {
      waits.last = work;
      return;
    }
    work();
    this.rest(key);
  }

  /** Nothing that waits happens any more. */
  end(): void {
    for (const { timer } of this.waiting.values()) clearTimeout(timer);
    this.waiting.clear();
  }

  private rest(key: K): void {
    const timer = setTimeout(() => {
      const last = this.waiting.get(key)?.last ?? null;
      this.waiting.delete(key);
      if (last) {
        last();
        this.rest(key);
      }
    }, this.everyMs);
    this.waiting.set(key, { timer, last: null });
  }
}
