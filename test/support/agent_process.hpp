// `holdfast agent` as its users have it: a process beside a server, asked about through that server.
#pragma once

#include "app/agent/child_process.hpp"
#include "test/support/server.hpp"

#include <boost/json/object.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace holdfast::test {

[[nodiscard]] std::string contents_of(const std::filesystem::path& file);
void write_file(const std::filesystem::path& file, const std::string& what);

struct agent_process : fleet {
    std::filesystem::path folder = home.folder();
    std::vector<std::string> environment{"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" + folder.string(),
                                         "RESTIC_PASSWORD=correct horse"};
    std::string agent_log;
    std::shared_ptr<app::child_process> process;

    // What fails is tried again at once.
    agent_process() : fleet({"--retry-base", "0", "--retry-cap", "0"}) {}

    answer made(const std::string& target, const boost::json::object& body);

    // What else the agent says and does goes on meanwhile.
    void until(const std::string& what, const std::function<bool()>& seen);

    // `holdfast agent` with these words behind it, on this server, with a state folder and the name web-01.
    std::vector<std::string> agent_words(std::vector<std::string> more = {});

    // Registers by itself, with a token that is good for nothing else; or finds its state.
    void start_agent(std::vector<std::string> more = {});
    int stop_agent(); // the exit status

    // A program's exit status; what it writes comes behind `said`, to standard error behind `complaints`.
    int run_program(std::vector<std::string> words, std::string& said, std::string& complaints);

    int run_program(std::vector<std::string> words, std::string& said) {
        return run_program(std::move(words), said, said);
    }

    // The same, while other things go on; end_of() waits for it.
    std::shared_ptr<app::child_process> start_program(std::vector<std::string> words, std::string& said,
                                                      std::string& complaints);
    int end_of(std::shared_ptr<app::child_process> child); // the exit status

    // The id of a task of the agent.
    std::string ordered(const std::string& type, int attempts = 1);

    answer task(const std::string& id) { return root.get("/tasks/" + id); }

    // The task, when nothing more becomes of it.
    answer end_of_task(const std::string& id);

    std::string log_of(const std::string& id) { return root.get("/tasks/" + id + "/log").raw.body; }

    // An executable script in the folder, which finds it as $FOLDER: in place of restic, or a hook.
    std::string script(const std::string& name, const std::string& text);

    void touch(const std::string& name) { write_file(folder / name, "x"); }

    [[nodiscard]] bool there_is(const std::string& name) const {
        return std::filesystem::exists(folder / name);
    }

private:
    bool agent_named(std::string_view hostname);
};

} // namespace holdfast::test
