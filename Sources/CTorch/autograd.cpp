// Reverse-mode differentiation.

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/autograd.h>

#include "handle.hpp"

using namespace ctorch;

bool ct_set_recording(bool recording) {
    const bool before = at::GradMode::is_enabled();
    at::GradMode::set_enabled(recording);
    return before;
}

ct_status ct_set_requires_grad(ct_tensor *x, bool required) {
    return guarded([&] { x->value.requires_grad_(required); });
}

bool ct_requires_grad(ct_tensor *x) { return x->value.requires_grad(); }

ct_status ct_detach(ct_tensor *x, ct_tensor_out out) {
    return produce(out, [&] { return x->value.detach(); });
}

ct_status ct_backward(ct_tensor *loss) {
    return guarded([&] { torch::autograd::backward({loss->value}); });
}

ct_status ct_grad(ct_tensor *x, ct_tensor_out out) {
    return guarded([&] {
        const auto &grad = x->value.grad();
        *out = grad.defined() ? new ct_tensor(grad) : nullptr;
    });
}

ct_status ct_clear_grads(ct_tensor_list tensors, intptr_t count) {
    return guarded([&] {
        for (intptr_t i = 0; i < count; ++i) tensors[i]->value.mutable_grad().reset();
    });
}

ct_status ct_gradients(
    ct_tensor *output, ct_tensor_list inputs, intptr_t count, bool create_graph, ct_tensor_out out) {
    return guarded([&] {
        const auto wanted = values(inputs, count);
        auto found = torch::autograd::grad({output->value}, wanted, {}, std::nullopt, create_graph, true);
        std::vector<std::unique_ptr<ct_tensor>> handles;
        for (size_t i = 0; i < found.size(); ++i) {
            auto grad = found[i].defined() ? found[i] : at::zeros_like(wanted[i]);
            handles.push_back(std::make_unique<ct_tensor>(std::move(grad)));
        }
        for (size_t i = 0; i < handles.size(); ++i) out[i] = handles[i].release();
    });
}
