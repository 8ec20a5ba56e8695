// Checks that @polkadot/api understands a node: connects, decodes the metadata
// and follows the finalised heads. With --remark it also sends a transaction from
// Alice, who owns tokens on the `bench` chain only, and waits for its finality. With
// --spam it tries on that chain what somebody would do who wants to fill its blocks.
//
//   npm ci && node check.mjs [ws://127.0.0.1:9944] [--remark TEXT] [--spam]
//
// Prints what it saw as JSON; ends with an error when something is missing.

import { parseArgs } from 'node:util';

import { ApiPromise, Keyring, WsProvider } from '@polkadot/api';
import { findUnknownExtensions } from '@polkadot/types/extrinsic/signedExtensions';
import { stringToHex } from '@polkadot/util';

const TIMEOUT_MS = 180_000;
const HEADS = 3;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { remark: { type: 'string' }, spam: { type: 'boolean' } },
});

const report = await withTimeout(check(positionals[0] ?? 'ws://127.0.0.1:9944'));
console.log(JSON.stringify(report, null, 2));
process.exit(0);

async function check(url) {
  const api = await connect(url);
  const report = {
    chain: (await api.rpc.system.chain()).toString(),
    version: api.runtimeVersion.specName.toString() + '-' + api.runtimeVersion.specVersion,
    token: api.registry.chainTokens[0],
    decimals: api.registry.chainDecimals[0],
    pallets: api.runtimeMetadata.asLatest.pallets.map((pallet) => pallet.name.toString()),
    extensionsWithoutPayload: extensionsWithoutPayload(api),
    finalised: await finalisedHeads(api),
  };
  if (values.remark !== undefined) {
    report.remark = await remark(api, values.remark);
  }
  if (values.spam) {
    report.spam = await spam(api);
  }
  return report;
}

// Calls of a class that goes before all others, which say of themselves what they weigh;
// those of that class that are accepted, so many that they would fill some blocks; and
// proofs for nothing by an account that nobody has asked for any.
async function spam(api) {
  const keyring = new Keyring({ type: 'sr25519' });
  const [alice, bob, nobody] = ['//Alice', '//Bob', '//Nobody'].map((uri) => keyring.addFromUri(uri));
  const weight = { refTime: 400_000_000_000, proofSize: 0 };
  const heavy = api.tx.utility.withWeight(api.tx.system.killPrefix('0x', 0), weight);
  const scores = api.tx.tasks.submitScores(0, [badScore()], []);
  return {
    heavyOperational: await refusal(heavy, alice),
    unaskedProofs: await refusal(scores, nobody),
    blocksUntilARemark: await waitBehind(api, alice, bob),
  };
}

function badScore() {
  const element = '0x' + '00'.repeat(32);
  const score = { points: 1, sums: element, inputs: element, proof: '0x' + '00'.repeat(256) };
  return { block: 0, score };
}

// Why the pool does not take a transaction.
async function refusal(transaction, signer) {
  try {
    await transaction.signAndSend(signer);
  } catch (error) {
    return error.message;
  }
  return null;
}

// The number of blocks in which a call at the least fee is included, with forty calls of the
// other class before it.
async function waitBehind(api, alice, bob) {
  const first = (await api.rpc.system.accountNextIndex(alice.address)).toNumber();
  for (let number = 0; number < 40; number++) {
    const code = '0x' + number.toString(16).padStart(2, '0').repeat(100);
    await api.tx.system.applyAuthorizedUpgrade(code).signAndSend(alice, { nonce: first + number });
  }
  const before = (await api.rpc.chain.getHeader()).number.toNumber();
  const result = await finalisedResult(api.tx.system.remarkWithEvent(stringToHex('spam')), bob);
  const header = await api.rpc.chain.getHeader(result.status.asFinalized);
  return header.number.toNumber() - before;
}

async function connect(url) {
  // Without automatic reconnection a wrong address is an error at once.
  const provider = new WsProvider(url, false);
  await provider.connect();
  return ApiPromise.create({ provider, throwOnConnect: true, noInitWarn: true });
}

// An extension that the library does not know must carry no data, or every signature
// that the library makes is wrong.
function extensionsWithoutPayload(api) {
  const unknown = findUnknownExtensions(api.registry.signedExtensions);
  const extensions = api.runtimeMetadata.asLatest.extrinsic.transactionExtensions;
  for (const { identifier, type } of extensions) {
    const encoded = api.registry.createType(api.registry.createLookupType(type));
    if (unknown.includes(identifier.toString()) && encoded.encodedLength > 0) {
      throw new Error(`unknown transaction extension with a payload: ${identifier}`);
    }
  }
  return unknown;
}

async function finalisedHeads(api) {
  const heads = [];
  await new Promise((resolve, reject) => {
    api.rpc.chain
      .subscribeFinalizedHeads((header) => {
        // Several may come at once, and the subscription goes on.
        if (heads.length < HEADS) {
          heads.push({ number: header.number.toNumber(), hash: header.hash.toHex() });
        }
        if (heads.length === HEADS) resolve();
      })
      .catch(reject);
  });
  if (heads.some((head, i) => i > 0 && head.number <= heads[i - 1].number)) {
    throw new Error(`the finalised heads do not rise: ${JSON.stringify(heads)}`);
  }
  return heads;
}

async function remark(api, text) {
  const alice = new Keyring({ type: 'sr25519' }).addFromUri('//Alice');
  const { data } = await api.query.system.account(alice.address);
  if (data.free.isZero()) {
    throw new Error('Alice owns no tokens: only the chain `bench` endows accounts');
  }
  const result = await finalisedResult(api.tx.system.remarkWithEvent(stringToHex(text)), alice);
  const remarked = find(result, 'system', 'Remarked');
  const paid = find(result, 'transactionPayment', 'TransactionFeePaid');
  return {
    hash: remarked.data.hash_.toHex(),
    fee: paid.data.actualFee.toString(),
    finalisedIn: result.status.asFinalized.toHex(),
  };
}

function finalisedResult(transaction, signer) {
  return new Promise((resolve, reject) => {
    transaction
      .signAndSend(signer, (result) => {
        if (result.isError || result.dispatchError) {
          reject(new Error(`the transaction failed: ${result.dispatchError ?? result.status}`));
        } else if (result.status.isFinalized) {
          resolve(result);
        }
      })
      .catch(reject);
  });
}

function find(result, section, method) {
  const record = result.events.find(({ event }) => event.section === section && event.method === method);
  if (record === undefined) {
    throw new Error(`no event ${section}.${method}`);
  }
  return record.event;
}

function withTimeout(work) {
  const timeout = new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`nothing within ${TIMEOUT_MS} ms`)), TIMEOUT_MS).unref();
  });
  return Promise.race([work, timeout]);
}
