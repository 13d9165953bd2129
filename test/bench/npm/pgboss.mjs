// pg-boss: node pgboss.mjs DSN JOBS single|batch
// Its work() takes one job every two seconds by default, which is not worth measuring; so fetch() and complete()
// as fast as they go: one job at a time in each of ten loops (its pool has ten connections), or a hundred at a time.
import PgBoss from 'pg-boss';
import { measured } from './measured.mjs';

const [connectionString, jobs, mode] = [process.argv[2], Number(process.argv[3]), process.argv[4]];
const size = mode === 'batch' ? 100 : 1;
const queue = 'nothing';

const boss = new PgBoss({ connectionString, max: 10 });
boss.on('error', (e) => { console.error(e); process.exit(1); });
await boss.start();
await boss.deleteAllQueues();
for (let made = 0; made < jobs; made += 1000)
    await boss.insert(Array.from({ length: Math.min(1000, jobs - made) }, (_, n) => ({ name: queue, data: { n } })));

let finished = 0;
async function loop() {
    for (;;) {
        const got = await boss.fetch(queue, size);
        if (!got) return;
        const ids = (Array.isArray(got) ? got : [got]).map((job) => job.id);
        await boss.complete(ids);
        finished += ids.length;
    }
}

await measured(jobs, () => Promise.all(Array.from({ length: 10 }, loop)));
if (finished !== jobs) { console.error(`${finished} of ${jobs} jobs were done`); process.exit(1); }
await boss.stop({ graceful: false });
process.exit(0);
