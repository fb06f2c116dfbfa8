// Batch normalisation with or without a ReLU behind it, in channels-last layout.
//
// In training and single precision the two are one pass forward (after the one for the moments) and two passes backward,
// which recompute the ReLU's sign from the input instead of keeping anything: in libtorch they are two layers that read
// and write every activation twice as often. Everything else goes to libtorch's own.
//
// Sums run over blocks of rows whose size depends on the shape alone, and blocks are joined in order, in double precision:
// the result depends neither on the number of threads nor on how they share the work.

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/where.h>
#include <ATen/record_function.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

#include "handle.hpp"
#include "vectorised.hpp"

using namespace ctorch;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

// An image tensor as rows of channels. To sum few channels at a vector's width, `fold` rows count as one of
// `fold * channels` lanes, added up in the end.
struct Rows {
    int64_t count, channels, fold;

    explicit Rows(const at::Tensor &x) : count(x.numel() / x.size(1)), channels(x.size(1)), fold(1) {
        while (lanes() < 128 && (count / fold) % 2 == 0) fold *= 2;
    }

    int64_t lanes() const { return fold * channels; }
    // About 16 KiB of each operand: what a block reads twice is still in the first-level cache.
    int64_t block() const { return std::max<int64_t>(1, 4096 / lanes()); }
    int64_t folded() const { return count / fold; }
    int64_t blocks() const { return (folded() + block() - 1) / block(); }
};

// Per channel, what turns an input x into the normalised output: x * scale + shift.
struct Affine {
    std::vector<float> scale, shift;
};

CT_INLINE inline float affine(float x, float scale, float shift) { return x * scale + shift; }

// Repeats each channel's value over the folded rows.
std::vector<float> folded(const Rows &rows, const std::vector<float> &values) {
    std::vector<float> lanes(static_cast<size_t>(rows.lanes()));
    for (size_t i = 0; i < lanes.size(); ++i) lanes[i] = values[i % values.size()];
    return lanes;
}

// Of each lane of one block: the sum of x - pivot, and of its square.
CT_VECTORISED void block_moments(
    const float *__restrict x, int64_t rows, int64_t lanes, const float *__restrict pivot, float *__restrict sum,
    float *__restrict squares) {
    for (int64_t i = 0; i < lanes; ++i) sum[i] = squares[i] = 0;
    for (int64_t row = 0; row < rows; ++row) {
        for (int64_t i = 0; i < lanes; ++i) {
            const float distance = x[row * lanes + i] - pivot[i];
            sum[i] += distance;
            squares[i] += distance * distance;
        }
    }
}

// Of each lane of one block: the sum of the gradients that pass the ReLU, and of their products with x - mean.
template <bool relu>
CT_INLINE inline void block_products(
    const float *__restrict x, const float *__restrict gradient, int64_t rows, int64_t lanes,
    const float *__restrict mean, const float *__restrict scale, const float *__restrict shift, float *__restrict sum,
    float *__restrict products) {
    for (int64_t i = 0; i < lanes; ++i) sum[i] = products[i] = 0;
    for (int64_t row = 0; row < rows; ++row) {
        for (int64_t i = 0; i < lanes; ++i) {
            const float value = x[row * lanes + i], arriving = gradient[row * lanes + i];
            const float passing = !relu || affine(value, scale[i], shift[i]) > 0 ? arriving : 0.0F;
            sum[i] += passing;
            products[i] += passing * (value - mean[i]);
        }
    }
}

CT_VECTORISED void sum_products(
    bool relu, const float *x, const float *gradient, int64_t rows, int64_t lanes, const float *mean,
    const float *scale, const float *shift, float *sum, float *products) {
    if (relu) {
        block_products<true>(x, gradient, rows, lanes, mean, scale, shift, sum, products);
    } else {
        block_products<false>(x, gradient, rows, lanes, mean, scale, shift, sum, products);
    }
}

