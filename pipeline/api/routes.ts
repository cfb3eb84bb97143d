import type { IncomingMessage } from 'node:http';
import { checkLines, isReady } from '../health/index.ts';
import { type Answer, said } from './answer.ts';
import type { Inside } from './inside.ts';
import { takeAlerts } from './take-alerts.ts';
import { takeControl } from './take-control.ts';

interface Route {
  readonly method: 'GET' | 'POST';
  readonly answer: (request: IncomingMessage, inside: Inside) => Answer | Promise<Answer>;
}

const get = (answer: Route['answer']): Route => ({ method: 'GET', answer });
const post = (answer: Route['answer']): Route => ({ method: 'POST', answer });

const routes: ReadonlyMap<string, Route> = new Map([
  ['/v1/alerts', post((request, inside) => takeAlerts(request, inside, 202))],
  // An Alertmanager sends here; it takes any 2xx for an answer.
  ['/webhook', post((request, inside) => takeAlerts(request, inside, 202))],
  // Stands in for an Alertmanager. Prometheus takes any 2xx, clients made from Alertmanager's OpenAPI only 200.
  ['/api/v2/alerts', post((request, inside) => takeAlerts(request, inside, 200))],
  ['/v1/control', post(takeControl)],
  ['/livez', get(() => said(200, 'ok'))],
  ['/readyz', get(readiness)],
  ['/startupz', get(startup)],
  ['/metrics', get((_, inside) => metrics(inside))],
]);

/** The answer to a request. Rejects when the sender goes away, or with what keeps a neighbour from doing its part. */
export async function answer(request: IncomingMessage, inside: Inside): Promise<Answer> {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const route = routes.get(path);
  if (route === undefined)
    return said(404, `there is no ${path} here, only ${[...routes.keys()].join(', ')}`);
  const allowed = route.method === 'GET' ? ['GET', 'HEAD'] : ['POST'];
  if (!allowed.includes(request.method ?? ''))
    return said(405, `${path} takes ${allowed.join(' and ')}`, { allow: allowed.join(', ') });
  if (isFromElsewhere(request)) return said(403, 'pages of other sites may not send here');
  return route.answer(request, inside);
}

/** A web page anywhere can make its reader's browser post to 127.0.0.1. Only browsers send `origin`. */
function isFromElsewhere({ headers }: IncomingMessage): boolean {
  const { origin, host } = headers;
  return origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`;
}

/** `?verbose` lists every check; without it those that keep it from being ready. */
function readiness({ url = '' }: IncomingMessage, inside: Inside): Answer {
  const { checks } = inside.health();
  const ready = isReady(checks);
  const verdict = ready ? 'ready' : 'not ready';
  const isVerbose = new URLSearchParams(url.split('?', 2)[1]).has('verbose');
  if (isVerbose) return said(ready ? 200 : 503, `${checkLines(checks)}\n${verdict}`);
  if (ready) return said(200, 'ok');
  const failed = checks.filter(({ isGood, isNeeded }) => isNeeded && !isGood);
  return said(503, `${verdict}\n${checkLines(failed)}`);
}

function startup(_: IncomingMessage, inside: Inside): Answer {
  const { isStarted, checks } = inside.health();
  return isStarted ? said(200, 'ok') : said(503, `not started\n${checkLines(checks)}`);
}

async function metrics(inside: Inside): Promise<Answer> {
  const { text, contentType } = await inside.metrics();
  return { status: 200, body: text, contentType };
}
