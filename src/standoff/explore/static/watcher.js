// A job in the background: starts it, looks how it goes while somebody looks on, and stops it.

const POLL = 400; // ms between two looks

export class Watcher {
  /** `told(view)` hears every look; a look is taken at once, and again while the job runs and `seen()` holds. */
  constructor(kind, ask, told, seen) {
    Object.assign(this, { kind, ask, told, seen, timer: 0 });
  }

  async start(body) {
    const view = await this.ask(`/api/${this.kind}`, body);
    if (view) this.hear(view);
    return view !== null;
  }

  async stop() {
    await this.ask(`/api/${this.kind}/stop`, {});
    return this.look();
  }

  async look() {
    this.hear(await this.ask.get(`/api/${this.kind}/state`));
  }

  hear(view) {
    clearTimeout(this.timer);
    this.told(view);
    if (view.state === "running" && this.seen()) this.timer = setTimeout(() => this.again(), POLL);
  }

  async again() {
    try {
      await this.look();
    } catch {
      this.timer = setTimeout(() => this.again(), 4 * POLL); // the page itself says that the explorer is gone
    }
  }
}

/** How a job goes, in words. */
export function pace(view) {
  const number = (value) => value.toLocaleString("en");
  const parts = [`${number(view.done)} of ${number(view.draws)} draws`];
  if (view.rate) parts.push(`${number(Math.round(view.rate))} a second`);
  if (view.remaining !== null && view.remaining !== undefined) parts.push(`about ${time(view.remaining)} left`);
  if (view.done) parts.push(`${view.certified === view.done ? "all" : ((100 * view.certified) / view.done).toFixed(1) + " %"} certified`);
  return parts.join(" · ");
}

function time(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
