// Fully connected layers.
//
// libtorch multiplies dense matrices with MKL, which reaches half of oneDNN's speed on processors not made by Intel.
// For single precision this file asks for oneDNN, forward and backward; everything else goes to libtorch's own layer.

#include <ATen/Context.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <torch/csrc/autograd/custom_function.h>

#include "handle.hpp"

using namespace ctorch;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

// `a * b^T + bias` by oneDNN. Not differentiable: the graph is `Linear`'s business.
at::Tensor product(const at::Tensor &a, const at::Tensor &b, const std::optional<at::Tensor> &bias) {
    using Signature = at::Tensor(const at::Tensor &, const at::Tensor &, const std::optional<at::Tensor> &,
        std::string_view, c10::List<std::optional<at::Scalar>>, std::optional<std::string_view>);
    static const auto operation =
        c10::Dispatcher::singleton().findSchemaOrThrow("mkldnn::_linear_pointwise", "").typed<Signature>();
    return operation.call(a, b, bias, "none", c10::List<std::optional<at::Scalar>>(), std::nullopt);
}

struct Linear : torch::autograd::Function<Linear> {
    static at::Tensor forward(
        AutogradContext *context, const at::Tensor &x, const at::Tensor &weight,
        const std::optional<at::Tensor> &bias) {
        context->save_for_backward({x, weight});
        context->saved_data["bias"] = bias.has_value();
        return product(x, weight, bias);
    }

    static variable_list backward(AutogradContext *context, const variable_list &gradients) {
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0], &weight = saved[1], &gradient = gradients[0];
        // While a graph of the gradient itself is recorded, every operation must be differentiable.
        const bool recording = at::GradMode::is_enabled();
        const auto times = [&](const at::Tensor &a, const at::Tensor &b) {
            return recording ? at::matmul(a, b.t()) : product(a, b, std::nullopt);
        };
        at::Tensor x_gradient, weight_gradient, bias_gradient;
        if (context->needs_input_grad(0)) x_gradient = times(gradient, weight.t());
        if (context->needs_input_grad(1)) weight_gradient = times(gradient.t(), x.t());
        if (context->saved_data["bias"].toBool()) bias_gradient = gradient.sum(0);
        return {x_gradient, weight_gradient, bias_gradient};
    }
};

bool suits_one_dnn(const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias) {
    const bool fits = x.dim() == 2 && weight.dim() == 2 && x.size(1) == weight.size(1)
        && (!bias || (bias->dim() == 1 && bias->size(0) == weight.size(0)));
    const bool single = x.scalar_type() == at::kFloat && weight.scalar_type() == at::kFloat
        && (!bias || bias->scalar_type() == at::kFloat);
    return fits && single && x.numel() > 0 && weight.numel() > 0 && at::globalContext().userEnabledMkldnn()
        && at::Context::hasMKLDNN();
}

}  // namespace

ct_status ct_linear(ct_tensor *x, ct_tensor *weight, ct_tensor *bias, ct_tensor_out out) {
    return produce(out, [&] {
        const auto offset = optional(bias);
        return suits_one_dnn(x->value, weight->value, offset) ? Linear::apply(x->value, weight->value, offset)
                                                              : at::linear(x->value, weight->value, offset);
    });
}
