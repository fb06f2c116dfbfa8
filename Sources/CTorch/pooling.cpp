// Max-pooling in channels-last layout, for single precision; other types go to libtorch's own.
//
// The forward pass keeps, per output, which element of its window won, as one byte. Both passes then run over
// channels without a branch, so they vectorise; libtorch's contiguous kernel keeps 8-byte indices and scatters.
//
// Backward is the scatter of the gradient to the winners, whose own derivative is the gather from them and the other
// way round, so gradients of gradients come out exactly.

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/record_function.h>
#include <torch/csrc/autograd/custom_function.h>

#include "handle.hpp"
#include "vectorised.hpp"

using namespace ctorch;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

// Sizes of one pooling: windows of kernel x kernel, `stride` apart, that fit into height x width.
struct Window {
    int64_t batch, channels, height, width, kernel, stride;

    int64_t rows() const { return (height - kernel) / stride + 1; }
    int64_t columns() const { return (width - kernel) / stride + 1; }
    // Every input element lies in exactly one window.
    bool tiles() const { return stride == kernel && height % kernel == 0 && width % kernel == 0; }

    // Calls `body(input, output)` for every window of some images: the offsets of the first channel of its first
    // element, and of its output.
    template <typename Body>
    CT_INLINE void visit(int64_t first_image, int64_t last_image, const Body &body) const {
        int64_t output = first_image * rows() * columns() * channels;
        for (int64_t image = first_image; image < last_image; ++image) {
            for (int64_t row = 0; row < rows(); ++row) {
                int64_t input = (image * height + row * stride) * width * channels;
                for (int64_t column = 0; column < columns(); ++column) {
                    body(input, output);
                    input += stride * channels;
                    output += channels;
                }
            }
        }
    }
};

// The kernels below are written once for a window's side known only at run time and once, by a constant type, for 2,
// the side nearly every network has: the loop over a window's elements is then unrolled into the loop over channels,
// which becomes straight vector code. Within one window no two (channel, element) pairs share an address.
using Two = std::integral_constant<int64_t, 2>;

// The first of equals wins, and NaN wins over everything, as in libtorch.
template <typename Side>
CT_INLINE void pool(
    const Window &w, Side side, int64_t first, int64_t last, const float *input, float *best, uint8_t *winner) {
    const int64_t channels = w.channels, line = w.width * w.channels;
    w.visit(first, last, [=](int64_t from, int64_t to) CT_INLINE {
#pragma clang loop vectorize(assume_safety)
        for (int64_t c = 0; c < channels; ++c) {
            float most = input[from + c];
            int64_t place = 0;
            for (int64_t i = 1; i < side * side; ++i) {
                const float value = input[from + i / side * line + i % side * channels + c];
                const bool wins = (value > most) | (value != value);
                most = wins ? value : most;
                place = wins ? i : place;
            }
            best[to + c] = most;
            winner[to + c] = static_cast<uint8_t>(place);
        }
    });
}

// Adds (or, where windows tile, stores) each output's gradient at its winner.
template <typename Side>
CT_INLINE void scatter(
    const Window &w, Side side, int64_t first, int64_t last, const float *gradient, const uint8_t *winner,
    float *input) {
    const int64_t channels = w.channels, line = w.width * w.channels;
    const bool store = w.tiles();
    w.visit(first, last, [=](int64_t to, int64_t from) CT_INLINE {
#pragma clang loop vectorize(assume_safety)
        for (int64_t c = 0; c < channels; ++c) {
            for (int64_t i = 0; i < side * side; ++i) {
                float &element = input[to + i / side * line + i % side * channels + c];
                const float share = winner[from + c] == i ? gradient[from + c] : 0.0F;
                element = store ? share : element + share;
            }
        }
    });
}

CT_VECTORISED void pool_images(
    const Window &w, int64_t first, int64_t last, const float *input, float *best, uint8_t *winner) {
    if (w.kernel == Two::value) {
        pool(w, Two(), first, last, input, best, winner);
    } else {
        pool(w, w.kernel, first, last, input, best, winner);
    }
}

CT_VECTORISED void scatter_images(
    const Window &w, int64_t first, int64_t last, const float *gradient, const uint8_t *winner, float *input) {
    if (w.kernel == Two::value) {
        scatter(w, Two(), first, last, gradient, winner, input);
    } else {
        scatter(w, w.kernel, first, last, gradient, winner, input);
    }
}

// Collects for each output the input's value at its winner.
void gather_images(
    const Window &w, int64_t first, int64_t last, const float *input, const uint8_t *winner, float *collected) {
    w.visit(first, last, [&](int64_t from, int64_t to) {
        for (int64_t c = 0; c < w.channels; ++c) {
            const int64_t place = winner[to + c];
            const int64_t element = place / w.kernel * w.width + place % w.kernel;
            collected[to + c] = input[from + element * w.channels + c];
        }
    });
}

at::Tensor channels_last(const at::Tensor &x) { return x.contiguous(at::MemoryFormat::ChannelsLast); }

at::Tensor output_like(const at::Tensor &x, const Window &w, at::ScalarType type) {
    return at::empty(
        {w.batch, w.channels, w.rows(), w.columns()}, x.options().dtype(type), at::MemoryFormat::ChannelsLast);
}

