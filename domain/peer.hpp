// Who waits at the other end of a long poll, as far as the domain has to know. The connection implements
// peer, the waiting room's ticket implements waiter; neither sees the other's folder.
#pragma once

namespace holdfast {

// One parked poll. Called on the shard's own thread; both only mark and wake, nothing is resumed inline.
class waiter {
public:
    virtual void abandon() = 0;      // the caller hung up: assign nothing to it
    virtual void finish_early() = 0; // the caller sent its next request: answer this one, empty

protected:
    ~waiter() = default;
};

class peer {
public:
    // One look at the connection: false when the caller has hung up.
    [[nodiscard]] virtual bool present() = 0;

    // While `parked` is not null it is told when the caller goes or speaks. Set just before the wait and
    // cleared (nullptr) just after it.
    virtual void watch(waiter* parked) = 0;

protected:
    ~peer() = default;
};

// The waiting caller is watched exactly as long as this lives.
class watched {
public:
    watched(peer& caller, waiter& parked) : caller_(caller) { caller_.watch(&parked); }

    ~watched() { caller_.watch(nullptr); }

    watched(const watched&) = delete;
    watched& operator=(const watched&) = delete;
    watched(watched&&) = delete;
    watched& operator=(watched&&) = delete;

private:
    peer& caller_;
};

} // namespace holdfast
