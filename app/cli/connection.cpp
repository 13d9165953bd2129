#include "app/cli/connection.hpp"

#include "app/cli/contexts.hpp"
#include "app/cli/failures.hpp"
#include "app/secret_file.hpp"

#include <cstdlib>
#include <exception>

namespace holdfast::app::cli {
namespace {

constexpr const char* system_cas = "/etc/ssl/certs/ca-certificates.crt"; // on Debian

struct choices {
    std::string server, ca, token, context;
};

void fall_back(std::string& on, const std::string& to) {
    if (on.empty()) on = to;
}

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

void fall_back_on_environment(choices& made) {
    fall_back(made.server, variable("HOLDFAST_SERVER"));
    fall_back(made.ca, variable("HOLDFAST_CA"));
    fall_back(made.token, variable("HOLDFAST_TOKEN"));
    if (made.token.empty()) made.token = token_in(variable("HOLDFAST_TOKEN_FILE"));
    fall_back(made.context, variable("HOLDFAST_CONTEXT"));
}

void fall_back_on_context(choices& made) {
    const std::string file = contexts_file();
    const server_contexts known = load_contexts(file);
    fall_back(made.context, known.current);
    if (made.context.empty()) return;
    const auto at = known.all.find(made.context);
    if (at == known.all.end())
        throw command_failed(ending::usage, "there is no context " + made.context + " in " + file);
    fall_back(made.server, at->second.server);
    fall_back(made.ca, at->second.ca);
    fall_back(made.token, at->second.token);
}

} // namespace

std::string token_in(const std::string& file) try {
    return secret_from("", file);

} catch (const std::exception& e) {

    throw command_failed(ending::usage, e.what());
}

connection connection_for(const connection_wish& wish) {
    choices made{wish.server, wish.ca, token_in(wish.token_file), wish.context};
    if (wish.context.empty()) fall_back_on_environment(made);
    if (made.server.empty()) fall_back_on_context(made);
    if (made.server.empty())
        throw command_failed(ending::usage, "which server? --server, HOLDFAST_SERVER, or a context (holdfast "
                                            "context set NAME --server URL)");
    if (made.token.empty())
        throw command_failed(ending::usage, "no token for " + made.server +
                                                ": --token-file, HOLDFAST_TOKEN, or one in the context");
    auto server = net::parse_server_url(made.server);
    if (!server) throw command_failed(ending::usage, std::string(server.error().detail()));
    return {std::move(*server), made.ca.empty() ? system_cas : made.ca, made.token};
}

} // namespace holdfast::app::cli
