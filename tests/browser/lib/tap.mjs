// Results in TAP, as they come.

/** Counts and prints results; `failed` decides the exit code. */
export class Report {
  constructor(write = (line) => console.log(line)) {
    this.write = write;
    this.number = 0;
    this.failed = [];
    write('TAP version 13');
  }

  /** One result: passed when `faults` is empty; each fault is a line of its own. */
  result(name, faults) {
    this.number += 1;
    this.write(`${faults.length ? 'not ok' : 'ok'} ${this.number} - ${name.replaceAll('#', '\\#')}`);
    for (const fault of faults) for (const line of String(fault).split('\n')) this.write(`#   ${line}`);
    if (faults.length) this.failed.push(name);
  }

  /** One result of a test that fails by throwing. */
  async test(name, run) {
    try {
      await run();
      this.result(name, []);
    } catch (error) {
      this.result(name, [error?.stack ?? error]);
    }
  }

  end() {
    this.write(`1..${this.number}`);
    this.write(`# ${this.number - this.failed.length} passed, ${this.failed.length} failed`);
    for (const name of this.failed) this.write(`# failed: ${name}`);
    // A run that checked nothing has shown nothing.
    return this.number > 0 && this.failed.length === 0;
  }
}
