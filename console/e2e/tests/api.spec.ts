/** The API against its own description, by requests that nobody would think of. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { variable } from '../stage/programs';
import { expect, test } from '../stage/test';

const SECONDS = 60;
/** Streams that never end by themselves, and what would end the session or make accounts by chance. */
const LEFT_OUT = ['/api/v1/events', '/api/v1/services/{service}/logs', '/api/v1/session', '/api/v1/setup'];

test('the API answers as it says, whatever it is asked', async ({ apiOf, world }) => {
  test.setTimeout((SECONDS + 60) * 1000);
  const admin = await apiOf('admin');
  const made = await admin.post('/api/v1/tokens', { data: { name: 'prober', role: 'operator', expires_in_s: 600 } });
  const { token } = (await made.json()) as { token: string };
  const words = ['run', `${world.stage.url}/api/v1/openapi.json`, '--tls-verify=false', '--seed=1', '--no-color'];
  words.push('--header', `Authorization: Bearer ${token}`, '--max-time', String(SECONDS));
  words.push('--phases=examples,coverage,fuzzing', '--continue-on-failure', '--output-sanitize=true');
  words.push(
    '--checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance',
  );
  for (const path of LEFT_OUT) words.push('--exclude-path', path);
  const result = await promisify(execFile)(variable('SCHEMATHESIS'), words, { maxBuffer: 64 << 20 }).catch(
    (error: { stdout: string; stderr: string }) => ({ failed: true, ...error }),
  );
  expect('failed' in result ? `${result.stdout}\n${result.stderr}` : '', 'what schemathesis found').toBe('');
});
