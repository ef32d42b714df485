// Issues credentials and signs presentations with @digitalbazaar/vc, with fresh keys, offline, for us to verify.
//
// usage: node sign.mjs CREDENTIAL.json    prints a list of {kind, credential, presentation, challenge}
import * as ecdsa from '@digitalbazaar/ecdsa-multikey';
import * as ed25519 from '@digitalbazaar/ed25519-multikey';
import {createSignCryptosuite as ecdsaJcs2019} from '@digitalbazaar/ecdsa-jcs-2019-cryptosuite';
import {createSignCryptosuite as eddsaJcs2022} from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import {named as contexts} from '@digitalbazaar/credentials-context';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {readFile} from 'node:fs/promises';
import * as vc from '@digitalbazaar/vc';

async function documentLoader(url) {
  const known = [...contexts.values()].find(({id}) => id === url);
  if(!known) {
    throw new Error(`not available offline: ${url}`);
  }
  return {contextUrl: null, documentUrl: url, document: known.context};
}

const kinds = {
  Ed25519: [() => ed25519.generate(), eddsaJcs2022],
  'P-256': [() => ecdsa.generate({curve: 'P-256'}), ecdsaJcs2019],
  'P-384': [() => ecdsa.generate({curve: 'P-384'}), ecdsaJcs2019]
};
const given = JSON.parse(await readFile(process.argv[2], 'utf8'));
const answers = [];
for(const [kind, [generate, cryptosuite]] of Object.entries(kinds)) {
  const key = await generate();
  const {publicKeyMultibase} = await key.export({publicKey: true});
  const did = `did:key:${publicKeyMultibase}`;
  const signer = {...key.signer(), id: `${did}#${publicKeyMultibase}`};
  const suite = () => new DataIntegrityProof({signer, cryptosuite: cryptosuite()});
  const credential = await vc.issue({credential: {...given, issuer: did}, suite: suite(), documentLoader});
  const challenge = 'a question of ours';
  const bare = vc.createPresentation({verifiableCredential: [credential], holder: did, version: 2});
  const presentation = await vc.signPresentation({
    presentation: bare, suite: suite(), challenge, domain: 'body.example', documentLoader
  });
  answers.push({kind, credential, presentation, challenge});
}
console.log(JSON.stringify(answers));
