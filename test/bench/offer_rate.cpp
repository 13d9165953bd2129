// Assignments per second at the store, without HTTP: so many callers at once, each asking for one task again
// and again, on one pool as a core has it. The tasks are there already; the ids of the tenant and of its
// agents are on standard input.
//   offer_rate CONNINFO CALLERS SECONDS
#include "db/sql.hpp"
#include "db/task_store.hpp"

#include <boost/asio/co_spawn.hpp>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <stdexcept>

namespace {

using namespace holdfast;

pg::pool_settings pool_of(const char* conninfo) {
    pg::pool_settings out;
    out.connection.conninfo = conninfo;
    for (const pg::statement* each : db::sql::all()) out.statements.push_back(*each);
    return out;
}

struct race {
    tenant_id tenant;
    std::vector<agent_id> agents;
    steady_clock::time_point end;
    long offered = 0;
    int running = 0;
};

awaitable<void> ask(db::pg_task_store& store, race& all, std::size_t number) {
    while (steady_clock::now() < all.end) {
        offer_request wanted;
        wanted.tenant = all.tenant;
        wanted.agent = all.agents[number % all.agents.size()];
        wanted.poll = poll_id::make();
        wanted.limit = 1;
        auto got = co_await store.offer(std::move(wanted));
        if (!got) throw std::runtime_error("an offer failed: " + std::string(got.error().cause()));
        all.offered += static_cast<long>(got->tasks.size());
        if (got->tasks.empty()) all.end = steady_clock::now(); // an agent's last: so much was measured
    }
}

void read_ids(race& into) {
    std::string line;
    while (std::getline(std::cin, line)) {
        const auto id = parse_uuid(line);
        if (!id) throw std::runtime_error(line + " is no id");
        if (into.tenant.is_nil())
            into.tenant = {*id};
        else
            into.agents.push_back({*id});
    }
    if (into.agents.empty()) throw std::runtime_error("there are no agents");
}

} // namespace

int main(int argc, char** argv) try {
    if (argc != 4) throw std::runtime_error("offer_rate CONNINFO CALLERS SECONDS");
    const auto callers = static_cast<std::size_t>(std::atoi(argv[2]));
    const double seconds = std::atof(argv[3]);
    asio::io_context context{1};
    const timing times;
    pg::pool pool(context.get_executor(), pool_of(argv[1]));
    pool.start();
    db::pg_task_store store(context.get_executor(), pool, times);
    while (!pool.ready()) context.run_one();
    race all;
    read_ids(all);
    const auto begin = steady_clock::now();
    all.end =
        begin + std::chrono::duration_cast<steady_clock::duration>(std::chrono::duration<double>(seconds));
    for (std::size_t i = 0; i < callers; ++i) {
        auto work = ask(store, all, i);
        ++all.running;
        asio::co_spawn(context, std::move(work), [&](const std::exception_ptr& failed) {
            if (failed) std::rethrow_exception(failed);
            if (--all.running > 0) return;
            const double took = std::chrono::duration<double>(steady_clock::now() - begin).count();
            std::printf("{\"perSecond\": %.0f}\n", static_cast<double>(all.offered) / took);
            store.close();
            pool.close();
        });
    }
    context.run();
    return EXIT_SUCCESS;

} catch (const std::exception& e) {

    std::fprintf(stderr, "offer_rate: %s\n", e.what());
    return EXIT_FAILURE;
}