CT_VECTORISED void transform(
    bool relu, const float *__restrict x, int64_t rows, int64_t lanes, const float *__restrict scale,
    const float *__restrict shift, float *__restrict y) {
    const float least = relu ? 0 : -std::numeric_limits<float>::infinity();
    for (int64_t row = 0; row < rows; ++row) {
        for (int64_t i = 0; i < lanes; ++i) {
            const float value = affine(x[row * lanes + i], scale[i], shift[i]);
            // NaN is passed on.
            y[row * lanes + i] = value < least ? least : value;
        }
    }
}

// The gradient by x: what passes the ReLU times `scale`, plus x * slope + offset.
template <bool relu>
CT_INLINE inline void block_gradient(
    const float *__restrict x, const float *__restrict gradient, int64_t rows, int64_t lanes,
    const float *__restrict scale, const float *__restrict shift, const float *__restrict slope,
    const float *__restrict offset, float *__restrict result) {
    for (int64_t row = 0; row < rows; ++row) {
        for (int64_t i = 0; i < lanes; ++i) {
            const float value = x[row * lanes + i], arriving = gradient[row * lanes + i];
            const float passing = !relu || affine(value, scale[i], shift[i]) > 0 ? arriving : 0.0F;
            result[row * lanes + i] = passing * scale[i] + affine(value, slope[i], offset[i]);
        }
    }
}

CT_VECTORISED void input_gradient(
    bool relu, const float *x, const float *gradient, int64_t rows, int64_t lanes, const float *scale,
    const float *shift, const float *slope, const float *offset, float *result) {
    if (relu) {
        block_gradient<true>(x, gradient, rows, lanes, scale, shift, slope, offset, result);
    } else {
        block_gradient<false>(x, gradient, rows, lanes, scale, shift, slope, offset, result);
    }
}

// Calls `body(block, first element, rows)` for every block, in parallel.
template <typename Body>
void over_blocks(const Rows &rows, const Body &body) {
    at::parallel_for(0, rows.blocks(), 8, [&](int64_t first, int64_t last) {
        for (int64_t block = first; block < last; ++block) {
            const int64_t row = block * rows.block();
            body(block, row * rows.lanes(), std::min(rows.block(), rows.folded() - row));
        }
    });
}

// Two sums of every lane of every block.
struct BlockSums {
    const Rows &rows;
    std::vector<float> first, second;

    explicit BlockSums(const Rows &rows)
        : rows(rows), first(static_cast<size_t>(rows.blocks() * rows.lanes())), second(first.size()) {}

    size_t place(int64_t block) const { return static_cast<size_t>(block * rows.lanes()); }

    // Of each channel, over all blocks.
    std::vector<double> total(const std::vector<float> &parts) const {
        std::vector<double> sums(static_cast<size_t>(rows.channels));
        for (size_t start = 0; start < parts.size(); start += sums.size()) {
            for (size_t i = 0; i < sums.size(); ++i) sums[i] += parts[start + i];
        }
        return sums;
    }
};

struct Moments {
    std::vector<double> mean, variance;
};

// Sums of squares about a pivot near the mean, the mean of the first block, so that little cancels.
Moments moments(const Rows &rows, const float *x) {
    const auto channels = static_cast<size_t>(rows.channels);
    const auto start = std::min(rows.block(), rows.folded()) * rows.fold;
    std::vector<double> sum(channels);
    for (int64_t row = 0; row < start; ++row) {
        for (size_t i = 0; i < channels; ++i) sum[i] += x[static_cast<size_t>(row) * channels + i];
    }
    std::vector<float> pivot(channels);
    for (size_t i = 0; i < channels; ++i) pivot[i] = static_cast<float>(sum[i] / static_cast<double>(start));

    const auto pivots = folded(rows, pivot);
    BlockSums sums(rows);
    over_blocks(rows, [&](int64_t block, int64_t from, int64_t length) {
        const size_t place = sums.place(block);
        block_moments(x + from, length, rows.lanes(), pivots.data(), &sums.first[place], &sums.second[place]);
    });
    Moments found{sums.total(sums.first), sums.total(sums.second)};
    const auto count = static_cast<double>(rows.count);
    for (size_t i = 0; i < channels; ++i) {
        const double distance = found.mean[i] / count;
        found.variance[i] = std::max(0.0, found.variance[i] / count - distance * distance);
        found.mean[i] = pivot[i] + distance;
    }
    return found;
}

