// `holdfast status`: the overview, and what the server says of itself.
#include "app/cli/api.hpp"
#include "app/cli/commands.hpp"
#include "app/cli/names.hpp"
#include "app/cli/readable.hpp"

#include <iostream>
#include <optional>

namespace holdfast::app::cli {
namespace {

namespace bj = boost::json;

// A gauge of the metrics page; of the whole installation, as far as this one server knows.
std::optional<std::string> figure_in(const std::string& metrics, const std::string& name) {
    const std::size_t at = metrics.find("\n" + name + " ");
    if (at == metrics.npos) return std::nullopt;
    const std::size_t from = at + name.size() + 2;
    return metrics.substr(from, metrics.find('\n', from) - from);
}

void add_line(std::string& out, const std::string& name, const std::string& value) {
    out += name + std::string(14 - name.size(), ' ') + value + '\n';
}

// "118 online, 2 offline, 1 paused"
std::string figures_of(const bj::value& overview, std::string_view member) {
    std::string out;
    if (const bj::object* figures = at_path(overview, member).if_object())
        for (const auto& [name, value] : *figures)
            out += (out.empty() ? "" : ", ") + readable("", value, {}) + ' ' +
                   words_of({name.data(), name.size()});
    return out;
}

// "230 made, 229 completed, 1 failed"
std::string last_hour(const bj::value& overview) {
    std::int64_t made = 0;
    std::int64_t completed = 0;
    std::int64_t failed = 0;
    for (const bj::value& minute : at_path(overview, "lastHour").as_array()) {
        made += minute.at("made").as_int64();
        completed += minute.at("completed").as_int64();
        failed += minute.at("failed").as_int64();
    }
    return std::to_string(made) + " made, of them " + std::to_string(completed) + " completed, " +
           std::to_string(failed) + " failed";
}

std::string oldest_due(const bj::value& overview, names& known) {
    const bj::value& task = at_path(overview, "oldestDueTask");
    if (task.is_null()) return "none";
    const instant now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    return text_at(task, "taskId") + ", of " + harmless(known.agent_name(text_at(task, "agentId"))) +
           ", due " + readable("dueAt", at_path(task, "dueAt"), now);
}

} // namespace

int show_status(const order& wanted) {
    api server(connection_for(wanted.server));
    const std::string body = server.call(net::verb::get, "/overview");
    if (wanted.json) {
        std::cout << body << std::endl;
        return 0;
    }
    const bj::value overview = parsed(body);
    const std::string metrics = server.call(net::verb::get, "/metrics");
    names known(server);
    std::string out;
    add_line(out, "agents", figures_of(overview, "agents"));
    add_line(out, "polls", figure_in(metrics, "polls_waiting").value_or("0") + " waiting at this server");
    add_line(out, "open tasks", figures_of(overview, "tasks"));
    add_line(out, "last hour", last_hour(overview));
    add_line(out, "oldest due", oldest_due(overview, known));
    add_line(out, "backups", figures_of(overview, "freshness"));
    std::cout << out << std::flush;
    return 0;
}

} // namespace holdfast::app::cli
