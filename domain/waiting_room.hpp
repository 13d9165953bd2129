// The polls of one core that wait for a task. A wake-up is a hint: it makes a poll look again, the database
// decides. Register first, look second, wait third: there is no gap for a wake-up to fall into.
#pragma once

#include "domain/async.hpp"
#include "domain/id.hpp"
#include "domain/peer.hpp"

#include <boost/intrusive/list.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast {

class waiting_room {
public:
    // One poll's place, from before its first look to its answer. On its shard's thread only.
    class ticket final : public waiter,
                         public boost::intrusive::list_base_hook<
                             boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    public:
        enum class wake : std::uint8_t { called, deadline, abandoned, finished };

        // Takes a place. An older poll of the same session (not empty; it outlives the place) in this room is
        // superseded.
        ticket(waiting_room& room, token_id token, agent_id agent, std::string_view session, poll_id poll);
        ticket(const ticket&) = delete;
        ticket& operator=(const ticket&) = delete;
        ticket(ticket&&) = delete;
        ticket& operator=(ticket&&) = delete;
        ~ticket();

        // How often this place was called so far. Taken before a look, handed to wait() after it: a call in
        // between is not lost.
        [[nodiscard]] std::uint32_t calls() const { return calls_; }

        // Waits until a call later than `heard`, the time, or the end of this poll.
        [[nodiscard]] awaitable<wake> wait(std::uint32_t heard, steady_clock::time_point until);

        void abandon() override { end(wake::abandoned); }

        void finish_early() override { end(wake::finished); }

        [[nodiscard]] bool superseded() const { return superseded_; }

        // Whether its caller may still wait here is to be asked anew: makes this place look again.
        void doubt();

        // How often it was doubted so far. Taken before asking, handed to settle() after it: a doubt in
        // between stays.
        [[nodiscard]] std::uint32_t doubts() const { return doubts_; }

        void settle(std::uint32_t doubts) { settled_ = doubts; }

        [[nodiscard]] bool doubted() const { return doubts_ != settled_; }

        // Tasks that the agent is to stop.
        [[nodiscard]] std::vector<task_id> take_cancelled() { return std::exchange(cancelled_, {}); }

        [[nodiscard]] std::string_view session() const { return session_; }

    private:
        friend class waiting_room;
        void ring();
        void supersede();
        void cancel(task_id task);
        void end(wake why);

        waiting_room& room_;
        token_id token_;
        agent_id agent_;
        poll_id poll_;
        std::string_view session_;
        std::uint32_t calls_ = 0;
        wake over_ = wake::called; // called: not over
        bool superseded_ = false;
        std::uint32_t doubts_ = 0;
        std::uint32_t settled_ = 0;
        std::vector<task_id> cancelled_;
        steady_timer timer_;
    };

    explicit waiting_room(executor ex) : executor_(ex) {}

    waiting_room(const waiting_room&) = delete;
    waiting_room& operator=(const waiting_room&) = delete;

    // Makes every poll of these agents look again.
    void ring(std::span<const agent_id> agents);

    // A newer poll of this session came, here or elsewhere: older ones are answered empty.
    void supersede(agent_id agent, std::string_view session, poll_id newest);

    // Polls of this agent's sessions are answered: it is to stop this task.
    void cancel(agent_id agent, task_id task);

    // What the polls of this token, of this agent, or all, were let in by may be good no longer.
    void doubt(token_id token);
    void doubt(agent_id agent);
    void doubt_all();

    // Every poll is answered empty, those to come as well. For a server that goes down.
    void drain();

    [[nodiscard]] bool draining() const { return draining_; }

    [[nodiscard]] std::size_t size() const { return size_; }

    // How many began to wait less than a second, ten seconds, a minute before `now`, or earlier; and how long
    // the oldest waits. Looks at each.
    struct ages {
        std::array<std::size_t, 4> counts{};
        std::chrono::milliseconds oldest{0};
    };

    [[nodiscard]] ages ages_at(std::chrono::system_clock::time_point now) const;

private:
    using polls = boost::intrusive::list<ticket, boost::intrusive::constant_time_size<false>>;

    executor executor_;
    // One list for each agent that waits; the lists' nodes are the tickets themselves.
    boost::unordered_flat_map<agent_id, std::unique_ptr<polls>, id_hash> places_;
    std::size_t size_ = 0;
    bool draining_ = false;
};

} // namespace holdfast