// Moves the running moments towards the batch's; the variance that enters them is the unbiased one.
void move(at::Tensor running, const std::vector<double> &batch, double momentum, double factor) {
    float *values = running.mutable_data_ptr<float>();
    for (size_t i = 0; i < batch.size(); ++i) {
        values[i] = static_cast<float>((1 - momentum) * values[i] + momentum * factor * batch[i]);
    }
}

Affine affine_of(const std::vector<double> &mean, const std::vector<double> &inverse, const at::Tensor &weight,
    const at::Tensor &bias) {
    const float *scales = weight.const_data_ptr<float>(), *shifts = bias.const_data_ptr<float>();
    Affine result{std::vector<float>(mean.size()), std::vector<float>(mean.size())};
    for (size_t i = 0; i < mean.size(); ++i) {
        result.scale[i] = static_cast<float>(scales[i] * inverse[i]);
        result.shift[i] = static_cast<float>(shifts[i] - mean[i] * scales[i] * inverse[i]);
    }
    return result;
}

at::Tensor channel_vector(const std::vector<double> &values) {
    auto tensor = at::empty({static_cast<int64_t>(values.size())}, at::kFloat);
    for (size_t i = 0; i < values.size(); ++i) tensor.mutable_data_ptr<float>()[i] = static_cast<float>(values[i]);
    return tensor;
}

// The backward pass out of libtorch's operations, for a gradient that is to be differentiated again.
variable_list differentiable_gradients(
    const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias, const at::Tensor &gradient, bool relu,
    double epsilon) {
    const std::array<int64_t, 3> others{0, 2, 3};
    const auto per_channel = [](const at::Tensor &t) { return t.reshape({1, -1, 1, 1}); };
    const auto centred = x - x.mean(others, true);
    const auto inverse = at::rsqrt(centred.square().mean(others, true) + epsilon);
    const auto normal = centred * inverse;
    const auto output = normal * per_channel(weight) + per_channel(bias);
    const auto passing = relu ? at::where(output > 0, gradient, 0) : gradient;
    const auto along = passing * normal;
    return {per_channel(weight) * inverse
            * (passing - passing.mean(others, true) - normal * along.mean(others, true)),
        along.sum(others), passing.sum(others)};
}

struct BatchNorm : torch::autograd::Function<BatchNorm> {
    static at::Tensor forward(
        AutogradContext *context, const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias,
        const at::Tensor &running_mean, const at::Tensor &running_variance, double momentum, double epsilon,
        bool relu) {
        const Rows rows(x);
        const float *from = x.const_data_ptr<float>();
        auto [mean, variance] = moments(rows, from);
        const auto count = static_cast<double>(rows.count);
        move(running_mean, mean, momentum, 1);
        move(running_variance, variance, momentum, count / (count - 1));
        std::vector<double> inverse(variance.size());
        for (size_t i = 0; i < inverse.size(); ++i) inverse[i] = 1 / std::sqrt(variance[i] + epsilon);

        const auto [scale, shift] = affine_of(mean, inverse, weight, bias);
        const auto scales = folded(rows, scale), shifts = folded(rows, shift);
        auto y = at::empty_like(x);
        float *to = y.mutable_data_ptr<float>();
        over_blocks(rows, [&](int64_t, int64_t first, int64_t length) {
            transform(relu, from + first, length, rows.lanes(), scales.data(), shifts.data(), to + first);
        });
        context->save_for_backward({x, weight, bias});
        context->saved_data["mean"] = mean;
        context->saved_data["inverse"] = inverse;
        context->saved_data["epsilon"] = epsilon;
        context->saved_data["relu"] = relu;
        return y;
    }

