// Checks that @polkadot/api understands a node: connects, decodes the metadata
// and follows the finalised heads. With --remark it also sends a transaction from
// Alice, who owns tokens on the `bench` chain only, and waits for its finality.
//
//   npm ci && node check.mjs [ws://127.0.0.1:9944] [--remark TEXT]
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
  options: { remark: { type: 'string' } },
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
  return report;
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
