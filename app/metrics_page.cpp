#include "app/metrics_page.hpp"

#include <array>
#include <cstdio>

namespace holdfast::app {
namespace {

using shards_view = const std::vector<std::unique_ptr<shard>>&;

class page {
public:
    void head(std::string_view name, std::string_view type, std::string_view help) {
        text_ += "# HELP ";
        text_ += name;
        text_ += ' ';
        text_ += help;
        text_ += "\n# TYPE ";
        text_ += name;
        text_ += ' ';
        text_ += type;
        text_ += '\n';
    }

    void line(std::string_view name, std::string_view labels, double value) {
        std::array<char, 40> number{};
        std::snprintf(number.data(), number.size(), "%.15g", value);
        text_ += name;
        if (!labels.empty()) {
            text_ += '{';
            text_ += labels;
            text_ += '}';
        }
        text_ += ' ';
        text_ += number.data();
        text_ += '\n';
    }

    void single(std::string_view name, std::string_view type, std::string_view help, double value) {
        head(name, type, help);
        line(name, "", value);
    }

    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    std::string text_;
};

// One histogram, added up over the cores.
struct added_histogram {
    std::vector<double> bounds;
    std::vector<double> counts;
    double sum = 0;

    template <class Histogram> void add(const Histogram& h) {
        if (counts.empty()) {
            bounds.assign(h.bounds().begin(), h.bounds().end());
            counts.resize(bounds.size() + 1);
        }
        for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += static_cast<double>(h.count(i));
        sum += h.sum();
    }

