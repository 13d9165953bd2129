#include "app/load/load.hpp"

#include "app/load/findings.hpp"
#include "app/load/operator_calls.hpp"
#include "app/load/process_sample.hpp"
#include "app/load/scenarios.hpp"
#include "app/run_to_end.hpp"
#include "app/secret_file.hpp"

#include <csignal>
#include <iostream>
#include <stdexcept>
#include <sys/resource.h>

namespace holdfast::app {
namespace {

using namespace load;

template <class T> T required(answered<T> got, const std::string& what) {
    if (!got.value) throw std::runtime_error(what + ": " + got.wrong.words);
    return std::move(*got.value);
}

// The policy and the agents' token of a load, and their end.
class furniture {
public:
    explicit furniture(campaign& of)
        : of_(of), calls_(context_.get_executor(), of.tls, of.operators, of.token) {}

    void set_up() { run_to_end(context_, make()); }

    void take_away() { run_to_end(context_, remove()); }

private:
    awaitable<void> make() {
        auto policy = co_await calls_.make_policy(of_.name);
        of_.policy = required(std::move(policy), "no policy can be made").policy_id;
        if (!of_.agents_token.empty()) co_return;
        const token_kind kind = of_.settings.own_tokens ? token_kind::enroll : token_kind::fleet;
        auto token = co_await calls_.make_token(kind, of_.name);
        auto made = required(std::move(token), "no token can be made for the agents");
        of_.agents_token = made.token;
        token_ = made.token_id;
    }

    // What the server keeps (a policy that tasks came from, agents) stays, under the load's name.
    awaitable<void> remove() {
        auto policy = co_await calls_.delete_policy(of_.policy);
        if (token_) co_await calls_.revoke_token(*token_);
        static_cast<void>(policy);
    }

    campaign& of_;
    asio::io_context context_{1};
    operator_calls calls_;
    std::optional<token_id> token_;
};

net::server_url url_of(const std::string& text, const std::string& option) {
    auto out = net::parse_server_url(text);
    if (!out) throw std::runtime_error(option + ": " + std::string(out.error().detail()));
    return *out;
}

bool on_this_machine(const std::string& host) {
    return host == "localhost" || host.starts_with("127.");
}

campaign campaign_of(const load_settings& settings) {
    campaign out;
    out.settings = settings;
    out.tls = net::make_client_tls(settings.ca_file);
    out.server = url_of(settings.server_url, "--server");
    out.operators =
        settings.operator_url.empty() ? out.server : url_of(settings.operator_url, "--operator-server");
    // The random end of an id: its beginning is the time, which loads that start together share.
    out.name = "load-" + to_string(make_uuid()).substr(24);
    out.token = secret_from(settings.token, settings.token_file);
    out.agents_token = settings.agents_token;
    out.many_addresses = on_this_machine(out.server.host);
    return out;
}

void make_room_for_connections(const load_settings& s) {
    const rlim_t needed = static_cast<rlim_t>(s.agents) * (s.scenario == load_scenario::fleet ? 2 : 1) + 300;
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur < needed)
        throw std::runtime_error("this needs " + std::to_string(needed) + " open files, and the limit is " +
                                 std::to_string(files.rlim_cur) +
                                 " (ulimit -n): use fewer agents, or several machines");
}

findings put_on(campaign& all) {
    furniture room(all);
    try {
        room.set_up();
        findings out = run_scenario(all);
        room.take_away();
        return out;
    } catch (...) {
        room.take_away();
        throw;
    }
}

} // namespace

int run_load(const load_settings& settings) {
    std::signal(SIGPIPE, SIG_IGN);
    make_room_for_connections(settings);
    if (!settings.server_pids.empty() && !sample_of(settings.server_pids))
        throw std::runtime_error("--server-pid: there is no such process");
    campaign all = campaign_of(settings);
    const findings came_out = put_on(all);
    std::cout << (settings.json ? came_out.as_json() + "\n" : came_out.as_text()) << std::flush;
    return came_out.good() ? 0 : 2;
}

} // namespace holdfast::app
