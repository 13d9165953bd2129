#include "domain/task_service.hpp"

#include "domain/log.hpp"

#include <algorithm>

namespace holdfast {
namespace {

std::vector<agent_id> agents_of(const std::vector<task>& tasks) {
    std::vector<agent_id> agents;
    agents.reserve(tasks.size());
    for (const task& t : tasks) agents.push_back(t.agent);
    std::sort(agents.begin(), agents.end());
    agents.erase(std::unique(agents.begin(), agents.end()), agents.end());
    return agents;
}

void note_made(const std::vector<task>& tasks, const origin& by) {
    if (tasks.size() == 1)
        log::info("[TASKS] Task created", {{"task", tasks[0].id}, {"agent", tasks[0].agent}}, by.ref());
    else
        log::info("[TASKS] Tasks created", {{"tasks", tasks.size()}}, by.ref());
}

} // namespace

awaitable<result<created_tasks>> task_service::create(tenant_id tenant, task_orders wanted) {
    const origin by = wanted.by;
    auto made = co_await tasks_.create(tenant, std::move(wanted));
    if (!made) co_return std::move(made).error();
    if (made->repeated) co_return made;
    counts_.tasks_created.add(made->tasks.size());
    note_made(made->tasks, by);
    for (const task& t : made->tasks) notes_.note_task(tenant, t.id, t.agent);
    const std::vector<agent_id> agents = agents_of(made->tasks);
    bell_.ring(agents);
    co_return made;
}

// A slot of this agent came free, and the repository that others wait for.
void task_service::ring(agent_id agent, std::vector<agent_id> others) {
    others.push_back(agent);
    bell_.ring(others);
}

awaitable<result<task_change>> task_service::acknowledge(task_key key) {
    const tenant_id tenant = key.tenant;
    const task_id id = key.task;
    const agent_id agent = key.agent;
    auto changed = co_await tasks_.acknowledge(key);
    if (!changed) {
        log::warning("[TASKS] Acknowledgement refused: " + std::string(changed.error().detail()),
                     {{"task", id}, {"agent", agent}, {"cause", changed.error().cause()}}, key.by.ref());
        co_return std::move(changed).error();
    }
    if (!changed->repeated) {
        counts_.tasks_acknowledged.add();
        notes_.note_task(tenant, id, agent);
        log::info("[TASKS] Task acknowledged: task=" + to_string(id) + ", agent=" + to_string(agent) +
                      ", status=in-progress",
                  {{"attempt", changed->attempt}}, key.by.ref());
    }
    co_return changed;
}

awaitable<result<task_change>> task_service::finish(task_report report) {
    const tenant_id tenant = report.tenant;
    const task_id id = report.task;
    const agent_id agent = report.agent;
    const outcome said = report.said;
    const origin by = report.by;
    auto changed = co_await tasks_.finish(std::move(report));
    if (!changed) {
        log::warning("[TASKS] Result refused: " + std::string(changed.error().detail()),
                     {{"task", id}, {"agent", agent}, {"cause", changed.error().cause()}}, by.ref());
        co_return std::move(changed).error();
    }
    if (changed->repeated) co_return changed;
    if (said == outcome::completed)
        counts_.tasks_completed.add();
    else if (changed->state == task_state::failed)
        counts_.tasks_failed.add();
    else
        counts_.tasks_retried.add();
    log::info("[TASKS] Task finished: task=" + to_string(id) + ", agent=" + to_string(agent) +
                  ", status=" + std::string(name_of(changed->state)),
              {{"attempt", changed->attempt}}, by.ref());
    notes_.note_task(tenant, id, agent);
    if (said == outcome::completed) notes_.note_freshness(tenant, agent);
    ring(agent, changed->freed_for);
    co_return changed;
}

awaitable<result<task_change>> task_service::release(task_release release) {
    const tenant_id tenant = release.key.tenant;
    const task_id id = release.key.task;
    const agent_id agent = release.key.agent;
    const std::string reason = release.reason;
    const origin by = release.key.by;
    auto changed = co_await tasks_.release(std::move(release));
    if (!changed) co_return std::move(changed).error();
    if (changed->repeated) co_return changed;
    counts_.tasks_released.add();
    log::info("[TASKS] Task released: task=" + to_string(id) + ", agent=" + to_string(agent),
              {{"reason", reason}}, by.ref());
    notes_.note_task(tenant, id, agent);
    ring(agent, changed->freed_for);
    co_return changed;
}

awaitable<result<task_change>> task_service::progress(task_progress progress) {
    const tenant_id tenant = progress.key.tenant;
    const task_id id = progress.key.task;
    const agent_id agent = progress.key.agent;
    auto changed = co_await tasks_.progress(std::move(progress));
    if (changed) notes_.note_progress(tenant, id, agent);
    co_return changed;
}

awaitable<result<task>> task_service::cancel(tenant_id tenant, task_id id, origin by) {
    auto decided = co_await tasks_.cancel(tenant, id, by);
    if (!decided) co_return std::move(decided).error();
    if (!decided->repeated) {
        counts_.tasks_cancelled.add();
        log::info("[TASKS] Task cancelled", {{"task", id}, {"agent", decided->now.agent}}, by.ref());
        notes_.note_task(tenant, id, decided->now.agent);
        if (decided->ran) bell_.cancelled(decided->now.agent, id);
        ring(decided->now.agent, decided->freed_for);
    }
    co_return std::move(decided->now);
}

awaitable<result<task>> task_service::retry(tenant_id tenant, task_id id, origin by) {
    auto decided = co_await tasks_.retry(tenant, id, by);
    if (!decided) co_return std::move(decided).error();
    if (!decided->repeated) {
        log::info("[TASKS] Task to be retried", {{"task", id}, {"agent", decided->now.agent}}, by.ref());
        notes_.note_task(tenant, id, decided->now.agent);
        bell_.ring(std::span(&decided->now.agent, 1));
    }
    co_return std::move(decided->now);
}

} // namespace holdfast