// Images are independent, so the result does not depend on how threads share them.
template <typename Body>
void over_images(const Window &w, const Body &body) {
    at::parallel_for(0, w.batch, 1, body);
}

struct Gather;

// Gradient by output, to gradient by input.
struct Scatter : torch::autograd::Function<Scatter> {
    static at::Tensor forward(AutogradContext *context, const at::Tensor &gradient, const at::Tensor &winner, Window w);
    static variable_list backward(AutogradContext *context, const variable_list &gradients);
};

// The adjoint of `Scatter`.
struct Gather : torch::autograd::Function<Gather> {
    static at::Tensor forward(AutogradContext *context, const at::Tensor &input, const at::Tensor &winner, Window w);
    static variable_list backward(AutogradContext *context, const variable_list &gradients);
};

void remember(AutogradContext *context, const at::Tensor &winner, const Window &w) {
    context->saved_data["winner"] = winner;
    context->saved_data["window"] =
        std::vector<int64_t>{w.batch, w.channels, w.height, w.width, w.kernel, w.stride};
}

std::pair<at::Tensor, Window> recalled(AutogradContext *context) {
    const auto sizes = context->saved_data["window"].toIntVector();
    return {context->saved_data["winner"].toTensor(), {sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], sizes[5]}};
}

at::Tensor Scatter::forward(AutogradContext *context, const at::Tensor &gradient, const at::Tensor &winner, Window w) {
    remember(context, winner, w);
    const auto source = channels_last(gradient);
    auto input = at::empty({w.batch, w.channels, w.height, w.width}, source.options(), at::MemoryFormat::ChannelsLast);
    if (!w.tiles()) input.zero_();
    const auto *from = source.const_data_ptr<float>();
    const auto *won = winner.const_data_ptr<uint8_t>();
    auto *to = input.mutable_data_ptr<float>();
    over_images(w, [&](int64_t first, int64_t last) { scatter_images(w, first, last, from, won, to); });
    return input;
}

variable_list Scatter::backward(AutogradContext *context, const variable_list &gradients) {
    const auto [winner, w] = recalled(context);
    return {Gather::apply(gradients[0], winner, w), at::Tensor(), at::Tensor()};
}

at::Tensor Gather::forward(AutogradContext *context, const at::Tensor &input, const at::Tensor &winner, Window w) {
    remember(context, winner, w);
    const auto source = channels_last(input);
    auto collected = output_like(source, w, source.scalar_type());
    const auto *from = source.const_data_ptr<float>();
    const auto *won = winner.const_data_ptr<uint8_t>();
    auto *to = collected.mutable_data_ptr<float>();
    over_images(w, [&](int64_t first, int64_t last) { gather_images(w, first, last, from, won, to); });
    return collected;
}

variable_list Gather::backward(AutogradContext *context, const variable_list &gradients) {
    const auto [winner, w] = recalled(context);
    return {Scatter::apply(gradients[0], winner, w), at::Tensor(), at::Tensor()};
}

struct MaxPool : torch::autograd::Function<MaxPool> {
    static at::Tensor forward(AutogradContext *context, const at::Tensor &x, int64_t kernel, int64_t stride) {
        const Window w{x.size(0), x.size(1), x.size(2), x.size(3), kernel, stride};
        const auto input = channels_last(x);
        auto best = output_like(input, w, input.scalar_type()), winner = output_like(input, w, at::kByte);
        const auto *from = input.const_data_ptr<float>();
        auto *to = best.mutable_data_ptr<float>();
        auto *won = winner.mutable_data_ptr<uint8_t>();
        over_images(w, [&](int64_t first, int64_t last) { pool_images(w, first, last, from, to, won); });
        remember(context, winner, w);
        return best;
    }

    static variable_list backward(AutogradContext *context, const variable_list &gradients) {
        const auto [winner, w] = recalled(context);
        return {Scatter::apply(gradients[0], winner, w), at::Tensor(), at::Tensor()};
    }
};

}  // namespace

ct_status ct_max_pool2d(
    ct_tensor *x, intptr_t kernel, intptr_t stride, intptr_t padding, ct_tensor_out out) {
    return produce(out, [&] {
        RECORD_USER_SCOPE("max_pool2d");
        const auto &input = x->value;
        TORCH_CHECK(input.dim() == 4, "images are (batch, channels, height, width), not ", input.sizes());
        // A winner is one byte, so a window has at most 256 elements.
        TORCH_CHECK(kernel >= 1 && kernel <= 16 && stride >= 1, "a window has 1 to 16 elements a side and a stride of ",
            "at least 1, not ", kernel, " and ", stride);
        if (padding != 0) return at::max_pool2d(input, {kernel, kernel}, {stride, stride}, {padding, padding});
        TORCH_CHECK(kernel <= input.size(2) && kernel <= input.size(3), "a window of ", kernel, " x ", kernel,
            " does not fit into images of ", input.size(2), " x ", input.size(3));
        if (input.scalar_type() != at::kFloat) return at::max_pool2d(input, {kernel, kernel}, {stride, stride});
        return MaxPool::apply(input, kernel, stride);
    });
}
