// Verifies credentials with @digitalbazaar/vc, offline, and checks that every JSON-LD term is defined.
//
// usage: node verify.mjs FILE…      prints one JSON line per file: {file, verified, terms, errors}
import {createVerifyCryptosuite as ecdsaJcs2019} from '@digitalbazaar/ecdsa-jcs-2019-cryptosuite';
import {createVerifyCryptosuite as eddsaJcs2022} from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import {named as contexts} from '@digitalbazaar/credentials-context';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {readFile} from 'node:fs/promises';
import * as vc from '@digitalbazaar/vc';
import jsonld from 'jsonld';

const suites = [eddsaJcs2022(), ecdsaJcs2019()].map(cryptosuite => new DataIntegrityProof({cryptosuite}));
const MULTIKEY = 'https://w3id.org/security/multikey/v1';

// Knows the published contexts and did:key; everything else, above all the network, is refused.
async function documentLoader(url) {
  const known = [...contexts.values()].find(({id}) => id === url);
  if(known) {
    return {contextUrl: null, documentUrl: url, document: known.context};
  }
  if(!url.startsWith('did:key:')) {
    throw new Error(`not available offline: ${url}`);
  }
  const [did] = url.split('#');
  const key = did.slice('did:key:'.length);
  const method = {
    '@context': MULTIKEY, id: `${did}#${key}`, type: 'Multikey', controller: did, publicKeyMultibase: key
  };
  const controller = {
    '@context': ['https://www.w3.org/ns/did/v1', MULTIKEY], id: did,
    verificationMethod: [method], assertionMethod: [method.id]
  };
  const document = url.includes('#') ? method : controller;
  return {contextUrl: null, documentUrl: url, document};
}

// The jcs suites never look at terms; a reader that expands JSON-LD in safe mode does.
async function terms(credential) {
  await jsonld.expand(credential, {documentLoader, safe: true, base: null});
  return jsonld.canonize(credential, {
    documentLoader, safe: true, base: null, algorithm: 'RDFC-1.0', format: 'application/n-quads'
  });
}

for(const file of process.argv.slice(2)) {
  const verdict = {file, verified: false, terms: false, errors: []};
  try {
    const credential = JSON.parse(await readFile(file, 'utf8'));
    const result = await vc.verifyCredential({credential, suite: suites, documentLoader});
    verdict.verified = result.verified === true;
    const errors = [result.error, ...(result.results ?? []).map(({error}) => error)].flat();
    verdict.errors = errors.filter(Boolean).map(({message}) => message);
    const quads = await terms(credential);
    verdict.terms = quads.length > 0;
    verdict.quads = quads.trim().split('\n').length;
  } catch(error) {
    verdict.errors.push(error.message);
  }
  console.log(JSON.stringify(verdict));
}
