// A map whose size has a bound although strangers choose its keys: what nobody holds may be forgotten, what
// was let go longest ago first.
#pragma once

#include <boost/intrusive/list.hpp>

#include <cassert>
#include <cstddef>
#include <map>

namespace holdfast::net {

template <class Key, class Value> class held_map {
public:
    class entry : public boost::intrusive::list_base_hook<> {
    public:
        [[nodiscard]] const Key& key() const { return *key_; }

        [[nodiscard]] std::size_t holders() const { return holders_; }

        Value value{};

    private:
        friend class held_map;
        const Key* key_ = nullptr;
        std::size_t holders_ = 0;
    };

    // `idle_max`: entries that stay although nobody holds them.
    explicit held_map(std::size_t idle_max) : idle_max_(idle_max) {}

    held_map(const held_map&) = delete;
    held_map& operator=(const held_map&) = delete;

    [[nodiscard]] entry* find(const Key& key) {
        const auto at = entries_.find(key);
        return at == entries_.end() ? nullptr : &at->second;
    }

    // Found or made; it stays where it is until it was let go as often as it was held.
    [[nodiscard]] entry& hold(const Key& key) {
        const auto [at, made] = entries_.try_emplace(key);
        entry& one = at->second;
        one.key_ = &at->first;
        if (one.is_linked()) idle_.erase(idle_.iterator_to(one));
        ++one.holders_;
        return one;
    }

    void let_go(entry& one) {
        assert(one.holders_ > 0);
        if (--one.holders_ > 0) return;
        idle_.push_back(one);
        if (idle_.size() <= idle_max_) return;
        const entry& oldest = idle_.front();
        idle_.pop_front();
        entries_.erase(entries_.find(oldest.key()));
    }

    [[nodiscard]] std::size_t size() const { return entries_.size(); }

private:
    std::size_t idle_max_;
    std::map<Key, entry> entries_; // ordered: no choice of keys makes it slow
    boost::intrusive::list<entry> idle_;
};

} // namespace holdfast::net
