#include "app/server_options.hpp"

#include "app/options.hpp"

namespace holdfast::app {
namespace {

CLI::Option* add_days(CLI::App& to, const std::string& name, std::chrono::days& value,
                      const std::string& what) {
    return to
        .add_option_function<int>(
            name, [&value](int n) { value = std::chrono::days(n); }, what)
        ->check(CLI::Range(0, 36500))
        ->type_name("DAYS")
        ->default_str(std::to_string(value.count()));
}

void add_webhook(CLI::App& to, webhook_settings& s) {
    to.add_option("--webhook-url", s.url, "Where to tell of backups that grow old and of tasks that failed")
        ->type_name("URL");
    to.add_option("--webhook-secret-file", s.secret_file,
                  "File with the secret that signs what is told (required with a URL)")
        ->type_name("FILE");
    to.add_option("--webhook-ca", s.ca_file,
                  "PEM file: the CAs that the receiver's certificate may come from")
        ->type_name("FILE")
        ->capture_default_str();
}

void add_limit(CLI::App& to, const std::string& name, std::uint32_t& value, const std::string& what) {
    to.add_option(name, value, what)->check(CLI::Range(0U, 1'000'000U))->capture_default_str();
}

void add_caller_limits(CLI::App& to, net::limits& s) {
    add_limit(to, "--connections-per-address", s.connections_per_address,
              "Connections of one address (of IPv6: one /64) to each core; more are closed; 0: no limit");
    add_limit(to, "--handshakes-per-address", s.handshakes_per_address,
              "TLS handshakes of one address with each core in a second, a hundred times as many at once; "
              "more connections are closed; 0: no limit");
    add_limit(to, "--requests-per-address", s.requests_per_address,
              "Requests of one address to each core in a second, ten times as many at once; more are "
              "answered 429; 0: no limit, as behind a proxy that hides addresses");
    add_limit(to, "--requests-per-token", s.requests_per_token,
              "The same of one token, whatever the address; 0: no limit");
    add_limit(to, "--wrong-tokens-per-address", s.wrong_tokens_per_address,
              "Wrong tokens of one address to each core in a minute; then tokens that were never right "
              "there are answered 429 without a look-up; 0: no limit");
}

void add_addresses(CLI::App& to, server_settings& s) {
    to.add_option("--listen", s.listen, "Address to serve at; may be given several times")
        ->type_name("HOST:PORT")
        ->capture_default_str();
    to.add_option("--tls-cert", s.tls_cert, "PEM file: the server's certificate and its chain (required)")
        ->type_name("FILE");
    to.add_option("--tls-key", s.tls_key, "PEM file: the certificate's key (required)")->type_name("FILE");
    to.add_option("--client-ca", s.client_trust.ca_file,
                  "PEM file: CAs whose certificates stand in for the tokens of the agents that they name")
        ->type_name("FILE");
    to.add_option("--client-crl", s.client_trust.crl_file,
                  "PEM file: their revocation lists; when one has run out, its certificates count no longer")
        ->type_name("FILE");
    to.add_option(
          "--trust-domain", s.client_trust.domain,
          "Of the certificates' names, spiffe://DOMAIN/tenant/ID/agent/ID (required with --client-ca)")
        ->type_name("DOMAIN");
}

void add_times(CLI::App& to, timing& s) {
    add_seconds(to, "--offer-lease", s.offer_lease, "A task not acknowledged within this is handed out again",
                1, 86400);
    add_seconds(to, "--run-lease", s.run_lease,
                "A task whose agent is silent for this long is a failed attempt", 1, 7L * 86400);
    add_seconds(to, "--retry-base", s.retry_base, "First retry within this; doubles with each failure", 0,
                86400);
    add_seconds(to, "--retry-cap", s.retry_cap, "No retry waits longer", 0, 7L * 86400);
    add_seconds(to, "--wait-default", s.wait_default, "Wait of polls that name none", 0, 600);
    add_seconds(to, "--wait-max", s.wait_max, "Longer waits are cut to this", 0, 600);
    add_seconds(to, "--heartbeat", s.heartbeat, "How often agents are told to make themselves heard", 1,
                86400);
    add_days(to, "--log-keep", s.log_keep, "Logs of tasks that ended longer ago are forgotten; 0: never");
    add_days(to, "--task-keep", s.task_keep,
             "Tasks that ended longer ago are forgotten, with their history; 0: never");
    add_days(to, "--audit-keep", s.audit_keep,
             "Entries of the audit trail that are older are forgotten; 0: never");
}

} // namespace

void add_server_options(CLI::App& to, server_settings& s) {
    add_database(to, s.database);
    to.add_option("--notify-database", s.notify_database,
                  "For LISTEN and NOTIFY, where that is another node or not through a pooler; as --database "
                  "when left out")
        ->type_name("CONNINFO");
    to.add_flag("--notify,!--no-notify", s.notify,
                "Tell other servers of new tasks by NOTIFY; without it they find them within a second or so")
        ->default_str("true");
    add_addresses(to, s);
    to.add_option("--cores", s.cores, "Threads, one for each core; 0: all there are")
        ->check(CLI::Range(0, 256))
        ->capture_default_str();
    to.add_option("--connections-per-core", s.connections_per_core,
                  "PostgreSQL connections of each core, shared by all its callers")
        ->check(CLI::Range(1, 16))
        ->capture_default_str();
    add_times(to, s.times);
    to.add_option_function<long>(
          "--drain-grace", [&s](long n) { s.limits.drain_grace = std::chrono::seconds(n); },
          "On SIGTERM, requests may take this long to end")
        ->check(CLI::Range(0, 600))
        ->type_name("SECONDS")
        ->default_str("10");
    to.add_option("--connections-max", s.limits.connections_max, "Client connections of each core")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    add_caller_limits(to, s.limits);
    add_webhook(to, s.webhook);
}

void check_server_options(const server_settings& s) {
    require(s.database, "database");
    require(s.tls_cert, "tls-cert");
    require(s.tls_key, "tls-key");
    if (!s.webhook.url.empty()) require(s.webhook.secret_file, "webhook-secret-file");
    if (!s.client_trust.ca_file.empty()) require(s.client_trust.domain, "trust-domain");
    if (!s.client_trust.crl_file.empty()) require(s.client_trust.ca_file, "client-ca");
    if (s.times.wait_default > s.times.wait_max)
        throw CLI::ValidationError("--wait-default", "is longer than --wait-max");
    if (s.times.retry_base > s.times.retry_cap)
        throw CLI::ValidationError("--retry-base", "is longer than --retry-cap");
}

} // namespace holdfast::app
