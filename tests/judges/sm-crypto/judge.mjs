// Verifies SM2 signatures with sm-crypto, and makes its own over the same messages.
//
// usage: node judge.mjs CASES.json      CASES.json: [{d, key, id, message, signature}], all hexadecimal
// prints [{holds, sm3, signature}]; signatures in DER
import {readFile} from 'node:fs/promises';
import smCrypto from 'sm-crypto';

const {sm2, sm3} = smCrypto;
const bytes = hex => [...Buffer.from(hex, 'hex')];

function judge({d, key, id, message, signature}) {
  const options = {hash: true, der: true, userId: Buffer.from(id, 'hex').toString(), publicKey: key};
  let holds;
  try {
    holds = sm2.doVerifySignature(bytes(message), signature, key, options);
  } catch{
    holds = false;
  }
  return {holds, sm3: sm3(bytes(message)), signature: sm2.doSignature(bytes(message), d, options)};
}

const cases = JSON.parse(await readFile(process.argv[2], 'utf8'));
console.log(JSON.stringify(cases.map(judge)));
