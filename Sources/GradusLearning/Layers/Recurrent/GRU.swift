// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// A gated recurrent unit:
///
///     (rₓ, zₓ, nₓ) = xₜW + b,   (rₕ, zₕ, nₕ) = hₜ₋₁U
///     r = σ(rₓ + rₕ),   z = σ(zₓ + zₕ),   n = tanh(nₓ + r(nₕ + d)),   hₜ = (1 − z)n + zhₜ₋₁
///
/// Its state is h.
///
/// **Reference** K. Cho et al., *Learning phrase representations using RNN encoder–decoder*, EMNLP 2014, with r applied
/// behind the product as in J. Chung et al., arXiv:1412.3555, and in the common libraries.
public struct GRU: RecurrentLayer {
  public var inputs: Int
  public var width: Int

  public init(_ inputs: Int, _ width: Int) {
    precondition(inputs > 0 && width > 0, "a memory of \(width) numbers for \(inputs)")
    self.inputs = inputs
    self.width = width
  }

  public var tensors: [ModelTensor] {
    [
      ModelTensor("inputs", [inputs, 3 * width], .lecun(inputs: inputs)),
      ModelTensor("recurrent", [width, 3 * width], .lecun(inputs: width)),
      ModelTensor("bias", [3 * width], .constant(0)),
      ModelTensor("recurrent.bias", [width], .constant(0)),
    ]
  }

  public var startState: [Double] { [Double](repeating: 0, count: width) }

  public func run(
    _ x: TracedTensor, from start: TracedTensor, _ parameters: ModelParameters
  ) -> (hidden: TracedTensor, end: TracedTensor) {
    let a = x.linear(parameters["inputs"], parameters["bias"])
    let (time, rows) = (x.shape[0], x.shape[1])
    let (u, d) = (parameters["recurrent"], parameters["recurrent.bias"])
    var h = start
    var states: [TracedTensor] = []
    for t in 0..<time {
      let now = a.slice(axis: 0, from: t, count: 1).reshaped([rows, 3 * width])
      let before = h.matmul(u)
      func part(_ x: TracedTensor, _ first: Int, _ count: Int) -> TracedTensor {
        x.slice(axis: 1, from: first * width, count: count * width)
      }
      let gates = (part(now, 0, 2) + part(before, 0, 2)).sigmoid()
      let n = (part(now, 2, 1) + part(gates, 0, 1) * (part(before, 2, 1) + d)).tanh()
      h = n + part(gates, 1, 1) * (h - n)
      states.append(h.reshaped([1, rows, width]))
    }
    return (TracedTensor.concatenate(states, axis: 0), h)
  }
}
