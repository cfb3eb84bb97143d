// Prints one line with file, test and first line of the reason for each failed test of a JSON report of vitest.
import { readFileSync } from 'node:fs';

const [, , name, file] = process.argv;

function failures() {
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return ['no report was written'];
  }
  const lines = [];
  for (const suite of report.testResults) {
    const failed = suite.assertionResults.filter((test) => test.status === 'failed');
    for (const test of failed)
      lines.push(`${suite.name}: ${test.fullName}: ${firstLines(test.failureMessages.join('\n'))}`);
    if (failed.length === 0 && suite.status === 'failed')
      lines.push(`${suite.name}: ${firstLines(suite.message)}`);
  }
  return lines.length === 0 ? ['the run failed outside of its tests'] : lines;
}

function firstLines(text) {
  return text.split('\n').slice(0, 6).join(' | ');
}

for (const line of failures()) {
  process.stdout.write(`FAILED: ${name}: ${line.replaceAll(`${process.cwd()}/`, '')}\n`);
}
