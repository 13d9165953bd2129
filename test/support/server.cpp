#include "test/support/server.hpp"

#include "test/support/exchanges.hpp"
#include "test/support/program.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <netinet/in.h>
#include <random>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace holdfast::test {
namespace {

namespace fs = std::filesystem;

bool complained(const std::string& text) {
    return text.find("Sanitizer") != std::string::npos || text.find("runtime error:") != std::string::npos;
}

// Below the ports that the kernel gives to outgoing connections: one of those could take it while a server
// that was killed is down.
int free_port() {
    constexpr unsigned lowest = 10'000;
    constexpr unsigned end = 32'000;
    std::random_device random;
    for (int tries = 0; tries < 100; ++tries) {
        const auto port = static_cast<std::uint16_t>(lowest + random() % (end - lowest));
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = htons(port);
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const bool is_free = fd >= 0 && ::bind(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0;
        if (fd >= 0) ::close(fd);
        if (is_free) return port;
    }
    throw std::runtime_error("no free port");
}

net::server_url parsed(const std::string& url) {
    auto out = net::parse_server_url(url);
    if (!out) throw std::runtime_error("bad URL " + url);
    return *out;
}

} // namespace

installation::installation(const std::string& postgres) : database_(postgres) {
    std::string pattern = (fs::temp_directory_path() / "holdfast-server-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
    const std::string program = needed("HOLDFAST_BINARY");
    run_program({needed("HOLDFAST_SOURCE") + "/scripts/certs", folder_}, file("setup.log"));
    migrate({});
    run_program(
        {program, "token", "create", "--database", database_.conninfo(), "--kind", "root", "--name", "test"},
        file("root.token"));
    root_token_ = contents(file("root.token"));
    root_token_.erase(root_token_.find('\n'));
}

void installation::migrate(const std::vector<std::string>& more_arguments) const {
    std::vector<std::string> words{needed("HOLDFAST_BINARY"), "migrate", "--database", database_.conninfo()};
    words.insert(words.end(), more_arguments.begin(), more_arguments.end());
    run_program(words, file("setup.log"));
}

installation::~installation() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

server_process::server_process(const installation& at, std::vector<std::string> more_arguments)
    : home_(at), arguments_(std::move(more_arguments)), port_(free_port()), client_port_(port_) {
    log_file_ = home_.file("server-" + std::to_string(port_) + ".log");
    start();
}

server_process::~server_process() {
    // A server that dies, or that a sanitizer complains of, must not go unseen in a test of something else.
    if (pid_ > 0) BOOST_CHECK_MESSAGE(stop() == 0, "a server did not end well: " << log());
    BOOST_CHECK_MESSAGE(!complained(log()), "a sanitizer found something: " << log());
}

void server_process::start() {
    std::vector<std::string> words{needed("HOLDFAST_BINARY"),
                                   "serve",
                                   "--database",
                                   home_.database().conninfo(),
                                   "--listen",
                                   "127.0.0.1:" + std::to_string(port_),
                                   "--tls-cert",
                                   home_.file("server.pem"),
                                   "--tls-key",
                                   home_.file("server.key"),
                                   "--log-format",
                                   "text"};
    words.insert(words.end(), arguments_.begin(), arguments_.end());
    if (std::ranges::find(arguments_, "--cores") == arguments_.end())
        words.insert(words.end(), {"--cores", "2"});
    pid_ = spawn(words, log_file_);
    asio::io_context context{1};
    client probe(context, *this, home_.root_token());
    for (int tries = 0; tries < 600; ++tries) {
        if (probe.get("/readyz").status == 200) return;
        if (::waitpid(pid_, nullptr, WNOHANG) == pid_) break;
        std::this_thread::sleep_for(
            std::chrono::milliseconds(100)); // a process that starts tells nobody else
    }
    throw std::runtime_error("the server does not become ready: " + log());
}

void server_process::start_again() {
    start();
}

void server_process::kill() {
    ::kill(pid_, SIGKILL);
    status_of(pid_);
    pid_ = -1;
}

int server_process::stop() {
    ::kill(pid_, SIGTERM);
    const int status = status_of(pid_);
    pid_ = -1;
    return status;
}

std::string server_process::log() const {
    return contents(log_file_);
}

frozen_server::frozen_server(const server_process& which) : pid_(which.pid()) {
    ::kill(pid_, SIGSTOP);
}

frozen_server::~frozen_server() {
    ::kill(pid_, SIGCONT);
}

std::string answer::text(std::string_view member) const {
    const auto* object = body.if_object();
    const auto* value = object ? object->if_contains(member) : nullptr;
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t answer::number(std::string_view member) const {
    const auto* object = body.if_object();
    const auto* value = object ? object->if_contains(member) : nullptr;
    return value && value->is_int64() ? value->get_int64() : -1;
}

client::client(asio::io_context& context, const server_process& of, const std::string& token,
               const net::own_certificate& own)
    : context_(context),
      https_(context.get_executor(), net::make_client_tls(of.home().file("ca.pem"), own), parsed(of.url())) {
    std::signal(SIGPIPE, SIG_IGN);
    net::header_list headers;
    if (!token.empty()) headers.emplace_back("Authorization", "Bearer " + token);
    https_.set_headers(std::move(headers));
}

awaitable<answer> client::ask(net::verb method, std::string target, std::string body,
                              net::header_list headers) {
    constexpr std::chrono::seconds patience{250}; // longer than any poll waits
    const std::string request = noted_request(method, target, headers, body);
    auto got =
        co_await https_.request(method, std::move(target), std::move(headers), std::move(body), patience);
    answer out;
    if (!got) co_return out;
    note_exchange(request, *got);
    out.status = got->status;
    boost::system::error_code not_json;
    out.body = boost::json::parse(got->body, not_json);
    out.raw = std::move(*got);
    co_return out;
}

namespace {

awaitable<void> ask_into(client& who, net::verb method, std::string target, std::string body,
                         net::header_list headers, answer& into, bool& done) {
    auto got = co_await who.ask(method, std::move(target), std::move(body), std::move(headers));
    into = std::move(got);
    done = true;
}

} // namespace

answer client::call(net::verb method, const std::string& target, const std::string& body,
                    const net::header_list& headers) {
    answer got;
    bool done = false;
    auto work = ask_into(*this, method, target, body, headers, got, done);
    asio::co_spawn(context_, std::move(work), [](const std::exception_ptr& failed) {
        if (failed) std::rethrow_exception(failed);
    });
    context_.restart();
    while (!done && context_.run_one() > 0) {
    }
    return got;
}

pending_call::pending_call(fleet& f, const server_process& at, const std::string& token, net::verb method,
                           std::string target, std::string body)
    : context_(f.context), who_(f.context, at, token) {
    net::header_list no_more;
    auto work = ask_into(who_, method, std::move(target), std::move(body), std::move(no_more), got, done);
    asio::co_spawn(context_, std::move(work), [](const std::exception_ptr& failed) {
        if (failed) std::rethrow_exception(failed);
    });
}

pending_call::~pending_call() {
    who_.hang_up();
    if (!done) finish();
}

answer& pending_call::finish() {
    context_.restart();
    while (!done && context_.run_one() > 0) {
    }
    return got;
}

std::string task_body(const std::string& agent, const std::string& policy, const std::string& more) {
    return R"({"agentId":")" + agent + R"(","policyId":")" + policy + R"(","taskType":"backup")" + more + "}";
}

fleet::fleet(std::vector<std::string> more_arguments, const std::string& postgres)
    : home(postgres), server(home, std::move(more_arguments)), root(context, server, home.root_token()) {
    policy =
        root.post("/policies",
                  R"({"name":"nightly","schedule":"@daily","includePaths":["/etc"],"excludePaths":["*.tmp"],
        "repository":"/backup","retention":{"keepLast":3},"executionParams":{"parallelism":2,"mood":"calm"}})")
            .text("policyId");
    BOOST_TEST_REQUIRE(!policy.empty());
    agent = register_agent("first");
}

std::string fleet::register_agent(const std::string& hostname) {
    return root.post("/agents/register", R"({"hostname":")" + hostname + "\"}").text("agentId");
}

std::string fleet::make_task(const std::string& agent_id, const std::string& more) {
    const answer made = root.post("/tasks", task_body(agent_id, policy, more));
    BOOST_TEST_REQUIRE(made.status == 201U);
    return made.text("taskId");
}

void until(std::string_view what, const std::function<bool()>& seen) {
    const auto patience_ends = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (!seen()) {
        if (std::chrono::steady_clock::now() > patience_ends) BOOST_FAIL("in vain waited for: " << what);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

void wait_for_metric(client& of, const std::string& name, double value) {
    until(name + " = " + std::to_string(value), [&] {
        const std::string page = of.get("/metrics").raw.body;
        const std::size_t at = page.find("\n" + name + " ");
        return at != std::string::npos && std::strtod(page.c_str() + at + name.size() + 2, nullptr) == value;
    });
}

} // namespace holdfast::test
