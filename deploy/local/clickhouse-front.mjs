// The part of ClickHouse's HTTP interface that a client needs, over an engine in this process: no registry offers a
// current server. Statements, settings, parameters, formats, errors and deduplication are the engine's own.
import { createServer } from 'node:http';
import { ClickHouseSession } from './clickhouse-session.mjs';

/**
 * Listens on loopback; `close` does not close the engine. `login` is `user:password`: without it everybody may do
 * everything. `mishap(url)` is asked at each request whether it is lost on the way (`request`), its answer is
 * (`answer`), or neither (null).
 */
export async function openClickHouseFront(engine, { port = 0, login = null, mishap = () => null } = {}) {
  const session = await ClickHouseSession.open(engine);
  const expected = login === null ? null : `Basic ${Buffer.from(login).toString('base64')}`;
  const isAdmitted = ({ headers }) => expected === null || headers.authorization === expected;
  const server = createServer((request, response) => {
    respond({ session, isAdmitted, mishap }, request, response).catch(() => response.destroy());
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
    await session.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}

async function respond({ session, isAdmitted, mishap }, request, response) {
  const url = new URL(request.url ?? '/', 'http://front');
  const body = await bytesOf(request);
  const fault = mishap(url);
  if (fault === 'request') return response.destroy();
  const isAsked = url.searchParams.has('query') || body.length > 0;
  const { status, content } = isAdmitted(request) ? await answer(session, { url, body, isAsked }) : refused;
  if (fault === 'answer') return response.destroy();
  response.writeHead(status, status === 200 ? {} : { 'x-clickhouse-exception-code': codeIn(content) });
  response.end(content);
}

async function answer(session, { url, body, isAsked }) {
  if (!isAsked) return { status: 200, content: 'Ok.\n' };
  try {
    return { status: 200, content: await session.run(url.searchParams, body) };
  } catch (error) {
    return { status: 500, content: `${error.message}\n` };
  }
}

const refused = {
  status: 403,
  content: 'Code: 516. DB::Exception: Authentication failed. (AUTHENTICATION_FAILED)\n',
};

function codeIn(text) {
  return /Code: (\d+)/.exec(text)?.[1] ?? '1';
}

async function bytesOf(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}
