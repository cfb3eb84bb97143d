import type { IncomingMessage } from 'node:http';
import { type Answer, json, said } from './answer.ts';
import type { Inside } from './inside.ts';
import { parseControl } from './parse-control.ts';
import { readBody } from './read-body.ts';

/** Takes a silence, maintenance, acknowledgement or withdrawal; answers with its id, by which it is taken back. */
export async function takeControl(request: IncomingMessage, inside: Inside): Promise<Answer> {
  const body = await readBody(request);
  if (!Buffer.isBuffer(body)) return body;
  const parsed = parseControl(body, inside.now());
  if ('problem' in parsed) return said(400, parsed.problem);
  await inside.control(parsed.control);
  return json(202, { id: parsed.control.id });
}
