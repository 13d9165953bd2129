// What both queues are measured with: it says "ready" when the jobs are there, begins when a line comes, and
// prints how long they took and what CPU this process used.
import { createInterface } from 'node:readline/promises';

export async function measured(jobs, work) {
    console.log('ready');
    const lines = createInterface({ input: process.stdin });
    await new Promise((begin) => lines.once('line', begin));
    lines.close();
    const cpu = process.cpuUsage();
    const begin = process.hrtime.bigint();
    await work();
    const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
    const used = process.cpuUsage(cpu);
    console.log(JSON.stringify({ jobs, seconds, cpu: (used.user + used.system) / 1e6 }));
}

// A handler that does nothing, and a promise that it was called so often.
export function counter(jobs) {
    let left = jobs;
    let done;
    const all = new Promise((resolve) => { done = resolve; });
    return { all, handle: async () => { if (--left === 0) done(); } };
}
