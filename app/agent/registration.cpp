#include "app/agent/registration.hpp"

#include "app/agent/machine.hpp"
#include "domain/log.hpp"

namespace holdfast::app {

awaitable<answered<agent_identity>> register_agent(server_calls& calls, const agent_parts& with) {
    net::wire::registration_body who;
    who.hostname = with.settings.hostname;
    who.os = system_name();
    who.arch = system_arch();
    who.version = with.settings.version;
    auto known = co_await calls.register_as(who, with.settings.token);
    answered<agent_identity> out;
    out.wrong = std::move(known.wrong);
    if (!known.value) {
        log::warning("registration failed", {{"cause", out.wrong.words}});
        co_return out;
    }
    out.value = agent_identity{with.settings.server_url, with.settings.hostname, known.value->agent_id,
                               known.value->token};
    auto kept = with.state.keep(*out.value);
    if (!kept) log::error("the identity could not be kept", {{"cause", kept.error().detail()}});
    log::info("registered", {{"agent", out.value->agent_id}, {"hostname", with.settings.hostname}});
    with.tell("Registered as agent " + to_string(out.value->agent_id) + ".");
    co_return out;
}

} // namespace holdfast::app
