// Verifies JSON Web Signatures with jose and SD-JWTs with @sd-jwt/core, and signs with both for us to verify.
//
// usage: node judge.mjs CASES.json    (a list of {kind: jws | sd-jwt | sign | issue, …}); prints a list of answers
import {createHash, randomBytes} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import {SDJwtInstance} from '@sd-jwt/core';
import * as jose from 'jose';

const hasher = (data, alg) => new Uint8Array(
  createHash(alg.toLowerCase().replace('sha-', 'sha')).update(data).digest());

async function jws({token, jwk, payload, alg}) {
  const key = await jose.importJWK(jwk, alg);
  if(payload !== undefined) {
    const [protectedHeader, , signature] = token.split('.');
    const found = await jose.flattenedVerify(
      {protected: protectedHeader, payload: jose.base64url.encode(payload), signature}, key, {algorithms: [alg]});
    return {payload: new TextDecoder().decode(found.payload)};
  }
  const found = await jose.compactVerify(token, key, {algorithms: [alg]});
  return {payload: new TextDecoder().decode(found.payload), typ: found.protectedHeader.typ ?? ''};
}

function verifier(jwk) {
  return async (data, signature) => {
    const [protectedHeader, payload] = data.split('.');
    const {alg} = jose.decodeProtectedHeader({protected: protectedHeader});
    const key = await jose.importJWK(jwk, alg);
    await jose.flattenedVerify({protected: protectedHeader, payload, signature}, key);
    return true;
  };
}

async function sdJwt({token, jwk, nonce}) {
  const kbVerifier = (data, signature, payload) => verifier(payload.cnf.jwk)(data, signature);
  const instance = new SDJwtInstance({hasher, hashAlg: 'sha-256', verifier: verifier(jwk), kbVerifier});
  await instance.verify(token, nonce ? {keyBindingNonce: nonce} : undefined);
  return {claims: await instance.getClaims(token)};
}

// Made here, so that we verify somebody else's: attached, detached with the payload encoded, and raw (RFC 7797).
async function sign({alg, payload}) {
  const {publicKey, privateKey} = await jose.generateKeyPair(alg, {extractable: true});
  const bytes = new TextEncoder().encode(payload);
  const compact = await new jose.CompactSign(bytes).setProtectedHeader({alg, cty: 'json'}).sign(privateKey);
  const [head, , signature] = compact.split('.');
  const raw = await new jose.FlattenedSign(bytes)
    .setProtectedHeader({alg, b64: false, crit: ['b64']}).sign(privateKey);
  return {
    jwk: await jose.exportJWK(publicKey), compact, detached: `${head}..${signature}`,
    raw: `${raw.protected}..${raw.signature}`
  };
}

// Issued, cut down and bound here, so that we verify somebody else's.
async function issue({alg, holderAlg, claims, frame, shown, reader, nonce, at}) {
  const make = async name => jose.generateKeyPair(name, {extractable: true});
  const sign = (key, name) => async data => {
    const [head, payload] = data.split('.').map(part => jose.base64url.decode(part));
    const header = JSON.parse(new TextDecoder().decode(head));
    const made = await new jose.FlattenedSign(payload).setProtectedHeader({...header, alg: name}).sign(key);
    if(made.protected !== data.split('.')[0]) {
      throw new Error('another header');
    }
    return made.signature;
  };
  const [own, holder] = [await make(alg), await make(holderAlg)];
  const instance = new SDJwtInstance({
    hasher, hashAlg: 'sha-256', saltGenerator: async length => jose.base64url.encode(randomBytes(length)),
    signAlg: alg, signer: sign(own.privateKey, alg), kbSignAlg: holderAlg,
    kbSigner: sign(holder.privateKey, holderAlg)
  });
  const cnf = {jwk: await jose.exportJWK(holder.publicKey)};
  const token = await instance.issue({...claims, cnf}, frame, {header: {typ: 'example+sd-jwt'}});
  const kb = {payload: {iat: at, aud: reader, nonce}};
  return {jwk: await jose.exportJWK(own.publicKey), token: await instance.present(token, shown, {kb})};
}

const kinds = {jws, 'sd-jwt': sdJwt, sign, issue};
const answers = [];
for(const one of JSON.parse(await readFile(process.argv[2], 'utf8'))) {
  try {
    answers.push({verified: true, ...await kinds[one.kind](one)});
  } catch(error) {
    answers.push({verified: false, error: error.message});
  }
}
console.log(JSON.stringify(answers));
