// Where time goes: libtorch reports the beginning and the end of every operation, and what passes in between counts for
// the operations that run, the innermost last.

#include <ATen/record_function.h>

#include <chrono>
#include <unordered_map>

#include "handle.hpp"

using namespace ctorch;

namespace {

using Clock = std::chrono::steady_clock;

struct Profile {
    // The names of the operations that run, outermost first, joined by ';'.
    std::string stack;
    // How long `stack` was before each of them.
    std::vector<size_t> lengths;
    std::unordered_map<std::string, double> seconds;
    Clock::time_point since = Clock::now();
    at::CallbackHandle callback = 0;

    void charge() { seconds[stack] += std::chrono::duration<double>(Clock::now() - since).count(); }
};

thread_local std::unique_ptr<Profile> profile;

// Both callbacks read the clock last, so that their own time counts for nothing.

std::unique_ptr<at::ObserverContext> enter(const at::RecordFunction &operation) {
    // libtorch hands callbacks on to threads that it starts itself; only the one that asked is profiled.
    if (!profile) return nullptr;
    profile->charge();
    profile->lengths.push_back(profile->stack.size());
    if (!profile->stack.empty()) profile->stack += ';';
    profile->stack += operation.name();
    profile->since = Clock::now();
    return nullptr;
}

void leave(const at::RecordFunction &, at::ObserverContext *) {
    if (!profile) return;
    profile->charge();
    profile->stack.resize(profile->lengths.back());
    profile->lengths.pop_back();
    profile->since = Clock::now();
}

}  // namespace

ct_status ct_profile_begin(void) {
    return guarded([&] {
        TORCH_CHECK(!profile, "this thread is being profiled already");
        profile = std::make_unique<Profile>();
        profile->callback = at::addThreadLocalCallback(at::RecordFunctionCallback(enter, leave));
    });
}

ct_status ct_profile_end(ct_profile_visit visit, void *context) {
    return guarded([&] {
        TORCH_CHECK(profile, "this thread is not being profiled");
        profile->charge();
        const auto ended = std::move(profile);
        at::removeCallback(ended->callback);
        for (const auto &[stack, seconds] : ended->seconds) visit(context, stack.c_str(), seconds);
    });
}
