import { DuckDBInstance, type DuckDBDataChunk } from '@duckdb/node-api';
import { encodeArrow } from '../src/engine/arrow-encode.ts';
const inst = await DuckDBInstance.create(':memory:', { threads: '2' });
const c = await inst.connect();
const N = 1_000_000;
const sql = `select upper(md5(i::varchar)) tok, (i%1000)::varchar code, case when i%5=0 then null else 'E1'||(i%10) end diag, lpad(i::varchar, 10, '0') nhs,
 case when i%7=0 then 'short' else 'some longer text here é ' || i end addr, i::bigint a, (i*3)::bigint b, i/7.0::double d, date '2000-01-01' + (i%9000)::int dt, case when i%3=0 then null else date '2010-01-01' + (i%900)::int end dt2 from range(${N}) r(i)`;
const cols = [...['tok','code','diag','nhs','addr'].map(name=>({name, type:'text' as const})), {name:'a',type:'integer' as const},{name:'b',type:'integer' as const},{name:'d',type:'decimal' as const},{name:'dt',type:'date' as const},{name:'dt2',type:'date' as const}];
for (let k = 0; k < 6; k++) {
  const chunks = await (await c.run(sql)).fetchAllChunks();
  let t = performance.now();
  const cpu = process.cpuUsage();
  let bytes = 0;
  for await (const p of encodeArrow(cols, (async function* () { yield* chunks; })())) { bytes += p.length; }
  const s = (performance.now() - t) / 1000; const u = process.cpuUsage(cpu);
  console.log('pure encode rows/s', Math.round(N / s), 'by cpu', Math.round(N / (u.user + u.system) * 1e6), 'MB', Math.round(bytes / 1e6));
}
