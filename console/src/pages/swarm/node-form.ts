/** A single node as somebody types it in, and what is wrong with it. */

import type { Role } from '../../api/node';
import type { JoinNode, SshAuth } from '../../api/swarm';

export type Proof = 'own' | 'password' | 'key';

export interface NodeForm {
  address: string;
  port: string;
  user: string;
  proof: Proof;
  password: string;
  privateKey: string;
  passphrase: string;
  role: Role;
  /** `zone=north, rack=7`. */
  labels: string;
  advertiseAddr: string;
}

export function emptyNode(): NodeForm {
  return {
    address: '',
    port: '22',
    user: 'root',
    proof: 'password',
    password: '',
    privateKey: '',
    passphrase: '',
    role: 'worker',
    labels: '',
    advertiseAddr: '',
  };
}

export type NodeFaults = Partial<Record<keyof NodeForm, string>>;

/** By field, what is wrong with it and what would be right. */
export function nodeFaults(form: NodeForm): NodeFaults {
  const faults: NodeFaults = {};
  const address = form.address.trim();
  if (address === '') faults.address = 'Write a name or an address, such as 10.0.0.5.';
  else if (/[\s@/]/.test(address)) faults.address = 'Write the name or address alone; the user has a field of its own.';
  const port = Number(form.port);
  if (!/^\d+$/.test(form.port.trim()) || port < 1 || port > 65_535) faults.port = 'Write a port from 1 to 65535.';
  if (form.user.trim() === '') faults.user = 'Write a user, such as root.';
  if (form.proof === 'password' && form.password === '') faults.password = 'Write the user’s password on the node.';
  if (form.proof === 'key' && !form.privateKey.includes('PRIVATE KEY')) {
    faults.privateKey = 'Paste the whole private key, from “-----BEGIN” to the end.';
  }
  if (labelPairs(form.labels).some(([key]) => key === '' || /\s/.test(key))) {
    faults.labels = 'Write name=value, separated by commas: zone=north, rack=7.';
  }
  return faults;
}

/** The node as the API wants it; only the proof that is chosen goes with it. */
export function joinNode(form: NodeForm): JoinNode {
  const advertised = form.advertiseAddr.trim();
  return {
    address: form.address.trim(),
    port: Number(form.port),
    user: form.user.trim(),
    auth: auth(form),
    role: form.role,
    labels: Object.fromEntries(labelPairs(form.labels)),
    ...(advertised === '' ? {} : { advertise_addr: advertised }),
  };
}

function auth({ proof, password, privateKey, passphrase }: NodeForm): SshAuth {
  if (proof === 'password') return { password };
  if (proof === 'own') return {};
  // OpenSSH’s format wants the line end that a paste loses.
  return { private_key: `${privateKey.trim()}\n`, ...(passphrase === '' ? {} : { passphrase }) };
}

function labelPairs(text: string): [string, string][] {
  const words = text.split(',').map((word) => word.trim());
  return words.filter((word) => word !== '').map((word) => pair(word));
}

function pair(word: string): [string, string] {
  const at = word.indexOf('=');
  return at < 0 ? [word, ''] : [word.slice(0, at).trim(), word.slice(at + 1).trim()];
}
