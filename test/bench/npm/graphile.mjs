// graphile-worker: node graphile.mjs DSN JOBS default|batch
import pg from 'pg';
import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import { counter, measured } from './measured.mjs';

const [connectionString, jobs, mode] = [process.argv[2], Number(process.argv[3]), process.argv[4]];
// "Performance" in its documentation.
const batch = {
    concurrentJobs: 24,
    maxPoolSize: 25,
    localQueue: { size: 500 },
    completeJobBatchDelay: 0,
    failJobBatchDelay: 0,
};
const quiet = new Logger(() => () => {});

const pool = new pg.Pool({ connectionString, max: mode === 'batch' ? 25 : 10 });
const fail = (e) => { console.error(e); process.exit(1); };
pool.on('error', fail);
pool.on('connect', (client) => client.on('error', fail));
const utils = await makeWorkerUtils({ pgPool: pool, logger: quiet });
await utils.migrate();
await utils.release();
await pool.query('TRUNCATE graphile_worker._private_jobs');
const spec = `json_populate_record(null::graphile_worker.job_spec,
    json_build_object('identifier', 'nothing', 'payload', json_build_object('n', n)))`;
await pool.query(`SELECT graphile_worker.add_jobs(array_agg(${spec})) FROM generate_series(1, $1::int) n`, [jobs]);

await measured(jobs, async () => {
    const { all, handle } = counter(jobs);
    const preset = { worker: { ...(mode === 'batch' ? batch : {}), logger: quiet } };
    const runner = await run({ preset, pgPool: pool, taskList: { nothing: handle }, noHandleSignals: true });
    await all;
    await runner.stop();
});
await pool.end();
process.exit(0);