    static variable_list backward(AutogradContext *context, const variable_list &gradients) {
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0], &weight = saved[1], &bias = saved[2];
        const bool relu = context->saved_data["relu"].toBool();
        variable_list found;
        if (at::GradMode::is_enabled()) {
            const double epsilon = context->saved_data["epsilon"].toDouble();
            found = differentiable_gradients(x, weight, bias, gradients[0], relu, epsilon);
        } else {
            found = fast_gradients(context, x, weight, bias, gradients[0], relu);
        }
        found.resize(8);
        return found;
    }

    static variable_list fast_gradients(
        AutogradContext *context, const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias,
        const at::Tensor &arriving, bool relu) {
        const auto mean = context->saved_data["mean"].toDoubleVector();
        const auto inverse = context->saved_data["inverse"].toDoubleVector();
        const auto gradient = arriving.contiguous(at::MemoryFormat::ChannelsLast);
        const Rows rows(x);
        const float *value = x.const_data_ptr<float>(), *by_output = gradient.const_data_ptr<float>();
        const auto [scale, shift] = affine_of(mean, inverse, weight, bias);
        const std::vector<float> centre(mean.begin(), mean.end());
        const auto scales = folded(rows, scale), shifts = folded(rows, shift), centres = folded(rows, centre);

        BlockSums sums(rows);
        over_blocks(rows, [&](int64_t block, int64_t from, int64_t length) {
            const size_t place = sums.place(block);
            sum_products(relu, value + from, by_output + from, length, rows.lanes(), centres.data(), scales.data(),
                shifts.data(), &sums.first[place], &sums.second[place]);
        });
        const auto sum = sums.total(sums.first);
        auto products = sums.total(sums.second);

        std::vector<float> slope(mean.size()), offset(mean.size());
        for (size_t i = 0; i < mean.size(); ++i) {
            const double per_row = scale[i] / static_cast<double>(rows.count);
            const double along = -per_row * inverse[i] * inverse[i] * products[i];
            slope[i] = static_cast<float>(along);
            offset[i] = static_cast<float>(-per_row * sum[i] - along * mean[i]);
            products[i] *= inverse[i];
        }
        const auto slopes = folded(rows, slope), offsets = folded(rows, offset);
        auto by_input = at::empty_like(x);
        float *to = by_input.mutable_data_ptr<float>();
        over_blocks(rows, [&](int64_t, int64_t from, int64_t length) {
            input_gradient(relu, value + from, by_output + from, length, rows.lanes(), scales.data(), shifts.data(),
                slopes.data(), offsets.data(), to + from);
        });
        return {by_input, channel_vector(products), channel_vector(sum)};
    }
};

bool is_plain(const std::optional<at::Tensor> &vector) {
    return vector && vector->scalar_type() == at::kFloat && vector->is_contiguous();
}

}  // namespace

ct_status ct_batch_norm(
    ct_tensor *x, ct_tensor *weight, ct_tensor *bias, ct_tensor *running_mean, ct_tensor *running_variance,
    bool training, double momentum, double epsilon, bool relu, ct_tensor_out out) {
    return produce(out, [&] {
        RECORD_USER_SCOPE("batch_norm");
        const auto &input = x->value;
        const auto scale = optional(weight), shift = optional(bias);
        const auto &mean = running_mean->value, &variance = running_variance->value;
        const bool single = input.dim() == 4 && input.scalar_type() == at::kFloat && is_plain(scale)
            && is_plain(shift) && is_plain(mean) && is_plain(variance);
        TORCH_CHECK(!training || (input.dim() >= 2 && input.numel() > input.size(1)),
            "training needs more than one value per channel, not ", input.sizes());
        if (!training || !single) {
            const auto normal = at::batch_norm(
                input, scale, shift, mean, variance, training, momentum, epsilon, /*cudnn_enabled=*/false);
            return relu ? at::relu(normal) : normal;
        }
        for (const auto *vector : {&*scale, &*shift, &mean, &variance}) {
            TORCH_CHECK(vector->dim() == 1 && vector->size(0) == input.size(1), "images of ", input.size(1),
                " channels need as many scales, shifts and moments, not ", vector->sizes());
        }
        // Outside of the function, so that the change of layout is recorded too.
        const auto image = input.contiguous(at::MemoryFormat::ChannelsLast);
        return BatchNorm::apply(image, *scale, *shift, mean, variance, momentum, epsilon, relu);
    });
}
