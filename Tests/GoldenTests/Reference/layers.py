#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Layers of torch in double precision: outputs, and gradients of <output, weight> for input and tensors.

usage: layers.py > ../Golden/layers.json      (needs torch)

Tensors have the names and the layout of Gradus; each case says how torch's parameters are made of them. The sLSTM, which
torch does not have, is written out from the formulas without the stabilizer.
"""
import json
import sys

import torch
from torch import nn
from torch.func import functional_call

torch.set_default_dtype(torch.float64)
torch.manual_seed(3)
CASES = []


def case(name, x, tensors, function):
    """`tensors`: name -> shape, or a tensor that is not differentiated."""
    x = torch.randn(x).requires_grad_()
    leaves = {
        k: v if torch.is_tensor(v) else (0.5 * torch.randn(v)).requires_grad_() for k, v in tensors.items()
    }
    y = function(x, leaves)
    weight = torch.randn(y.shape)
    wanted = [x] + [v for v in leaves.values() if v.requires_grad]
    gradients = torch.autograd.grad((y * weight).sum(), wanted)
    names = ["x"] + [k for k, v in leaves.items() if v.requires_grad]

    def plain(t):
        return {"shape": list(t.shape), "values": [float(f"{v:.13g}") for v in t.detach().flatten().tolist()]}

    CASES.append({
        "name": name, "x": plain(x), "tensors": {k: plain(v) for k, v in leaves.items()}, "weight": plain(weight),
        "output": plain(y), "gradients": {k: plain(g) for k, g in zip(names, gradients)},
    })


def module(m, parameters, pick=lambda y: y):
    """The call of a torch module whose parameters are made of our tensors."""
    return lambda x, t: pick(functional_call(m, parameters(t), (x,)))


def zeros(*shape):
    return torch.zeros(*shape)


first = lambda y: y[0]

case("linear", [2, 3, 4], {"weight": [4, 5], "bias": [5]},
     module(nn.Linear(4, 5), lambda t: {"weight": t["weight"].T, "bias": t["bias"]}))
case("convolution2d", [2, 2, 6, 5], {"filters": [3, 2, 3, 2], "bias": [3]},
     module(nn.Conv2d(2, 3, (3, 2), stride=2, padding=1), lambda t: {"weight": t["filters"], "bias": t["bias"]}))
case("convolution1d", [2, 2, 9], {"filters": [3, 2, 3], "bias": [3]},
     module(nn.Conv1d(2, 3, 3, stride=2, padding=1, dilation=2),
            lambda t: {"weight": t["filters"], "bias": t["bias"]}))
case("maximum", [2, 2, 5, 6], {}, lambda x, t: nn.functional.max_pool2d(x, 3, 2))
case("average", [2, 2, 5, 6], {}, lambda x, t: nn.functional.avg_pool2d(x, 2))
norm = lambda t: {"weight": t["gain"], "bias": t["bias"]}
case("layerNorm", [3, 5], {"gain": [5], "bias": [5]}, module(nn.LayerNorm(5), norm))
case("rmsNorm", [3, 5], {"gain": [5]}, module(nn.RMSNorm(5, eps=1e-6), lambda t: {"weight": t["gain"]}))
case("groupNorm", [3, 4, 3], {"gain": [4], "bias": [4]}, module(nn.GroupNorm(2, 4), norm))
case("batchNormTraining", [6, 3, 2], {"gain": [3], "bias": [3]},
     lambda x, t: nn.functional.batch_norm(x, None, None, t["gain"], t["bias"], training=True))
case("batchNorm", [6, 3], {"gain": [3], "bias": [3], "mean": torch.randn(3), "variance": torch.rand(3) + 0.5},
     lambda x, t: nn.functional.batch_norm(x, t["mean"], t["variance"], t["gain"], t["bias"]))

h = 3
lstm = {"inputs": [2, 4 * h], "recurrent": [h, 4 * h], "bias": [4 * h]}


def lstm_parameters(t, place="", suffix=""):
    return {
        "weight_ih_l0" + suffix: t[place + "inputs"].T, "weight_hh_l0" + suffix: t[place + "recurrent"].T,
        "bias_ih_l0" + suffix: t[place + "bias"], "bias_hh_l0" + suffix: zeros(4 * h),
    }


case("lstm", [2, 5, 2], lstm, module(nn.LSTM(2, h, batch_first=True), lstm_parameters, first))
case("lstmBothWays", [2, 5, 2], {p + k: v for p in ("forward.", "backward.") for k, v in lstm.items()},
     module(nn.LSTM(2, h, batch_first=True, bidirectional=True),
            lambda t: {**lstm_parameters(t, "forward."), **lstm_parameters(t, "backward.", "_reverse")}, first))
case("gru", [2, 5, 2], {"inputs": [2, 3 * h], "recurrent": [h, 3 * h], "bias": [3 * h], "recurrent.bias": [h]},
     module(nn.GRU(2, h, batch_first=True), lambda t: {
         "weight_ih_l0": t["inputs"].T, "weight_hh_l0": t["recurrent"].T, "bias_ih_l0": t["bias"],
         "bias_hh_l0": torch.cat([zeros(2 * h), t["recurrent.bias"]])}, first))


def slstm(forget):
    def run(x, t):
        rows, time, _ = x.shape
        heads, depth, _ = t["recurrent"].shape
        a = (x @ t["inputs"] + t["bias"]).reshape(rows, time, heads, 4, depth)
        hidden, c, n = zeros(rows, heads, depth), zeros(rows, heads, depth), zeros(rows, heads, depth)
        out = []
        for s in range(time):
            g = a[:, s] + torch.einsum("rhd,hde->rhe", hidden, t["recurrent"]).reshape(rows, heads, 4, depth)
            i, f, z, o = g[:, :, 0].exp(), forget(g[:, :, 1]), g[:, :, 2].tanh(), g[:, :, 3].sigmoid()
            c, n = f * c + i * z, f * n + i
            hidden = o * c / n
            out.append(hidden.reshape(rows, 1, heads * depth))
        return torch.cat(out, 1)
    return run


memory = {"inputs": [3, 16], "recurrent": [2, 2, 8], "bias": [16]}
case("slstmExponential", [2, 6, 3], memory, slstm(torch.exp))
case("slstmSigmoid", [2, 6, 3], memory, slstm(torch.sigmoid))

w = 4
attention = {"inputs": [w, 3 * w], "inputs.bias": [3 * w], "output": [w, w], "output.bias": [w]}


def attention_parameters(t, place="", ours=""):
    return {
        place + "in_proj_weight": t[ours + "inputs"].T, place + "in_proj_bias": t[ours + "inputs.bias"],
        place + "out_proj.weight": t[ours + "output"].T, place + "out_proj.bias": t[ours + "output.bias"],
    }


def self_attention(mask):
    m = nn.MultiheadAttention(w, 2, batch_first=True)
    return lambda x, t: functional_call(m, attention_parameters(t), (x, x, x), {"attn_mask": mask})[0]


causal = nn.Transformer.generate_square_subsequent_mask(5)
case("selfAttention", [2, 5, w], attention, self_attention(None))
case("causalSelfAttention", [2, 5, w], attention, self_attention(causal))
cross = {"queries": [w, w], "source": [w, 2 * w], "output": [w, w], "queries.bias": [w], "source.bias": [2 * w],
         "output.bias": [w]}


def cross_parameters(t, place="", ours=""):
    return {
        place + "in_proj_weight": torch.cat([t[ours + "queries"], t[ours + "source"]], 1).T,
        place + "in_proj_bias": torch.cat([t[ours + "queries.bias"], t[ours + "source.bias"]]),
        place + "out_proj.weight": t[ours + "output"].T, place + "out_proj.bias": t[ours + "output.bias"],
    }


case("crossAttention", [2, 3, w], {"memory": [2, 5, w], **cross}, lambda x, t: functional_call(
    nn.MultiheadAttention(w, 2, batch_first=True), cross_parameters(t), (x, t["memory"], t["memory"]))[0])


def placed(place, tensors):
    return {f"{place}.{k}": v for k, v in tensors.items()}


pair = {"gain": [w], "bias": [w]}
forward = {"input": [w, 6], "input.bias": [6], "output": [6, w], "output.bias": [w]}
encoder = {**placed("norm1", pair), **placed("attention", attention), **placed("norm2", pair),
           **placed("feedforward", forward)}


def common_parameters(t, norms):
    out = {"linear1.weight": t["feedforward.input"].T, "linear1.bias": t["feedforward.input.bias"],
           "linear2.weight": t["feedforward.output"].T, "linear2.bias": t["feedforward.output.bias"]}
    for k in norms:
        out[f"norm{k}.weight"], out[f"norm{k}.bias"] = t[f"norm{k}.gain"], t[f"norm{k}.bias"]
    return {**out, **attention_parameters(t, "self_attn.", "attention.")}


for name, before, mask in [("encoderNormedBefore", True, None), ("encoderNormedAfter", False, None),
                           ("causalEncoder", True, causal)]:
    layer = nn.TransformerEncoderLayer(w, 2, 6, 0.0, "gelu", batch_first=True, norm_first=before)
    case(name, [2, 5, w], encoder, lambda x, t, layer=layer, mask=mask: functional_call(
        layer, common_parameters(t, [1, 2]), (x,), {"src_mask": mask}))

decoder = {**encoder, **placed("crossattention", cross), **placed("norm3", pair)}
for name, before in [("decoderNormedBefore", True), ("decoderNormedAfter", False)]:
    layer = nn.TransformerDecoderLayer(w, 2, 6, 0.0, "gelu", batch_first=True, norm_first=before)
    case(name, [2, 5, w], {"memory": [2, 3, w], **decoder}, lambda x, t, layer=layer: functional_call(
        layer, {**common_parameters(t, [1, 2, 3]), **cross_parameters(t, "multihead_attn.", "crossattention.")},
        (x, t["memory"]), {"tgt_mask": causal}))

json.dump({"source": "Tests/GoldenTests/Reference/layers.py", "torch": torch.__version__, "cases": CASES}, sys.stdout)
sys.stdout.write("\n")
