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
      ModelTensor("inputs", inputs: inputs, outputs: 3 * width, .lecun(inputs: inputs)),
      ModelTensor("recurrent", inputs: width, outputs: 3 * width, .lecun(inputs: width)),
      ModelTensor("bias", [3 * width], .constant(0)),
      ModelTensor("recurrent.bias", [width], .constant(0)),
    ]
  }

  public var startState: [Double] { [Double](repeating: 0, count: width) }

  public func run(
    _ x: TracedTensor, from start: TracedTensor, _ parameters: ModelParameters
  ) -> (hidden: TracedTensor, end: TracedTensor) {
    let (time, rows) = (x.shape[0], x.shape[1])
    let states = x.linear(parameters["inputs"], parameters["bias"])
      .gru(recurrent: parameters["recurrent"], bias: parameters["recurrent.bias"], start: start)
    return (
      states.slice(axis: 0, from: 1, count: time),
      states.slice(axis: 0, from: time, count: 1).reshaped([rows, width])
    )
  }
}
