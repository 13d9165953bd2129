#include "db/postgres/endpoint.hpp"

#include "db/postgres/error.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <libpq-fe.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace holdfast::pg {
namespace {

struct place {
    std::string host; // empty: libpq's default; a directory: unix socket
    std::string address;
    std::string port;
};

result<connection_options> parse(const std::string& conninfo) {
    char* complaint = nullptr;
    PQconninfoOption* parsed = PQconninfoParse(conninfo.c_str(), &complaint);
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> owned(parsed, &PQconninfoFree);
    // The complaint may quote the password's neighbourhood: it is not passed on.
    PQfreemem(complaint);
    if (!owned) return failure{errc::invalid}.because("the connection string can't be read");
    connection_options out;
    for (const PQconninfoOption* o = parsed; o->keyword != nullptr; ++o)
        if (o->val != nullptr) out[o->keyword] = o->val;
    return out;
}

void add_defaults(connection_options& options, const connection_settings& settings) {
    options.try_emplace("application_name", settings.application_name);
    options.try_emplace("keepalives_idle", "15");
    options.try_emplace("keepalives_interval", "5");
    options.try_emplace("keepalives_count", "3");
    options.try_emplace("tcp_user_timeout", "15000");
    options["client_encoding"] = "UTF8";
    std::string ours = "-c statement_timeout=" + std::to_string(settings.statement_timeout.count()) +
                       " -c lock_timeout=" + std::to_string(settings.lock_timeout.count());
    std::string& given = options["options"]; // the last one wins
    given = given.empty() ? ours : ours + " " + given;
}

std::vector<std::string> split(const connection_options& options, const char* keyword,
                               const char* environment) {
    std::string_view rest;
    if (const auto found = options.find(keyword); found != options.end())
        rest = found->second;
    else if (const char* set = std::getenv(environment); set != nullptr)
        rest = set;
    std::vector<std::string> out;
    if (rest.empty()) return out;
    for (;;) {
        const std::size_t comma = rest.find(',');
        out.emplace_back(rest.substr(0, comma));
        if (comma == std::string_view::npos) return out;
        rest.remove_prefix(comma + 1);
    }
}

result<std::vector<place>> places_of(const connection_options& options) {
    const std::vector<std::string> hosts = split(options, "host", "PGHOST");
    const std::vector<std::string> addresses = split(options, "hostaddr", "PGHOSTADDR");
    const std::vector<std::string> ports = split(options, "port", "PGPORT");
    const std::size_t count = std::max({hosts.size(), addresses.size(), std::size_t{1}});
    const auto fits = [count](const std::vector<std::string>& list) {
        return list.empty() || list.size() == count;
    };
    if (!fits(hosts) || !fits(addresses) || (ports.size() > 1 && !fits(ports)))
        return failure{errc::invalid}.because(
            "the connection string has not as many ports or addresses as hosts");
    std::vector<place> out(count);
    for (std::size_t i = 0; i < count; ++i) {
        if (!hosts.empty()) out[i].host = hosts[i];
        if (!addresses.empty()) out[i].address = addresses[i];
        if (!ports.empty()) out[i].port = ports.size() == 1 ? ports.front() : ports[i];
    }
    return out;
}

bool needs_resolving(const place& p) {
    if (!p.address.empty() || p.host.empty() || p.host.front() == '/' || p.host.front() == '@') return false;
    error_code not_literal;
    asio::ip::make_address(p.host, not_literal);
    return not_literal.failed();
}

connection_options target(const connection_options& options, const place& p) {
    connection_options out = options;
    out["host"] = p.host;
    out["hostaddr"] = p.address;
    out["port"] = p.port;
    return out;
}

std::chrono::milliseconds connect_timeout(const connection_options& options,
                                          const connection_settings& settings) {
    const auto found = options.find("connect_timeout");
    int seconds = 0;
    if (found != options.end())
        std::from_chars(found->second.data(), found->second.data() + found->second.size(), seconds);
    return seconds > 0 ? std::chrono::seconds(seconds) : settings.connect_timeout;
}

} // namespace

awaitable<result<endpoints>> find_endpoints(executor where, connection_settings settings) {
    result<connection_options> options = parse(settings.conninfo);
    if (!options) co_return std::move(options).error();
    add_defaults(*options, settings);
    result<std::vector<place>> places = places_of(*options);
    if (!places) co_return std::move(places).error();

    endpoints out{{}, connect_timeout(*options, settings)};
    std::string unknown;
    asio::ip::basic_resolver<asio::ip::tcp, executor> resolver(where);
    for (place& p : *places) {
        if (!needs_resolving(p)) {
            out.targets.push_back(target(*options, p));
            continue;
        }
        error_code ec;
        const auto found =
            co_await resolver.async_resolve(p.host, "", asio::redirect_error(use_awaitable, ec));
        if (ec) unknown += " " + p.host + ": " + ec.message();
        for (const auto& entry : found) {
            p.address = entry.endpoint().address().to_string();
            out.targets.push_back(target(*options, p));
        }
    }
    if (out.targets.empty()) co_return unavailable("no host can be resolved:" + unknown);
    co_return out;
}

} // namespace holdfast::pg
