// Looks at trust lists with @owf/eudi-lote, and at their signatures with node's own crypto.
//
// usage: node judge.mjs FILE...     a file is a compact JWS, or the JSON of a list
// prints [{valid, errors, signed}]; signed is null where there is no signature
import {createPublicKey, verify, X509Certificate} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import {validateLoTE} from '@owf/eudi-lote';

const HASHES = {ES256: 'sha256', ES384: 'sha384', EdDSA: null};

function check(token) {
  const [header, payload, signature] = token.split('.');
  const {alg, x5c} = JSON.parse(Buffer.from(header, 'base64url'));
  const key = createPublicKey(new X509Certificate(Buffer.from(x5c[0], 'base64')).publicKey.export({type: 'spki', format: 'pem'}));
  const options = alg === 'EdDSA' ? key : {key, dsaEncoding: 'ieee-p1363'};
  const signed = verify(HASHES[alg], Buffer.from(`${header}.${payload}`), options, Buffer.from(signature, 'base64url'));
  return {list: JSON.parse(Buffer.from(payload, 'base64url')), signed};
}

async function judge(name) {
  const text = await readFile(name, 'utf8');
  const {list, signed} = text.startsWith('{') ? {list: JSON.parse(text), signed: null} : check(text);
  const {valid, errors} = validateLoTE(list);
  return {valid, errors: (errors ?? []).map(error => `${error.path}: ${error.message}`), signed};
}

console.log(JSON.stringify(await Promise.all(process.argv.slice(2).map(judge))));
