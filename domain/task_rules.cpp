#include "domain/task_rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace holdfast {
namespace {

using enum task_state;
using enum task_event;

constexpr std::array table{
    transition{pending, offer, attempts_guard::any, assigned},
    transition{pending, cancel, attempts_guard::any, cancelled},
    transition{assigned, offer_again, attempts_guard::any, assigned},
    transition{assigned, offer_lapsed, attempts_guard::any, pending},
    transition{assigned, give_back, attempts_guard::any, pending},
    transition{assigned, acknowledge, attempts_guard::any, in_progress},
    transition{assigned, release, attempts_guard::any, pending},
    transition{assigned, cancel, attempts_guard::any, cancelled},
    transition{in_progress, run_lapsed, attempts_guard::left, pending},
    transition{in_progress, run_lapsed, attempts_guard::used_up, failed},
    transition{in_progress, succeed, attempts_guard::any, completed},
    transition{in_progress, fail, attempts_guard::left, pending},
    transition{in_progress, fail, attempts_guard::used_up, failed},
    transition{in_progress, fail_for_good, attempts_guard::any, failed},
    transition{in_progress, release, attempts_guard::any, pending},
    transition{in_progress, cancel, attempts_guard::any, cancelled},
    transition{pending, retry, attempts_guard::any, pending},
    transition{failed, retry, attempts_guard::any, pending},
    transition{cancelled, retry, attempts_guard::any, pending},
};

constexpr std::array<std::string_view, 5> category_names{"network", "transient", "permission", "repository",
                                                         "unknown"};

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

struct hint {
    std::string_view words;
    error_category category;
};

// First match wins. Words of restic and of the systems below it (net, S3, SSH, file system).
constexpr std::array hints{
    hint{"wrong password", error_category::permission},
    hint{"permission denied", error_category::permission},
    hint{"access denied", error_category::permission},
    hint{"accessdenied", error_category::permission},
    hint{"operation not permitted", error_category::permission},
    hint{"unauthorized", error_category::permission},
    hint{"403 forbidden", error_category::permission},
    hint{"already locked", error_category::transient},
    hint{"no space left", error_category::transient},
    hint{"too many requests", error_category::transient},
    hint{"slowdown", error_category::transient},
    hint{"temporarily unavailable", error_category::transient},
    hint{"connection refused", error_category::network},
    hint{"connection reset", error_category::network},
    hint{"no such host", error_category::network},
    hint{"network is unreachable", error_category::network},
    hint{"no route to host", error_category::network},
    hint{"i/o timeout", error_category::network},
    hint{"timed out", error_category::network},
    hint{"tls handshake", error_category::network},
    hint{"broken pipe", error_category::network},
    hint{"unable to open config file", error_category::repository},
    hint{"unable to open repository", error_category::repository},
    hint{"repository does not exist", error_category::repository},
    hint{"pack file", error_category::repository},
    hint{"ciphertext verification failed", error_category::repository},
    hint{"index", error_category::repository},
};

failure stale(int attempt, int present) {
    return failure{errc::lease_lost, "attempt " + std::to_string(attempt) +
                                         " is not the task's present attempt (" + std::to_string(present) +
                                         "): its lease is lost"};
}

failure not_while(std::string_view what, task_state state, std::string_view instead) {
    return failure{errc::conflict, "the task can't be " + std::string(what) + ": it is " +
                                       std::string(name_of(state)) +
                                       (instead.empty() ? std::string() : ", " + std::string(instead))};
}

} // namespace

std::span<const transition> transitions() {
    return table;
}

std::optional<task_state> next_state(const task& now, task_event event) {
    const bool left = now.failures + 1 < now.max_attempts;
    for (const transition& row : table) {
        if (row.from != now.state || row.event != event) continue;
        if (row.guard == attempts_guard::left && !left) continue;
        if (row.guard == attempts_guard::used_up && left) continue;
        return row.to;
    }
    return std::nullopt;
}

std::string_view name_of(error_category category) {
    return category_names.at(static_cast<std::size_t>(category));
}

std::optional<error_category> error_category_from(std::string_view name) {
    for (std::size_t i = 0; i < category_names.size(); ++i)
        if (category_names.at(i) == name) return static_cast<error_category>(i);
    return std::nullopt;
}

error_category classify(std::string_view error_message) {
    const std::string text = lower(error_message);
    for (const hint& h : hints)
        if (text.find(h.words) != std::string::npos) return h.category;
    return error_category::unknown;
}

std::optional<failure> refuse_acknowledge(const standing& found, std::optional<int> attempt) {
    if (attempt && *attempt != found.attempt) return stale(*attempt, found.attempt);
    if (found.state == in_progress) return std::nullopt;
    return not_while("acknowledged", found.state, found.state == pending ? "and no poll was given it" : "");
}

std::optional<failure> refuse_finish(const standing& found, std::optional<int> attempt, outcome said) {
    if (attempt && *attempt != found.attempt) return stale(*attempt, found.attempt);
    if (found.state == completed && said == outcome::completed) return std::nullopt;
    if ((found.state == failed || found.state == pending) && found.last_attempt_failed &&
        said == outcome::failed)
        return std::nullopt;
    if (found.state == assigned) return not_while("finished", found.state, "acknowledge it first");
    if (found.state == pending && attempt)
        return failure{errc::lease_lost, "the lease of attempt " + std::to_string(*attempt) +
                                             " is over: the task is pending again"};
    return not_while("finished", found.state, "");
}

std::optional<failure> refuse_progress(const standing& found, std::optional<int> attempt) {
    if (attempt && *attempt != found.attempt) return stale(*attempt, found.attempt);
    if (found.state == in_progress || found.state == cancelled) return std::nullopt;
    return not_while("in progress", found.state, found.state == assigned ? "acknowledge it first" : "");
}

std::optional<failure> refuse_log(const standing& found, std::optional<int> attempt) {
    if (attempt && *attempt != found.attempt) return stale(*attempt, found.attempt);
    if (found.state == in_progress) return std::nullopt;
    return not_while("logged", found.state, found.state == assigned ? "acknowledge it first" : "");
}

std::optional<failure> refuse_cancel(task_state found) {
    if (found == cancelled) return std::nullopt;
    return not_while("cancelled", found, "");
}

std::optional<failure> refuse_retry(task_state found) {
    if (found == pending) return std::nullopt;
    return not_while("retried", found, "");
}

std::optional<failure> refuse_release(const standing& found, std::optional<int> attempt) {
    // A release gives its attempt's number back, so a repeated one finds the number before it.
    if (found.state == pending && (!attempt || *attempt == found.attempt + 1)) return std::nullopt;
    if (attempt && *attempt != found.attempt) return stale(*attempt, found.attempt);
    return not_while("released", found.state, "");
}

} // namespace holdfast
