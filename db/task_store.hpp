// Tasks in PostgreSQL. What many callers ask at the same time goes as one statement over arrays.
#pragma once

#include "db/postgres/batcher.hpp"
#include "db/postgres/pool.hpp"
#include "domain/stores.hpp"
#include "domain/timing.hpp"

#include <functional>
#include <string>
#include <vector>

namespace holdfast::db {

class offer_question;

class pg_task_store final : public task_store {
public:
    using batch_observer = std::function<void(std::size_t calls)>;

    // The pool and the times must outlive the store. `observe` is told the size of each batch.
    pg_task_store(executor where, pg::pool& pool, const timing& times, const batch_observer& observe = {});

    // Who waits for a batch is answered with errc::unavailable.
    void close();

    awaitable<result<offer_answer>> offer(offer_request request) override;
    awaitable<result<given_back>> give_back(tenant_id tenant, poll_id poll,
                                            std::vector<task_id> tasks) override;
    awaitable<result<bool>> open_poll(tenant_id tenant, agent_id agent, std::string session, poll_id poll,
                                      std::string address, bool may_gather) override;
    awaitable<result<task_change>> acknowledge(task_key key) override;
    awaitable<result<task_change>> finish(task_report report) override;
    awaitable<result<task_change>> release(task_release release) override;
    awaitable<result<task_change>> progress(task_progress progress) override;
    awaitable<result<task_decision>> cancel(tenant_id tenant, task_id id, origin by) override;
    awaitable<result<task_decision>> retry(tenant_id tenant, task_id id, origin by) override;
    awaitable<result<created_tasks>> create(tenant_id tenant, task_orders wanted) override;
    awaitable<result<task>> get(tenant_id tenant, task_id id) override;
    awaitable<result<page<task>>> list(tenant_id tenant, task_filter filter, page_request page) override;
    awaitable<result<surroundings>> around(tenant_id tenant, task_id id) override;

private:
    struct opening {
        tenant_id tenant;
        agent_id agent;
        std::string session;
        poll_id poll;
        std::string address;
    };

    struct creation {
        tenant_id tenant;
        task_orders wanted;
    };

    using offers = pg::batcher<offer_request, offer_answer>;
    using openings = pg::batcher<opening, bool>;
    using acknowledgements = pg::batcher<task_key, task_change>;
    using reports = pg::batcher<task_report, task_change>;
    using releases = pg::batcher<task_release, task_change>;
    using progresses = pg::batcher<task_progress, task_change>;
    using creations = pg::batcher<creation, std::vector<task>>;

    awaitable<result<void>> ask_again(offer_question& asked);
    awaitable<result<void>> send_offers(std::span<offers::call* const> calls);
    awaitable<result<void>> send_openings(std::span<openings::call* const> calls);
    awaitable<result<void>> send_acknowledgements(std::span<acknowledgements::call* const> calls);
    awaitable<result<void>> send_reports(std::span<reports::call* const> calls);
    awaitable<result<void>> send_releases(std::span<releases::call* const> calls);
    awaitable<result<void>> send_progresses(std::span<progresses::call* const> calls);
    awaitable<result<void>> send_creations(std::span<creations::call* const> calls);
    awaitable<result<created_tasks>> create_once(tenant_id tenant, task_orders wanted);
    awaitable<result<created_tasks>> repeat_of(tenant_id tenant, idempotency once);

    pg::pool& pool_;
    const timing& times_;
    offers offers_;
    openings openings_;
    acknowledgements acknowledgements_;
    reports reports_;
    releases releases_;
    progresses progresses_;
    creations creations_;
};

} // namespace holdfast::db
