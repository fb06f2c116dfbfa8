// Process-wide settings and the calling thread's last error.

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/csrc/api/include/torch/version.h>

#include <malloc.h>

#include <limits>
#include <mutex>

#include "handle.hpp"

using namespace ctorch;

const char *ct_last_error(void) { return last_error.c_str(); }

intptr_t ct_live_handles(void) { return live_handles; }

const char *ct_version(void) { return TORCH_VERSION; }

ct_status ct_set_threads(intptr_t threads) {
    return guarded([&] {
        TORCH_CHECK(threads >= 1, "at least one thread is needed, not ", threads);
        at::set_num_threads(static_cast<int>(threads));
        // libtorch lets the inter-operator pool be sized once; nothing here runs operators side by side in it.
        static std::once_flag sized;
        std::call_once(sized, [&] { at::set_num_interop_threads(static_cast<int>(threads)); });
    });
}

intptr_t ct_threads(void) { return at::get_num_threads(); }

ct_status ct_keep_freed_memory(void) {
    return guarded([&] {
        // Only faster, never needed: older C libraries allow no threshold above half of a heap, and others none at all.
        constexpr int never = std::numeric_limits<int>::max();
        if (mallopt(M_MMAP_THRESHOLD, never) != 1) mallopt(M_MMAP_THRESHOLD, 32 << 20);
        mallopt(M_TRIM_THRESHOLD, never);
    });
}
