// View functions of a NockNock chain: what its pallets answer without a transaction and
// without a fee. Metadata of version 16 lists them with their arguments and answers.
//
//   import { WsProvider } from '@polkadot/api';
//   import { Views } from './views.mjs';
//
//   const provider = new WsProvider('ws://127.0.0.1:9944');
//   await provider.isReady;
//   const views = await Views.of(provider);
//   const task = await views.ask('Tasks.task', [0]);
//   console.log(task.toJSON());
//
// A page that makes an ApiPromise of the provider can go on using the provider here.

import { Metadata, TypeRegistry } from '@polkadot/types';
import { compactStripLength, compactToU8a, hexToU8a, u8aConcat, u8aToHex } from '@polkadot/util';

const METADATA_VERSION = 16;
const EXECUTE = 'RuntimeViewFunction_execute_view_function';
// `ViewFunctionDispatchError` of the Polkadot SDK, by its index.
const FAILURES = [
  'the runtime has no view functions',
  'the runtime has no such view function',
  'the runtime cannot read the arguments',
];

export class Views {
  #provider;
  #registry;
  #functions;

  // Reads what the runtime of the newest block, or of the block with this hash, can be asked.
  static async of(provider, block) {
    const version = new Uint8Array([METADATA_VERSION, 0, 0, 0]);
    const answer = await call(provider, 'Metadata_metadata_at_version', version, block);
    if (answer[0] !== 1) {
      throw new Error(`the node has no metadata of version ${METADATA_VERSION}, which view functions need`);
    }
    const [, bytes] = compactStripLength(answer.subarray(1));
    return new Views(provider, u8aToHex(bytes));
  }

  constructor(provider, metadata) {
    this.#provider = provider;
    this.#registry = new TypeRegistry();
    const described = new Metadata(this.#registry, metadata);
    // Nothing is signed here, so extensions that the library does not know do not matter.
    this.#registry.setMetadata(described, undefined, undefined, true);
    this.#functions = described.asV16.pallets.flatMap((pallet) =>
      pallet.viewFunctions.map((view) => ({ name: `${pallet.name}.${view.name}`, view })),
    );
  }

  // All view functions: name, arguments with their types, type of the answer, and what they say.
  list() {
    return this.#functions.map(({ name, view }) => ({
      name,
      arguments: view.inputs.map((input) => `${input.name}: ${this.#typeName(input.type)}`),
      answer: this.#typeName(view.output),
      about: view.docs.map((line) => line.toString().trim()).join(' ').trim(),
    }));
  }

  // The answer of a view function to arguments, after the newest block or that with this hash, as
  // a value of @polkadot/types.
  async ask(name, values = [], block) {
    const { id, inputs, output } = this.#find(name).view;
    if (values.length !== inputs.length) {
      const expected = inputs.map((input) => input.name.toString()).join(', ') || 'none';
      throw new Error(`${name} takes ${inputs.length} arguments (${expected}), and ${values.length} were given`);
    }
    const encoded = u8aConcat(...inputs.map((input, place) => this.#create(input.type, values[place]).toU8a()));
    const input = u8aConcat(id.toU8a(), compactToU8a(encoded.length), encoded);
    const answer = await call(this.#provider, EXECUTE, input, block);
    if (answer[0] !== 0) {
      throw new Error(`${name}: ${FAILURES[answer[1]] ?? 'the runtime has not answered'}`);
    }
    const [, bytes] = compactStripLength(answer.subarray(1));
    return this.#create(output, bytes);
  }

  #find(name) {
    const found = this.#functions.find((known) => plain(known.name) === plain(name));
    if (found === undefined) {
      const known = this.#functions.map((known) => known.name).join(' ');
      throw new Error(`there is no view function ${name}; there are: ${known}`);
    }
    return found;
  }

  #create(type, value) {
    return this.#registry.createType(this.#registry.createLookupType(type), value);
  }

  #typeName(type) {
    return this.#registry.metadata.lookup.getTypeDef(type).type;
  }
}

// Names are compared without case and underscores: the metadata has `tasks` and `equal_rows`,
// JavaScript prefers `equalRows`.
function plain(name) {
  return name.replaceAll('_', '').toLowerCase();
}

async function call(provider, method, input, block) {
  const place = block === undefined ? [] : [block];
  return hexToU8a(await provider.send('state_call', [method, u8aToHex(input), ...place]));
}
