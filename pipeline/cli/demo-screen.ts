import { type DemoState, frame, type Speedometer } from '../demo/index.ts';
import type { Io } from './io.ts';
import { type Paint, paintFor } from './print.ts';

const frameMs = 100;
const otherScreen = '\u001b[?1049h\u001b[?25l';
const backAgain = '\u001b[?25h\u001b[?1049l';
const home = '\u001b[H';
const clearLine = '\u001b[K';
const ctrlC = '\u0003';

/**
 * Draws the demo on the terminal's other screen, at most ten times a second, and gives the terminal back as it was. Keys
 * are read one by one: `q` ends the demo; Ctrl-C comes as a key then, and is handed on as the signal it stands for.
 */
export class DemoScreen {
  readonly #io: Io;
  readonly #speedometer: Speedometer;
  readonly #onQuit: () => void;
  readonly #paint: Paint;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(io: Io, speedometer: Speedometer, onQuit: () => void) {
    this.#io = io;
    this.#speedometer = speedometer;
    this.#onQuit = onQuit;
    this.#paint = paintFor(io.stdout, io.env);
    io.stdout.write(otherScreen);
    io.stdin.setRawMode?.(true);
    io.stdin.resume();
    io.stdin.on('data', this.#key);
    io.interrupted.addEventListener('abort', this.#restore, { once: true });
    // Whatever ends the process, an error or a second Ctrl-C, leaves a terminal that can be used.
    process.once('exit', this.#restore);
  }

  show(state: DemoState): void {
    const now = performance.now();
    this.#speedometer.cameBack(now);
    if (now - this.#drawnAt >= frameMs) {
      this.#drawnAt = now;
      this.#draw(state, now);
    }
  }

  goOn(): void {
    this.#speedometer.wentOn(performance.now());
  }

  close(): void {
    this.#restore();
  }

  #draw(state: DemoState, now: number): void {
    // A terminal that does not know its size says 0.
    const columns = this.#io.stdout.columns || 80;
    const rows = process.stdout.rows || 24;
    const lines = frame(state, this.#speedometer.read(state.counts.stages, now), {
      columns,
      rows,
      ink: this.#paint,
    });
    // Cleared before it is written: behind a full line the cursor still stands on its last character.
    this.#io.stdout.write(home + lines.map((line) => clearLine + line).join('\r\n'));
  }

  readonly #key = (data: Buffer | string): void => {
    const text = data.toString();
    if (text.includes('q')) this.#onQuit();
    if (text.includes(ctrlC)) process.kill(process.pid, 'SIGINT');
  };

  readonly #restore = (): void => {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#io.interrupted.removeEventListener('abort', this.#restore);
    const { stdin, stdout } = this.#io;
    stdin.off('data', this.#key);
    stdin.setRawMode?.(false);
    stdin.pause();
    stdout.write(backAgain);
    process.off('exit', this.#restore);
  };
}
