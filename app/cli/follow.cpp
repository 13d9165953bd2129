// `holdfast tasks watch` and `holdfast tasks log`: what goes on while it goes on.
#include "app/cli/api.hpp"
#include "app/cli/commands.hpp"
#include "app/cli/failures.hpp"
#include "app/cli/names.hpp"
#include "app/cli/readable.hpp"
#include "app/cli/request_of.hpp"
#include "app/cli/table.hpp"
#include "app/cli/task_line.hpp"
#include "app/cli/terminal.hpp"

#include <chrono>
#include <iostream>
#include <thread>

namespace holdfast::app::cli {
namespace {

constexpr std::chrono::seconds between_looks{1};

struct watched {
    std::string id;
    std::string line;
    boost::json::value task;
};

void repaint(const std::vector<watched>& all, bool first, std::size_t width) {
    if (!first) std::cout << "\x1b[" << all.size() << 'A';
    for (const watched& each : all) // one that the terminal wraps could not be painted over
        std::cout << "\r\x1b[K" << cut_to(each.line, width) << '\n';
    std::cout << std::flush;
}

// Whether all of them are final.
bool look(api& server, std::vector<watched>& all, bool print_changes) {
    bool done = true;
    for (watched& each : all) {
        if (!is_final(each.task)) each.task = server.get("/tasks/" + encoded(each.id));
        done = done && is_final(each.task);
        std::string line = task_line(each.task);
        if (print_changes && line != each.line) std::cout << line << std::endl;
        each.line = std::move(line);
    }
    return done;
}

std::int64_t attempt_of(const boost::json::value& task) {
    const boost::json::value& number = at_path(task, "attempt");
    return number.is_int64() ? number.get_int64() : 0;
}

std::string log_target(const std::string& task, std::int64_t attempt, std::size_t offset) {
    return "/tasks/" + encoded(task) + "/log?offset=" + std::to_string(offset) +
           (attempt > 0 ? "&attempt=" + std::to_string(attempt) : "");
}

// On a terminal, a log of someone else's machine must not steer it.
void print_piece(const std::string& piece) {
    std::cout << (terminal_width() > 0 ? harmless(piece, "\n\t") : piece) << std::flush;
}

// Of that attempt until it is over; 0: of all of them, until the task is.
int follow_log(api& server, const std::string& task, std::int64_t only) {
    std::int64_t attempt = only;
    std::size_t offset = 0;
    while (true) {
        const auto now = server.get("/tasks/" + encoded(task)); // before the log: then it is whole
        const std::int64_t present = attempt_of(now);
        if (only == 0 && present != attempt) {
            if (attempt > 0) {
                print_piece(server.call(net::verb::get, log_target(task, attempt, offset))); // its end
                std::cerr << "attempt " << present << std::endl;
            }
            attempt = present;
            offset = 0;
        }
        const std::string piece = server.call(net::verb::get, log_target(task, attempt, offset));
        print_piece(piece);
        offset += piece.size();
        if (is_final(now) || (only > 0 && present > only)) return 0;
        if (piece.empty()) std::this_thread::sleep_for(between_looks);
    }
}

} // namespace

int watch_tasks(const order& wanted) {
    api server(connection_for(wanted.server));
    std::vector<watched> all;
    for (const std::string& id : wanted.given.at("TASK")) all.push_back({id, "", {}});
    const std::size_t width = terminal_width();
    for (bool first = true;; first = false) {
        const bool done = look(server, all, width == 0);
        if (width > 0) repaint(all, first, width);
        if (done) break;
        std::this_thread::sleep_for(between_looks);
    }
    for (const watched& each : all)
        if (text_at(each.task, "status") != "completed") return static_cast<int>(ending::refused);
    return 0;
}

int print_log(const order& wanted) {
    api server(connection_for(wanted.server));
    const std::string task = wanted.word("TASK");
    const std::string word = wanted.word("--attempt");
    const std::int64_t attempt = word.empty() ? 0 : whole_number("--attempt", word);
    if (wanted.has("--follow")) return follow_log(server, task, attempt);
    print_piece(server.call(net::verb::get, log_target(task, attempt, 0)));
    return 0;
}

} // namespace holdfast::app::cli
