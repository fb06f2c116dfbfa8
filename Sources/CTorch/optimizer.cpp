// Parameter updates: one call for all parameters.

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/full.h>
#include <ATen/ops/logical_not.h>

#include "handle.hpp"
#include "vectorised.hpp"

using namespace ctorch;

namespace {

// The parameters that have a gradient, and whatever goes with each of them.
template <size_t States>
struct Updates {
    std::vector<at::Tensor> parameters, gradients;
    std::array<std::vector<at::Tensor>, States> states;

    Updates(ct_tensor_list list, std::array<ct_tensor_list , States> state_lists, intptr_t count) {
        for (intptr_t i = 0; i < count; ++i) {
            const auto &parameter = list[i]->value;
            const auto &gradient = parameter.grad();
            if (!gradient.defined()) continue;
            parameters.push_back(parameter);
            gradients.push_back(gradient);
            for (size_t s = 0; s < States; ++s) states[s].push_back(state_lists[s][i]->value);
        }
    }
};

// Every step of a masked network passes over its weights and momenta here: left scalar, a quarter of a small network's step.
CT_VECTORISED void zero_where_false(float *values, const bool *kept, int64_t count) {
    for (int64_t i = 0; i < count; ++i) values[i] = kept[i] ? values[i] : 0.0F;
}

void zero_where_false(at::Tensor &target, const at::Tensor &mask) {
    TORCH_CHECK(mask.scalar_type() == at::kBool && mask.sizes() == target.sizes(), "a mask is bool and of shape ",
        target.sizes(), ", not ", mask.dtype().name(), " of ", mask.sizes());
    if (target.scalar_type() != at::kFloat || !target.is_contiguous() || !mask.is_contiguous()) {
        target.masked_fill_(at::logical_not(mask), 0);
        return;
    }
    zero_where_false(target.mutable_data_ptr<float>(), mask.const_data_ptr<bool>(), target.numel());
}

}  // namespace

ct_status ct_sgd_step(
    ct_tensor_list parameters, ct_tensor_list momenta, intptr_t count, double learning_rate, double momentum,
    double weight_decay) {
    return guarded([&] {
        const at::NoGradGuard no_recording;
        Updates<1> updates(parameters, {momenta}, count);
        if (updates.parameters.empty()) return;
        // Momenta begin as zeros, so the first step needs no case of its own; without momentum none may be passed.
        if (momentum == 0) updates.states[0].clear();
        at::_fused_sgd_(updates.parameters, updates.gradients, updates.states[0], weight_decay, momentum, learning_rate,
            /*dampening=*/0, /*nesterov=*/false, /*maximize=*/false, /*is_first_step=*/false);
    });
}

ct_status ct_adam_step(
    ct_tensor_list parameters, ct_tensor_list means, ct_tensor_list squares, intptr_t count, int64_t step,
    double learning_rate, double beta1, double beta2, double epsilon, double weight_decay) {
    return guarded([&] {
        const at::NoGradGuard no_recording;
        Updates<2> updates(parameters, {means, squares}, count);
        if (updates.parameters.empty()) return;
        const auto taken = at::full({}, static_cast<double>(step), at::kFloat);
        const std::vector<at::Tensor> steps(updates.parameters.size(), taken);
        at::_fused_adam_(updates.parameters, updates.gradients, updates.states[0], updates.states[1], {}, steps,
            learning_rate, beta1, beta2, weight_decay, epsilon, /*amsgrad=*/false, /*maximize=*/false);
    });
}

ct_status ct_apply_masks(ct_tensor_list tensors, ct_tensor_list masks, intptr_t count) {
    return guarded([&] {
        const at::NoGradGuard no_recording;
        for (intptr_t i = 0; i < count; ++i) zero_where_false(tensors[i]->value, masks[i]->value);
    });
}
