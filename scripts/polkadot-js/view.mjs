// Asks a view function of a NockNock node and prints its answer as JSON.
//
//   npm ci && node view.mjs NAME [ARGUMENT...] [--url ws://127.0.0.1:9944] [--at HASH]
//   node view.mjs --list
//
// An argument is JSON, or else a text: a number, an account, 0x and hexadecimal digits, null. In
// lists and objects, numbers above 2^53 are texts: JavaScript rounds others.
// --at asks after the block with this hash instead of the newest one. Numbers that JavaScript
// cannot hold exactly, such as amounts, are 0x and hexadecimal digits; bytes are, too.
//
//   node view.mjs Tasks.task 0
//   node view.mjs Tasks.commitment 0 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY

import { parseArgs } from 'node:util';

import { WsProvider } from '@polkadot/api';

import { Views } from './views.mjs';

const TIMEOUT_MS = 60_000;

const OPTIONS = {
  url: { type: 'string', default: 'ws://127.0.0.1:9944' },
  at: { type: 'string' },
  list: { type: 'boolean' },
};

try {
  const answer = JSON.stringify(await withTimeout(main()), null, 2);
  // A reader behind a pipe gets all of it before the program ends.
  process.stdout.write(`${answer}\n`, () => process.exit(0));
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exit(1);
}

async function main() {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: OPTIONS });
  const [name, ...given] = positionals;
  if (name === undefined && !values.list) {
    throw new Error('name a view function, such as Tasks.task, or give --list');
  }
  const views = await Views.of(await connect(values.url), values.at);
  return values.list ? views.list() : (await views.ask(name, given.map(read), values.at)).toJSON();
}

// Without automatic reconnection a wrong address is an error at once.
async function connect(url) {
  const provider = new WsProvider(url, false);
  const failed = new Promise((_, reject) => {
    provider.on('error', () => reject(new Error(`no node answers at ${url}`)));
  });
  await provider.connect();
  await Promise.race([provider.isReady, failed]);
  return provider;
}

// The digits of a number that JavaScript would round stay a text, which the library reads exactly.
function read(argument) {
  try {
    const value = JSON.parse(argument);
    return typeof value === 'number' && !Number.isSafeInteger(value) ? argument : value;
  } catch {
    return argument;
  }
}

function withTimeout(work) {
  const timeout = new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`nothing within ${TIMEOUT_MS} ms`)), TIMEOUT_MS).unref();
  });
  return Promise.race([work, timeout]);
}