    void print(page& to, const std::string& name, const std::string& labels) const {
        const std::string more = labels.empty() ? "" : labels + ",";
        double total = 0;
        for (std::size_t i = 0; i < bounds.size(); ++i) {
            total += counts[i];
            std::array<char, 40> bound{};
            std::snprintf(bound.data(), bound.size(), "%g", bounds[i]);
            to.line(name + "_bucket", more + "le=\"" + bound.data() + '"', total);
        }
        if (!counts.empty()) total += counts.back();
        to.line(name + "_bucket", more + "le=\"+Inf\"", total);
        to.line(name + "_sum", labels, sum);
        to.line(name + "_count", labels, total);
    }
};

struct counter_row {
    const char* name;
    const char* help;
    counter metrics::*figure;
};

constexpr counter_row counters[] = {
    {"tasks_fetched_total", "Polls that were answered with tasks", &metrics::tasks_fetched},
    {"tasks_assigned_total", "Tasks handed out", &metrics::tasks_assigned},
    {"tasks_acknowledged_total", "Tasks that agents began", &metrics::tasks_acknowledged},
    {"tasks_completed_total", "Tasks that succeeded", &metrics::tasks_completed},
    {"tasks_failed_total", "Tasks that failed for good", &metrics::tasks_failed},
    {"tasks_retried_total", "Failed attempts that left another", &metrics::tasks_retried},
    {"tasks_released_total", "Tasks that agents handed back", &metrics::tasks_released},
    {"tasks_given_back_total", "Tasks whose answer could not be delivered", &metrics::tasks_given_back},
    {"tasks_cancelled_total", "Tasks that operators cancelled", &metrics::tasks_cancelled},
    {"tasks_created_total", "Tasks made", &metrics::tasks_created},
    {"tasks_planned_total", "Tasks made by schedules", &metrics::tasks_planned},
    {"schedule_runs_overlapping_total", "Runs of schedules without a task, as the one before was still open",
     &metrics::runs_overlapping},
    {"schedule_runs_missed_total", "Due times of schedules that passed without a task",
     &metrics::runs_missed},
    {"task_leases_ended_total", "Leases that ended without a word of the agent", &metrics::leases_ended},
    {"polls_empty_total", "Polls that were answered 204", &metrics::polls_empty},
    {"polls_abandoned_total", "Polls whose caller hung up", &metrics::polls_abandoned},
    {"polls_superseded_total", "Polls ended by a newer one of their session", &metrics::polls_superseded},
    {"duplicate_identities_total", "Polls of an agent with two sessions from two addresses",
     &metrics::duplicate_identities},
    {"webhook_events_delivered_total", "Events that the webhook's receiver took", &metrics::events_delivered},
    {"webhook_deliveries_failed_total", "Tries to deliver an event that failed",
     &metrics::event_deliveries_failed},
    {"webhook_events_given_up_total", "Events that were not delivered within a day",
     &metrics::events_given_up},
};

void print_counters(page& to, shards_view shards) {
    for (const counter_row& row : counters) {
        double sum = 0;
        for (const auto& s : shards) sum += static_cast<double>((s->counts().*row.figure).value());
        to.single(row.name, "counter", row.help, sum);
    }
}

template <class Get> double total(shards_view shards, Get get) {
    double sum = 0;
    for (const auto& s : shards) sum += static_cast<double>(get(*s).value());
    return sum;
}

void print_gauges(page& to, shards_view shards, const process_figures& process) {
    to.single("tasks_pending", "gauge", "Tasks that wait, counted up to a million",
              static_cast<double>(process.pending));
    to.head("freshness", "gauge", "Agents of policies by the age of their last good backup, up to a million");
    for (std::size_t i = 0; i < process.freshness.size(); ++i)
        to.line("freshness", "state=\"" + std::string(name_of(static_cast<freshness_state>(i))) + '"',
                static_cast<double>(process.freshness.at(i)));
    to.single("polls_waiting", "gauge", "Polls that wait for a task",
              total(shards, [](const shard& s) -> const gauge& { return s.counts().polls_waiting; }));
    to.single("viewers_waiting", "gauge", "Operators' own long polls, for changes",
              total(shards, [](const shard& s) -> const gauge& { return s.counts().viewers_waiting; }));
    to.single("http_connections", "gauge", "Client connections",
              total(shards, [](const shard& s) -> const gauge& { return s.connections(); }));
    to.single("database_connections", "gauge", "Shared database connections that are up",
              total(shards, [](const shard& s) -> const gauge& { return s.database_connections(); }));
    to.single("database_statements_in_flight", "gauge", "Statements sent and not answered",
              total(shards, [](const shard& s) -> const gauge& { return s.database_in_flight(); }));
    to.single("wakeups_listening", "gauge", "1: wake-ups of other servers arrive", process.listening ? 1 : 0);
    to.single("holdfast_ready", "gauge", "1: /readyz says yes", process.ready ? 1 : 0);
    to.head("holdfast_info", "gauge", "What runs");
    to.line("holdfast_info", "version=\"" + std::string(process.version) + '"', 1);
}

void print_requests(page& to, shards_view shards) {
    std::map<std::string, added_histogram> seconds;
    std::map<std::string, std::map<unsigned, double>> counts;
    for (const auto& s : shards)
        s->requests().read([&](const std::string& route, const request_figures::route_figures& f) {
            seconds[route].add(f.seconds);
            for (const auto& [status, n] : f.by_status) counts[route][status] += static_cast<double>(n);
        });
    to.head("http_requests_total", "counter", "Replies by route and status");
    for (const auto& [route, by_status] : counts)
        for (const auto& [status, n] : by_status)
            to.line("http_requests_total", "route=\"" + route + "\",status=\"" + std::to_string(status) + '"',
                    n);
    to.head("http_request_seconds", "histogram", "Time to a reply by route; long polls count their wait");
    for (const auto& [route, h] : seconds) h.print(to, "http_request_seconds", "route=\"" + route + '"');
}

void print_refusals(page& to, shards_view shards) {
    to.head("http_refusals_total", "counter", "Connections closed and requests answered 429, by limit");
    for (std::size_t i = 0; i < net::refusal_count; ++i) {
        const auto why = static_cast<net::refusal>(i);
        to.line(
            "http_refusals_total", "limit=\"" + std::string(name_of(why)) + '"',
            total(shards, [why](const shard& s) -> const counter& { return s.requests().refusals(why); }));
    }
}

} // namespace

std::string metrics_page(shards_view shards, const process_figures& process) {
    page to;
    print_counters(to, shards);
    print_gauges(to, shards, process);
    added_histogram wake;
    added_histogram batches;
    for (const auto& s : shards) {
        wake.add(s->counts().wake_seconds);
        batches.add(s->batches());
    }
    to.head("poll_wake_seconds", "histogram", "From a wake-up to the assignment that it led to");
    wake.print(to, "poll_wake_seconds", "");
    to.head("database_batch_calls", "histogram", "Calls that went to the database as one statement");
    batches.print(to, "database_batch_calls", "");
    print_requests(to, shards);
    print_refusals(to, shards);
    return to.take();
}

} // namespace holdfast::app
