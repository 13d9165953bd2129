#include "app/cli/commands.hpp"

#include "app/cli/failures.hpp"
#include "app/cli/render.hpp"
#include "app/cli/request_of.hpp"

#include <iostream>

namespace holdfast::app::cli {
namespace {

void answer(const order& wanted, const api_request& asked, api& server, renderer& out) {
    const command_call& call = wanted.row->call;
    if (call.answer == shape::pages) {
        const joined_pages got = server.pages(asked.target, wanted.most == 0 ? api::all : wanted.most);
        out.list(got.body, call.columns);
        if (got.more) std::cerr << "there are more: --limit 0 shows all" << std::endl;
        return;
    }
    const std::string body = server.call(call.method, asked.target, asked.body);
    switch (call.answer) {
    case shape::pages: break;
    case shape::items: out.list(body, call.columns); break;
    case shape::one: out.one(body, call.columns); break;
    case shape::none: out.sentence(asked.sentence); break;
    }
}

int make_calls(const order& wanted) {
    api server(connection_for(wanted.server));
    names known(server);
    renderer out(known, wanted.json);
    for (std::size_t turn = 0; turn < turns_of(wanted); ++turn)
        answer(wanted, request_of(wanted, turn, known), server, out);
    return 0;
}

} // namespace

int run_order(const order& wanted) try {
    return wanted.row->run != nullptr ? wanted.row->run(wanted) : make_calls(wanted);

} catch (const command_failed& e) {

    std::cerr << "holdfast: " << e.what() << std::endl;
    return e.exit_code();
}

} // namespace holdfast::app::cli
