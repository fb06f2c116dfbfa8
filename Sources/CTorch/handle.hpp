// What every file of the interface shares: the handles, the conversions, and the one place exceptions end.

#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <array>
#include <atomic>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "ctorch.h"

namespace ctorch {

inline std::atomic<intptr_t> live_handles{0};
inline thread_local std::string last_error;

// Counts a handle from its creation to its end.
struct Counted {
    Counted() { ++live_handles; }
    ~Counted() { --live_handles; }
    Counted(const Counted &) = delete;
    Counted &operator=(const Counted &) = delete;
};

inline ct_status fail(ct_status status, const char *message) noexcept {
    try {
        last_error = message;
    } catch (...) {
        last_error.clear();
    }
    return status;
}

// Runs `body`, turning every exception into a status and a message: nothing is thrown into Swift.
template <typename Body>
ct_status guarded(Body &&body) noexcept {
    try {
        body();
        return ct_ok;
    } catch (const c10::OutOfMemoryError &error) {
        return fail(ct_out_of_memory, error.what_without_backtrace());
    } catch (const c10::NotImplementedError &error) {
        return fail(ct_unsupported, error.what_without_backtrace());
    } catch (const c10::Error &error) {
        const std::string message = error.what_without_backtrace();
        const bool memory = message.find("DefaultCPUAllocator") != std::string::npos;
        return fail(memory ? ct_out_of_memory : ct_invalid_argument, message.c_str());
    } catch (const std::bad_alloc &) {
        return fail(ct_out_of_memory, "out of memory");
    } catch (const std::exception &error) {
        return fail(ct_internal, error.what());
    } catch (...) {
        return fail(ct_internal, "an exception of unknown type");
    }
}

inline at::ScalarType scalar_type(ct_dtype dtype) {
    switch (dtype) {
        case ct_uint8: return at::kByte;
        case ct_int64: return at::kLong;
        case ct_float32: return at::kFloat;
        case ct_float64: return at::kDouble;
        case ct_bool: return at::kBool;
    }
    TORCH_CHECK(false, "unknown element type ", static_cast<int>(dtype));
}

inline at::IntArrayRef sizes(const intptr_t *values, intptr_t count) {
    static_assert(sizeof(intptr_t) == sizeof(int64_t));
    return {reinterpret_cast<const int64_t *>(values), static_cast<size_t>(count)};
}

}  // namespace ctorch

struct ct_tensor : ctorch::Counted {
    explicit ct_tensor(at::Tensor tensor) : value(std::move(tensor)) {}
    at::Tensor value;
};

struct ct_generator : ctorch::Counted {
    explicit ct_generator(at::Generator generator) : value(std::move(generator)) {}
    at::Generator value;
};

namespace ctorch {

// Runs `body` and hands its tensor to the caller as a new handle.
template <typename Body>
ct_status produce(ct_tensor_out out, Body &&body) noexcept {
    return guarded([&] { *out = new ct_tensor(body()); });
}

inline std::vector<at::Tensor> values(ct_tensor_list tensors, intptr_t count) {
    std::vector<at::Tensor> list;
    list.reserve(static_cast<size_t>(count));
    for (intptr_t i = 0; i < count; ++i) list.push_back(tensors[i]->value);
    return list;
}

inline std::optional<at::Tensor> optional(ct_tensor *tensor) {
    return tensor ? std::optional<at::Tensor>(tensor->value) : std::nullopt;
}

}  // namespace ctorch
