// The floor for a wake-up through PostgreSQL: a durable INSERT of one row and its NOTIFY, one transaction, on
// one connection, until the notification has arrived on another. Arrivals and percentiles as `holdfast load
// wake` has them.
//   notify_floor CONNINFO PER_SECOND SECONDS
#include "app/load/arrivals.hpp"
#include "app/load/histogram.hpp"

#include <libpq-fe.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using clock = std::chrono::steady_clock;
using holdfast::app::load::arrivals;
using holdfast::app::load::histogram;

struct finish {
    void operator()(PGconn* c) const { PQfinish(c); }

    void operator()(PGresult* r) const { PQclear(r); }
};

using connection = std::unique_ptr<PGconn, finish>;
using answer = std::unique_ptr<PGresult, finish>;

connection connect(const char* conninfo) {
    connection out(PQconnectdb(conninfo));
    if (PQstatus(out.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(out.get()));
    return out;
}

void exec(PGconn* c, const std::string& sql) {
    const answer got(PQexec(c, sql.c_str()));
    const ExecStatusType status = PQresultStatus(got.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) throw std::runtime_error(PQerrorMessage(c));
}

std::vector<clock::time_point> due_times(clock::time_point begin, double rate, double seconds) {
    std::vector<clock::time_point> out;
    arrivals pattern(rate, 1);
    for (auto next = pattern.next(); next < std::chrono::duration<double>(seconds); next = pattern.next())
        out.push_back(begin + next);
    return out;
}

void send(PGconn* over, const std::vector<clock::time_point>& due) {
    for (std::size_t i = 0; i < due.size(); ++i) {
        std::this_thread::sleep_until(due[i]);
        const std::string number = std::to_string(i);
        exec(over, "INSERT INTO floor_rows (number) VALUES (" + number + "); NOTIFY floor, '" + number + "'");
    }
}

// Until the last one has come.
histogram receive(PGconn* over, const std::vector<clock::time_point>& due) {
    histogram out;
    while (out.count() < due.size()) {
        pollfd waiting{PQsocket(over), POLLIN, 0};
        if (::poll(&waiting, 1, 10'000) != 1 || PQconsumeInput(over) != 1)
            throw std::runtime_error("a notification is missing");
        const auto now = clock::now();
        while (PGnotify* one = PQnotifies(over)) {
            out.add(now - due[std::stoul(one->extra)]);
            PQfreemem(one);
        }
    }
    return out;
}

double microseconds(std::chrono::nanoseconds n) {
    return static_cast<double>(n.count()) / 1e3;
}

} // namespace

int main(int argc, char** argv) try {
    if (argc != 4) throw std::runtime_error("notify_floor CONNINFO PER_SECOND SECONDS");
    const connection sender = connect(argv[1]);
    const connection receiver = connect(argv[1]);
    exec(sender.get(),
         "CREATE TABLE IF NOT EXISTS floor_rows (number bigint, made timestamptz DEFAULT now())");
    exec(receiver.get(), "LISTEN floor");
    const auto due =
        due_times(clock::now() + std::chrono::milliseconds(100), std::stod(argv[2]), std::stod(argv[3]));
    std::thread sending([&] { send(sender.get(), due); });
    const histogram seen = receive(receiver.get(), due);
    sending.join();
    std::printf("{\"count\": %zu, \"p50\": %.1f, \"p90\": %.1f, \"p99\": %.1f, \"max\": %.1f}\n", due.size(),
                microseconds(seen.at(0.5)), microseconds(seen.at(0.9)), microseconds(seen.at(0.99)),
                microseconds(seen.max()));
    return EXIT_SUCCESS;

} catch (const std::exception& e) {

    std::fprintf(stderr, "notify_floor: %s\n", e.what());
    return EXIT_FAILURE;
}
