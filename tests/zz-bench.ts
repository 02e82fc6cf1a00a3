import { DuckDBInstance, type DuckDBDataChunk } from '@duckdb/node-api';
import { createWriteStream } from 'node:fs';
import { encodeArrow } from '../src/engine/arrow-encode.ts';
const inst = await DuckDBInstance.create(':memory:', { threads: '2' });
const c = await inst.connect();
const N = Number(process.argv[2] ?? 2_000_000);
await c.run(`create table t as select upper(md5(i::varchar)) tok, (i%1000)::varchar code, case when i%5=0 then null else 'E1'||(i%10) end diag, lpad(i::varchar, 10, '0') nhs,
 case when i%7=0 then 'short' else 'some longer text here é ' || i end addr, i::bigint a, (i*3)::bigint b, i/7.0::double d, date '2000-01-01' + (i%9000)::int dt, case when i%3=0 then null else date '2010-01-01' + (i%900)::int end dt2 from range(${N}) r(i)`);
const cols = [...['tok','code','diag','nhs','addr'].map(name=>({name, type:'text' as const})), {name:'a',type:'integer' as const},{name:'b',type:'integer' as const},{name:'d',type:'decimal' as const},{name:'dt',type:'date' as const},{name:'dt2',type:'date' as const}];
async function* chunks(sql: string): AsyncGenerator<DuckDBDataChunk> {
  const r = await c.stream(sql);
  for (let ch = await r.fetchChunk(); ch !== null && ch.rowCount > 0; ch = await r.fetchChunk()) yield ch;
}
for (let k = 0; k < 3; k++) {
  let t = performance.now(); let n = 0;
  for await (const ch of chunks('select * from t')) n += ch.rowCount;
  console.log('fetch only rows/s', Math.round(n / (performance.now() - t) * 1000));
  t = performance.now(); let bytes = 0; let pieces = 0;
  for await (const p of encodeArrow(cols, chunks('select * from t'))) { bytes += p.length; pieces++; }
  const s = (performance.now() - t) / 1000;
  console.log('encode rows/s', Math.round(N / s), 'MB/s', Math.round(bytes / s / 1e6), pieces, Math.round(process.memoryUsage().rss/1e6));
}
const out = createWriteStream('/tmp/w/bench.arrow');
for await (const p of encodeArrow(cols, chunks('select * from t order by md5(a::varchar)'))) { out.write(p); }
out.end();
await new Promise(r => out.on('finish', r));
await c.run(`copy (select * from t order by md5(a::varchar)) to '/tmp/w/bench.parquet' (format parquet)`);
