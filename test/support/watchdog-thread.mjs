// Runs beside a test file, on a thread that goes on when the file's own is blocked.
import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

const { limitMs } = workerData;
let timer;

/** Each message is what begins now; when nothing follows for too long, it is named, and the process of the file ends. */
parentPort.on('message', (doing) => {
  clearTimeout(timer);
  timer = setTimeout(() => {
    writeSync(2, `\nHANGS: ${doing}: nothing has ended for ${limitMs / 1_000} s\n`);
    process.kill(process.pid, 'SIGKILL');
  }, limitMs);
});
