/** The API against its own description, by requests that nobody would think of. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { variable } from '../stage/programs';
import { expect, test } from '../stage/test';

const CHECKS = 'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance';
/** Streams that never end by themselves, and what would end the sessions of the one whose token it is. */
const STREAMS_AND_OWN = '/events$|/logs$|/session|/tokens';
/** It learns the nodes' ids, and would make managers of this lab's nodes. */
const NODE = '/nodes/[{]node[}]$';

/** What may be done is tried by one who may do nearly everything; what may not, by one who may only look. */
const PROBERS = [
  { role: 'operator', seconds: 40, leftOut: `${STREAMS_AND_OWN}|${NODE}` },
  { role: 'viewer', seconds: 20, leftOut: STREAMS_AND_OWN },
];

for (const { role, seconds, leftOut } of PROBERS) {
  test(`the API answers as it says, whatever one with the role ${role} asks`, async ({ apiOf, world }) => {
    test.setTimeout((seconds + 90) * 1000);
    const admin = await apiOf('admin');
    const made = await admin.post('/api/v1/tokens', { data: { name: `prober-${role}`, role, expires_in_s: 600 } });
    expect(made.status(), await made.text()).toBe(201);
    const { token } = (await made.json()) as { token: string };
    const words = ['run', `${world.stage.url}/api/v1/openapi.json`, '--tls-verify=false', '--seed=1', '--no-color'];
    words.push('--header', `Authorization: Bearer ${token}`, '--max-time', String(seconds), `--checks=${CHECKS}`);
    words.push('--phases=examples,coverage,fuzzing', '--continue-on-failure', '--exclude-path-regex', leftOut);
    const result = await promisify(execFile)(variable('SCHEMATHESIS'), words, { maxBuffer: 64 << 20 }).catch(
      (error: { stdout: string; stderr: string }) => ({ failed: true, ...error }),
    );
    expect('failed' in result ? `${result.stdout}\n${result.stderr}` : '', 'what schemathesis found').toBe('');
  });
}
