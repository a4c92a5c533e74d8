// openai-node: the raw event stream of `responses.create({ stream: true })`.

import OpenAI from 'openai';

const client = new OpenAI({ baseURL: process.argv[2], apiKey: 'bench', maxRetries: 0 });
const stream = await client.responses.create({ model: 'gpt-5.4', input: 'Say hello', stream: true });
let [deltas, text, checksum, itemText] = [0, 0, 0, 0];
for await (const event of stream) {
  if (event.type === 'response.output_text.delta') {
    const bytes = Buffer.from(event.delta, 'utf8');
    const ends = bytes.length ? (bytes[0] << 16) | (bytes[bytes.length - 1] << 24) : 0;
    deltas += 1;
    text += bytes.length;
    checksum = (Math.imul(checksum, 31) + (ends ^ bytes.length)) | 0;
  } else if (event.type === 'response.output_item.done' && event.item.type === 'message') {
    for (const part of event.item.content) itemText += Buffer.byteLength(part.text ?? '', 'utf8');
  }
}
const hex = (checksum >>> 0).toString(16).padStart(8, '0');
console.log(`tally bytes=0 deltas=${deltas} text=${text} checksum=${hex} item_text=${itemText}`);
